import { unreachable } from "../kernel/step.ts";
import { finishWrapUp } from "./agent-commands.ts";
import { conclude, openLegs, settle, unservedOutcome, wrapUp } from "./closing.ts";
import { giveUpSeat } from "./connecting.ts";
import type { Draft } from "./draft.ts";
import {
  CONNECT_EXTENSIONS_MAX,
  CONNECT_LEASE_MS,
  deadlineOf,
  ENDING_LEASE_MS,
  FLOW_LEASE_MS,
  HALF_JOINED_LEASE_MS,
  KEEP_ALIVE_MS,
  LEG_LEASE_MS,
  LEG_QUESTIONS_MAX,
  SILENCE_MS,
  stageDeadlineOf,
  TALK_LEASE_MS,
} from "./leases.ts";
import { giveUpLeg } from "./legs.ts";
import { callOutside, chaseOutside, chaseTalkOutside } from "./outside.ts";
import { chaseParting } from "./parting.ts";
import { seekAgent } from "./recall.ts";
import { leaveLate } from "./seats.ts";
import type { Stage } from "./state.ts";
import { moveSite, ticketOf } from "./tickets.ts";

/** A lease is up: whoever owns the state decides, mostly by asking the carrier what it knows. */
export function passDeadline(draft: Draft): void {
  const due = deadlineOf(draft.state);
  if (due === null || draft.now < due) return draft.ignore("not due");
  const { parting } = draft.state;
  if (parting !== null && draft.now >= parting.askAt) chaseParting(draft, parting);
  const stageDue = stageDeadlineOf(draft.state.stage);
  if (stageDue !== null && draft.now >= stageDue) passStage(draft);
}

function passStage(draft: Draft): void {
  const { stage, callSid } = draft.state;
  switch (stage.at) {
    case "in_flow":
      draft.fetchCall(callSid);
      return draft.move({ ...stage, leaseAt: draft.now + FLOW_LEASE_MS });
    case "queued":
      return keepWaiting(draft, stage);
    case "connecting":
      return chaseSeat(draft, stage);
    case "talking":
      if (stage.away !== null) return seekAgent(draft, stage, stage.away);
      for (const leg of openLegs(draft)) draft.fetchCall(leg.callSid);
      return draft.move({ ...stage, leaseAt: draft.now + TALK_LEASE_MS });
    case "calling_out":
      return chaseOutside(draft, stage);
    case "talking_out":
      return chaseTalkOutside(draft, stage);
    case "voicemail":
      if (stage.callerGone) return conclude(draft, { outcome: unservedOutcome(draft.state), endedBy: "caller" });
      draft.fetchCall(callSid);
      return draft.move({ ...stage, leaseAt: draft.now + FLOW_LEASE_MS });
    case "ending":
      draft.fetchCall(callSid);
      return draft.move({ ...stage, leaseAt: draft.now + ENDING_LEASE_MS });
    case "wrap_up":
      return chaseWrapUp(draft, stage);
    case "settling":
      return chaseLegs(draft, stage);
    case "ended":
      return draft.ignore("over");
    default:
      return unreachable(stage);
  }
}

function keepWaiting(draft: Draft, stage: Extract<Stage, { at: "queued" }>): void {
  if (stage.seats.length === 0 && draft.now >= stage.place.leaveAt) return leaveLate(draft, stage);
  const { move } = stage.place;
  if (move !== undefined && stage.seats.length === 0 && draft.now >= move.at) {
    const place = moveSite(draft, stage.place, stage.standing !== null);
    return draft.move({ ...stage, place, standing: null, keepAliveAt: draft.now + KEEP_ALIVE_MS });
  }
  const { outside } = stage.place;
  if (outside !== undefined && stage.seats.length === 0 && draft.now >= outside.at) {
    return callOutside(draft, stage.place);
  }
  draft.tellPool(stage.place.poolId, { say: "wait", ticket: ticketOf(draft, stage.place) });
  if (draft.now - draft.state.heardAt >= SILENCE_MS) draft.fetchCall(draft.state.callSid);
  draft.move({ ...stage, keepAliveAt: draft.now + KEEP_ALIVE_MS });
}

function chaseSeat(draft: Draft, stage: Extract<Stage, { at: "connecting" }>): void {
  if (stage.extensions >= CONNECT_EXTENSIONS_MAX) return giveUpSeat(draft, stage);
  const create = draft.state.creates.find((made) => made.reservationId === stage.seat.reservationId);
  if (create?.callSid != null) draft.fetchCall(create.callSid);
  draft.fetchCall(draft.state.callSid);
  const leaseMs = stage.agentIn ? HALF_JOINED_LEASE_MS : CONNECT_LEASE_MS;
  draft.move({ ...stage, extensions: stage.extensions + 1, leaseAt: draft.now + leaseMs });
}

function chaseWrapUp(draft: Draft, stage: Extract<Stage, { at: "wrap_up" }>): void {
  if (draft.now >= stage.leaseAt) {
    draft.fact({ type: "reconciled", what: "wrap_up_unended", detail: "no word from the agent or the pool" });
    const wrapUpMs = draft.now - stage.seat.leftAt;
    wrapUp(draft, stage.seat, { disposition: "auto", notes: "", success: false, wrapUpMs });
    return finishWrapUp(draft);
  }
  for (const leg of openLegs(draft)) draft.fetchCall(leg.callSid);
  draft.move({ ...stage, legsAt: draft.now + LEG_LEASE_MS });
}

function chaseLegs(draft: Draft, stage: Extract<Stage, { at: "settling" }>): void {
  if (stage.asked < LEG_QUESTIONS_MAX) {
    for (const leg of openLegs(draft)) draft.fetchCall(leg.callSid);
    return draft.move({ ...stage, legsAt: draft.now + LEG_LEASE_MS, asked: stage.asked + 1 });
  }
  for (const leg of openLegs(draft)) giveUpLeg(draft, leg);
  draft.state.creates = draft.state.creates.map((made) => (made.callSid === null ? { ...made, refused: true } : made));
  settle(draft);
}
