import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Account } from "../exchange/state.ts";

/** A Twilio access token for a browser phone: a JWT signed by an API key's secret, with a voice grant. */
const Payload = z.object({
  iss: z.string(),
  sub: z.string(),
  exp: z.number(),
  grants: z.object({
    identity: z.string().min(1),
    voice: z.object({ incoming: z.object({ allow: z.literal(true) }) }),
  }),
});

/** The identity that the token signs in, or null. Valid by any of the given clocks: the issuer may run on either. */
export function verifyClientToken(token: string, account: Account, nowMs: readonly number[]): string | null {
  const [head, body, signed] = token.split(".");
  if (head === undefined || body === undefined || signed === undefined) return null;
  const expected = createHmac("sha256", account.apiKeySecret).update(`${head}.${body}`).digest();
  const given = Buffer.from(signed, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const payload = Payload.safeParse(jsonOf(body));
  if (!payload.success) return null;
  const { iss, sub, exp, grants } = payload.data;
  if (iss !== account.apiKeySid || sub !== account.sid) return null;
  return nowMs.some((now) => exp * 1_000 > now) ? grants.identity : null;
}

/** Which account a token claims to be of: where it must be verified. */
export function accountSidOf(token: string): string | null {
  const claimed = z.object({ sub: z.string().regex(/^AC[0-9a-f]{32}$/i) }).safeParse(jsonOf(token.split(".")[1] ?? ""));
  return claimed.success ? claimed.data.sub : null;
}

function jsonOf(base64url: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64url, "base64url").toString("utf8"));
  } catch {
    return null; // Not JSON is as invalid as JSON of another shape; the schema says so.
  }
}
