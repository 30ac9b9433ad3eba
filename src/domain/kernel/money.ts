import { CURRENCY_DECIMALS, type Currency } from "./currency.ts";
import {
  compare,
  floor,
  multiply,
  placed,
  type Rational,
  rational,
  roundHalfAwayFromZero,
  subtract,
  sum,
  times,
} from "./rational.ts";
import { assert } from "./step.ts";

/** The one rounding of an invoice line: an exact amount in major units to whole minor units, half away from zero. */
export function roundToMinor(major: Rational, currency: Currency): bigint {
  return roundHalfAwayFromZero(times(major, minorPerMajor(currency)));
}

export function minorPerMajor(currency: Currency): bigint {
  return 10n ** BigInt(CURRENCY_DECIMALS[currency]);
}

/** `1250n` of CNY is `"12.50"`, of JPY `"1250"`, of KWD `"1.250"`. */
export function majorText(minor: bigint, currency: Currency): string {
  return placed(minor, CURRENCY_DECIMALS[currency]);
}

/**
 * Splits whole units by weight so that the parts add up: each gets its floor, and what is left goes one by one to the
 * largest remainders, the earlier part on a tie. A weight of zero gets nothing. A negative total mirrors a positive one.
 */
export function splitByLargestRemainder(total: bigint, weights: readonly Rational[]): bigint[] {
  return split(total, weights, (shares, floors) => {
    const remainder = (at: number) => subtract(shares[at] ?? rational(0), rational(floors[at] ?? 0n));
    return [...weights.keys()].sort((a, b) => compare(remainder(b), remainder(a)) || a - b);
  });
}

/** The other known policy, where a contract names it: what the floors leave goes to the first parts. */
export function splitFromTheFirst(total: bigint, weights: readonly Rational[]): bigint[] {
  return split(total, weights, () => [...weights.keys()]);
}

function split(
  total: bigint,
  weights: readonly Rational[],
  orderOf: (shares: readonly Rational[], floors: readonly bigint[]) => number[],
): bigint[] {
  if (total < 0n) return split(-total, weights, orderOf).map((part) => -part);
  const whole = sum(weights);
  assert(weights.every((weight) => weight.num >= 0n) && whole.num > 0n, "weights are not negative and not all zero");
  const shares = weights.map((weight) => rational(total * weight.num * whole.den, weight.den * whole.num));
  const parts = shares.map(floor);
  let left = total - parts.reduce((a, b) => a + b, 0n);
  const order = orderOf(shares, parts).filter((at) => weights[at]?.num !== 0n);
  for (const at of order) {
    if (left === 0n) break;
    parts[at] = (parts[at] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts;
}

/** Parts of an amount over time: differences of rounded cumulative shares, so that they always add up to the rounded sum. */
export function partition(amount: Rational, parts: readonly Rational[], whole: Rational): bigint[] {
  let reached = rational(0);
  let booked = 0n;
  return parts.map((part) => {
    reached = sum([reached, part]);
    const cumulative = roundHalfAwayFromZero(
      multiply(amount, rational(reached.num * whole.den, reached.den * whole.num)),
    );
    const difference = cumulative - booked;
    booked = cumulative;
    return difference;
  });
}
