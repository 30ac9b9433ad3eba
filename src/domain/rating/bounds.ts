import { add, max, min, multiply, negate, ONE, type Rational, subtract, sum, ZERO } from "../kernel/rational.ts";

/** Limits on what a charge comes to over its period; each shows as a line of its own, never inside another. */
export type Bounds = {
  /** A fraction taken off first: 50 % is 1/2. */
  readonly discount: Rational;
  readonly minimum: Rational | null;
  readonly maximum: Rational | null;
  /** What earlier parts of the same period have come to, net. */
  readonly alreadyBilled: Rational;
  /** A minimum is due on the period's last bill alone, never on one in between. */
  readonly last: boolean;
};

export type Bounded = {
  readonly gross: Rational;
  /** Zero or negative. */
  readonly percentDiscount: Rational;
  /** For each line, zero or negative: the cap is met in the order of the lines. */
  readonly capDiscounts: readonly Rational[];
  readonly trueUp: Rational;
  readonly total: Rational;
};

export const NO_BOUNDS: Bounds = { discount: ZERO, minimum: null, maximum: null, alreadyBilled: ZERO, last: true };

/** Percentage first, then the cap on the period so far, then the minimum. */
export function bound(lines: readonly Rational[], bounds: Bounds): Bounded {
  const gross = sum(lines);
  const nets = lines.map((line) => multiply(line, subtract(ONE, bounds.discount)));
  let room = bounds.maximum === null ? null : max(ZERO, subtract(bounds.maximum, bounds.alreadyBilled));
  const capDiscounts = nets.map((net) => {
    if (room === null) return ZERO;
    const kept = min(net, room);
    room = subtract(room, kept);
    return subtract(kept, net);
  });
  const net = sum([...nets, ...capDiscounts]);
  const trueUp = bounds.last ? trueUpTo(bounds.minimum, add(bounds.alreadyBilled, net)) : ZERO;
  const percentDiscount = negate(multiply(gross, bounds.discount));
  return { gross, percentDiscount, capDiscounts, trueUp, total: add(net, trueUp) };
}

/** What is missing to a minimum or a commitment; never negative. */
export function trueUpTo(minimum: Rational | null, reached: Rational): Rational {
  return minimum === null ? ZERO : max(ZERO, subtract(minimum, reached));
}
