import { add, compare, max, min, multiply, type Rational, rational, subtract, ZERO } from "../kernel/rational.ts";
import type { TierRange } from "./tiers.ts";

/** On a day of the month, seats join or leave; the day itself counts. */
export type SeatChange = { readonly day: number; readonly by: number };

/**
 * Seats of graduated tiers that change in mid-month: each seat added or taken away is priced at its own tier for the days
 * that are left. A tier's flat is due whole once the tier has been reached and stays due.
 */
export function proratedSeats(
  ranges: readonly TierRange[],
  start: number,
  changes: readonly SeatChange[],
  days: number,
): Rational {
  let seats = start;
  let total = ZERO;
  let reached = ranges.filter((range) => compare(rational(start), range.above) > 0).length;
  for (const { day, by } of changes) {
    const after = Math.max(0, seats + by);
    const share = rational(days - day + 1, days);
    for (const [at, range] of ranges.entries()) {
      const part = subtract(below(range, after), below(range, seats));
      total = add(total, multiply(multiply(part, range.price), share));
      if (at >= reached && compare(rational(after), range.above) > 0) {
        total = add(total, range.flat);
        reached = at + 1;
      }
    }
    seats = after;
  }
  return total;
}

/** Seats of a count that lie in the tier. */
function below(range: TierRange, seats: number): Rational {
  const top = range.upTo === null ? rational(seats) : min(rational(seats), range.upTo);
  return max(ZERO, subtract(top, range.above));
}
