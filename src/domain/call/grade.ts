import type { Ms } from "../kernel/instant.ts";

type Target = { readonly withinS: number; readonly shortAbandonS: number };

/**
 * How one stay in a queue counts for the service level: answered within target ÷ (answered + abandoned, without the
 * short abandons). A contact that the flow took out of the queue again counts neither way. The record in the database and
 * the live boards both ask here, so they cannot disagree.
 */
export function gradeWait(
  why: "answered" | "abandoned" | "overflowed" | "closed",
  waitedMs: Ms,
  target: Target,
): { readonly counts: boolean; readonly within: boolean; readonly shortAbandon: boolean } {
  if (why === "answered") return { counts: true, within: waitedMs <= target.withinS * 1_000, shortAbandon: false };
  if (why !== "abandoned") return { counts: false, within: false, shortAbandon: false };
  const shortAbandon = waitedMs < target.shortAbandonS * 1_000;
  return { counts: !shortAbandon, within: false, shortAbandon };
}
