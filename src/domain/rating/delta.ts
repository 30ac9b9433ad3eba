import type { Currency } from "../kernel/currency.ts";
import { roundToMinor } from "../kernel/money.ts";
import { type Rational, rational, subtract, ZERO } from "../kernel/rational.ts";

/** What a cumulative quantity of a period comes to, by the price version of that period. */
export type Pricing = (cumulative: Rational) => Rational;

/**
 * Late or corrected usage: the new whole less what is booked. Each booking is the difference of rounded wholes, so all of
 * them together are the rounding of the last, and a correction may be negative.
 */
export function bookings(price: Pricing, snapshots: readonly Rational[], currency: Currency): bigint[] {
  let booked = 0n;
  return snapshots.map((snapshot) => {
    const whole = roundToMinor(price(snapshot), currency);
    const difference = whole - booked;
    booked = whole;
    return difference;
  });
}

/** The change between two snapshots, exact. */
export function change(price: Pricing, before: Rational, after: Rational): Rational {
  return subtract(price(after), price(before));
}

/** A difference that a run books on the period it belongs to. */
export type PeriodBooking = { readonly period: number; readonly amount: Rational };

/**
 * Each run sees the cumulative usage at the end of every period so far. It books, period by period, what that period now
 * comes to less what was booked on it: a late event is billed with its own period's name and corrects the earlier run.
 */
export function periodBookings(price: Pricing, runs: readonly (readonly Rational[])[]): PeriodBooking[][] {
  const booked: Rational[] = [];
  return runs.map((cumulative) =>
    cumulative.flatMap((reached, period) => {
      const own = change(price, cumulative[period - 1] ?? rational(0), reached);
      const amount = subtract(own, booked[period] ?? ZERO);
      booked[period] = own;
      return amount.num === 0n ? [] : [{ period, amount }];
    }),
  );
}

/** What becomes of usage that arrives long after its period: rated while its limit allows, else a case for a person. */
export function placeOfLateUsage(periodsLate: number, limit: number): "rated" | "open exception" {
  return periodsLate <= limit ? "rated" : "open exception";
}
