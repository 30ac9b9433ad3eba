import type { CarrierSid, PoolId, ReservationId } from "../kernel/ids.ts";
import type { Draft } from "./draft.ts";
import { PARTING_ASKS_MAX, PARTING_LEASE_MS } from "./leases.ts";
import type { PoolMessage } from "./messages.ts";
import type { ContactState, Create, Parting, Seat } from "./state.ts";

/**
 * The contact lets go of a seat. The pool would offer the agent the next contact, so what frees the seat is said only when
 * the agent's leg is over: until then the leg is ended, asked about and ended again.
 */
export function part(draft: Draft, poolId: PoolId, seat: Seat, as: Parting["as"], owed: PoolMessage): void {
  endAgentLeg(draft, seat);
  if (!legMayLive(draft.state, seat.reservationId)) return draft.tellPool(poolId, owed);
  const { reservationId } = seat;
  draft.state.parting = { reservationId, poolId, as, owed: [owed], asked: 0, askAt: draft.now + PARTING_LEASE_MS };
}

/** Tells the carrier to end every leg of the seat that it has named and not yet ended. */
export function endAgentLeg(draft: Draft, seat: Seat): void {
  for (const callSid of liveLegs(draft.state, seat.reservationId)) draft.effect({ do: "end_call", callSid });
}

/** A later word on the same seat keeps its place behind the one that waits. */
export function tellAfterParting(draft: Draft, poolId: PoolId, message: PoolMessage): void {
  const { parting } = draft.state;
  if (parting === null) return draft.tellPool(poolId, message);
  draft.state.parting = { ...parting, owed: [...parting.owed, message] };
}

/** Called whenever the carrier has said something about a leg, or that none will come. */
export function partIfOver(draft: Draft): void {
  const { parting } = draft.state;
  if (parting !== null && !legMayLive(draft.state, parting.reservationId)) release(draft, parting);
}

/** The carrier has not said that the leg is over: ask it; a leg that lives is ended again by its answer. */
export function chaseParting(draft: Draft, parting: Parting): void {
  const { reservationId, asked } = parting;
  if (asked >= PARTING_ASKS_MAX) {
    freedUnseen(draft, reservationId);
    return release(draft, parting);
  }
  for (const callSid of liveLegs(draft.state, reservationId)) draft.fetchCall(callSid);
  draft.state.parting = { ...parting, asked: asked + 1, askAt: draft.now + PARTING_LEASE_MS * 2 ** (asked + 1) };
}

/** The seat is freed although its leg may still be up: nobody could say that it is over. */
export function freedUnseen(draft: Draft, reservationId: ReservationId): void {
  const detail = `no end was told of the leg of ${reservationId}`;
  draft.fact({ type: "reconciled", what: "seat_freed_unseen", detail });
}

/** False once the carrier has said that every leg of the seat is over, or that it never made one. */
export function legMayLive(state: ContactState, reservationId: ReservationId): boolean {
  return state.creates.some((made) => made.reservationId === reservationId && mayLive(state, made));
}

/** Legs of the seat that have a name and no end. */
export function liveLegs(state: ContactState, reservationId: ReservationId): CarrierSid[] {
  return state.creates
    .filter((made) => made.reservationId === reservationId && mayLive(state, made))
    .flatMap(({ callSid }) => (callSid === null ? [] : [callSid]));
}

function mayLive(state: ContactState, { refused, callSid }: Create): boolean {
  return !refused && state.legs.find((leg) => leg.callSid === callSid)?.over !== true;
}

function release(draft: Draft, { poolId, owed }: Parting): void {
  for (const message of owed) draft.tellPool(poolId, message);
  draft.state.parting = null;
}
