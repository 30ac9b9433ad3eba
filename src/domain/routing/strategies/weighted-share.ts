import { ONE_AT_A_TIME, type Strategy } from "./strategy.ts";

/**
 * Shares today's offers by weight: the agent with the fewest offers for his weight, counting the one to come, goes
 * first, so a weight of 2 gets twice the offers of a weight of 1. A weight of 0 or less is served last of all.
 */
export const weightedShare: Strategy = {
  name: "weighted_share",
  version: 1,
  key: (agent) => {
    const weight = agent.profile.weight ?? 1;
    return weight > 0 ? (agent.figures.offersToday + 1) / weight : Number.MAX_SAFE_INTEGER;
  },
  ...ONE_AT_A_TIME,
};
