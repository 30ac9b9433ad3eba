import { assert, unreachable } from "../kernel/step.ts";
import type { Draft } from "./draft.ts";
import type { Outcome } from "./facts.ts";
import { ENDING_LEASE_MS, LEG_LEASE_MS, VOICEMAIL_WORD_MS, WRAP_UP_LEASE_MS } from "./leases.ts";
import { wrapUpSecondsOf } from "./line-config.ts";
import type { PoolMessage } from "./messages.ts";
import { abandonOutside, leaveOutside } from "./outside.ts";
import { part } from "./parting.ts";
import type { ContactState, Ending, QueuePlace, Seat, ServedSeat, Stage } from "./state.ts";
import { stayEnd } from "./tickets.ts";

type Talking = Extract<Stage, { at: "talking" }>;

/** The caller's leg is over: every stage ends here, and the outcome is decided once. */
export function callerGone(draft: Draft): void {
  const stage = draft.state.stage;
  switch (stage.at) {
    case "in_flow":
      return conclude(draft, { outcome: unservedOutcome(draft.state), endedBy: "caller" });
    case "queued":
      rescind(draft, stage.seats);
      abandonPlace(draft, stage.place);
      draft.tellPool(stage.place.poolId, withdrawal(draft, stage.place, stage.standing !== null));
      return conclude(draft, { outcome: "abandoned", endedBy: "caller" });
    case "connecting":
      rescind(draft, [stage.seat]);
      abandonPlace(draft, stage.place);
      part(draft, stage.place.poolId, stage.seat, "connecting", withdrawal(draft, stage.place, true));
      return conclude(draft, { outcome: "abandoned", endedBy: "caller" });
    case "talking": {
      const seat = leaveTalk(draft, stage);
      return conclude(draft, { outcome: "answered", endedBy: "caller" }, seat);
    }
    case "calling_out":
      abandonPlace(draft, stage.place);
      abandonOutside(draft, stage);
      return conclude(draft, { outcome: "abandoned", endedBy: "caller" });
    case "talking_out":
      leaveOutside(draft, stage);
      return conclude(draft, { outcome: "transferred_out", endedBy: "caller" });
    case "voicemail": {
      if (stage.callerGone) return;
      if (draft.state.history.voicemail) return conclude(draft, { outcome: "voicemail", endedBy: "caller" });
      return draft.move({ ...stage, callerGone: true, leaseAt: draft.now + VOICEMAIL_WORD_MS });
    }
    case "ending":
      return conclude(draft, stage.ending, stage.seat);
    case "wrap_up":
    case "settling":
    case "ended":
      return;
    default:
      return unreachable(stage);
  }
}

/** How a contact that no agent served has ended: told from where it has been. */
export function unservedOutcome(state: ContactState): Outcome {
  if (state.history.voicemail) return "voicemail";
  if (state.history.queued) return "abandoned";
  return state.history.turnedAway ? "closed" : "self_service";
}

/** The seats are no longer wanted; the pool hears so by whatever ended the wait. */
export function rescind(draft: Draft, seats: readonly Seat[]): void {
  for (const seat of seats) {
    const { agentId, reservationId } = seat;
    draft.fact({ type: "seat_returned", agentId, reservationId, why: "rescinded" });
    spend(draft, seat);
  }
}

function abandonPlace(draft: Draft, place: QueuePlace): void {
  draft.fact({
    type: "left_queue",
    queueId: place.queueId,
    why: "abandoned",
    waitedMs: draft.now - place.queuedAt,
  });
}

function withdrawal(draft: Draft, place: QueuePlace, isHeard: boolean): PoolMessage {
  return { say: "withdraw", why: "abandoned", attempt: place.attempt, stay: stayEnd(draft, place, isHeard) };
}

/** The one place that writes `ended`. */
export function conclude(draft: Draft, ending: Ending, seat: ServedSeat | null = null): void {
  const kept: readonly Outcome[] = ["answered", "transferred_out", "failed"];
  const outcome = kept.includes(ending.outcome) ? ending.outcome : unservedOutcome(draft.state);
  draft.fact({ type: "ended", outcome, endedBy: ending.endedBy });
  if (seat === null) return settle(draft);
  draft.move({
    at: "wrap_up",
    seat,
    leaseAt: draft.now + WRAP_UP_LEASE_MS,
    legsAt: openLegs(draft).length === 0 ? null : draft.now + LEG_LEASE_MS,
  });
}

/** The conversation is over for the agent: the pool starts wrap-up when his leg is over. Null when the queue has none. */
export function leaveTalk(draft: Draft, stage: Talking): ServedSeat | null {
  const { agentId, reservationId } = stage.seat;
  const queue = draft.config.queues[stage.place.queueId];
  assert(queue !== undefined, "a conversation came from a queue of its own configuration");
  draft.fact({ type: "agent_left", agentId, reservationId });
  const wrapUpS = wrapUpSecondsOf(queue);
  const talkEnded = { say: "talk_ended", reservationId, wrapUpS } as const;
  part(draft, stage.place.poolId, stage.seat, "talking", talkEnded);
  spend(draft, stage.seat);
  if (wrapUpS !== 0) return { agentId, reservationId, poolId: stage.place.poolId, leftAt: draft.now };
  wrapUp(draft, stage.seat, { disposition: "auto", notes: "", success: false, wrapUpMs: 0 });
  return null;
}

/** The agent is done, or the house ends the conversation: the caller's leg is told to go. */
export function hangUpCaller(draft: Draft, stage: Talking): void {
  const seat = leaveTalk(draft, stage);
  draft.effect({ do: "end_call", callSid: draft.state.callSid });
  draft.say([{ do: "hang_up" }]);
  draft.move({
    at: "ending",
    ending: { outcome: "answered", endedBy: "agent" },
    seat,
    leaseAt: draft.now + ENDING_LEASE_MS,
  });
}

export function wrapUp(
  draft: Draft,
  seat: Seat,
  how: {
    readonly disposition: string;
    readonly notes: string;
    readonly success: boolean;
    readonly wrapUpMs: number;
  },
): void {
  const { agentId, reservationId } = seat;
  draft.fact({ type: "wrapped_up", agentId, reservationId, ...how });
}

/** All is decided. Over at once when the carrier has had its last word on every leg, else wait for it. */
export function settle(draft: Draft): void {
  if (openLegs(draft).length === 0 && !awaitsLeg(draft.state)) return draft.move({ at: "ended" });
  const stage = draft.state.stage;
  if (stage.at === "settling") return;
  draft.move({ at: "settling", legsAt: draft.now + LEG_LEASE_MS, asked: 0 });
}

export function openLegs(draft: Draft) {
  return draft.state.legs.filter((leg) => !leg.settled);
}

/** True while the carrier may still make a leg that we asked for. */
export function awaitsLeg(state: ContactState): boolean {
  return state.creates.some((create) => create.callSid === null && !create.refused);
}

/** How many past reservations are remembered: a caller is offered to far fewer seats than this. */
const SPENT_MAX = 64;

export function spend(draft: Draft, seat: Seat): void {
  draft.state.spent = [...draft.state.spent, seat.reservationId].slice(-SPENT_MAX);
}
