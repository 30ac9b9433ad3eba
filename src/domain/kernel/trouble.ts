/**
 * Trouble takes one of three roads. A **refusal** is expected and safe to show: it has a stable code. An **outage** says
 * that something outside failed and whether to try again. Everything else thrown is a **bug**: alerted, shown to nobody.
 */
export type RefusalKind = "invalid" | "unauthenticated" | "forbidden" | "not_found" | "conflict" | "too_many";

/** The rule that was broken, for whoever says it in another language: its name, and its bound where it has one. */
export type FaultRule = { readonly is: string; readonly limit?: number | string };

/** One wrong place in what was given: where, what stood there, and what may stand there. */
export type Fault = {
  readonly path: string;
  readonly message: string;
  readonly rule?: FaultRule;
  readonly value?: unknown;
  readonly allowed?: readonly unknown[];
};

export class Refusal extends Error {
  readonly kind: RefusalKind;
  /** Stable and machine-readable: `outside_calling_hours`, `unknown_disposition`. */
  readonly code: string;
  readonly faults: readonly Fault[];
  readonly retryAfterMs: number | null;

  constructor(
    kind: RefusalKind,
    code: string,
    message: string,
    more: { faults?: readonly Fault[]; retryAfterMs?: number } = {},
  ) {
    super(message);
    this.name = "Refusal";
    this.kind = kind;
    this.code = code;
    this.faults = more.faults ?? [];
    this.retryAfterMs = more.retryAfterMs ?? null;
  }
}

export class Outage extends Error {
  /** What failed: `database`, `carrier`. */
  readonly part: string;
  readonly retryable: boolean;
  /** When to try again at the earliest, where the other side said so. */
  readonly retryAfterMs: number | null;

  constructor(
    part: string,
    message: string,
    more: { retryable?: boolean; retryAfterMs?: number | null; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = "Outage";
    this.part = part;
    this.retryable = more.retryable ?? true;
    this.retryAfterMs = more.retryAfterMs ?? null;
  }
}
