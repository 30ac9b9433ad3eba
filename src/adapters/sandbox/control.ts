import { z } from "zod";
import type { Env } from "./env.ts";
import { houseNow, settingsOf } from "./settings.ts";
import { FaultsBody } from "./stripe/faults.ts";

const CardBody = z.strictObject({ card: z.string().regex(/^[0-9]{12,19}$/) });

/** The control API under /sandbox, guarded by the key of the environment; only /sandbox/health is open. */
export async function answerControl(request: Request, env: Env): Promise<Response> {
  const settings = settingsOf(env);
  const [, , resource = "", id = "", sub = ""] = new URL(request.url).pathname.split("/");
  if (resource === "health") return Response.json({ status: "ok", houseTime: houseNow(settings) });
  if (request.headers.get("authorization") !== `Bearer ${settings.SANDBOX_CONTROL_KEY}`) {
    return problem(401, "the control key is missing or wrong");
  }
  const account = env.STRIPE_ACCOUNT.get(env.STRIPE_ACCOUNT.idFromName("account"));
  switch (`${request.method} ${resource}`) {
    case "PUT faults": {
      const faults = FaultsBody.safeParse(await request.json().catch(() => null));
      if (!faults.success) return problem(400, z.prettifyError(faults.error));
      await account.setFaults(faults.data);
      return Response.json(faults.data);
    }
    case "GET ledger":
      return Response.json(await account.ledger());
    case "POST invoices": {
      const body = CardBody.safeParse(await request.json().catch(() => null));
      if (!body.success || sub !== "pay") return problem(400, "POST invoices/{id}/pay with a card");
      return (await account.payByCard(id, body.data.card)) ? done() : problem(409, "there is nothing to pay");
    }
    case "DELETE keys":
      await account.forgetKeys();
      return done();
    case "GET letters":
      return Response.json({ items: await env.MAILBOX.get(env.MAILBOX.idFromName("mailbox")).letters() });
    default:
      return problem(404, "no such control");
  }
}

function done(): Response {
  return new Response(null, { status: 204 });
}

function problem(status: number, title: string): Response {
  return Response.json({ title, status }, { status, headers: { "content-type": "application/problem+json" } });
}
