import type { AgentProfile, SeatKind } from "./config.ts";
import type { Agent, SeatClass } from "./state.ts";

/**
 * One step behind in the line of idle seats: further than any strategy's key reaches (the largest is an instant in
 * milliseconds, below 2^41 until 2039), and small enough that 400 steps stay exact.
 */
export const BEHIND = 2 ** 42;

const KIND_STEPS: { readonly [kind in SeatKind]: number } = {
  ordinary: 0,
  remote: 0,
  expert: 20,
  team_lead: 40,
  supervisor: 60,
};
/** More than all wishes and kinds together: the queue's own people come first. */
const LENT_STEPS = 100;

/**
 * Why an agent stands behind all who could take the contact just as well by the strategy: one step for each skill wished
 * for and lacking, twenty for each kind of seat that is kept free, a hundred for being lent.
 */
export function stepsBehind({ preferred, brandId }: SeatClass, { profile }: Agent): number {
  let steps = KIND_STEPS[profile.kind ?? "ordinary"];
  for (const wish of preferred) if ((profile.skills[wish.skill] ?? 0) < wish.level) steps += 1;
  return isLent(profile, brandId) ? steps + LENT_STEPS : steps;
}

/** True for somebody of a lent group who does not answer for the brand himself. */
export function isLent(profile: AgentProfile, brandId: string): boolean {
  return !profile.brands.some((brand) => brand === brandId);
}
