import type { CarrierSid } from "../kernel/ids.ts";
import { settle } from "./closing.ts";
import type { Draft } from "./draft.ts";
import { isWantedOutside } from "./outside.ts";
import type { ContactEvent, ContactState, Create, Leg, Seat } from "./state.ts";

/** Whose legs we have made: the caller's makes itself. */
type LegMade = "agent" | "outside";

/** The reply to our command names the leg. A leg that nobody waits for any more is ended at once. */
export function legCreated(draft: Draft, event: Extract<ContactEvent, { type: "leg_created" }>): void {
  const create = draft.state.creates.find((made) => made.label === event.label);
  if (create === undefined) return draft.ignore("no such leg was asked for");
  if (create.callSid === event.callSid) return endIfUnwanted(draft, event.callSid, create);
  if (draft.leg(event.callSid) !== undefined) return draft.ignore("leg named already");
  if (create.callSid !== null && draft.leg(create.callSid)?.over !== true) {
    endSecond(draft, event.callSid, partyOf(create));
    return;
  }
  // The reply to an earlier attempt was lost and its leg is over: this attempt has made another.
  name(draft, create, event.callSid);
  nameLate(draft, event.callSid, create);
}

/**
 * The address was given to the carrier with our own commands alone, so the leg is one that we asked for: the one not yet
 * named, or a second one under the label of a command whose reply was lost.
 */
export function unknownLeg(draft: Draft, callSid: CarrierSid, party: LegMade): Leg | undefined {
  if (draft.state.creates.length === 0) return undefined;
  return adopt(draft, callSid, null, party) ?? endSecond(draft, callSid, party);
}

/**
 * A leg of unknown id on our own address while we wait for the carrier to name one: its callbacks may overtake the reply
 * to our command. A label (our reservation) settles which; without one it is the oldest still unnamed. Last come those
 * that the carrier refused: of an earlier attempt, whose reply was lost, there may be a leg all the same. Agents' legs and
 * those outside have addresses of their own (`party`), so neither is taken for the other.
 */
export function adopt(
  draft: Draft,
  callSid: CarrierSid,
  label: string | null,
  party: LegMade | null = null,
): Leg | undefined {
  const unnamed = draft.state.creates.filter(
    (create) => create.callSid === null && (party === null || partyOf(create) === party),
  );
  const byHope = [...unnamed.filter((create) => !create.refused), ...unnamed.filter((create) => create.refused)];
  const create = label === null ? byHope[0] : byHope.find((made) => made.label === label);
  if (create === undefined) return undefined;
  const leg = name(draft, create, callSid);
  if (create.refused) nameLate(draft, callSid, create);
  return leg;
}

function name(draft: Draft, create: Create, callSid: CarrierSid): Leg {
  draft.state.creates = draft.state.creates.map((made) =>
    made.label === create.label ? { ...made, callSid, refused: false } : made,
  );
  const leg: Leg = { callSid, party: partyOf(create), rank: 0, over: false, settled: false };
  draft.putLeg(leg);
  return leg;
}

/** A leg that nobody counted with any more: ended if it lives, and its seconds are waited for in any case. */
function nameLate(draft: Draft, callSid: CarrierSid, create: Create): void {
  endIfUnwanted(draft, callSid, create);
  if (draft.state.stage.at === "ended") settle(draft);
}

/** Two legs under one label: the one that was named first counts, the other is ended and billed. */
function endSecond(draft: Draft, callSid: CarrierSid, party: LegMade): Leg {
  const leg: Leg = { callSid, party, rank: 0, over: false, settled: false };
  draft.putLeg(leg);
  draft.effect({ do: "end_call", callSid });
  if (draft.state.stage.at === "ended") settle(draft);
  return leg;
}

function endIfUnwanted(draft: Draft, callSid: CarrierSid, create: Create): void {
  const stage = draft.state.stage;
  const { reservationId } = create;
  const seated = (stage.at === "connecting" || stage.at === "talking") && stage.seat.reservationId === reservationId;
  if (seated || isWantedOutside(stage, create) || draft.leg(callSid)?.over === true)
    return draft.ignore("leg is known");
  draft.effect({ do: "end_call", callSid });
}

/** True while a leg that was asked for has no name yet and somebody waits for it: only then may it be made. */
export function isAwaited(
  { stage, creates }: ContactState,
  { label, reservationId }: Pick<Create, "label" | "reservationId">,
): boolean {
  const awaits = stage.at === "connecting" || (stage.at === "talking" && stage.away !== null);
  const forSeat = awaits && stage.seat.reservationId === reservationId;
  if (!forSeat && !(stage.at === "calling_out" && stage.label === label)) return false;
  return creates.some((made) => made.label === label && made.callSid === null && !made.refused);
}

/** True when this leg was made for this seat. */
export function isLegOf(draft: Draft, { reservationId }: Seat, { callSid }: Leg): boolean {
  return draft.state.creates.find((made) => made.callSid === callSid)?.reservationId === reservationId;
}

function partyOf({ reservationId }: Create): LegMade {
  return reservationId === null ? "outside" : "agent";
}
