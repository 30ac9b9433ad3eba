import { validateRequest } from "twilio/lib/webhooks/webhooks.js";

/** A parsed form: each name with its value, or with all its values where it came more than once. */
export type SignedForm = { readonly [name: string]: string | readonly string[] };

/**
 * Parses a form body for signing: values stay untrimmed, empty ones are kept, and a repeated name keeps every value. The
 * object has no prototype, so a field called `__proto__` is a field.
 */
export function parseSignedForm(body: string): SignedForm {
  const form: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(body)) {
    const known = form[name];
    if (known === undefined) form[name] = value;
    else if (typeof known === "string") form[name] = [known, value];
    else known.push(value);
  }
  return form;
}

/**
 * True when `signature` was made with one of the tokens over exactly this URL and form. `url` must be the address as it was
 * given to the carrier, character by character: rebuilding it through `URL` turns `'` into `%27` and refuses genuine calls.
 * Twilio's own check covers the variants with and without port and compares in constant time. Several tokens are tried
 * because a former one stays valid while a rotation overlaps.
 */
export function isSigned(tokens: readonly string[], signature: string | null, url: string, form: SignedForm): boolean {
  if (signature === null || signature === "") return false;
  return tokens.some((token) => validateRequest(token, signature, url, form));
}
