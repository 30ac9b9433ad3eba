import type { ReservationId } from "../kernel/ids.ts";
import { finishWrapUp } from "./agent-commands.ts";
import { spend, wrapUp } from "./closing.ts";
import { connect, seatFailed } from "./connecting.ts";
import type { Draft } from "./draft.ts";
import type { SeatReturn } from "./facts.ts";
import { overstay } from "./in-flow.ts";
import type { Place, SeatStage } from "./messages.ts";
import type { ContactEvent, ContactState, Stage } from "./state.ts";
import { waitAnew } from "./tickets.ts";

type Queued = Extract<Stage, { at: "queued" }>;

export function placeTold(draft: Draft, standing: Place): void {
  const stage = draft.state.stage;
  if (stage.at !== "queued") return draft.ignore("not waiting");
  draft.move({ ...stage, standing });
}

/** A wait that the pool let go of is begun anew; the caller still waits, and the first instant still counts. */
export function placeLost(draft: Draft, attempt: number): void {
  const stage = draft.state.stage;
  if (stage.at !== "queued" || stage.place.attempt !== attempt) return draft.ignore("not this wait");
  const place = waitAnew(draft, stage.place);
  draft.move({ ...stage, place, seat: null });
}

export function seatReserved(draft: Draft, event: Extract<ContactEvent, { type: "seat_reserved" }>): void {
  const stage = draft.state.stage;
  if (isSpent(draft.state, event.reservationId)) return draft.ignore("reservation is over");
  if (stage.at !== "queued") return draft.ignore("not waiting");
  if (stage.seat?.reservationId === event.reservationId) return draft.ignore("reserved already");
  if (stage.seat !== null) giveBack(draft, stage, "rescinded");
  const { agentId, reservationId, decision } = event;
  draft.fact({ type: "seat_reserved", agentId, reservationId, decision });
  draft.move({ ...stage, seat: { agentId, reservationId, rang: false } });
}

export function seatRang(draft: Draft, reservationId: ReservationId): void {
  const stage = draft.state.stage;
  if (stage.at !== "queued" || stage.seat?.reservationId !== reservationId) return draft.ignore("no such offer");
  if (stage.seat.rang) return draft.ignore("rang already");
  draft.fact({ type: "seat_rang", agentId: stage.seat.agentId, reservationId });
  draft.move({ ...stage, seat: { ...stage.seat, rang: true } });
}

export function seatReturned(draft: Draft, event: Extract<ContactEvent, { type: "seat_returned" }>): void {
  const stage = draft.state.stage;
  if (stage.at === "queued" && stage.seat?.reservationId === event.reservationId) {
    giveBack(draft, stage, event.why);
    draft.move({ ...stage, seat: null });
    if (draft.now >= stage.place.leaveAt) leaveLate(draft, { ...stage, seat: null });
    return;
  }
  if (stage.at === "connecting" && stage.seat.reservationId === event.reservationId) {
    return seatFailed(draft, stage, event.why === "leg_failed" ? "agent_lost" : event.why);
  }
  draft.ignore("no such offer");
}

/** The caller's longest wait ended while a seat was ringing; that seat is gone, so the caller is moved on now. */
export function leaveLate(draft: Draft, stage: Queued): void {
  overstay(draft, stage);
  draft.redirect(draft.state.lastVerbs);
}

function giveBack(draft: Draft, stage: Queued, why: SeatReturn): void {
  if (stage.seat === null) return;
  const { agentId, reservationId } = stage.seat;
  draft.fact({ type: "seat_returned", agentId, reservationId, why });
  spend(draft, stage.seat);
}

/** The pool is the authority on who won: its word counts even when the reservation itself was never heard of. */
export function seatAccepted(draft: Draft, event: Extract<ContactEvent, { type: "seat_accepted" }>): void {
  const stage = draft.state.stage;
  const { agentId, reservationId } = event;
  if (isSpent(draft.state, reservationId)) return draft.ignore("reservation is over");
  if (stage.at !== "queued") return draft.ignore("not waiting");
  if (stage.seat !== null && stage.seat.reservationId !== reservationId) giveBack(draft, stage, "rescinded");
  connect(draft, stage.place, { agentId, reservationId });
}

export function agentGone(draft: Draft, reservationId: ReservationId): void {
  const stage = draft.state.stage;
  if (stage.at === "connecting" && stage.seat.reservationId === reservationId) {
    return seatFailed(draft, stage, "agent_lost");
  }
  if (stage.at === "talking" && stage.seat.reservationId === reservationId) {
    // The desktop is gone, the telephone may not be: the carrier knows.
    const create = draft.state.creates.find((made) => made.reservationId === reservationId);
    if (create?.callSid != null) return draft.fetchCall(create.callSid);
  }
  const owed = stage.at === "wrap_up" || stage.at === "ending" ? stage.seat : null;
  if (owed !== null && owed.reservationId === reservationId) {
    wrapUp(draft, owed, { disposition: "auto", notes: "", success: false, wrapUpMs: draft.now - owed.leftAt });
    return finishWrapUp(draft);
  }
  draft.ignore("nothing depends on that desktop");
}

export function wrapUpLapsed(draft: Draft, event: Extract<ContactEvent, { type: "wrap_up_lapsed" }>): void {
  const stage = draft.state.stage;
  const owed = stage.at === "wrap_up" || stage.at === "ending" ? stage.seat : null;
  if (owed === null || owed.reservationId !== event.reservationId) return draft.ignore("no wrap-up owed");
  wrapUp(draft, owed, { disposition: "auto", notes: "", success: false, wrapUpMs: event.wrapUpMs });
  finishWrapUp(draft);
}

function isSpent(state: ContactState, reservationId: ReservationId): boolean {
  return state.spent.includes(reservationId) || state.creates.some((create) => create.reservationId === reservationId);
}

/** Where the contact stands with a reservation; what the pool is answered. */
export function seatStage(state: ContactState, reservationId: ReservationId): SeatStage {
  const { stage, parting } = state;
  if (parting?.reservationId === reservationId) return parting.as;
  switch (stage.at) {
    case "queued":
      if (stage.seat?.reservationId === reservationId) return "offered";
      return state.spent.includes(reservationId) ? "over" : "offered";
    case "connecting":
      return stage.seat.reservationId === reservationId ? "connecting" : "over";
    case "talking":
      if (stage.seat.reservationId !== reservationId) return "over";
      return stage.heldSince === null ? "talking" : "held";
    case "ending":
    case "wrap_up":
      return stage.seat?.reservationId === reservationId ? "wrap_up" : "over";
    default:
      return "over";
  }
}
