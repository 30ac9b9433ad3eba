import { isLocalDate } from "../../src/domain/kernel/calendar-days.ts";
import type { Tongue } from "./format.ts";

/** Nobody of the trade means a day outside these years: a year half typed is no date yet. */
const YEAR_MIN = 1990;
const YEAR_MAX = 2199;

/**
 * A day as people write it with the year first: `2027-02-01`, `2027/2/1`, `2027.2.1`, `2027年2月1日`, `20270201`, also with the
 * wide digits of Chinese keyboards. Null for anything else: `01/02/2027` is one day in London and another in New York.
 */
export function readDay(text: string): string | null {
  const plain = text.normalize("NFKC").replaceAll(/\s/g, "");
  const match =
    /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(plain)?.toSpliced(2, 1) ??
    /^(\d{4})年(\d{1,2})月(\d{1,2})日?$/.exec(plain) ??
    /^(\d{4})(\d{2})(\d{2})$/.exec(plain);
  if (match === null || match === undefined) return null;
  const [, year = "", month = "", day = ""] = match;
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return isLocalDate(date) && Number(year) >= YEAR_MIN && Number(year) <= YEAR_MAX ? date : null;
}

const LOCALES: Record<Tongue, string> = { zh: "zh-CN", en: "en-GB" };
const inUtc = (day: string): Date => new Date(`${day}T00:00:00Z`);

/** 2027年2月1日星期一, or Monday 1 February 2027: read back so that nobody mistakes day for month. */
export function dayInWords(tongue: Tongue, day: string): string {
  return new Intl.DateTimeFormat(LOCALES[tongue], { dateStyle: "full", timeZone: "UTC" }).format(inUtc(day));
}

/** Names of the days from Monday on: as the head of a column, and in full for who cannot see it. */
export function weekdays(tongue: Tongue): { readonly short: string; readonly long: string }[] {
  const name = (day: string, weekday: "narrow" | "long") =>
    new Intl.DateTimeFormat(LOCALES[tongue], { weekday, timeZone: "UTC" }).format(inUtc(day));
  // The first of January 2024 was a Monday.
  return Array.from({ length: 7 }, (_, at) => `2024-01-0${at + 1}`).map((day) => ({
    short: name(day, "narrow"),
    long: name(day, "long"),
  }));
}
