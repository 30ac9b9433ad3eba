import { readersZone } from "./zone.ts";

/** Numbers, times and money as text. Everything goes through `Intl`; nothing here knows a language's rules. */
export type Tongue = "zh" | "en";

const LOCALES: Record<Tongue, string> = { zh: "zh-CN", en: "en-GB" };

/** `2:14` or `1:02:14`. Never negative: a clock that ran past its end shows zero. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const seconds = String(total % 60).padStart(2, "0");
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

export function count(tongue: Tongue, value: number | string): string {
  return new Intl.NumberFormat(LOCALES[tongue], { maximumFractionDigits: 6 }).format(
    value as Intl.StringNumericLiteral,
  );
}

export function share(tongue: Tongue, value: number): string {
  return new Intl.NumberFormat(LOCALES[tongue], { style: "percent", maximumFractionDigits: 1 }).format(value);
}

/** Whole minor units (number, bigint or text) as an amount. Exact: the text form keeps amounts beyond 2^53 intact. */
export function money(tongue: Tongue, minor: number | string | bigint, currency: string): string {
  const format = new Intl.NumberFormat(LOCALES[tongue], {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
  });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const text = String(minor);
  const negative = text.startsWith("-");
  const whole = (negative ? text.slice(1) : text).padStart(digits + 1, "0");
  const decimal = digits === 0 ? whole : `${whole.slice(0, -digits)}.${whole.slice(-digits)}`;
  return format.format(`${negative ? "-" : ""}${decimal}` as Intl.StringNumericLiteral);
}

export function dateTime(tongue: Tongue, at: number | string, timeZone = readersZone()): string {
  return new Intl.DateTimeFormat(LOCALES[tongue], {
    dateStyle: "medium",
    timeStyle: "medium",
    hourCycle: "h23",
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(new Date(at));
}

export function clockTime(tongue: Tongue, at: number | string, timeZone = readersZone()): string {
  return new Intl.DateTimeFormat(LOCALES[tongue], {
    timeStyle: "medium",
    hourCycle: "h23",
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(new Date(at));
}

/** `2026-11` as 2026年11月 or November 2026. */
export function month(tongue: Tongue, period: string): string {
  const at = new Date(`${period}-01T00:00:00Z`);
  return new Intl.DateTimeFormat(LOCALES[tongue], { year: "numeric", month: "long", timeZone: "UTC" }).format(at);
}

/** `2026-11-22` as 2026年11月22日 or 22 November 2026. */
export function calendarDay(tongue: Tongue, day: string): string {
  return new Intl.DateTimeFormat(LOCALES[tongue], { dateStyle: "long", timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

/** `Asia/Shanghai` as 中国标准时间 or China Standard Time; the name itself where the reader's language has no word for it. */
export function zoneName(tongue: Tongue, timeZone: string, at: number): string {
  const parts = new Intl.DateTimeFormat(LOCALES[tongue], { timeZone, timeZoneName: "long" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? timeZone;
}
