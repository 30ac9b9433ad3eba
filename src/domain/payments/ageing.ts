import { daysBetween, type LocalDate } from "../kernel/calendar-days.ts";

/** How long an amount is overdue, in days after its due date. */
export const BUCKETS = ["current", "days_1_30", "days_31_60", "days_61_90", "over_90"] as const;
export type Bucket = (typeof BUCKETS)[number];

/** On its due date an invoice is still current; the day after it is one day late. */
export function bucketOf(dueOn: LocalDate, today: LocalDate): Bucket {
  const late = daysBetween(dueOn, today);
  if (late <= 0) return "current";
  if (late <= 30) return "days_1_30";
  if (late <= 60) return "days_31_60";
  return late <= 90 ? "days_61_90" : "over_90";
}

/** Open amounts by how late they are; the buckets add up to their sum. */
export function age(
  open: readonly { readonly dueOn: LocalDate; readonly openMinor: bigint }[],
  today: LocalDate,
): { readonly [bucket in Bucket]: bigint } {
  const sums = { current: 0n, days_1_30: 0n, days_31_60: 0n, days_61_90: 0n, over_90: 0n };
  for (const { dueOn, openMinor } of open) sums[bucketOf(dueOn, today)] += openMinor;
  return sums;
}
