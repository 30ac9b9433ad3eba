import { ONE_AT_A_TIME, type Strategy } from "./strategy.ts";

/** The agent with the least talk time today, hold included and wrap-up not, over all clients, goes first. */
export const leastTalk: Strategy = {
  name: "least_talk",
  version: 1,
  key: (agent) => agent.figures.talkMsToday,
  ...ONE_AT_A_TIME,
};
