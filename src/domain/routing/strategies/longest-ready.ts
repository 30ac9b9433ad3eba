import { ONE_AT_A_TIME, type Strategy } from "./strategy.ts";

/**
 * The agent with most time spent ready since his last contact goes first: pauses are left out, so a break neither gains
 * nor loses a place. All who are ready gain alike, hence the key is the instant at which a turn without pauses would
 * have begun.
 */
export const longestReady: Strategy = {
  name: "longest_ready",
  version: 1,
  key: (agent, turn) => turn.now - agent.figures.readyMs,
  ...ONE_AT_A_TIME,
};
