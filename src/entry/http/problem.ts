import { HTTPException } from "hono/http-exception";
import { DatabaseRefusal } from "../../adapters/db/index.ts";
import { type Fault, Outage, Refusal, type RefusalKind } from "../../domain/kernel/trouble.ts";
import { errorFields, log } from "../log.ts";

/** What a caller is told about trouble: RFC 9457, with a stable code and the id under which the logs know the request. */
export type ProblemBody = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly Fault[];
  readonly requestId: string;
};

const STATUS: { readonly [kind in RefusalKind]: number } = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_many: 429,
};
const TITLES: { readonly [status: number]: string } = {
  400: "Bad request",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Not possible now",
  413: "Too large",
  415: "Unsupported media type",
  422: "Invalid input",
  426: "Upgrade required",
  429: "Too many requests",
  500: "Something broke in Callhouse",
  503: "A part of the house is away",
};
const RETRY_AFTER_S = 2;

export type ProblemGiven = {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly Fault[];
  readonly retryAfterMs?: number | null;
};

export function problem(given: ProblemGiven, requestId: string): Response {
  const body: ProblemBody = {
    type: `urn:callhouse:problem:${given.code}`,
    title: TITLES[given.status] ?? "Refused",
    status: given.status,
    code: given.code,
    detail: given.detail,
    ...(given.errors === undefined || given.errors.length === 0 ? {} : { errors: given.errors }),
    requestId,
  };
  const headers: Record<string, string> = { "content-type": "application/problem+json", "cache-control": "no-store" };
  if (given.retryAfterMs) headers["retry-after"] = String(Math.ceil(given.retryAfterMs / 1_000));
  return new Response(JSON.stringify(body), { status: given.status, headers });
}

/** The one mapper from trouble to HTTP. A bug says nothing about itself; its request id leads to the log. */
export function problemOf(error: unknown): ProblemGiven {
  if (error instanceof DatabaseRefusal) return databaseRefusal(error);
  if (error instanceof Refusal) {
    const { kind, code, message, faults, retryAfterMs } = error;
    return { status: STATUS[kind], code, detail: message, errors: faults, retryAfterMs };
  }
  if (error instanceof Outage) {
    return outage(error.part, error.retryAfterMs);
  }
  if (error instanceof HTTPException) {
    return { status: error.status, code: "bad_request", detail: error.message || (TITLES[error.status] ?? "Refused") };
  }
  return {
    status: 500,
    code: "bug",
    detail: "the request could not be completed; the log has it under this request id",
  };
}

export function respondToTrouble(error: unknown, requestId: string, route: string): Response {
  const given = problemOf(error);
  if (given.status >= 500)
    log(given.code === "bug" ? "alert" : "error", `request_${given.code}`, { requestId, route, ...errorFields(error) });
  return problem(given, requestId);
}

function outage(part: string, retryAfterMs: number | null): ProblemGiven {
  return {
    status: 503,
    code: `${part}_away`,
    detail: `the ${part} cannot be reached at the moment; nothing was changed`,
    retryAfterMs: retryAfterMs ?? RETRY_AFTER_S * 1_000,
  };
}

/** What belongs to others is not found, in the same words as what does not exist. */
function databaseRefusal({ code }: DatabaseRefusal): ProblemGiven {
  switch (code) {
    case "not_allowed":
    case "refers_to_nothing":
      return { status: 404, code: "not_found", detail: "there is no such thing here" };
    case "exists":
    case "still_referred_to":
    case "overlaps":
      return { status: 409, code, detail: "this does not agree with what is already there" };
    case "invalid_value":
      return { status: 422, code: "invalid_input", detail: "a value is not one that may be stored" };
  }
}
