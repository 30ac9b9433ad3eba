import type { Strategy } from "./strategy.ts";

/** Seats that one contact may ring at once; more only makes the losers jump. */
export const RING_ALL_MAX = 20;

/** Every idle agent who fits is offered the contact at once, up to 20; the first answer wins and the others are told. */
export const ringAll: Strategy = {
  name: "ring_all",
  version: 1,
  key: (agent) => agent.figures.idleSince,
  offersAtOnce: () => RING_ALL_MAX,
  stepMs: null,
};
