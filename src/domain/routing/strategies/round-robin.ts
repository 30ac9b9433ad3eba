import { ONE_AT_A_TIME, type Strategy } from "./strategy.ts";

/**
 * Offers go round: the agent whose last offer lies furthest back is next, whatever became of it. The memory is the
 * agent's own, so it survives restarts and changes of the team; who was never offered anything comes first.
 */
export const roundRobin: Strategy = {
  name: "round_robin",
  version: 1,
  key: (agent) => agent.figures.lastOfferedAt,
  ...ONE_AT_A_TIME,
};
