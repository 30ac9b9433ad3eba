import type { Instant } from "../kernel/instant.ts";

/** Parts of an allowance, in per cent, at which the client is told. */
export const ALERT_STEPS = [50, 80, 100] as const;
export type AlertStep = (typeof ALERT_STEPS)[number];

/** How far an allowance (a package's units, a spending limit in minor units) is used up. */
export type Used = { readonly used: bigint; readonly of: bigint };

/** The highest step that was reached; null below the first. An allowance of nothing is used up by anything. */
export function stepReached({ used, of }: Used): AlertStep | null {
  if (of <= 0n) return used > 0n ? 100 : null;
  return ALERT_STEPS.findLast((step) => used * 100n >= of * BigInt(step)) ?? null;
}

/** A step that the client was told of this month, of an allowance of this size. */
export type Told = { readonly step: AlertStep; readonly of: bigint };

/**
 * The step to tell now: the highest reached. Null where it, or a higher one of an allowance of the same size, was told already:
 * what late corrections take back is no news, a limit that was set anew is.
 */
export function stepToTell(used: Used, told: readonly Told[]): AlertStep | null {
  const step = stepReached(used);
  if (step === null) return null;
  return told.some((it) => it.of === used.of && it.step >= step) ? null : step;
}

/**
 * When the allowance is used up at the pace so far: begin + (now − begin) × of ÷ used, rounded up to a millisecond. Null
 * where nothing was used, or where that lies after the end. What is used up already was so by now.
 */
export function usedUpAt({ used, of }: Used, time: { from: Instant; now: Instant; to: Instant }): Instant | null {
  const { from, now, to } = time;
  if (used <= 0n || now <= from) return null;
  if (used >= of) return now;
  const elapsed = BigInt(now - from);
  const at = from + Number((elapsed * of + used - 1n) / used);
  return at < to ? at : null;
}
