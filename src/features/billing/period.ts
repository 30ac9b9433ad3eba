import { Temporal } from "temporal-polyfill";
import { addDays, daysBetween, type LocalDate } from "../../domain/kernel/calendar-days.ts";
import type { Instant } from "../../domain/kernel/instant.ts";

/** A billing month: local dates on the wall of the client's zone, and the instants at which they begin there. */
export type BillingMonth = {
  readonly key: string;
  readonly timeZone: string;
  readonly start: LocalDate;
  /** First day of the next month. */
  readonly end: LocalDate;
  readonly days: number;
  /** Days of the month that follows: what is paid in advance is a part of them. */
  readonly daysOfNext: number;
  readonly from: Instant;
  readonly to: Instant;
};

export function billingMonth(timeZone: string, key: string): BillingMonth {
  const month = Temporal.PlainYearMonth.from(key);
  const start = month.toPlainDate({ day: 1 }).toString();
  const end = addDays(start, month.daysInMonth);
  const days = daysBetween(start, end);
  const daysOfNext = month.add({ months: 1 }).daysInMonth;
  return {
    key,
    timeZone,
    start,
    end,
    days,
    daysOfNext,
    from: startOfDay(start, timeZone),
    to: startOfDay(end, timeZone),
  };
}

/** The first instant that shows this date there: not always midnight, where clocks jump over it. */
export function startOfDay(date: LocalDate, timeZone: string): Instant {
  return Temporal.PlainDate.from(date).toZonedDateTime({ timeZone }).epochMilliseconds;
}

/** The month that the client's calendar shows at an instant. */
export function monthAt(timeZone: string, at: Instant): string {
  return localDate(timeZone, at).slice(0, 7);
}

export function localDate(timeZone: string, at: Instant): LocalDate {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

export function monthBefore(key: string): string {
  return monthsBefore(key, 1);
}

export function monthsBefore(key: string, months: number): string {
  return Temporal.PlainYearMonth.from(key).subtract({ months }).toString();
}
