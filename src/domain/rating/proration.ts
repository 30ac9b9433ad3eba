import {
  addDays,
  addMonths,
  civil,
  daysBetween,
  earlier,
  inMonth,
  type LocalDate,
  later,
} from "../kernel/calendar-days.ts";
import { add, min, multiply, negate, ONE, type Rational, rational, subtract, sum, ZERO } from "../kernel/rational.ts";
import { Refusal } from "../kernel/trouble.ts";
import { type BillDay, cycleStartAfter, cycleStartBefore, cycleStartFrom, type DayRange } from "./billing-periods.ts";

/**
 * The part of a whole that so many days of it are. Never more than the whole; a part or a whole of no days is refused,
 * because 0/31 must not become 31/31.
 */
export function dayShare(days: number, of: number): Rational {
  if (days <= 0 || of <= 0) {
    throw new Refusal("invalid", "zero_length_period", "a period of no days cannot be charged in part", {
      faults: [{ path: "days", message: "must be at least 1", value: days }],
    });
  }
  return min(ONE, rational(days, of));
}

/** Days of a range as a share of the period it lies in; the period is always the whole one, never the stub. */
export function shareOfPeriod(range: DayRange, period: DayRange): Rational {
  return dayShare(daysBetween(range.from, range.to), daysBetween(period.from, period.to));
}

/** Every month counts as thirty days: the days of a range by its dates alone. */
export function thirtyDayShare(range: DayRange, daysInMonth = 30): Rational {
  const [from, to] = [civil(range.from), civil(range.to)];
  const months = (to.year - from.year) * 12 + to.month - from.month;
  return dayShare(months * daysInMonth - Math.min(from.day, daysInMonth) + Math.min(to.day, daysInMonth), daysInMonth);
}

/** From a date to the end of its calendar month, the date counted. */
export function restOfMonth(from: LocalDate): DayRange {
  const { year, month } = civil(from);
  return { from, to: inMonth(year, month + 1, 1) };
}

/** A range that lies in several calendar months, each part over the days of its own month. */
export function sharePerMonth(range: DayRange): Rational {
  let share = ZERO;
  for (let at = range.from; at < range.to; ) {
    const rest = restOfMonth(at);
    const to = earlier(rest.to, range.to);
    const monthStart = addMonths(rest.to, -1);
    share = add(share, rational(daysBetween(at, to), daysBetween(monthStart, rest.to)));
    at = to;
  }
  return share;
}

export type CycleInput = {
  readonly start: LocalDate;
  readonly billDay: BillDay;
  /** Cycles that have begun by this day are charged, in advance. */
  readonly target: LocalDate;
  /** First day no longer in service; null while it runs. */
  readonly end: LocalDate | null;
  /** Divides the days before the first cycle by the month before a clamped start, where a contract says so. */
  readonly leadFromClampedDay?: boolean;
};

/** Cycles charged in advance by a day: the part before the first bill day, whole ones, and the part that an end leaves. */
export function cyclesCharged(input: CycleInput): Rational {
  return sum(cycleParts(input));
}

/** The same, part by part: at most one before the first bill day, then one for each cycle begun. */
export function cycleParts(input: CycleInput): Rational[] {
  const { billDay, start, target, end } = input;
  const until = (date: LocalDate) => (end === null ? date : earlier(end, date));
  const first = cycleStartFrom(start, billDay);
  const parts: Rational[] = [];
  if (start < first && start <= target) {
    const before = input.leadFromClampedDay
      ? addMonths(first, billDay.month === null ? -1 : -12)
      : cycleStartBefore(first, billDay);
    parts.push(rational(daysBetween(start, until(first)), daysBetween(before, first)));
  }
  for (let at = first; at <= target && (end === null || at < end); at = cycleStartAfter(at, billDay)) {
    const next = cycleStartAfter(at, billDay);
    parts.push(rational(daysBetween(at, until(next)), daysBetween(at, next)));
  }
  return parts;
}

/** The parts of a range that no billed range covers, in order. */
export function uncovered(range: DayRange, billed: readonly DayRange[]): DayRange[] {
  let open = [range];
  for (const cover of billed) {
    open = open.flatMap((part) => {
      const before = { from: part.from, to: earlier(cover.from, part.to) };
      const after = { from: later(cover.to, part.from), to: part.to };
      return [before, after].filter((it) => it.from < it.to);
    });
  }
  return open;
}

/** The days two ranges share; null when none. */
export function overlap(a: DayRange, b: DayRange): DayRange | null {
  const from = later(a.from, b.from);
  const to = earlier(a.to, b.to);
  return from < to ? { from, to } : null;
}

/** What to give back of a billed amount for days not served, never more than an adjustment has left of it. */
export function repair(billed: Rational, share: Rational, alreadyGivenBack: Rational): Rational {
  return negate(min(multiply(billed, share), subtract(billed, alreadyGivenBack)));
}

/** Days of a month from a date on, less free days at its start. */
export function daysAfterTrial(from: LocalDate, trialDays: number): number {
  const rest = restOfMonth(from);
  return Math.max(0, daysBetween(addDays(from, trialDays), rest.to));
}
