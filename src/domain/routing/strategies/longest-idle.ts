import { ONE_AT_A_TIME, type Strategy } from "./strategy.ts";

/**
 * The agent who has been ready longest goes first. A pause, a declined or a missed offer starts the time anew; an offer
 * taken back because the caller went away does not. This is the fair default.
 */
export const longestIdle: Strategy = {
  name: "longest_idle",
  version: 1,
  key: (agent) => agent.figures.idleSince,
  ...ONE_AT_A_TIME,
};
