import {
  add,
  ceil,
  compare,
  divide,
  max,
  min,
  multiply,
  type Rational,
  rational,
  subtract,
  ZERO,
} from "../kernel/rational.ts";

/** Packs begun by a quantity beyond the free units: 121 in packs of 10 is 13. */
export function packsOf(quantity: Rational, size: Rational, free: Rational = ZERO): bigint {
  const charged = max(ZERO, subtract(quantity, free));
  return ceil(divide(charged, size));
}

/** A tier that is sold in blocks: a block begun is a block paid, and the tier holds so many blocks. */
export type BlockTier = { readonly block: Rational; readonly blocksMax: Rational | null; readonly price: Rational };

/** Tiers filled in order; what each comes to. Tiers that are not reached come to nothing and are left out. */
export function blocksOfAllTiers(tiers: readonly BlockTier[], quantity: Rational): Rational[] {
  let left = quantity;
  const amounts: Rational[] = [];
  for (const tier of tiers) {
    if (left.num <= 0n) break;
    const here = tier.blocksMax === null ? left : min(left, multiply(tier.block, tier.blocksMax));
    amounts.push(multiply(rational(packsOf(here, tier.block)), tier.price));
    left = subtract(left, here);
  }
  return amounts;
}

/** The whole quantity in blocks of the tier it reaches. */
export function blocksOfTopTier(tiers: readonly BlockTier[], quantity: Rational): Rational {
  let reach = ZERO;
  for (const [at, tier] of tiers.entries()) {
    reach = tier.blocksMax === null ? max(reach, quantity) : add(reach, multiply(tier.block, tier.blocksMax));
    const last = at === tiers.length - 1;
    if (last || compare(quantity, reach) <= 0) return multiply(rational(packsOf(quantity, tier.block)), tier.price);
  }
  return ZERO;
}
