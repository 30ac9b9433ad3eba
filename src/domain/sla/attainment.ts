import type { Ms } from "../kernel/instant.ts";
import { grade, type QueueOutcome, type Target } from "./grade.ts";

/**
 * The eight ways in which contracts and systems reckon a service level. T is the target's time.
 *
 * - `SL-1` answered ≤ T ÷ answered: hides every abandon.
 * - `SL-2` (answered ≤ T + abandoned ≤ T) ÷ (answered + abandoned).
 * - `SL-3` answered ≤ T ÷ (answered + abandoned).
 * - `SL-4` as SL-3, without short abandons below the line: Callhouse's own default.
 * - `SL-5` as SL-3, with those who flowed out below the line.
 * - `SL-6` as SL-3, without any abandons below the line; the same as SL-1.
 * - `SL-7` left the queue ≤ T, however ÷ queued: flatters when callers give up fast.
 * - `SL-8` answered ≤ T ÷ (answered + abandoned > T): the common clause of contracts.
 */
export const FORMULAS = ["SL-1", "SL-2", "SL-3", "SL-4", "SL-5", "SL-6", "SL-7", "SL-8"] as const;
export type Formula = (typeof FORMULAS)[number];

/** Counters of one period from which every formula follows; an event costs one addition. */
export type Attainment = {
  queued: number;
  answered: number;
  answeredInTime: number;
  abandoned: number;
  abandonedInTime: number;
  shortAbandoned: number;
  flowedOut: number;
  flowedOutInTime: number;
};

export function noAttainment(): Attainment {
  return {
    queued: 0,
    answered: 0,
    answeredInTime: 0,
    abandoned: 0,
    abandonedInTime: 0,
    shortAbandoned: 0,
    flowedOut: 0,
    flowedOutInTime: 0,
  };
}

/** A contact has entered the queue. */
export function noteQueued(counters: Attainment): void {
  counters.queued += 1;
}

/** A contact has left the queue. */
export function noteLeft(counters: Attainment, outcome: QueueOutcome, waitedMs: Ms, target: Target): void {
  const inTime = waitedMs <= target.withinS * 1_000 ? 1 : 0;
  switch (outcome) {
    case "answered":
      counters.answered += 1;
      counters.answeredInTime += inTime;
      return;
    case "abandoned":
      counters.abandoned += 1;
      counters.abandonedInTime += inTime;
      if (grade(outcome, waitedMs, target) === "short_abandon") counters.shortAbandoned += 1;
      return;
    case "flowed_out":
      counters.flowedOut += 1;
      counters.flowedOutInTime += inTime;
  }
}

/** The service level by a formula; null while nothing counts for it. */
export function serviceLevel(counters: Attainment, formula: Formula): number | null {
  const [above, below] = fraction(counters, formula);
  return below === 0 ? null : above / below;
}

/** What stands above and below the line of a formula. */
export function fraction(c: Attainment, formula: Formula): readonly [number, number] {
  switch (formula) {
    case "SL-1":
    case "SL-6":
      return [c.answeredInTime, c.answered];
    case "SL-2":
      return [c.answeredInTime + c.abandonedInTime, c.answered + c.abandoned];
    case "SL-3":
      return [c.answeredInTime, c.answered + c.abandoned];
    case "SL-4":
      return [c.answeredInTime, c.answered + c.abandoned - c.shortAbandoned];
    case "SL-5":
      return [c.answeredInTime, c.answered + c.abandoned + c.flowedOut];
    case "SL-7":
      return [c.answeredInTime + c.abandonedInTime + c.flowedOutInTime, c.queued];
    case "SL-8":
      return [c.answeredInTime, c.answered + c.abandoned - c.abandonedInTime];
  }
}
