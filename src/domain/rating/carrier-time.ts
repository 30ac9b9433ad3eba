import { add, exact, exactText, type Rational, rational, reduced, subtract, ZERO } from "../kernel/rational.ts";
import { bounded, markedUp, perBilledMinute, priceOfCall } from "./call-time.ts";
import type { CarrierTimeCharge } from "./charge.ts";
import type { ChargeContext, LineDraft, RatedItem } from "./line.ts";

type CallPrice = { readonly sellS: number; readonly buyS: number; readonly sell: Rational; readonly buy: Rational };

/**
 * Carrier time, both sides from the same seconds in the same run: what the leg cost us at the carrier's tariff, and what
 * the client pays, by mark-up on that exact cost or at a tariff of its own. So margin is one number everywhere.
 */
export function rateCarrierTime(charge: CarrierTimeCharge, context: ChargeContext): LineDraft[] {
  if (context.usage.length === 0) return [];
  const prices = new Map<number, CallPrice>();
  const totals = { seconds: 0, sellS: 0, buyS: 0, sell: ZERO, buy: ZERO };
  const items = context.usage.map((record): RatedItem => {
    const seconds = record.quantity;
    const price = prices.get(seconds) ?? bothSides(charge, seconds);
    prices.set(seconds, price);
    totals.seconds += seconds;
    totals.sellS += price.sellS;
    totals.buyS += price.buyS;
    totals.sell = add(totals.sell, price.sell);
    totals.buy = add(totals.buy, price.buy);
    return {
      usageId: record.id,
      contactId: record.contactId,
      quantity: seconds,
      amount: price.sell,
      cost: price.buy,
      billedS: price.sellS,
    };
  });
  const detail = {
    kind: "carrier_time",
    calls: items.length,
    seconds: totals.seconds,
    billedS: totals.sellS,
    costS: totals.buyS,
    cost: exactText(totals.buy),
    margin: exactText(subtract(totals.sell, totals.buy)),
    buy: charge.buy,
    markupPercent: charge.sell.by === "markup" ? charge.sell.percent : null,
  } as const;
  const quantity = rational(totals.sellS);
  return [{ component: "time", quantity, unit: "second", unitPrice: null, exact: reduced(totals.sell), detail, items }];
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
