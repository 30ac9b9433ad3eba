import { ONE_AT_A_TIME, type Strategy } from "./strategy.ts";

/** Whole lots, so that they stay exact beside the steps that put an agent behind. */
const LOTS = 2 ** 32;

/** A lot is drawn each time an agent becomes ready; the smallest goes first. Uniform over those who are ready. */
export const random: Strategy = {
  name: "random",
  version: 1,
  key: (_agent, turn) => Math.floor(turn.random() * LOTS),
  ...ONE_AT_A_TIME,
};
