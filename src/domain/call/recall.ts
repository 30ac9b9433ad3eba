import type { CarrierSid } from "../kernel/ids.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import { turnHold } from "./agent-commands.ts";
import { hangUpCaller } from "./closing.ts";
import type { Draft } from "./draft.ts";
import { AWAY_DOUBT_MS, AWAY_GRACE_MS, RECALL_EVERY_MS, RECALL_RING_S, RECALLS_MAX, TALK_LEASE_MS } from "./leases.ts";
import { legMayLive } from "./parting.ts";
import type { Away, Create, Seat, Stage } from "./state.ts";

type Talking = Extract<Stage, { at: "talking" }>;

/** Asks the carrier for a leg to the agent, under a label that no other leg of this contact has. */
export function callAgent(draft: Draft, seat: Seat, conference: string, timeoutS: number): void {
  const { reservationId, agentId } = seat;
  const telephone = seat.telephone === undefined ? {} : { telephone: seat.telephone };
  const before = draft.state.creates.filter((made) => made.reservationId === reservationId).length;
  const label = before === 0 ? reservationId : `${reservationId}-${before + 1}`;
  const create: Create = { label, reservationId, agentId, conference, ...telephone, callSid: null, refused: false };
  draft.state.creates = [...draft.state.creates, create];
  draft.effect({ do: "add_participant", label, reservationId, agentId, conference, ...telephone, timeoutS });
}

/**
 * The agent's leg is over in mid-talk, and neither the agent's command nor the house ended it: a page was loaded anew, a
 * wire cut, or the caller has gone and that is told in a moment. The seat stays taken and the caller in the conference.
 */
export function agentLost(draft: Draft, stage: Talking): void {
  if (stage.letGo) return hangUpCaller(draft, stage);
  if (stage.away !== null) return draft.move({ ...stage, leaseAt: nextTry(draft, stage.away) });
  const away: Away = { until: draft.now + AWAY_GRACE_MS, tries: 0, told: false, resume: stage.heldSince === null };
  draft.move({ ...stage, away, leaseAt: draft.now + AWAY_DOUBT_MS });
}

/** The caller is there without the agent: music. */
function tellLost(draft: Draft, stage: Talking, away: Away): void {
  const { agentId, reservationId } = stage.seat;
  draft.fact({ type: "agent_lost", agentId, reservationId });
  const lost: Talking = { ...stage, away: { ...away, told: true }, leaseAt: draft.now + AWAY_DOUBT_MS };
  if (stage.heldSince === null) turnHold(draft, lost, true);
  else draft.move(lost);
}

/** Time has passed without the agent. The caller is asked about first: nobody is called for one who has gone as well. */
export function seekAgent(draft: Draft, stage: Talking, away: Away): void {
  const live = legMayLive(draft.state, stage.seat.reservationId);
  if (draft.now >= away.until || (away.tries >= RECALLS_MAX && !live)) return hangUpCaller(draft, stage);
  const asked = live ? latestLeg(draft, stage.seat) : draft.state.callSid;
  if (asked !== null) draft.fetchCall(asked);
  draft.move({ ...stage, leaseAt: nextTry(draft, away) });
}

/** The caller is still there. Who talked on a telephone has put it down: that is how such a conversation is ended. */
export function callAgain(draft: Draft, stage: Talking, away: Away): void {
  if (stage.seat.telephone !== undefined) return hangUpCaller(draft, stage);
  if (!away.told) return tellLost(draft, stage, away);
  if (legMayLive(draft.state, stage.seat.reservationId)) return draft.ignore("the agent's phone is being called");
  if (away.tries >= RECALLS_MAX || draft.now >= away.until) return draft.ignore("the agent is called no more");
  callAgent(draft, stage.seat, stage.conference, RECALL_RING_S);
  const leaseAt = Math.min(draft.now + RECALL_RING_S * SECOND_MS + RECALL_EVERY_MS, away.until);
  draft.move({ ...stage, away: { ...away, tries: away.tries + 1 }, leaseAt });
}

/** The talk goes on: it was answered once, and its time has never stopped. */
export function agentBack(draft: Draft, stage: Talking, away: Away): void {
  const callSid = latestLeg(draft, stage.seat);
  if (callSid === null) return draft.ignore("the agent's leg has no name yet");
  const { agentId, reservationId } = stage.seat;
  draft.fact({ type: "agent_back", agentId, reservationId, callSid });
  const back: Talking = { ...stage, away: null, leaseAt: draft.now + TALK_LEASE_MS };
  if (away.resume && stage.heldSince !== null) turnHold(draft, back, false);
  else draft.move(back);
}

function latestLeg(draft: Draft, seat: Seat): CarrierSid | null {
  return draft.state.creates.findLast((made) => made.reservationId === seat.reservationId)?.callSid ?? null;
}

function nextTry(draft: Draft, away: Away): number {
  return Math.min(draft.now + RECALL_EVERY_MS, away.until);
}
