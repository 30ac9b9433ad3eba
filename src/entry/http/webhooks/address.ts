import type { Party } from "../../../domain/call/facts.ts";
import type { CarrierWhere } from "../../../domain/call/messages.ts";
import { asId, type ContactId } from "../../../domain/kernel/ids.ts";

/** Where in `/t/{token}/…` a webhook came in. The path says it; the body never does. */
export type WebhookAddress =
  | { readonly at: "voice"; readonly token: string }
  /** A number's own status callback: tells of the caller's leg without knowing our contact. */
  | { readonly at: "status"; readonly token: string }
  | { readonly at: "contact"; readonly token: string; readonly contactId: ContactId; readonly where: CarrierWhere };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const STEP_KEY = /^[A-Za-z0-9._~-]{1,128}$/;

/** Reads a path as it was received; null for one that we never gave to a carrier. */
export function readAddress(path: string): WebhookAddress | null {
  const [, t, token = "", kind, contactId = "", what, detail, ...rest] = path.split("/");
  if (t !== "t" || token === "" || rest.length > 0) return null;
  if (kind === "voice" || kind === "status")
    return contactId === "" && path.endsWith(kind) ? { at: kind, token } : null;
  if (kind !== "c" || !UUID.test(contactId)) return null;
  const where = readWhere(what, detail);
  return where === null ? null : { at: "contact", token, contactId: asId(contactId), where };
}

function readWhere(what: string | undefined, detail: string | undefined): CarrierWhere | null {
  if (what === "next") return detail !== undefined && STEP_KEY.test(detail) ? { kind: "next", stepKey: detail } : null;
  if (what === "leg") return isParty(detail) ? { kind: "leg", party: detail } : null;
  if (detail !== undefined) return null;
  return what === "conference" || what === "recording" ? { kind: what } : null;
}

function isParty(text: string | undefined): text is Party {
  return text === "caller" || text === "agent" || text === "outside";
}
