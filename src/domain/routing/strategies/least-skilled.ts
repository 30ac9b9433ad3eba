import { ONE_AT_A_TIME, type Strategy } from "./strategy.ts";

/**
 * Keeps experts free: of those who fit, the agent with the lowest sum of all his levels goes first. All levels count and
 * not only the ones asked for, because an expert's other skills are what is worth keeping free.
 */
export const leastSkilled: Strategy = {
  name: "least_skilled",
  version: 1,
  key: (agent) => {
    let sum = 0;
    for (const skill in agent.profile.skills) sum += agent.profile.skills[skill] ?? 0;
    return sum;
  },
  ...ONE_AT_A_TIME,
};
