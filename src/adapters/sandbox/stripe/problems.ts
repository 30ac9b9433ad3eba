export type ProblemType =
  | "invalid_request_error"
  | "idempotency_error"
  | "card_error"
  | "api_error"
  | "rate_limit_error";

/** An error as Stripe words it: `{ error: { type, code, message, param } }`. */
export class StripeProblem extends Error {
  readonly status: number;
  readonly type: ProblemType;
  readonly code: string | null;
  readonly param: string | null;
  readonly declineCode: string | null;

  constructor(
    status: number,
    type: ProblemType,
    code: string | null,
    message: string,
    more: { param?: string; declineCode?: string } = {},
  ) {
    super(message);
    this.status = status;
    this.type = type;
    this.code = code;
    this.param = more.param ?? null;
    this.declineCode = more.declineCode ?? null;
  }

  body(requestId: string) {
    return {
      error: {
        ...(this.code === null ? {} : { code: this.code, doc_url: `https://stripe.com/docs/error-codes/${this.code}` }),
        ...(this.declineCode === null ? {} : { decline_code: this.declineCode }),
        message: this.message,
        ...(this.param === null ? {} : { param: this.param }),
        request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}`,
        type: this.type,
      },
    };
  }
}

export function invalidParam(param: string, message: string, code: string | null = null): StripeProblem {
  return new StripeProblem(400, "invalid_request_error", code, message, { param });
}

export function missing(what: string, id: string, param = "id"): StripeProblem {
  return new StripeProblem(404, "invalid_request_error", "resource_missing", `No such ${what}: '${id}'`, { param });
}

/** The thing exists but is not in a state for this. */
export function notNow(code: string | null, message: string): StripeProblem {
  return new StripeProblem(400, "invalid_request_error", code, message);
}
