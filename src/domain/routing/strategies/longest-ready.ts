import { ONE_AT_A_TIME, type Strategy } from "./strategy.ts";

/**
 * The agent with most time spent ready since his last contact goes first: pauses are left out, so a break neither gains
 * nor loses a place. All who are ready gain alike, hence the key is the instant at which the turn under way would have
 * begun without pauses: the same whenever it is asked for, also by a queue that is called for the first time, after a
 * change of the team and after a restart.
 */
export const longestReady: Strategy = {
  name: "longest_ready",
  version: 1,
  key: (agent) => agent.since - agent.figures.readyMs,
  ...ONE_AT_A_TIME,
};
