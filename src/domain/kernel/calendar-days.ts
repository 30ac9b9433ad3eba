import { assert } from "./step.ts";

/** A date on the wall of some zone, `YYYY-MM-DD`: no instant, no clock change, no length other than whole days. */
export type LocalDate = string;

const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;

type Civil = { readonly year: number; readonly month: number; readonly day: number };

/** Days since 1970-01-01 in the proleptic Gregorian calendar. */
export function dayNumber(date: LocalDate): number {
  const { year, month, day } = civil(date);
  return numberOfDay(year, month, day);
}

/** The inverse of `dayNumber`. */
export function dateOfDay(number: number): LocalDate {
  const shifted = number + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return dateText(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day);
}

/** Dates as text sort as they follow one another. */
export function earlier(a: LocalDate, b: LocalDate): LocalDate {
  return b < a ? b : a;
}

export function later(a: LocalDate, b: LocalDate): LocalDate {
  return b > a ? b : a;
}

/** Whole days from one date to a later one, the later not counted. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return dayNumber(to) - dayNumber(from);
}

export function addDays(date: LocalDate, days: number): LocalDate {
  return dateOfDay(dayNumber(date) + days);
}

/** The same day so many months on, clamped to the end of a shorter month. Always count from the anchor: 31 Jan comes back. */
export function addMonths(anchor: LocalDate, months: number): LocalDate {
  const { year, month, day } = civil(anchor);
  return inMonth(year, month + months, day);
}

/** The date with this day of month, clamped; `month` may run past 12 or below 1. */
export function inMonth(year: number, month: number, day: number): LocalDate {
  const index = year * 12 + (month - 1);
  const toYear = Math.floor(index / 12);
  const toMonth = index - toYear * 12 + 1;
  return dateText(toYear, toMonth, Math.min(day, daysInMonth(toYear, toMonth)));
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

export function isLocalDate(text: string): boolean {
  const match = DATE.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

export function civil(date: LocalDate): Civil {
  assert(isLocalDate(date), `${JSON.stringify(date)} is a date`);
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8, 10)) };
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Years are counted from March, so that a leap day is the last day of its year. */
function numberOfDay(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function dateText(year: number, month: number, day: number): LocalDate {
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
