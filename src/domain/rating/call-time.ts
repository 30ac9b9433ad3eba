import {
  add,
  ceil,
  divide,
  exact,
  max,
  min,
  multiply,
  type Rational,
  rational,
  reduced,
  subtract,
  ZERO,
} from "../kernel/rational.ts";
import type { CarrierTimeCharge, Tariff } from "./charge.ts";

/**
 * Seconds charged for a call: the first increment whole once it was answered, then each started next increment. A call of
 * no seconds was not answered and is charged none.
 */
export function billedSeconds(seconds: Rational, firstS: number, nextS: number): number {
  if (seconds.num <= 0n) return 0;
  const over = max(ZERO, subtract(seconds, rational(firstS)));
  return firstS + Number(ceil(divide(over, rational(nextS)))) * nextS;
}

/** What a call of so many seconds comes to at a tariff: exact, and never rounded per call. */
export function priceOfCall(seconds: number, tariff: Tariff): { readonly billedS: number; readonly amount: Rational } {
  if (seconds <= 0) return { billedS: 0, amount: ZERO };
  const billedS = billedSeconds(rational(seconds), tariff.firstS, tariff.nextS);
  const time = multiply(exact(tariff.perMinute), rational(billedS, 60));
  const amount = add(tariff.connectFee === undefined ? ZERO : exact(tariff.connectFee), time);
  return { billedS, amount: bounded(amount, tariff.minCharge, tariff.maxCharge) };
}

/** What one call costs at the carrier and what the client pays for it, with the seconds charged on each side. */
export type CallPrice = {
  readonly sellS: number;
  readonly buyS: number;
  readonly sell: Rational;
  readonly buy: Rational;
};

/** Both sides of a call of so many seconds. */
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

export function bounded(amount: Rational, least: string | undefined, most: string | undefined): Rational {
  const raised = least === undefined ? amount : max(amount, exact(least));
  return most === undefined ? raised : min(raised, exact(most));
}

/** A percentage on top: 15 on 0.0246 is 0.02829. */
export function markedUp(amount: Rational, percent: Rational): Rational {
  return multiply(amount, add(rational(1), divide(percent, rational(100))));
}

/** An amount for each started minute already billed, as part of a mark-up. */
export function perBilledMinute(perMinute: Rational, billedS: number): Rational {
  return multiply(perMinute, rational(billedS, 60));
}
