import type { LocalTime } from "../../domain/flow/hours.ts";
import { type Instant, MINUTE_MS } from "../../domain/kernel/instant.ts";

/** Making a formatter costs a thousand times what using it does; there are a few zones, and they never change. */
const formatters = new Map<string, Intl.DateTimeFormat>();
const DAY_MINUTES = 24 * 60;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** The minute asked for last in each zone: a floor asks for the same one again and again. */
const lastMinutes = new Map<string, { readonly minute: number; readonly local: LocalTime }>();

/** Wall-clock time in a zone: the zone rules of the platform, as the values that the domain compares. */
export function localTimeAt(instant: Instant, timeZone: string): LocalTime {
  // Nothing that is told changes within a minute: offsets have been whole minutes since 1972.
  const minute = Math.floor(instant / MINUTE_MS);
  const last = lastMinutes.get(timeZone);
  if (last?.minute === minute) return last.local;
  const local = formatted(instant, timeZone);
  lastMinutes.set(timeZone, { minute, local });
  return local;
}

/** The first instant of the next day in a zone, to the minute: also of days that are an hour shorter or longer. */
export function dayEndsAt(instant: Instant, timeZone: string): Instant {
  const { date, minuteOfDay } = localTimeAt(instant, timeZone);
  const plain = instant - (instant % MINUTE_MS) + (DAY_MINUTES - minuteOfDay) * MINUTE_MS;
  const then = localTimeAt(plain, timeZone);
  if (then.date === date) return plain + (DAY_MINUTES - then.minuteOfDay) * MINUTE_MS;
  // Where the clock is set forward at midnight itself, the day ends on time and the next begins at one.
  const isOnTime = localTimeAt(plain - MINUTE_MS, timeZone).date === date;
  return isOnTime ? plain : plain - then.minuteOfDay * MINUTE_MS;
}

function formatted(instant: Instant, timeZone: string): LocalTime {
  const part = new Map(
    formatterOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const text = (type: Intl.DateTimeFormatPartTypes) => part.get(type) ?? "";
  return {
    date: `${text("year")}-${text("month")}-${text("day")}`,
    minuteOfDay: Number(text("hour")) * 60 + Number(text("minute")),
    weekday: WEEKDAYS.indexOf(text("weekday")) + 1,
  };
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone,
      weekday: "short",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}
