import type { Calendar } from "./flow.ts";

/** Wall-clock time in a calendar's zone. The zone rules live in the shell; the domain only compares. */
export type LocalTime = {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  /** Minutes since local midnight, 0 to 1439. */
  readonly minuteOfDay: number;
  /** 1 is Monday. */
  readonly weekday: number;
};

/** Whether a calendar is open. A date with an exception follows the exception alone, weekly hours do not count that day. */
export function openness(calendar: Calendar, local: LocalTime): "open" | "closed" | "holiday" {
  const exception = calendar.exceptions.find((day) => day.date === local.date);
  if (exception !== undefined) {
    if (exception.hours.some((span) => within(span, local.minuteOfDay))) return "open";
    return "holiday";
  }
  const open = calendar.weekly.some((span) => span.weekday === local.weekday && within(span, local.minuteOfDay));
  return open ? "open" : "closed";
}

function within(span: { readonly fromMin: number; readonly toMin: number }, minute: number): boolean {
  return minute >= span.fromMin && minute < span.toMin;
}
