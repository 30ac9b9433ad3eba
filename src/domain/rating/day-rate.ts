import { add, min, multiply, type Rational, rational } from "../kernel/rational.ts";

/** Seats rented by the day, and never dearer than the month: the cap is for each seat, over its own days. */
export function dayRate(days: number, perDay: Rational, perMonth: Rational | null): Rational {
  const byDays = multiply(perDay, rational(days));
  return perMonth === null ? byDays : min(byDays, perMonth);
}

/** Several seats, each with the days it was rented. */
export function dayRates(daysOfSeats: readonly number[], perDay: Rational, perMonth: Rational | null): Rational {
  return daysOfSeats.reduce((total, days) => add(total, dayRate(days, perDay, perMonth)), rational(0));
}
