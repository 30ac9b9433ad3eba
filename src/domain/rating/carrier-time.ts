import { add, exact, exactText, type Rational, rational, reduced, subtract, ZERO } from "../kernel/rational.ts";
import { OWN } from "./behind.ts";
import { bounded, markedUp, perBilledMinute, priceOfCall } from "./call-time.ts";
import type { CarrierTimeCharge } from "./charge.ts";
import type { ChargeContext, LineDraft } from "./line.ts";

export type CallPrice = {
  readonly sellS: number;
  readonly buyS: number;
  readonly sell: Rational;
  readonly buy: Rational;
};

/**
 * Carrier time, both sides from the same seconds in the same run: what the leg cost us at the carrier's tariff, and what
 * the client pays, by mark-up on that exact cost or at a tariff of its own. So margin is one number everywhere.
 */
export function rateCarrierTime(charge: CarrierTimeCharge, context: ChargeContext): LineDraft[] {
  const { all } = context.totals;
  if (all.records === 0) return [];
  const detail = {
    kind: "carrier_time",
    calls: all.records,
    seconds: Number(all.quantity),
    billedS: Number(all.billedS),
    costS: Number(all.costS),
    cost: exactText(all.cost),
    margin: exactText(subtract(all.amount, all.cost)),
    buy: charge.buy,
    markupPercent: charge.sell.by === "markup" ? charge.sell.percent : null,
  } as const;
  const quantity = rational(all.billedS);
  return [
    { component: "time", quantity, unit: "second", unitPrice: null, exact: reduced(all.amount), detail, behind: OWN },
  ];
}

/** One call on both sides. */
export function bothSides(charge: CarrierTimeCharge, seconds: number): CallPrice {
  const buy = priceOfCall(seconds, charge.buy);
  if (charge.sell.by === "tariff") {
    const sell = priceOfCall(seconds, charge.sell);
    return { sellS: sell.billedS, buyS: buy.billedS, sell: sell.amount, buy: buy.amount };
  }
  const { percent, perMinute, minCharge } = charge.sell;
  if (seconds <= 0) return { sellS: 0, buyS: 0, sell: ZERO, buy: buy.amount };
  const minutes = perMinute === undefined ? ZERO : perBilledMinute(exact(perMinute), buy.billedS);
  const marked = bounded(add(markedUp(buy.amount, exact(percent)), minutes), minCharge, undefined);
  return { sellS: buy.billedS, buyS: buy.billedS, sell: reduced(marked), buy: reduced(buy.amount) };
}
