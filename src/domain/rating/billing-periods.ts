import { addDays, addMonths, civil, inMonth, type LocalDate } from "../kernel/calendar-days.ts";

/** Whole local days: `to` is the first day after. */
export type DayRange = { readonly from: LocalDate; readonly to: LocalDate };

/** Which day of the month, or of the year, a cycle begins on. Clamped to the end of a shorter month, and back again. */
export type BillDay = { readonly day: number; readonly month: number | null };

/** Length of a cycle: by the bill day's own kind, a month or a year. */
function monthsOf(billDay: BillDay): number {
  return billDay.month === null ? 1 : 12;
}

export function billDayOf(anchor: LocalDate, months: number): BillDay {
  const { day, month } = civil(anchor);
  return { day, month: months === 12 ? month : null };
}

/** So many periods from the anchor, each start counted from it: 31 Jan, 29 Feb, 31 Mar. */
export function anniversaries(anchor: LocalDate, count: number, monthsEach: number): DayRange[] {
  return Array.from({ length: count }, (_, at) => ({
    from: addMonths(anchor, at * monthsEach),
    to: addMonths(anchor, (at + 1) * monthsEach),
  }));
}

/** The first cycle start on or after a date. */
export function cycleStartFrom(date: LocalDate, billDay: BillDay): LocalDate {
  const { year, month } = civil(date);
  const here = inMonth(year, billDay.month ?? month, billDay.day);
  if (here >= date) return here;
  return billDay.month === null ? inMonth(year, month + 1, billDay.day) : inMonth(year + 1, billDay.month, billDay.day);
}

/** The cycle start before the one that is given, from the anchor day and not from a clamped one. */
export function cycleStartBefore(start: LocalDate, billDay: BillDay): LocalDate {
  const { year, month } = civil(start);
  return inMonth(year, month - monthsOf(billDay), billDay.day);
}

export function cycleStartAfter(start: LocalDate, billDay: BillDay): LocalDate {
  const { year, month } = civil(start);
  return inMonth(year, month + monthsOf(billDay), billDay.day);
}

/** The last day of a range: how people write one. */
export function lastDay(range: DayRange): LocalDate {
  return addDays(range.to, -1);
}
