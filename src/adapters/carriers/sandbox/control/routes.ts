import { z } from "zod";
import { type Env, settingsOf } from "../env.ts";
import type { Account, Faults } from "../exchange/state.ts";
import { houseClock } from "../house-clock.ts";
import type { DirectoryRpc, ExchangeRpc } from "../objects/rpc.ts";
import { AccountBody, AccountSid, FaultsBody, RobotCallBody, RobotClientBody } from "./schema.ts";

/** The control API under /sandbox, guarded by the key of the environment; only /sandbox/health is open. */
export async function answerControl(request: Request, env: Env): Promise<Response> {
  const url = new URL(request.url);
  const [, , resource = "", id, sub, subId] = url.pathname.split("/");
  const route = `${request.method} ${[resource, id && ":id", sub, subId && ":sub"].filter(Boolean).join("/")}`;
  if (route === "GET health") return health(env);
  const key = request.headers.get("authorization");
  if (key !== `Bearer ${settingsOf(env).SANDBOX_CONTROL_KEY}`)
    return problem(401, "the control key is missing or wrong");
  switch (route) {
    case "PUT accounts/:id":
      return withBody(request, AccountBody, id, (body, sid) => setAccount(env, sid, body));
    case "POST accounts/:id/calls":
      return withBody(request, RobotCallBody, id, async ({ from, to, script, patienceS }, sid) => {
        const callSid = await exchangeOf(env, sid).placeRobot(from, to, script, patienceS);
        return callSid === null ? problem(404, `${to} is not a number of ${sid}`) : json(201, { callSid });
      });
    case "PUT accounts/:id/clients/:sub":
      return withBody(request, RobotClientBody, id, async ({ answerAfterS }, sid) => {
        await exchangeOf(env, sid).setRobotClient(decodeURIComponent(subId ?? ""), answerAfterS);
        return new Response(null, { status: 204 });
      });
    case "POST accounts/:id/evict":
      return evict(env, id ?? "");
    case "GET faults":
      return json(200, await directoryOf(env).faults());
    case "PUT faults":
      return withBody(request, FaultsBody, null, (body) => setFaults(env, body));
    case "GET ledger":
      return ledger(env, url.searchParams);
    default:
      return problem(404, "no such control");
  }
}

async function health(env: Env): Promise<Response> {
  const clock = houseClock(settingsOf(env));
  const sids = await directoryOf(env).accountSids();
  const each = await Promise.all(sids.map((sid) => exchangeOf(env, sid).health()));
  return json(200, {
    status: "ok",
    houseTime: clock.now(),
    speed: clock.speed,
    accounts: sids.length,
    liveCalls: each.reduce((sum, { liveCalls }) => sum + liveCalls, 0),
    openConferences: each.reduce((sum, { openConferences }) => sum + openConferences, 0),
    webhooks: {
      p50Ms: Math.max(0, ...each.map(({ webhooks }) => webhooks.p50Ms)),
      p99Ms: Math.max(0, ...each.map(({ webhooks }) => webhooks.p99Ms)),
    },
  });
}

async function setAccount(env: Env, sid: string, body: z.infer<typeof AccountBody>): Promise<Response> {
  const now = houseClock(settingsOf(env)).now();
  const numbers = await Promise.all(
    body.numbers.map(async (number) => ({ ...number, sid: await numberSid(sid, number.e164), updatedAt: now })),
  );
  const account: Account = { sid, ...body, numbers, createdAt: now };
  await directoryOf(env).setAccount(account);
  return json(200, { sid, numbers: numbers.map(({ e164, sid: phoneSid }) => ({ e164, sid: phoneSid })) });
}

/** The same number of the same account has the same sid however often it is set up. */
async function numberSid(accountSid: string, e164: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${accountSid}|${e164}`));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `PN${hex.slice(0, 32)}`;
}

async function setFaults(env: Env, body: z.infer<typeof FaultsBody>): Promise<Response> {
  const faults: Faults = { ...body, delay: body.delay ?? (body.delayMs > 0 ? 1 : 0) };
  await directoryOf(env).setFaults(faults);
  return json(200, faults);
}

async function evict(env: Env, sid: string): Promise<Response> {
  if (!AccountSid.safeParse(sid).success) return problem(400, "not an AccountSid");
  // The call itself dies with the object: that is the point, and no failure.
  await exchangeOf(env, sid)
    .evict()
    .catch(() => null);
  return new Response(null, { status: 204 });
}

/** The carrier's truth: every leg and message that ended since, and what it bills. */
async function ledger(env: Env, query: URLSearchParams): Promise<Response> {
  const accountSid = query.get("accountSid");
  const since = Number(query.get("since") ?? 0);
  if (!Number.isFinite(since)) return problem(400, "since is milliseconds of house time");
  const sids = accountSid === null ? await directoryOf(env).accountSids() : [accountSid];
  if (!sids.every((sid) => AccountSid.safeParse(sid).success)) return problem(400, "not an AccountSid");
  const lines = (await Promise.all(sids.map((sid) => exchangeOf(env, sid).ledger(since)))).flat();
  const legs = lines.filter((line) => line.kind === "leg");
  const messages = lines.filter((line) => line.kind === "message");
  return json(200, { seconds: legs.reduce((sum, leg) => sum + leg.seconds, 0), legs, messages });
}

async function withBody<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
  accountSid: string | null | undefined,
  use: (body: z.infer<Schema>, accountSid: string) => Promise<Response>,
): Promise<Response> {
  if (accountSid !== null && !AccountSid.safeParse(accountSid).success) return problem(400, "not an AccountSid");
  const raw: unknown = await request.json().catch(() => null);
  const body = schema.safeParse(raw);
  if (!body.success) return problem(400, z.prettifyError(body.error));
  return use(body.data, accountSid ?? "");
}

function directoryOf(env: Env): DurableObjectStub<DirectoryRpc> {
  return env.DIRECTORY.get(env.DIRECTORY.idFromName("directory"));
}

function exchangeOf(env: Env, sid: string): DurableObjectStub<ExchangeRpc> {
  return env.EXCHANGE.get(env.EXCHANGE.idFromName(sid));
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status });
}

function problem(status: number, title: string): Response {
  return Response.json({ title, status }, { status, headers: { "Content-Type": "application/problem+json" } });
}
