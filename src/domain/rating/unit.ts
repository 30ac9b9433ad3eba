import { divide, exact, exactText, multiply, type Rational, rational, subtract } from "../kernel/rational.ts";
import { allAt, NONE } from "./behind.ts";
import { type UnitCharge, USAGE_UNITS } from "./charge.ts";
import type { ChargeContext, LineDraft } from "./line.ts";

/**
 * So much each. Where fewer than the base count were used, a second line tops up to it, in the open: the client pays for
 * `max(base, used)` and sees which part was never used.
 */
export function rateUnit(charge: UnitCharge, context: ChargeContext): LineDraft[] {
  const price = divide(exact(charge.price), rational(charge.per));
  const unit = USAGE_UNITS[charge.usage];
  const used = context.totals.all.quantity;
  const lines: LineDraft[] = [];
  if (used > 0n) {
    const detail = { kind: "each", price: charge.price, per: charge.per, quantity: used.toString() } as const;
    const exactSum = unitAmount(price, rational(used));
    lines.push({
      component: "each",
      quantity: rational(used),
      unit,
      unitPrice: price,
      exact: exactSum,
      detail,
      behind: allAt(price),
    });
  }
  const base = multiply(rational(charge.baseCount), rational(context.share.days, context.share.of));
  const missing = subtract(base, rational(used));
  if (missing.num > 0n) {
    lines.push({
      component: "base-count",
      quantity: missing,
      unit,
      unitPrice: price,
      exact: unitAmount(price, missing),
      completes: unitAmount(price, rational(used)),
      detail: {
        kind: "base_count",
        price: charge.price,
        base: exactText(base),
        used: used.toString(),
        share: context.share,
      },
      behind: NONE,
    });
  }
  return lines;
}

export function unitAmount(price: Rational, quantity: Rational): Rational {
  return multiply(price, quantity);
}
