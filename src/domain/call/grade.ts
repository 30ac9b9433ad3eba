import type { Ms } from "../kernel/instant.ts";
import { grade, type QueueOutcome, type Target } from "../sla/grade.ts";
import type { ContactFactBody } from "./facts.ts";

type Left = Extract<ContactFactBody, { type: "left_queue" }>["why"];

/**
 * How one stay in a queue counts for the service level (SL-4): answered within target ÷ (answered + abandoned, without the
 * short abandons). A contact that the flow took out of the queue again has flowed out and counts neither way, however it
 * ends later. The record in the database and the live boards both ask here, and the pool's floor asks the same `grade`.
 */
export type StayGrade = {
  readonly counts: boolean;
  readonly within: boolean;
  readonly abandoned: boolean;
  readonly shortAbandon: boolean;
  readonly flowedOut: boolean;
};

export function gradeWait(why: Left, waitedMs: Ms, target: Omit<Target, "share">): StayGrade {
  const outcome = OUTCOME[why];
  const graded = grade(outcome, waitedMs, target);
  const shortAbandon = graded === "short_abandon";
  const flowedOut = graded === "flowed_out";
  return {
    counts: !shortAbandon && !flowedOut,
    within: graded === "within",
    abandoned: outcome === "abandoned" && !shortAbandon,
    shortAbandon,
    flowedOut,
  };
}

export const OUTCOME: { readonly [why in Left]: QueueOutcome } = {
  answered: "answered",
  abandoned: "abandoned",
  overflowed: "flowed_out",
  closed: "flowed_out",
};
