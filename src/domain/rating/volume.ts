import { add, compare, exactText, multiply, type Rational, rational, ZERO } from "../kernel/rational.ts";
import { NONE, togetherAt } from "./behind.ts";
import { USAGE_UNITS, type VolumeCharge } from "./charge.ts";
import type { ChargeContext, LineDraft } from "./line.ts";
import { type TierRange, tierOf, tierRanges } from "./tiers.ts";

/** The whole quantity at the price of the tier it reaches, and that tier's flat once anything was used. */
export function volumeAmount(ranges: readonly TierRange[], quantity: Rational, flatOnZero = false): Rational {
  if (quantity.num === 0n && !flatOnZero) return ZERO;
  const tier = tierOf(ranges, quantity);
  return tier === undefined ? ZERO : add(multiply(quantity, tier.price), tier.flat);
}

/** The key does not name the tier: a late call that reaches the next one re-prices the same line. */
export function rateVolume(charge: VolumeCharge, context: ChargeContext): LineDraft[] {
  const used = context.totals.all.quantity;
  const tier = tierOf(tierRanges(charge.tiers), rational(used));
  if (used === 0n || tier === undefined) return [];
  const quantity = rational(used);
  const bounds = { above: exactText(tier.above), upTo: tier.upTo === null ? null : exactText(tier.upTo) };
  const lines: LineDraft[] = [
    {
      component: "volume",
      quantity,
      unit: USAGE_UNITS[charge.usage],
      unitPrice: tier.price,
      exact: multiply(quantity, tier.price),
      detail: { kind: "tier", ...bounds, price: exactText(tier.price), quantity: exactText(quantity) },
      behind: togetherAt(tier.price),
    },
  ];
  if (tier.flat.num !== 0n) {
    lines.push({
      component: "volume-flat",
      quantity: rational(1),
      unit: "tier",
      unitPrice: tier.flat,
      exact: tier.flat,
      detail: { kind: "tier_flat", ...bounds, flat: exactText(tier.flat) },
      behind: NONE,
    });
  }
  return lines;
}

/** Quantities at which one more unit makes the whole cheaper: what the editor warns of. */
export function volumeCliffs(ranges: readonly TierRange[]): Rational[] {
  return ranges.flatMap((range) => {
    if (range.upTo === null) return [];
    const next = add(range.upTo, rational(1));
    const falls = compare(volumeAmount(ranges, next), volumeAmount(ranges, range.upTo)) < 0;
    return falls ? [range.upTo] : [];
  });
}
