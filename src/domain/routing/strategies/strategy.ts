import type { Instant, Ms } from "../../kernel/instant.ts";
import type { AgentProfile } from "../config.ts";

/**
 * Which of the idle agents that fit is offered the contact. A strategy gives each a key when he becomes ready; the
 * smallest goes first and the place in the pool's configuration breaks ties. The key must not change while the agent
 * stays ready, which all that a `Candidate` tells obeys.
 */
export type Strategy = {
  readonly name: string;
  /** Raised when the meaning changes, so that old decisions stay explained. */
  readonly version: number;
  readonly key: (agent: Candidate, turn: Turn) => number;
  /** How many agents may be offered the contact at once after it has waited so long; 1 for all but the ringing ones. */
  readonly offersAtOnce: (waited: Ms) => number;
  /** Where more may ring with time: how often to look again; null for never. */
  readonly stepMs: Ms | null;
};

/** An agent who has become ready, as far as strategies look at him. */
export type Candidate = {
  readonly profile: AgentProfile;
  readonly since: Instant;
  readonly figures: AgentFigures;
};

/** What strategies rank by. All are constant while the agent stays ready, so a key is computed once per turn. */
export type AgentFigures = {
  /** Idle since: when the agent last became ready by his own doing; an offer taken back does not reset it. */
  idleSince: Instant;
  lastEndedAt: Instant;
  /** Ready time gathered since the last contact, pauses excluded; the running turn is not in it. */
  readyMs: Ms;
  lastOfferedAt: Instant;
  contactsToday: number;
  talkMsToday: Ms;
  offersToday: number;
};

export type Turn = {
  readonly random: () => number;
  /** Skills the class asks for. */
  readonly needs: readonly { readonly skill: string; readonly level: number }[];
};

/** The ordinary case: one seat rings at a time, and time changes nothing. */
export const ONE_AT_A_TIME = { offersAtOnce: (): number => 1, stepMs: null } as const;
