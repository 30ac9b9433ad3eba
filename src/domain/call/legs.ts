import type { CarrierSid } from "../kernel/ids.ts";
import { callerGone, openLegs, settle } from "./closing.ts";
import { agentLegOver, agentUp, joined } from "./connecting.ts";
import type { Draft } from "./draft.ts";
import { aliveOutside, isOutsideLeg, isWantedOutside, joinedOutside, outsideOver } from "./outside.ts";
import { partIfOver } from "./parting.ts";
import { agentBack, agentLost, callAgain } from "./recall.ts";
import type { ContactEvent, ContactState, Create, Leg, LegReport, LegStatus, Seat } from "./state.ts";

/** Order of a leg's life. A status never takes a leg back; all terminal ones are equal. */
const RANK: { readonly [status in LegStatus]: number } = {
  queued: 0,
  initiated: 1,
  ringing: 2,
  "in-progress": 3,
  completed: 4,
  busy: 4,
  failed: 4,
  "no-answer": 4,
  canceled: 4,
};
const RANK_OVER = 4;

/** Whose legs we have made: the caller's makes itself. */
type LegMade = "agent" | "outside";
type OverStatus = "completed" | "busy" | "failed" | "no-answer" | "canceled";

export function legStatus(draft: Draft, event: Extract<ContactEvent, { type: "leg_status" }>): void {
  const leg =
    draft.leg(event.callSid) ?? (event.party === "caller" ? undefined : unknownLeg(draft, event.callSid, event.party));
  if (leg === undefined) return draft.refuse("foreign_leg");
  if (leg.settled) return draft.ignore("leg is settled");
  fold(draft, leg, event);
}

/**
 * The address was given to the carrier with our own commands alone, so the leg is one that we asked for: the one not yet
 * named, or a second one under the label of a command whose reply was lost.
 */
function unknownLeg(draft: Draft, callSid: CarrierSid, party: LegMade): Leg | undefined {
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

/** A leg that nobody counted with any more: ended if it lives, and its seconds are waited for in any case. */
function nameLate(draft: Draft, callSid: CarrierSid, create: Create): void {
  endIfUnwanted(draft, callSid, create);
  if (draft.state.stage.at === "ended") settle(draft);
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

function partyOf({ reservationId }: Create): LegMade {
  return reservationId === null ? "outside" : "agent";
}

function name(draft: Draft, create: Create, callSid: CarrierSid): Leg {
  draft.state.creates = draft.state.creates.map((made) =>
    made.label === create.label ? { ...made, callSid, refused: false } : made,
  );
  const leg: Leg = { callSid, party: partyOf(create), rank: 0, over: false, settled: false };
  draft.putLeg(leg);
  return leg;
}

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

/** The sweep's answer. What the callbacks never said is written down as reconciled. */
export function legReported(draft: Draft, event: Extract<ContactEvent, { type: "leg_reported" }>): void {
  const leg = draft.leg(event.callSid);
  if (leg === undefined) return draft.ignore("no such leg");
  if (leg.settled) return draft.ignore("leg is settled");
  const report: LegReport = event.report ?? { status: "failed", durationS: 0 };
  if (event.report === null) {
    draft.fact({ type: "reconciled", what: "leg_unknown", detail: `the carrier knows no leg ${leg.callSid}` });
  } else if (RANK[report.status] === RANK_OVER && !leg.over) {
    draft.fact({ type: "reconciled", what: "leg_over", detail: `${leg.callSid} is ${report.status}, never reported` });
  }
  if (RANK[report.status] < RANK_OVER) return alive(draft, leg, report.status);
  fold(draft, leg, { status: report.status, durationS: report.durationS });
}

/** The carrier says that the leg lives: a lost callback may be made good by that. */
function alive(draft: Draft, leg: Leg, status: LegStatus): void {
  draft.putLeg({ ...leg, rank: Math.max(leg.rank, RANK[status]) });
  if (leg.party === "caller") draft.state.heardAt = draft.now;
  const stage = draft.state.stage;
  if (stage.at === "ending") return draft.effect({ do: "end_call", callSid: leg.callSid });
  if (stage.at === "wrap_up" || stage.at === "settling") return draft.effect({ do: "end_call", callSid: leg.callSid });
  if (status !== "in-progress") return;
  if (stage.at === "talking" && stage.away !== null) {
    if (leg.party === "caller") return callAgain(draft, stage, stage.away);
    return isSeated(draft, leg) && !leg.over ? agentBack(draft, stage, stage.away) : undefined;
  }
  if (stage.at === "calling_out" || stage.at === "talking_out") return aliveOutside(draft, stage, leg);
  if (stage.at !== "connecting") return;
  if (leg.party === "agent") return joined(draft, "agent");
  if (!stage.agentIn) return;
  draft.fact({ type: "reconciled", what: "join_unseen", detail: "the carrier says that both legs are up" });
  joined(draft, "caller");
}

function fold(draft: Draft, leg: Leg, news: { readonly status: LegStatus; readonly durationS: number | null }): void {
  const rank = RANK[news.status];
  if (rank < RANK_OVER) {
    if (rank <= leg.rank) return draft.ignore(`${news.status} is late`);
    draft.putLeg({ ...leg, rank });
    if (leg.party === "caller") draft.state.heardAt = draft.now;
    else if (news.status === "in-progress") farEndUp(draft, leg);
    return;
  }
  const durationS = news.durationS ?? (news.status === "completed" ? null : 0);
  if (durationS === null) {
    if (leg.over) return draft.ignore("over already, still without a figure");
    draft.putLeg({ ...leg, rank, over: true });
    draft.fetchCall(leg.callSid);
  } else {
    draft.putLeg({ ...leg, rank, over: true, settled: true });
    draft.fact({
      type: "leg_ended",
      callSid: leg.callSid,
      party: leg.party,
      direction: leg.party === "caller" ? "inbound" : "outbound",
      status: news.status as OverStatus,
      durationS,
      endedAt: draft.now,
    });
  }
  if (!leg.over) partyGone(draft, leg, news.status);
  partIfOver(draft);
  closeIfSettled(draft);
}

function farEndUp(draft: Draft, leg: Leg): void {
  const { stage } = draft.state;
  if (isSeated(draft, leg)) agentUp(draft);
  else if (stage.at === "calling_out" && isOutsideLeg(draft, leg)) joinedOutside(draft, stage, "outside");
}

function partyGone(draft: Draft, leg: Leg, status: LegStatus): void {
  if (leg.party === "caller") return callerGone(draft);
  if (leg.party === "outside") return outsideOver(draft, leg, status);
  if (!isSeated(draft, leg)) return;
  const stage = draft.state.stage;
  if (stage.at === "connecting") return agentLegOver(draft, stage, status);
  if (stage.at === "talking") agentLost(draft, stage);
}

/** True when this leg is the one of the seat in hand, not of an earlier one. */
function isSeated(draft: Draft, leg: Leg): boolean {
  const stage = draft.state.stage;
  return (stage.at === "connecting" || stage.at === "talking") && isLegOf(draft, stage.seat, leg);
}

export function isLegOf(draft: Draft, { reservationId }: Seat, { callSid }: Leg): boolean {
  return draft.state.creates.find((made) => made.callSid === callSid)?.reservationId === reservationId;
}

export function closeIfSettled(draft: Draft): void {
  const stage = draft.state.stage;
  if (stage.at === "settling") return settle(draft);
  if (stage.at === "wrap_up" && openLegs(draft).length === 0) draft.move({ ...stage, legsAt: null });
}

/** The carrier cannot state how a leg ended: it is closed with what is known, and said so. */
export function giveUpLeg(draft: Draft, leg: Leg): void {
  draft.fact({ type: "reconciled", what: "leg_unsettled", detail: `no figure for ${leg.callSid}` });
  fold(draft, leg, { status: "failed", durationS: 0 });
}
