import { ONE_AT_A_TIME, type Strategy } from "./strategy.ts";

/** A lot is drawn each time an agent becomes ready; the smallest goes first. Uniform over those who are ready. */
export const random: Strategy = {
  name: "random",
  version: 1,
  key: (_agent, turn) => turn.random(),
  ...ONE_AT_A_TIME,
};
