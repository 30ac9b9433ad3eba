import { type Candidate, ONE_AT_A_TIME, type Strategy, type Turn } from "./strategy.ts";

/**
 * The agent with the highest sum of levels in the skills the queue asks for goes first; where it asks for none, the
 * highest sum of all levels.
 */
export const mostSkilled: Strategy = {
  name: "most_skilled",
  version: 1,
  key: (agent, turn) => -levelSum(agent, turn),
  ...ONE_AT_A_TIME,
};

export function levelSum(agent: Candidate, turn: Turn): number {
  const levels = agent.profile.skills;
  let sum = 0;
  if (turn.needs.length === 0) for (const skill in levels) sum += levels[skill] ?? 0;
  else for (const need of turn.needs) sum += levels[need.skill] ?? 0;
  return sum;
}
