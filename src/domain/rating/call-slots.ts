import { add, multiply, type Rational, rational, ZERO } from "../kernel/rational.ts";
import { billedSeconds } from "./call-time.ts";

/** A stretch of a call with its own price and increment; the last has no end. */
export type Slot = { readonly perSecond: Rational; readonly incrementS: number; readonly lengthS: number | null };

/** A call whose price changes as it goes on: each slot charges its own started increments. */
export function priceOfSlots(
  slots: readonly Slot[],
  seconds: number,
): { readonly billedS: number; readonly amount: Rational } {
  let left = seconds;
  let billedS = 0;
  let amount = ZERO;
  for (const slot of slots) {
    const here = slot.lengthS === null ? left : Math.min(left, slot.lengthS);
    const billedHere = billedSeconds(rational(here), slot.incrementS, slot.incrementS);
    billedS += billedHere;
    amount = add(amount, multiply(slot.perSecond, rational(billedHere)));
    left -= here;
  }
  return { billedS, amount };
}

/** Free seconds of a period go to calls in the order they are given: that of their answer, then id, in every rating run. */
export function spendFreeSeconds<T extends { readonly id: string; readonly seconds: number }>(
  calls: readonly T[],
  freeS: number,
): { readonly call: T; readonly chargedS: number }[] {
  let left = freeS;
  return calls.map((call) => {
    const free = Math.min(left, call.seconds);
    left -= free;
    return { call, chargedS: call.seconds - free };
  });
}
