import { readEvent } from "../../../adapters/payments/stripe/index.ts";
import { takeEvent } from "../../../features/payments/index.ts";
import { configOf, type Env } from "../../env.ts";
import { errorFields, log } from "../../log.ts";
import { servicesOf } from "../../services.ts";
import { problem, problemOf } from "../problem.ts";
import { readBody } from "./body.ts";

/** Stripe's largest events, an invoice with its lines, stay well below. */
const BODY_BYTES_MAX = 512 * 1024;

/**
 * Messages of the payment provider. Answered 2xx only when what they are about is in our book, so that Stripe sends again
 * what we could not take in.
 */
export async function stripeWebhook(
  request: Request,
  env: Env,
  requestId: string,
  ctx: ExecutionContext,
): Promise<Response> {
  if (request.method !== "POST")
    return problem({ status: 405, code: "method_not_allowed", detail: "POST only" }, requestId);
  const { stripe, clock } = configOf(env);
  if (stripe === null) return problem({ status: 404, code: "not_found", detail: "no such webhook" }, requestId);
  const raw = await readBody(request, BODY_BYTES_MAX);
  if (raw === null)
    return problem({ status: 413, code: "too_large", detail: `at most ${BODY_BYTES_MAX} bytes` }, requestId);
  const signed = {
    raw,
    header: request.headers.get("stripe-signature"),
    secrets: stripe.webhookSecrets,
    nowMs: clock.now(),
  };
  const event = await readEvent(signed).catch(() => null);
  if (event === null) {
    log("alert", "payment_event_forged", { requestId });
    return problem({ status: 403, code: "forged", detail: "this message is not from the payment provider" }, requestId);
  }
  const services = servicesOf(env);
  try {
    const { db, operatorDb, payments: provider } = services;
    const actor = { kind: "system", name: "stripe" } as const;
    const outcome = await takeEvent({ db, operatorDb, provider, actor, now: clock.now() }, event);
    log("info", "payment_event", { requestId, eventId: event.eventId, type: event.type, outcome });
    return Response.json({ outcome });
  } catch (error) {
    log("error", "payment_event_failed", {
      requestId,
      eventId: event.eventId,
      type: event.type,
      ...errorFields(error),
    });
    return problem(problemOf(error), requestId);
  } finally {
    ctx.waitUntil(services.close());
  }
}
