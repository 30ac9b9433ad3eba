import { createHmac } from "node:crypto";
import type { AppliedTenant } from "../../src/entry/cli/tenants.ts";
import type { House } from "./house.ts";

type Forgery = { readonly signedBy?: AppliedTenant; readonly signature?: string };

/** A webhook as the client's carrier sends it, signed over exactly this address and form, over real HTTP. */
export function webhook(
  house: House,
  tenant: AppliedTenant,
  what: string,
  fields: Record<string, string>,
  forgery: Forgery = {},
): Promise<Response> {
  const url = `${house.stack.appUrl}/t/${tenant.token}/${what}`;
  const signed = Object.keys(fields)
    .sort()
    .reduce((text, name) => text + name + fields[name], url);
  const key = (forgery.signedBy ?? tenant).account.authTokens[0] ?? "";
  const signature = forgery.signature ?? createHmac("sha1", key).update(signed).digest("base64");
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
    body: new URLSearchParams(fields).toString(),
  });
}
