import { ONE_AT_A_TIME, type Strategy } from "./strategy.ts";

/**
 * The agent whose last contact ended longest ago goes first; pauses in between do not matter. Who has had no contact yet
 * counts from the beginning of time and so comes before all others.
 */
export const longestSinceContact: Strategy = {
  name: "longest_since_contact",
  version: 1,
  key: (agent) => agent.figures.lastEndedAt,
  ...ONE_AT_A_TIME,
};
