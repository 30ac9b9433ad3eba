import { spend } from "./closing.ts";
import type { Draft } from "./draft.ts";
import type { Party, SeatReturn } from "./facts.ts";
import {
  BROWSER_RING_S,
  CONNECT_EXTENSIONS_MAX,
  CONNECT_LEASE_MS,
  GIVE_UP_ASKS_MAX,
  GIVE_UP_LEASE_MS,
  HALF_JOINED_LEASE_MS,
  LEFT_LEASE_MS,
  PERSON_LEASE_MS,
  TALK_LEASE_MS,
  TELEPHONE_RING_S_MAX,
} from "./leases.ts";
import { adopt, isLegOf } from "./naming.ts";
import { joinedOutside } from "./outside.ts";
import { endAgentLeg, freedUnseen, legMayLive, liveLegs } from "./parting.ts";
import { agentBack, callAgent } from "./recall.ts";
import type { ContactEvent, LegStatus, QueuePlace, Seat, Stage } from "./state.ts";
import { waitAnew } from "./tickets.ts";
import { resumeWaiting } from "./waiting.ts";

type Connecting = Extract<Stage, { at: "connecting" }>;

/** An agent has accepted: call the agent's phone into a conference of this attempt's own and bring the caller there. */
export function connect(draft: Draft, place: QueuePlace, seat: Seat): void {
  const attempt = draft.state.creates.length + 1;
  const conference = `contact-${draft.state.contactId}${attempt === 1 ? "" : `-${attempt}`}`;
  const { reservationId, agentId } = seat;
  draft.fact({ type: "seat_accepted", agentId, reservationId });
  callAgent(draft, seat, conference, ringSeconds(draft, place, seat));
  draft.redirect([
    { do: "join_conference", name: conference, record: draft.config.recordCalls },
    { do: "ask_again", key: draft.nextTurn() },
  ]);
  draft.move({
    at: "connecting",
    place,
    seat,
    conference,
    agentIn: false,
    callerIn: false,
    extensions: 0,
    leaseAt: draft.now + CONNECT_LEASE_MS,
  });
}

function ringSeconds(draft: Draft, { queueId }: QueuePlace, { telephone }: Seat): number {
  const queue = draft.config.queues[queueId];
  return telephone === undefined || queue === undefined
    ? BROWSER_RING_S
    : Math.min(queue.ringTimeoutS, TELEPHONE_RING_S_MAX);
}

/** The agent's leg is up. On a telephone that may be a machine: the carrier says in a moment, and is asked if it does not. */
export function agentUp(draft: Draft): void {
  const stage = draft.state.stage;
  if (stage.at !== "connecting" || stage.seat.telephone === undefined || stage.agentIn) return joined(draft, "agent");
  const leaseAt = Math.min(stage.leaseAt, draft.now + PERSON_LEASE_MS);
  if (leaseAt === stage.leaseAt) return draft.ignore("asked soon who picked up");
  draft.move({ ...stage, leaseAt });
}

/** One of the two is in the conference; when both are, the contact is answered. */
export function joined(draft: Draft, party: "caller" | "agent"): void {
  const stage = draft.state.stage;
  if (stage.at === "talking" && stage.away !== null && party === "agent") return agentBack(draft, stage, stage.away);
  if (stage.at !== "connecting") return draft.ignore("not connecting");
  if (stage.extensions > CONNECT_EXTENSIONS_MAX) return draft.ignore("the seat is given up");
  const now = {
    ...stage,
    agentIn: stage.agentIn || party === "agent",
    callerIn: stage.callerIn || party === "caller",
  };
  if (now.agentIn && now.callerIn) return answered(draft, now);
  if (now.agentIn === stage.agentIn && now.callerIn === stage.callerIn) return draft.ignore("joined already");
  const leaseAt = now.agentIn ? Math.min(stage.leaseAt, draft.now + HALF_JOINED_LEASE_MS) : stage.leaseAt;
  draft.move({ ...now, leaseAt });
}

function answered(draft: Draft, stage: Connecting): void {
  const { agentId, reservationId } = stage.seat;
  const { queueId, queuedAt } = stage.place;
  const callSid = draft.state.creates.find((create) => create.reservationId === reservationId)?.callSid;
  if (callSid === undefined || callSid === null) return draft.ignore("the agent's leg has no name yet");
  const waitedMs = draft.now - queuedAt;
  draft.fact({ type: "seat_answered", agentId, reservationId, callSid, queueId, waitedMs });
  draft.fact({ type: "left_queue", queueId, why: "answered", waitedMs });
  draft.tellPool(stage.place.poolId, { say: "connected", reservationId, waitedMs });
  draft.move({
    at: "talking",
    place: stage.place,
    seat: stage.seat,
    conference: stage.conference,
    answeredAt: draft.now,
    heldSince: null,
    away: null,
    letGo: false,
    leaseAt: draft.now + TALK_LEASE_MS,
  });
}

/** The seat could not be reached: the caller goes back to the music and keeps the place. */
export function seatFailed(draft: Draft, stage: Connecting, why: SeatReturn): void {
  const { agentId, reservationId } = stage.seat;
  draft.fact({ type: "seat_returned", agentId, reservationId, why });
  endAgentLeg(draft, stage.seat);
  spend(draft, stage.seat);
  if (why !== "leg_failed" && why !== "missed") return resumeWaiting(draft, waitAnew(draft, stage.place));
  // Told so, the pool keeps the ticket; when the pool itself gave the seat up, the ticket went with it.
  const missed = why === "missed" ? ({ missed: true } as const) : {};
  draft.tellPool(stage.place.poolId, { say: "leg_failed", reservationId, ...missed });
  resumeWaiting(draft, stage.place);
}

/** The agent's leg is over before it was one: a telephone that rang in vain was missed, all else is a failure. */
export function agentLegOver(draft: Draft, stage: Connecting, status: LegStatus): void {
  const inVain = stage.machine === true || status === "no-answer" || status === "busy";
  seatFailed(draft, stage, inVain && stage.seat.telephone !== undefined ? "missed" : "leg_failed");
}

/** Who picked up the telephone. A machine is hung up on; the caller goes back to waiting when its leg is over. */
export function pickedUp(draft: Draft, event: Extract<ContactEvent, { type: "picked_up" }>): void {
  const leg = draft.leg(event.callSid) ?? adopt(draft, event.callSid, null, "agent");
  if (leg === undefined) return draft.refuse("foreign_leg");
  const stage = draft.state.stage;
  if (stage.at !== "connecting" || leg.over || !isLegOf(draft, stage.seat, leg)) {
    return draft.ignore("nobody asks who picked up");
  }
  if (event.by === "person") return joined(draft, "agent");
  if (stage.agentIn || stage.extensions > CONNECT_EXTENSIONS_MAX) return draft.ignore("decided already");
  endAgentLeg(draft, stage.seat);
  const leaseAt = draft.now + GIVE_UP_LEASE_MS;
  draft.move({ ...stage, machine: true, extensions: CONNECT_EXTENSIONS_MAX + 1, leaseAt });
}

/** Nobody else is sought before the agent's phone has stopped: he must not have two calls. */
export function giveUpSeat(draft: Draft, stage: Connecting): void {
  const asked = Math.max(0, stage.extensions - CONNECT_EXTENSIONS_MAX);
  const { reservationId } = stage.seat;
  if (!legMayLive(draft.state, reservationId)) return agentLegOver(draft, stage, "failed");
  if (asked >= GIVE_UP_ASKS_MAX) {
    freedUnseen(draft, reservationId);
    return agentLegOver(draft, stage, "failed");
  }
  endAgentLeg(draft, stage.seat);
  for (const callSid of liveLegs(draft.state, reservationId)) draft.fetchCall(callSid);
  const leaseAt = draft.now + GIVE_UP_LEASE_MS * 2 ** asked;
  draft.move({ ...stage, extensions: CONNECT_EXTENSIONS_MAX + asked + 1, leaseAt });
}

export function conferenceNews(draft: Draft, event: Extract<ContactEvent, { type: "conference" }>): void {
  const stage = draft.state.stage;
  const party = partyOf(draft, event);
  if (party === "unknown") return draft.refuse("foreign_leg");
  if (!("conference" in stage)) return draft.ignore(`no conference in ${stage.at}`);
  if (event.name !== stage.conference) return draft.ignore("news of an earlier conference");
  if (event.what === "join" && party !== null) {
    if (event.callSid !== null && draft.leg(event.callSid)?.over === true) return draft.ignore("that leg is over");
    if (stage.at === "calling_out" && party !== "agent") return joinedOutside(draft, stage, party);
    if (stage.at === "calling_out" || party === "outside") return draft.ignore("nobody waits for this one");
    return party === "agent" ? agentUp(draft) : joined(draft, party);
  }
  const goesOn =
    (stage.at === "talking" && stage.away === null) || (stage.at === "talking_out" && stage.overAt === null);
  if (goesOn && (event.what === "leave" || event.what === "end")) {
    // The legs' own status says how it ended; should it be lost, the sweep asks soon.
    return draft.move({ ...stage, leaseAt: Math.min(stage.leaseAt, draft.now + LEFT_LEASE_MS) });
  }
  draft.ignore(`${event.what} changes nothing`);
}

function partyOf(draft: Draft, event: Extract<ContactEvent, { type: "conference" }>): Party | "unknown" | null {
  if (event.callSid === null) return null;
  if (event.callSid === draft.state.callSid) return "caller";
  const leg = draft.leg(event.callSid) ?? adopt(draft, event.callSid, event.label);
  return leg === undefined ? "unknown" : leg.party;
}
