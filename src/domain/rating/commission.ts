import { add, divide, exact, exactText, multiply, type Rational, rational, reduced, ZERO } from "../kernel/rational.ts";
import { bounded } from "./call-time.ts";
import type { CommissionCharge } from "./charge.ts";
import type { ChargeContext, LineDraft, RatedItem } from "./line.ts";
import { rateOfBand } from "./percentage.ts";

/** Commission for each success the client recorded: a fixed amount, or a percentage of its sale within bounds. */
export function rateCommission(charge: CommissionCharge, context: ChargeContext): LineDraft[] {
  if (context.usage.length === 0) return [];
  if (charge.pay.by === "bands") return [bandLine(charge.pay.bands, context)];
  const { pay } = charge;
  let total = ZERO;
  let successes = 0;
  let saleMinor = 0n;
  const items = context.usage.map((record): RatedItem => {
    const sale = record.attributes.saleMinor ?? 0;
    const amount = commissionOn(pay, record.quantity, rational(BigInt(sale), context.minorPerMajor));
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
  const fixed = pay.by === "fixed";
  const detail = {
    kind: "commission",
    successes,
    rate: pay.by === "fixed" ? pay.amount : `${pay.percent}%`,
    saleMinor: fixed ? null : saleMinor.toString(),
  } as const;
  const unitPrice = pay.by === "fixed" ? exact(pay.amount) : null;
  const quantity = rational(successes);
  return [{ component: "success", quantity, unit: "success", unitPrice, exact: reduced(total), detail, items }];
}

type Pay = CommissionCharge["pay"];

function commissionOn(pay: Exclude<Pay, { by: "bands" }>, successes: number, sale: Rational): Rational {
  if (pay.by === "fixed") return multiply(exact(pay.amount), rational(successes));
  const share = multiply(sale, divide(exact(pay.percent), rational(100)));
  return sale.num === 0n ? ZERO : bounded(share, pay.minEach, pay.maxEach);
}

/** The rate of the whole period decides what every success of it earns. */
function bandLine(bands: Extract<Pay, { by: "bands" }>["bands"], { usage, contacts }: ChargeContext): LineDraft {
  const successes = usage.reduce((total, record) => total + record.quantity, 0);
  // More successes than contacts can only mean that contacts are still to come; they count as one each until then.
  const ratio = rational(successes * 100, Math.max(contacts, successes, 1));
  const rates = bands.map((band) => ({
    upTo: band.upToPercent === null ? null : exact(band.upToPercent),
    rate: exact(band.amount),
  }));
  const each = rateOfBand(rates, ratio);
  const quantity = rational(successes);
  return {
    component: "success",
    quantity,
    unit: "success",
    unitPrice: each,
    exact: multiply(each, quantity),
    detail: { kind: "success_band", successes, contacts, ratePercent: exactText(ratio), amount: exactText(each) },
    items: usage.map((record) => ({
      usageId: record.id,
      contactId: record.contactId,
      quantity: record.quantity,
      amount: multiply(each, rational(record.quantity)),
      cost: null,
      billedS: null,
    })),
  };
}
