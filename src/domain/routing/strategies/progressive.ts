import { SECOND_MS } from "../../kernel/instant.ts";
import { RING_ALL_MAX } from "./ring-all.ts";
import type { Strategy } from "./strategy.ts";

/** One more seat rings each time the contact has waited this much longer. */
export const PROGRESSIVE_STEP_MS = 10 * SECOND_MS;

/** The longest idle agent rings first; every 10 s of waiting one more joins, and the earlier ones go on ringing. */
export const progressive: Strategy = {
  name: "progressive",
  version: 1,
  key: (agent) => agent.figures.idleSince,
  offersAtOnce: (waited) => Math.min(RING_ALL_MAX, 1 + Math.floor(waited / PROGRESSIVE_STEP_MS)),
  stepMs: PROGRESSIVE_STEP_MS,
};
