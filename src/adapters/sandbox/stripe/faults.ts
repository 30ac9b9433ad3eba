import { z } from "zod";

const rate = z.number().min(0).max(1).default(0);

/** How the sandbox Stripe misbehaves on request: rates from 0 to 1, drawn for each request or each event. */
export const FaultsBody = z.strictObject({
  seed: z.int().default(1),
  /** A request is answered 500 before or after its effect; either way the answer is kept under its key, as Stripe does. */
  http500Before: rate,
  http500After: rate,
  http429: rate,
  /** Events of one deed are sent last first; sent twice; never sent; sent late by `delayMs`. */
  reverse: rate,
  duplicate: rate,
  lose: rate,
  delay: rate,
  delayMs: z.number().min(0).max(60_000).default(2_000),
  /** An event of a type that nobody has heard of joins those of a deed. */
  unknown: rate,
  /** Events of a request are delivered before its answer. */
  early: rate,
});

export type Faults = z.infer<typeof FaultsBody>;

export const NO_FAULTS: Faults = FaultsBody.parse({});
