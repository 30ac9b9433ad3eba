import { createHmac, timingSafeEqual } from "node:crypto";

/** A parsed form: each name with its value, or with all its values where it came more than once. */
export type SignedForm = { readonly [name: string]: string | readonly string[] };

/**
 * Parses a form body for signing: values stay untrimmed, empty ones are kept, and a repeated name keeps every value. The
 * object has no prototype, so a field called `__proto__` is a field.
 */
export function parseSignedForm(body: string): SignedForm {
  const form: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of fieldsIn(body)) {
    const known = form[name];
    if (known === undefined) form[name] = value;
    else if (typeof known === "string") form[name] = [known, value];
    else known.push(value);
  }
  return form;
}

/** As URLSearchParams reads them, several times faster: the platform's is asked only for a body that is not proper UTF-8. */
function fieldsIn(body: string): Iterable<readonly [string, string]> {
  const fields: [string, string][] = [];
  try {
    for (const field of (body.startsWith("?") ? body.slice(1) : body).split("&")) {
      if (field === "") continue;
      const equals = field.indexOf("=");
      if (equals < 0) fields.push([decoded(field), ""]);
      else fields.push([decoded(field.slice(0, equals)), decoded(field.slice(equals + 1))]);
    }
    return fields;
  } catch {
    return new URLSearchParams(body);
  }
}

function decoded(text: string): string {
  if (!/[%+]/.test(text)) return text;
  return decodeURIComponent(text.replaceAll("+", " "));
}

/**
 * True when `signature` was made with one of the tokens over exactly this URL and form. `url` must be the address as it was
 * given to the carrier, character by character: rebuilding it through `URL` turns `'` into `%27` and refuses genuine calls.
 * It is tried as it stands first, so an ordinary webhook costs one hash; then with its port put in or left out, which
 * carriers do either way. Several tokens are tried because a former one stays valid while a rotation overlaps.
 */
export function isSigned(tokens: readonly string[], signature: string | null, url: string, form: SignedForm): boolean {
  if (signature === null || !SIGNATURE.test(signature)) return false;
  const told = Buffer.from(signature, "base64");
  const fields = signedFields(form);
  const signs = (address: string) => tokens.some((token) => timingSafeEqual(told, hmacOf(token, address + fields)));
  return signs(url) || otherSpellings(url).some(signs);
}

/** The base64 of twenty bytes, written the one way there is. */
const SIGNATURE = /^[A-Za-z0-9+/]{26}[AEIMQUYcgkosw048]=$/;

function hmacOf(token: string, text: string): Buffer {
  return createHmac("sha1", token).update(text, "utf8").digest();
}

/** Names in code-unit order, each with its values: distinct and in order where there are several. */
function signedFields(form: SignedForm): string {
  let fields = "";
  for (const name of Object.keys(form).sort()) {
    const value = form[name];
    if (typeof value === "string") fields += name + value;
    else for (const each of [...new Set(value)].sort()) fields += name + each;
  }
  return fields;
}

/** The same address with its port, and without. Ports are found in the text: nothing else may change. */
function otherSpellings(url: string): string[] {
  const [whole, scheme = "", authority = ""] = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)/i.exec(url) ?? [];
  if (whole === undefined) return [];
  const rest = url.slice(whole.length);
  // A colon begins the port only after whoever signs in (`user:password@`) and after the bracket of an IPv6 address.
  const hostAt = Math.max(authority.lastIndexOf("@"), authority.lastIndexOf("]")) + 1;
  const portAt = authority.indexOf(":", hostAt);
  if (portAt >= 0) return [scheme + authority.slice(0, portAt) + rest];
  return [`${scheme}${authority}${scheme.toLowerCase() === "https://" ? ":443" : ":80"}${rest}`];
}
