import { openAccount, type SealedAccount } from "../../../adapters/carriers/seal.ts";
import {
  isSigned,
  parseSignedForm,
  parseWebhook,
  renderTwiml,
  type Webhook,
  type WebhookKind,
} from "../../../adapters/carriers/twilio/index.ts";
import type { HouseFact } from "../../../domain/call/facts.ts";
import type { CarrierWhere } from "../../../domain/call/messages.ts";
import type { ContactId } from "../../../domain/kernel/ids.ts";
import type { CarrierEvent } from "../../../ports/carrier.ts";
import { configOf, type Env } from "../../env.ts";
import { errorFields, log } from "../../log.ts";
import { askAgain } from "../../objects/again.ts";
import { contactIdOf, objectName } from "../../objects/contact-id.ts";
import type { ContactAnswer } from "../../objects/rpc.ts";
import { problem, problemOf } from "../problem.ts";
import { readAddress, type WebhookAddress } from "./address.ts";
import { readBody } from "./body.ts";
import { APOLOGY, twiml, UNKNOWN_NUMBER } from "./spoken.ts";

/** Twilio's largest form is a few kilobytes. */
const BODY_BYTES_MAX = 64 * 1024;

type Verified = SealedAccount & { readonly token: string; readonly webhook: Webhook };

/**
 * Every webhook of a carrier. Kept off the routes' framework: this is the path a caller waits on, and it asks no database.
 * Order: address, seal, size, signature over the address as received, account, then the contact's own object.
 */
export async function carrierWebhook(request: Request, env: Env, requestId: string): Promise<Response> {
  const rawPath = request.url.slice(request.url.indexOf("/", 8));
  if (rawPath.endsWith("/fallback")) return twiml(APOLOGY);
  const address = readAddress(rawPath);
  if (address === null) return problem({ status: 404, code: "not_found", detail: "no such webhook" }, requestId);
  let verified: Verified | Response;
  try {
    verified = await verify(request, env, rawPath, address, requestId);
  } catch (error) {
    return afterTrouble(error, address, requestId, null);
  }
  if (verified instanceof Response) return verified;
  try {
    return await deliver(verified, env, address, requestId);
  } catch (error) {
    return afterTrouble(error, address, requestId, verified);
  }
}

async function verify(
  request: Request,
  env: Env,
  rawPath: string,
  address: WebhookAddress,
  requestId: string,
): Promise<Verified | Response> {
  if (request.method !== "POST")
    return problem({ status: 405, code: "method_not_allowed", detail: "POST only" }, requestId);
  if (!request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded")) {
    return problem(
      { status: 415, code: "not_a_form", detail: "webhooks are application/x-www-form-urlencoded" },
      requestId,
    );
  }
  const config = configOf(env);
  const sealed = await openAccount(config.sealKey, address.token);
  if (sealed === null) return forged("no_such_token", requestId, null);
  const body = await readBody(request, BODY_BYTES_MAX);
  if (body === null) {
    return problem({ status: 413, code: "too_large", detail: `at most ${BODY_BYTES_MAX} bytes` }, requestId);
  }
  const form = parseSignedForm(body);
  const signature = request.headers.get("x-twilio-signature");
  if (!isSigned(sealed.account.authTokens, signature, config.publicUrl + rawPath, form)) {
    return forged("signature", requestId, sealed.tenantId);
  }
  const webhook = parseWebhook(kindOf(address), form);
  if (webhook.accountSid !== sealed.account.accountSid) {
    // A client who owns its carrier account can sign anything in its own name; a foreign account's call is not here.
    log("alert", "webhook_foreign_account", { requestId, tenantId: sealed.tenantId });
    return notFound(requestId);
  }
  return { ...sealed, token: address.token, webhook };
}

async function deliver(verified: Verified, env: Env, address: WebhookAddress, requestId: string): Promise<Response> {
  const { event } = verified.webhook;
  if (event === null) return new Response(null, { status: 204 });
  if (address.at === "voice") {
    if (event.kind !== "call_arrived") throw new Error("broken promise: /voice is parsed as call_arrived");
    return arrive(verified, env, event, requestId);
  }
  const contactId = address.at === "contact" ? address.contactId : await contactIdOfLeg(verified, event);
  const where: CarrierWhere = address.at === "contact" ? address.where : { kind: "leg", party: "caller" };
  const answer: ContactAnswer = await askAgain(async () => {
    return await contactStub(env, verified, contactId).carrierEvent({ where, event });
  });
  if ("refused" in answer) return foreignLeg(verified, contactId, requestId);
  return where.kind === "next" ? twiml(renderTwiml(answer.instructions)) : new Response(null, { status: 204 });
}

async function arrive(
  verified: Verified,
  env: Env,
  event: Extract<CarrierEvent, { kind: "call_arrived" }>,
  requestId: string,
): Promise<Response> {
  const { tenantId, account, token } = verified;
  const config = await askAgain(async () => await env.LINE.get(env.LINE.idFromName(objectName.line(event.to))).read());
  if (config === null || config.tenantId !== tenantId) {
    const anotherTenants = config !== null;
    log("alert", "call_to_unknown_number", { requestId, tenantId, callSid: event.legSid, anotherTenants });
    await noteUnknownNumber(env, verified, event, anotherTenants);
    return twiml(UNKNOWN_NUMBER);
  }
  const contactId = await contactIdOf(account.accountSid, event.legSid);
  const call = { config, token, accountSid: account.accountSid, event };
  const answer: ContactAnswer = await askAgain(async () => await contactStub(env, verified, contactId).arrive(call));
  if ("refused" in answer) return foreignLeg(verified, contactId, requestId);
  return twiml(renderTwiml(answer.instructions));
}

/** No contact comes of this call, so the house itself writes the fact. A repeated webhook is the same fact. */
async function noteUnknownNumber(
  env: Env,
  { tenantId, account }: SealedAccount,
  event: Extract<CarrierEvent, { kind: "call_arrived" }>,
  anotherTenants: boolean,
): Promise<void> {
  const { accountSid } = account;
  const { legSid: callSid, to } = event;
  const fact: HouseFact = {
    at: configOf(env).clock.now(),
    v: 1,
    body: { type: "unknown_number_called", accountSid, callSid, tenantId, to, anotherTenants },
  };
  try {
    await env.FACTS.send({ v: 1, kind: "house", facts: [fact] });
  } catch (error) {
    // The caller is told all the same; the alert above stands for the fact.
    log("error", "unknown_number_unnoted", { tenantId, callSid, ...errorFields(error) });
  }
}

function contactStub(env: Env, { tenantId }: SealedAccount, contactId: ContactId) {
  return env.CONTACT.get(env.CONTACT.idFromName(objectName.contact(tenantId, contactId)));
}

function contactIdOfLeg({ account }: SealedAccount, event: CarrierEvent): Promise<ContactId> {
  if (event.kind !== "leg_status") throw new Error("broken promise: /status is parsed as leg_status");
  return contactIdOf(account.accountSid, event.legSid);
}

function kindOf(address: WebhookAddress): WebhookKind {
  if (address.at === "voice") return "voice";
  return address.at === "status" ? "leg" : address.where.kind;
}

/** A caller waits on these two; to the others the carrier only reports. */
function callerListens(address: WebhookAddress): boolean {
  return address.at === "voice" || (address.at === "contact" && address.where.kind === "next");
}

/** A malformed notice is told what is wrong with it; our own trouble is never the caller's: an apology, and an alert. */
function afterTrouble(error: unknown, address: WebhookAddress, requestId: string, verified: Verified | null): Response {
  const given = problemOf(error);
  if (given.status < 500) {
    log("alert", "webhook_refused", {
      requestId,
      code: given.code,
      fields: given.errors?.map((each) => each.path).join(" "),
    });
    return problem(given, requestId);
  }
  log("alert", "webhook_failed", {
    requestId,
    kind: kindOf(address),
    tenantId: verified?.tenantId,
    contactId: address.at === "contact" ? address.contactId : undefined,
    ...errorFields(error),
  });
  return callerListens(address) ? twiml(APOLOGY) : problem(given, requestId);
}

function forged(why: string, requestId: string, tenantId: string | null): Response {
  log("alert", "webhook_forged", { requestId, why, tenantId });
  return problem({ status: 403, code: "forged", detail: "this webhook is not from the carrier" }, requestId);
}

function foreignLeg({ tenantId }: Verified, contactId: ContactId, requestId: string): Response {
  log("alert", "webhook_foreign_leg", { requestId, tenantId, contactId });
  return notFound(requestId);
}

function notFound(requestId: string): Response {
  return problem({ status: 404, code: "not_found", detail: "no such call" }, requestId);
}
