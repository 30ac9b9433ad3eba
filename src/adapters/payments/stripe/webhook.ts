import type { ProviderEvent } from "../../../ports/payments.ts";

/** How far the signature's hour may be from ours, in both directions: older is a replay, later was never signed by Stripe. */
const TOLERANCE_MS = 300_000;

export type SignedBody = {
  /** The bytes as they came, as text: a body that was parsed and written again has another signature. */
  readonly raw: string;
  readonly header: string | null;
  /** Current secret first; a former one after it while a rotation overlaps. */
  readonly secrets: readonly string[];
  readonly nowMs: number;
};

/** Null when the body was not signed with one of the secrets, or not near this hour. */
export async function readEvent({ raw, header, secrets, nowMs }: SignedBody): Promise<ProviderEvent | null> {
  const { at, signatures } = partsOf(header ?? "");
  if (at === null || Math.abs(nowMs - at * 1_000) > TOLERANCE_MS) return null;
  for (const secret of secrets) {
    const expected = await hmac(secret, `${at}.${raw}`);
    if (signatures.some((given) => equal(given, expected))) return eventOf(raw);
  }
  return null;
}

/** `t=…,v1=…[,v1=…]`; other schemes are ignored. */
function partsOf(header: string): { at: number | null; signatures: string[] } {
  let at: number | null = null;
  const signatures: string[] = [];
  for (const part of header.split(",")) {
    const [scheme, value = ""] = part.trim().split("=", 2);
    if (scheme === "t" && /^\d{1,12}$/.test(value)) at = Number(value);
    if (scheme === "v1" && /^[0-9a-f]{64}$/.test(value)) signatures.push(value);
  }
  return { at, signatures };
}

async function hmac(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(text));
  return [...new Uint8Array(mac)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** In the same time wherever they differ. Both are 64 digits. */
function equal(a: string, b: string): boolean {
  let different = a.length ^ b.length;
  for (let at = 0; at < a.length; at += 1) different |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return different === 0;
}

/** Of the content only ids are read: what they stand for is asked of Stripe, since events come late and in any order. */
function eventOf(raw: string): ProviderEvent | null {
  const event = object(JSON.parse(raw));
  const [eventId, type, created] = [event.id, event.type, event.created];
  if (typeof eventId !== "string" || typeof type !== "string" || typeof created !== "number") return null;
  return { eventId, type, createdAt: created * 1_000, about: aboutOf(object(object(event.data).object)) };
}

function aboutOf(it: Record<string, unknown>): ProviderEvent["about"] {
  switch (it.object) {
    case "invoice":
      return typeof it.id === "string" ? { kind: "invoice", invoiceId: it.id } : null;
    case "invoice_payment":
      return invoiceBy(idOf(it.invoice));
    case "payment_intent":
      return paymentBy(idOf(it.id));
    case "charge":
    case "refund":
    case "dispute":
      return paymentBy(idOf(it.payment_intent));
    default:
      return null;
  }
}

function invoiceBy(invoiceId: string | null): ProviderEvent["about"] {
  return invoiceId === null ? null : { kind: "invoice", invoiceId };
}

function paymentBy(paymentId: string | null): ProviderEvent["about"] {
  return paymentId === null ? null : { kind: "payment", paymentId };
}

/** A reference is an id or the whole thing, as it was expanded. */
function idOf(reference: unknown): string | null {
  if (typeof reference === "string") return reference;
  const { id } = object(reference);
  return typeof id === "string" ? id : null;
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
