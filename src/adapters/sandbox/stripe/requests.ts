import type { Desk } from "./desk.ts";
import { type Form, Params, parseForm } from "./form.ts";
import { OPERATIONS, type Operation } from "./operations.ts";
import { invalidParam, StripeProblem } from "./problems.ts";

/** The version of the interface that is spoken here: the one that the official client pins. */
export const API_VERSION = "2026-10-28.endive";

export type Asked = { readonly operation: Operation; readonly id: string; readonly form: Form; readonly url: URL };

/** Who asks and what for. Throws Stripe's own refusals. */
export async function read(request: Request, secretKey: string): Promise<Asked> {
  if (request.headers.get("authorization") !== `Bearer ${secretKey}`) {
    throw new StripeProblem(401, "invalid_request_error", null, "Invalid API Key provided: sk_test_****");
  }
  const version = request.headers.get("stripe-version");
  if (version !== null && version !== API_VERSION) {
    throw new StripeProblem(400, "invalid_request_error", null, `Invalid Stripe API version: ${version}`);
  }
  const url = new URL(request.url);
  const form = parseForm(request.method === "POST" ? await request.text() : url.search.slice(1));
  for (const operation of OPERATIONS) {
    const match = operation.path.exec(url.pathname);
    if (match !== null && operation.method === request.method)
      return { operation, id: decodeURIComponent(match[1] ?? ""), form, url };
  }
  throw new StripeProblem(
    404,
    "invalid_request_error",
    null,
    `Unrecognized request URL (${request.method}: ${url.pathname}).`,
  );
}

/** Every parameter is known and the operation is done; what it throws is Stripe's answer. */
export function perform(desk: Desk, { operation, id, form, url }: Asked): object {
  return operation.answer(desk, new Params(form, operation.honours), id, url);
}

/** What must be the same when a key comes again. */
export function fingerprintOf(request: Request, { form, url }: Asked): string {
  return `${request.method} ${url.pathname} ${JSON.stringify(form)}`;
}

export function keyConflict(key: string): StripeProblem {
  return new StripeProblem(
    400,
    "idempotency_error",
    "idempotency_key_in_use",
    `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  );
}

export function keyOf(request: Request): string | null {
  const key = request.headers.get("idempotency-key");
  if (key !== null && (key.length === 0 || key.length > 255))
    throw invalidParam("Idempotency-Key", "Idempotency keys have 1 to 255 characters.");
  return request.method === "POST" ? key : null;
}
