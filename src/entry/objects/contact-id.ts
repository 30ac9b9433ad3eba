import { asId, type ContactId } from "../../domain/kernel/ids.ts";

/**
 * The id of the contact that a call is: made from the carrier's own ids, so that a repeated first webhook, a status
 * callback of the number and a lost reply all meet the same object. A version-8 UUID (RFC 9562: custom).
 */
export async function contactIdOf(accountSid: string, callSid: string): Promise<ContactId> {
  const bytes = new TextEncoder().encode(`${accountSid}|${callSid}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).slice(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return asId(`${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`);
}

/** Names of objects: the tenant stands in each that holds a tenant's data, and none is built from user input. */
export const objectName = {
  line: (e164: string) => `line:${e164}`,
  contact: (tenantId: string, contactId: string) => `contact:${tenantId}:${contactId}`,
  pool: (poolId: string) => `pool:${poolId}`,
  tenant: (tenantId: string) => `tenant:${tenantId}`,
};
