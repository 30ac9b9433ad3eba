import { add, divide, exact, exactText, min, multiply, type Rational, rational, reduced } from "../kernel/rational.ts";
import { togetherAt } from "./behind.ts";
import type { DayRateCharge } from "./charge.ts";
import type { ChargeContext, LineDraft } from "./line.ts";

/** Seats rented by the day, and never dearer than the month: the cap is for each seat, over its own days. */
export function dayRate(days: number, perDay: Rational, perMonth: Rational | null): Rational {
  const byDays = multiply(perDay, rational(days));
  return perMonth === null ? byDays : min(byDays, perMonth);
}

/** Several seats, each with the days it was rented. */
export function dayRates(daysOfSeats: readonly number[], perDay: Rational, perMonth: Rational | null): Rational {
  return daysOfSeats.reduce((total, days) => add(total, dayRate(days, perDay, perMonth)), rational(0));
}

/** Rent of a month in one line; the cap counts the most seats of any day. Each day's part is its share of the whole. */
export function rateDays(charge: DayRateCharge, { totals }: ChargeContext): LineDraft[] {
  const seatDays = Number(totals.all.quantity);
  if (seatDays === 0) return [];
  const cap = charge.monthCap === undefined ? null : multiply(exact(charge.monthCap), rational(totals.all.most));
  const total = dayRate(seatDays, exact(charge.price), cap);
  const each = reduced(divide(total, rational(seatDays)));
  return [
    {
      component: "days",
      quantity: rational(seatDays),
      unit: "seat-day",
      unitPrice: each,
      exact: total,
      detail: { kind: "day_rate", price: charge.price, seatDays, cap: cap === null ? null : exactText(cap) },
      behind: togetherAt(each),
    },
  ];
}
