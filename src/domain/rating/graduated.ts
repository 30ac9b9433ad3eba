import { add, exact, exactText, multiply, type Rational, rational, sum } from "../kernel/rational.ts";
import { NONE } from "./behind.ts";
import { type GraduatedCharge, USAGE_UNITS } from "./charge.ts";
import type { ChargeContext, LineDraft } from "./line.ts";
import { graduatedParts, type TierRange, tierRanges } from "./tiers.ts";

/** The whole of a graduated price: each tier's part at its own price, and the flat of each tier that was entered. */
export function graduatedAmount(ranges: readonly TierRange[], quantity: Rational, flatOnZero = false): Rational {
  return sum(graduatedParts(ranges, quantity, flatOnZero).map((part) => add(part.amount, part.flat)));
}

/** One line per tier, one more for its flat. An event that crosses a boundary stands in both lines with its parts. */
export function rateGraduated(charge: GraduatedCharge, context: ChargeContext): LineDraft[] {
  const total = rational(context.totals.all.quantity);
  return tierRanges(charge.tiers).flatMap((range, at) => tierLines(charge, range, at, total));
}

function tierLines(charge: GraduatedCharge, range: TierRange, at: number, total: Rational): LineDraft[] {
  const part = graduatedParts([range], total)[0];
  if (part === undefined) return [];
  const unit = USAGE_UNITS[charge.usage];
  const bounds = { above: exactText(range.above), upTo: range.upTo === null ? null : exactText(range.upTo) };
  const price = charge.tiers[at]?.price ?? "0";
  const lines: LineDraft[] = [
    {
      component: `tier-${at + 1}`,
      quantity: part.used,
      unit,
      unitPrice: exact(price),
      exact: multiply(part.used, range.price),
      detail: { kind: "tier", ...bounds, price, quantity: exactText(part.used) },
      behind: { by: "quantity", each: range.price, above: range.above.num, upTo: range.upTo?.num ?? null, key: null },
    },
  ];
  if (range.flat.num !== 0n) {
    lines.push({
      component: `tier-${at + 1}-flat`,
      quantity: rational(1),
      unit: "tier",
      unitPrice: range.flat,
      exact: range.flat,
      detail: { kind: "tier_flat", ...bounds, flat: exactText(range.flat) },
      behind: NONE,
    });
  }
  return lines;
}
