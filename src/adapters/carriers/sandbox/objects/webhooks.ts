import { createHmac } from "node:crypto";
import { noteAnswerTime } from "./answer-times.ts";

/**
 * Sends what the carrier posts to the application, signed as Twilio signs: HMAC-SHA1 under the account's token over the
 * address exactly as configured, followed by every name and value in order of name. Body form-encoded.
 */
export type Outgoing = {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly params: Readonly<Record<string, string>>;
  /** The same for a repeat of the same request; outside the signature, as at Twilio. */
  readonly idempotencyToken: string;
};

export function signature(authToken: string, url: string, params: Readonly<Record<string, string>>): string {
  const signed = Object.keys(params)
    .sort()
    .reduce((text, name) => text + name + params[name], url);
  return createHmac("sha1", authToken).update(signed, "utf8").digest("base64");
}

/** Posts once, and once more when no connection came about: Twilio's default. Anything else is the receiver's answer. */
export async function send(outgoing: Outgoing, authToken: string, limitMs: number): Promise<Response> {
  const signal = AbortSignal.timeout(limitMs);
  const sentAt = Date.now();
  try {
    return await post(outgoing, authToken, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return post(outgoing, authToken, signal);
  } finally {
    noteAnswerTime(Date.now() - sentAt);
  }
}

function post(outgoing: Outgoing, authToken: string, signal: AbortSignal): Promise<Response> {
  const encoded = new URLSearchParams(outgoing.params).toString();
  const get = outgoing.method === "GET";
  const url = get ? `${outgoing.url}${outgoing.url.includes("?") ? "&" : "?"}${encoded}` : outgoing.url;
  return fetch(url, {
    method: outgoing.method,
    redirect: "manual",
    signal,
    headers: {
      "User-Agent": "TwilioProxy/1.1",
      Accept: "*/*",
      "X-Twilio-Signature": signature(authToken, url, get ? {} : outgoing.params),
      "I-Twilio-Idempotency-Token": outgoing.idempotencyToken,
      ...(get ? {} : { "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8" }),
    },
    ...(get ? {} : { body: encoded }),
  });
}
