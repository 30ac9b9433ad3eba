import { type Ms, SECOND_MS } from "../kernel/instant.ts";

/** What a service level is measured against: a share of contacts answered within so many seconds. */
export type Target = { readonly share: number; readonly withinS: number; readonly shortAbandonS: number };

/**
 * What one contact that has left its queue is for the service level.
 * - `within`, `late`: answered in time, or not; the limit itself is in time.
 * - `abandoned_within`, `abandoned_late`: the caller gave up before or after the limit.
 * - `short_abandon`: gave up so fast that nobody could have answered: below `shortAbandonS`, which itself counts.
 * - `flowed_out`: left for another queue, voicemail, a callback.
 */
export type Grade = "within" | "late" | "abandoned_within" | "abandoned_late" | "short_abandon" | "flowed_out";

export type QueueOutcome = "answered" | "abandoned" | "flowed_out";

/** Within the target's time; the limit itself is in time. */
export function isInTime(waitedMs: Ms, { withinS }: Pick<Target, "withinS">): boolean {
  return waitedMs <= withinS * SECOND_MS;
}

/** The one grading that wallboards, reports and invoices share. Time is compared in milliseconds, never rounded first. */
export function grade(outcome: QueueOutcome, waitedMs: Ms, target: Omit<Target, "share">): Grade {
  const inTime = isInTime(waitedMs, target);
  switch (outcome) {
    case "answered":
      return inTime ? "within" : "late";
    case "abandoned":
      if (waitedMs < target.shortAbandonS * SECOND_MS) return "short_abandon";
      return inTime ? "abandoned_within" : "abandoned_late";
    case "flowed_out":
      return "flowed_out";
  }
}
