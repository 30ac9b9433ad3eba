import { ONE_AT_A_TIME, type Strategy } from "./strategy.ts";

/** Always the first idle agent of a fixed list: by the rank in his profile, then by his place in the configuration. */
export const fixedOrder: Strategy = {
  name: "fixed_order",
  version: 1,
  key: (agent) => agent.profile.rank ?? Number.MAX_SAFE_INTEGER,
  ...ONE_AT_A_TIME,
};
