import { timingSafeEqual } from "node:crypto";
import type { Account } from "../exchange/state.ts";

/** Basic auth with the account's sid and token, or with its API key's sid and secret. */
export function isAuthorized(request: Request, account: Account | null): account is Account {
  const header = request.headers.get("authorization") ?? "";
  if (account === null || !header.startsWith("Basic ")) return false;
  const given = Buffer.from(header.slice("Basic ".length), "base64");
  const pairs = [`${account.sid}:${account.authToken}`, `${account.apiKeySid}:${account.apiKeySecret}`];
  return pairs.some((pair) => {
    const expected = Buffer.from(pair);
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
}
