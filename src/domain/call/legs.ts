import { callerGone, openLegs, settle } from "./closing.ts";
import { agentLegOver, agentUp, joined } from "./connecting.ts";
import type { Draft } from "./draft.ts";
import { isLegOf, unknownLeg } from "./naming.ts";
import { aliveOutside, isOutsideLeg, joinedOutside, outsideOver } from "./outside.ts";
import { partIfOver } from "./parting.ts";
import { agentBack, agentLost, callAgain } from "./recall.ts";
import type { ContactEvent, Leg, LegReport, LegStatus } from "./state.ts";

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

type OverStatus = "completed" | "busy" | "failed" | "no-answer" | "canceled";

export function legStatus(draft: Draft, event: Extract<ContactEvent, { type: "leg_status" }>): void {
  const leg =
    draft.leg(event.callSid) ?? (event.party === "caller" ? undefined : unknownLeg(draft, event.callSid, event.party));
  if (leg === undefined) return draft.refuse("foreign_leg");
  if (leg.settled) return draft.ignore("leg is settled");
  fold(draft, leg, event);
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
