/** Why usage waits for a person: nothing that may be worth money is left out in silence. */
export const EXCEPTION_REASONS = [
  /** Came under a known source event with another content; not stored as usage. */
  "rival",
  /** No version of any contract was in force on its day. */
  "no_contract",
  /** The same id stands for two contents. */
  "conflict",
  "negative_quantity",
  /** A percentage of a sale whose value is not known. */
  "missing_sale",
  /** A milestone that no charge names. */
  "unknown_milestone",
  /** Came later than the contract's limit. */
  "late",
  /** Its month has no invoice that could take it, and is long past. */
  "period_not_billed",
] as const;

export type ExceptionReason = (typeof EXCEPTION_REASONS)[number];
