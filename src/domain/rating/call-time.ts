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
  subtract,
  ZERO,
} from "../kernel/rational.ts";
import type { Tariff } from "./charge.ts";

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
