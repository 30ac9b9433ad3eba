import { divide, exact, exactText, multiply, type Rational, rational, subtract, times } from "../kernel/rational.ts";
import { type UnitCharge, USAGE_UNITS } from "./charge.ts";
import type { ChargeContext, LineDraft, RatedItem } from "./line.ts";

/**
 * So much each. Where fewer than the base count were used, a second line tops up to it, in the open: the client pays for
 * `max(base, used)` and sees which part was never used.
 */
export function rateUnit(charge: UnitCharge, context: ChargeContext): LineDraft[] {
  const price = divide(exact(charge.price), rational(charge.per));
  const unit = USAGE_UNITS[charge.usage];
  let used = 0n;
  const items = context.usage.map((record): RatedItem => {
    used += BigInt(record.quantity);
    const amount = record.quantity === 1 ? price : times(price, record.quantity);
    return {
      usageId: record.id,
      contactId: record.contactId,
      quantity: record.quantity,
      amount,
      cost: null,
      billedS: null,
    };
  });
  const lines: LineDraft[] = [];
  if (items.length > 0) {
    const detail = { kind: "each", price: charge.price, per: charge.per, quantity: used.toString() } as const;
    const exactSum = unitAmount(price, rational(used));
    lines.push({ component: "each", quantity: rational(used), unit, unitPrice: price, exact: exactSum, detail, items });
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
      items: [],
    });
  }
  return lines;
}

export function unitAmount(price: Rational, quantity: Rational): Rational {
  return multiply(price, quantity);
}
