import type { Instant } from "../domain/kernel/instant.ts";

/**
 * The one source of time. In production it is the platform's clock; in the sandbox environment alone it may run faster,
 * so every wait is set through `realDelayMs` and every stamp read through `now`.
 */
export interface Clock {
  now(): Instant;
  /** The platform's own instant at which this clock will show `at`: what an alarm must be set to. */
  realInstant(at: Instant): number;
}
