import type { Ms } from "../../kernel/instant.ts";
import type { Agent } from "../state.ts";

/**
 * Which of the idle agents that fit is offered the contact. A strategy gives each a key when he becomes ready; the
 * smallest goes first and the place in the pool's configuration breaks ties. The key must not change while the agent
 * stays ready, which all the figures it may read obey.
 */
export type Strategy = {
  readonly name: string;
  /** Raised when the meaning changes, so that old decisions stay explained. */
  readonly version: number;
  readonly key: (agent: Agent, turn: Turn) => number;
  /** How many agents may be offered the contact at once after it has waited so long; 1 for all but the ringing ones. */
  readonly offersAtOnce: (waited: Ms) => number;
  /** Where more may ring with time: how often to look again; null for never. */
  readonly stepMs: Ms | null;
};

export type Turn = {
  readonly random: () => number;
  /** Skills the class asks for. */
  readonly needs: readonly { readonly skill: string; readonly level: number }[];
};

/** The ordinary case: one seat rings at a time, and time changes nothing. */
export const ONE_AT_A_TIME = { offersAtOnce: (): number => 1, stepMs: null } as const;
