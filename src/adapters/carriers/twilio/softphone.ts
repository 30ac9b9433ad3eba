import type { CarrierAccount, SoftphoneTicket } from "../../../ports/carrier.ts";

/** Half a shift: the desktop asks for a fresh one before this ends. */
const TICKET_TTL_S = 4 * 3_600;

/**
 * A ticket with which a browser phone registers under `identity` and takes calls. It may not dial: agents are called into
 * conferences, so a stolen ticket cannot place calls at the client's cost.
 */
export async function softphoneTicket(
  account: CarrierAccount,
  identity: string,
  nowMs: number,
): Promise<SoftphoneTicket> {
  // Loaded on first use: the JWT library behind it is no business of the voice path.
  const { default: AccessToken } = await import("twilio/lib/jwt/AccessToken.js");
  const token = new AccessToken(account.accountSid, account.apiKeySid, account.apiKeySecret, {
    identity,
    ttl: TICKET_TTL_S,
  });
  token.addGrant(new AccessToken.VoiceGrant({ incomingAllow: true }));
  return { identity, token: token.toJwt(), expiresAt: nowMs + TICKET_TTL_S * 1_000 };
}
