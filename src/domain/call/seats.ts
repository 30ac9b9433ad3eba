import type { ReservationId } from "../kernel/ids.ts";
import { finishWrapUp } from "./agent-commands.ts";
import { hangUpCaller, rescind, spend, wrapUp } from "./closing.ts";
import { connect, giveUpSeat, seatFailed } from "./connecting.ts";
import type { Draft } from "./draft.ts";
import { overstay } from "./in-flow.ts";
import { CONNECT_EXTENSIONS_MAX } from "./leases.ts";
import type { SeatStage } from "./messages.ts";
import { liveLegs } from "./parting.ts";
import type { ContactEvent, ContactState, OfferedSeat, Stage } from "./state.ts";
import { waitAnew } from "./tickets.ts";

type Queued = Extract<Stage, { at: "queued" }>;

export function placeTold(draft: Draft, event: Extract<ContactEvent, { type: "place_told" }>): void {
  const stage = draft.state.stage;
  if (stage.at !== "queued" || stage.place.attempt !== event.attempt) return draft.ignore("not this wait");
  draft.move({ ...stage, standing: event.place });
}

/** A wait that the pool let go of is begun anew; the caller still waits, and the first instant still counts. */
export function placeLost(draft: Draft, attempt: number): void {
  const stage = draft.state.stage;
  if (stage.at !== "queued" || stage.place.attempt !== attempt) return draft.ignore("not this wait");
  rescind(draft, stage.seats);
  const place = waitAnew(draft, stage.place);
  draft.move({ ...stage, place, seats: [] });
}

export function seatReserved(draft: Draft, event: Extract<ContactEvent, { type: "seat_reserved" }>): void {
  const stage = draft.state.stage;
  if (isSpent(draft.state, event.reservationId)) return draft.ignore("reservation is over");
  if (stage.at !== "queued") return draft.ignore("not waiting");
  if (hasLeft(stage, event)) return draft.ignore("of a wait that was withdrawn");
  const { agentId, reservationId, decision } = event;
  if (stage.seats.some((seat) => seat.reservationId === reservationId)) return draft.ignore("reserved already");
  // An agent has one offer at a time: the end of the earlier one is still on its way.
  const ended = stage.seats.filter((seat) => seat.agentId === agentId);
  rescind(draft, ended);
  draft.fact({ type: "seat_reserved", agentId, reservationId, decision });
  const open = stage.seats.filter((seat) => !ended.includes(seat));
  draft.move({ ...stage, seats: [...open, { agentId, reservationId, rang: false }] });
}

export function seatRang(draft: Draft, reservationId: ReservationId): void {
  const stage = draft.state.stage;
  const offered = offeredSeat(stage, reservationId);
  if (stage.at !== "queued" || offered === null) return draft.ignore("no such offer");
  if (offered.rang) return draft.ignore("rang already");
  draft.fact({ type: "seat_rang", agentId: offered.agentId, reservationId });
  draft.move({ ...stage, seats: stage.seats.map((seat) => (seat === offered ? { ...seat, rang: true } : seat)) });
}

export function seatReturned(draft: Draft, event: Extract<ContactEvent, { type: "seat_returned" }>): void {
  const stage = draft.state.stage;
  const offered = offeredSeat(stage, event.reservationId);
  if (stage.at === "queued" && offered !== null) {
    const { agentId, reservationId } = offered;
    draft.fact({ type: "seat_returned", agentId, reservationId, why: event.why });
    spend(draft, offered);
    const left: Queued = { ...stage, seats: stage.seats.filter((seat) => seat !== offered) };
    draft.move(left);
    if (left.seats.length === 0 && draft.now >= stage.place.leaveAt) leaveLate(draft, left);
    return;
  }
  if (stage.at === "connecting" && stage.seat.reservationId === event.reservationId) {
    // Only the contact itself knows how the agent's leg went; what the pool returns, it has given up.
    const own = event.why === "leg_failed" || event.why === "missed";
    return seatFailed(draft, stage, own ? "agent_lost" : event.why);
  }
  draft.ignore("no such offer");
}

/** The caller's longest wait ended while a seat was ringing; that seat is gone, so the caller is moved on now. */
export function leaveLate(draft: Draft, stage: Queued): void {
  overstay(draft, stage);
  draft.redirect(draft.state.lastVerbs);
}

function offeredSeat(stage: Stage, reservationId: ReservationId): OfferedSeat | null {
  if (stage.at !== "queued") return null;
  return stage.seats.find((seat) => seat.reservationId === reservationId) ?? null;
}

/** The pool is the authority on who won: its word counts even when the reservation itself was never heard of. */
export function seatAccepted(draft: Draft, event: Extract<ContactEvent, { type: "seat_accepted" }>): void {
  const stage = draft.state.stage;
  const { agentId, reservationId, telephone } = event;
  if (isSpent(draft.state, reservationId)) return draft.ignore("reservation is over");
  if (stage.at !== "queued") return draft.ignore("not waiting");
  if (hasLeft(stage, event)) return draft.ignore("of a wait that was withdrawn");
  rescind(
    draft,
    stage.seats.filter((seat) => seat.reservationId !== reservationId),
  );
  connect(draft, stage.place, { agentId, reservationId, ...(telephone === undefined ? {} : { telephone }) });
}

/**
 * Word on a wait that the contact has withdrawn, under way since before: it went to another site, or was put aside. The pool
 * has taken its seat back or will when it hears, so nobody may be called for it.
 */
function hasLeft({ place }: Queued, { poolId, attempt }: Pick<SeatWord, "poolId" | "attempt">): boolean {
  const elsewhere = poolId !== undefined && poolId !== place.poolId;
  return elsewhere || (attempt !== undefined && attempt < (place.since ?? 0));
}

type SeatWord = Extract<ContactEvent, { type: "seat_reserved" | "seat_accepted" }>;

export function agentGone(draft: Draft, reservationId: ReservationId): void {
  const stage = draft.state.stage;
  if (stage.at === "connecting" && stage.seat.reservationId === reservationId) {
    if (stage.extensions > CONNECT_EXTENSIONS_MAX) return draft.ignore("the seat is being given up");
    return giveUpSeat(draft, stage);
  }
  if (stage.at === "talking" && stage.seat.reservationId === reservationId) {
    if (stage.away !== null) return hangUpCaller(draft, stage);
    // The desktop is gone, the telephone may not be: the carrier knows.
    for (const callSid of liveLegs(draft.state, reservationId)) draft.fetchCall(callSid);
    return draft.move({ ...stage, letGo: true });
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
