import { compare, exact, max, min, multiply, type Rational, subtract, ZERO } from "../kernel/rational.ts";
import type { Tier } from "./charge.ts";

/** A tier as numbers: `(above, upTo]`. */
export type TierRange = {
  readonly above: Rational;
  readonly upTo: Rational | null;
  readonly price: Rational;
  readonly flat: Rational;
};

export function tierRanges(tiers: readonly Tier[]): TierRange[] {
  let above = ZERO;
  return tiers.map((tier) => {
    const upTo = tier.upTo === null ? null : exact(tier.upTo);
    const range = { above, upTo, price: exact(tier.price), flat: tier.flat === undefined ? ZERO : exact(tier.flat) };
    above = upTo ?? above;
    return range;
  });
}

/** How much of a quantity lies in the tier. */
export function within(range: TierRange, quantity: Rational): Rational {
  const top = range.upTo === null ? quantity : min(quantity, range.upTo);
  return max(ZERO, subtract(top, range.above));
}

/** The tier that a quantity reaches; for nothing used, the first. */
export function tierOf(ranges: readonly TierRange[], quantity: Rational): TierRange | undefined {
  return ranges.find((range) => range.upTo === null || compare(quantity, range.upTo) <= 0) ?? ranges.at(-1);
}

export type TierPart = {
  readonly at: number;
  readonly used: Rational;
  readonly amount: Rational;
  readonly flat: Rational;
};

/** The parts of a graduated price, tier by tier; only tiers that were entered, unless a contract charges flats on nothing. */
export function graduatedParts(ranges: readonly TierRange[], quantity: Rational, flatOnZero = false): TierPart[] {
  return ranges.flatMap((range, at) => {
    const used = within(range, quantity);
    const entered = used.num > 0n || (flatOnZero && at === 0);
    return entered ? [{ at, used, amount: multiply(used, range.price), flat: range.flat }] : [];
  });
}
