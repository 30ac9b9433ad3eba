import { add, divide, exact, multiply, type Rational, rational, reduced, ZERO } from "../kernel/rational.ts";
import { bounded } from "./call-time.ts";
import type { CommissionCharge } from "./charge.ts";
import type { ChargeContext, LineDraft, RatedItem } from "./line.ts";

/** Commission for each success the client recorded: a fixed amount, or a percentage of its sale within bounds. */
export function rateCommission(charge: CommissionCharge, context: ChargeContext): LineDraft[] {
  if (context.usage.length === 0) return [];
  let total = ZERO;
  let successes = 0;
  let saleMinor = 0n;
  const items = context.usage.map((record): RatedItem => {
    const sale = record.attributes.saleMinor ?? 0;
    const amount = commissionOn(charge, record.quantity, rational(BigInt(sale), context.minorPerMajor));
    total = add(total, amount);
    successes += record.quantity;
    saleMinor += BigInt(sale);
    return {
      usageId: record.id,
      contactId: record.contactId,
      quantity: record.quantity,
      amount,
      cost: null,
      billedS: null,
    };
  });
  const fixed = charge.pay.by === "fixed";
  const detail = {
    kind: "commission",
    successes,
    rate: charge.pay.by === "fixed" ? charge.pay.amount : `${charge.pay.percent}%`,
    saleMinor: fixed ? null : saleMinor.toString(),
  } as const;
  const unitPrice = charge.pay.by === "fixed" ? exact(charge.pay.amount) : null;
  const quantity = rational(successes);
  return [{ component: "success", quantity, unit: "success", unitPrice, exact: reduced(total), detail, items }];
}

function commissionOn(charge: CommissionCharge, successes: number, sale: Rational): Rational {
  if (charge.pay.by === "fixed") return multiply(exact(charge.pay.amount), rational(successes));
  const share = multiply(sale, divide(exact(charge.pay.percent), rational(100)));
  return sale.num === 0n ? ZERO : bounded(share, charge.pay.minEach, charge.pay.maxEach);
}
