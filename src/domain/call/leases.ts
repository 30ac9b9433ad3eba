import { HOUR_MS, type Instant, MINUTE_MS, type Ms, SECOND_MS } from "../kernel/instant.ts";
import type { ContactState, Stage } from "./state.ts";

/** A caller in a flow answers or is asked again well within this; after it the carrier is asked whether the call lives. */
export const FLOW_LEASE_MS: Ms = 5 * MINUTE_MS;
/** A waiting contact tells its pool that it still waits; the pool drops a ticket after three silences. */
export const KEEP_ALIVE_MS: Ms = 30 * SECOND_MS;
/** Music comes back for more every half minute or so: silence for this long is a ghost until the carrier says otherwise. */
export const SILENCE_MS: Ms = 2 * MINUTE_MS;
/** A browser phone rings this long before the seat counts as failed. */
export const BROWSER_RING_S = 20;
/** A telephone outside the house rings as long as its queue lets an offer ring, but no longer than carriers wait. */
export const TELEPHONE_RING_S_MAX = 60;
/** A number outside the house rings this long before the caller waits on. */
export const OUTSIDE_RING_S = 30;
/** A telephone is picked up: the carrier says within five seconds whether by a person. After this it is asked about the leg. */
export const PERSON_LEASE_MS: Ms = 8 * SECOND_MS;
/** From acceptance to hearing each other; the carrier is then asked about both legs. */
export const CONNECT_LEASE_MS: Ms = 25 * SECOND_MS;
/** One of the two is in: the other's join was probably lost, so ask soon. */
export const HALF_JOINED_LEASE_MS: Ms = 5 * SECOND_MS;
/** A seat that is given up is told to end its leg, and waited for this long. Doubled with each question. */
export const GIVE_UP_LEASE_MS: Ms = 3 * SECOND_MS;
/** Usually the first question finds it over. A carrier that does not answer for three quarters of a minute is not waited for. */
export const GIVE_UP_ASKS_MAX = 4;
/** Twice the carrier may say "still ringing" before the seat is given up: a caller waits at most a minute on one seat. */
export const CONNECT_EXTENSIONS_MAX = 2;
/** A conversation is compared with the carrier this often. */
export const TALK_LEASE_MS: Ms = 5 * MINUTE_MS;
/** An agent whose leg went in mid-talk is called again for this long: a page that is loaded anew needs some seconds. */
export const AWAY_GRACE_MS: Ms = 30 * SECOND_MS;
/** An agent's leg that goes with its caller's is no loss: for this long the caller's end may still be told. */
export const AWAY_DOUBT_MS: Ms = SECOND_MS;
/** Before each call to a lost agent, so that the phone may have registered again. */
export const RECALL_EVERY_MS: Ms = 2 * SECOND_MS;
/** Short: a leg may ring at a window that is gone. The least that carriers allow. */
export const RECALL_RING_S = 5;
export const RECALLS_MAX = 12;
/** The agent's leg was told to end: its own word should follow at once. Doubled with each question. */
export const PARTING_LEASE_MS: Ms = 3 * SECOND_MS;
/** Questions about a leg that ought to be over; after a minute and a half without its end the seat is freed, and that is said. */
export const PARTING_ASKS_MAX = 4;
/** A conference told us that somebody left: the leg's own word should follow at once. */
export const LEFT_LEASE_MS: Ms = 3 * SECOND_MS;
/** After we hung up: a closing sentence may still be spoken. */
export const ENDING_LEASE_MS: Ms = MINUTE_MS;
/** A voicemail's recording is announced within seconds of its end. */
export const VOICEMAIL_WORD_MS: Ms = MINUTE_MS;
/** The pool ends wrap-up; should it never, this does. Longer than any extension an agent can ask for. */
export const WRAP_UP_LEASE_MS: Ms = 30 * MINUTE_MS;
/** A leg that is over without a figure, or should be over, is asked about this often. */
export const LEG_LEASE_MS: Ms = MINUTE_MS;
/** A leg whose end the carrier cannot state after this many questions (a day) is closed with what is known. */
export const LEG_QUESTIONS_MAX = (24 * HOUR_MS) / LEG_LEASE_MS;

/** The instant at which the contact must be looked at again; null only when it is over. */
export function deadlineOf(state: ContactState): Instant | null {
  const stageAt = stageDeadlineOf(state.stage);
  if (state.parting === null) return stageAt;
  return stageAt === null ? state.parting.askAt : Math.min(stageAt, state.parting.askAt);
}

export function stageDeadlineOf(stage: Stage): Instant | null {
  switch (stage.at) {
    case "queued":
      if (stage.seats.length > 0) return stage.keepAliveAt;
      return Math.min(
        stage.keepAliveAt,
        stage.place.leaveAt,
        stage.place.move?.at ?? stage.keepAliveAt,
        stage.place.outside?.at ?? stage.keepAliveAt,
      );
    case "wrap_up":
      return stage.legsAt === null ? stage.leaseAt : Math.min(stage.leaseAt, stage.legsAt);
    case "settling":
      return stage.legsAt;
    case "ended":
      return null;
    default:
      return stage.leaseAt;
  }
}
