import type { CarrierSid, ContactId } from "../kernel/ids.ts";
import { unreachable } from "../kernel/step.ts";
import { agentCommand } from "./agent-commands.ts";
import { conferenceNews, pickedUp } from "./connecting.ts";
import { Draft } from "./draft.ts";
import { answerCaller, startFlow } from "./in-flow.ts";
import { legReported, legStatus } from "./legs.ts";
import type { LineConfig } from "./line-config.ts";
import { legCreated } from "./naming.ts";
import { passDeadline } from "./passing.ts";
import { recordingReady, recordingStored } from "./recordings.ts";
import { effectRefused } from "./refusals.ts";
import {
  agentGone,
  placeLost,
  placeTold,
  seatAccepted,
  seatRang,
  seatReserved,
  seatReturned,
  wrapUpLapsed,
} from "./seats.ts";
import type { ContactEvent, ContactState, ContactStep, Moment } from "./state.ts";

export { deadlineOf } from "./leases.ts";

/** The first webhook of a call: the contact comes to be, is offered, and hears the first words of the flow. */
export function openContact(
  config: LineConfig,
  call: {
    readonly contactId: ContactId;
    readonly carrier: string;
    readonly accountSid: string;
    readonly callSid: CarrierSid;
    readonly from: string;
    readonly to: string;
  },
  moment: Moment,
): ContactStep {
  const draft = new Draft(config, newborn(config, call, moment), moment);
  draft.fact({
    type: "contact_offered",
    direction: "inbound",
    carrier: call.carrier,
    accountSid: call.accountSid,
    callSid: call.callSid,
    from: call.from,
    to: call.to,
    numberId: config.number.id,
    brandId: config.brand.id,
    flowId: config.flow.id,
    flowVersion: config.flow.version,
    language: config.language,
  });
  startFlow(draft);
  draft.answer();
  return draft.done();
}

/**
 * The contact machine: total over every state and event, synchronous, and blind to the outside. An event that means
 * nothing in a state is ignored with a reason, because carriers repeat, reorder and come late.
 */
export function stepContact(config: LineConfig, state: ContactState, event: ContactEvent, moment: Moment): ContactStep {
  const draft = new Draft(config, state, moment);
  react(draft, event);
  return draft.done();
}

function react(draft: Draft, event: ContactEvent): void {
  switch (event.type) {
    case "arrived":
      draft.ignore(event.callSid === draft.state.callSid ? "arrived already" : "another call's arrival");
      if (event.callSid === draft.state.callSid) return draft.answer();
      return draft.refuse("foreign_leg");
    case "instructions_wanted":
      return answerCaller(draft, event);
    case "leg_status":
      return legStatus(draft, event);
    case "picked_up":
      return pickedUp(draft, event);
    case "conference":
      return conferenceNews(draft, event);
    case "recording_ready":
      return recordingReady(draft, event);
    case "recording_stored":
      return recordingStored(draft, event);
    case "place_told":
      return placeTold(draft, event);
    case "place_lost":
      return placeLost(draft, event.attempt);
    case "seat_reserved":
      return seatReserved(draft, event);
    case "seat_rang":
      return seatRang(draft, event.reservationId);
    case "seat_returned":
      return seatReturned(draft, event);
    case "seat_accepted":
      return seatAccepted(draft, event);
    case "agent_gone":
      return agentGone(draft, event.reservationId);
    case "wrap_up_lapsed":
      return wrapUpLapsed(draft, event);
    case "hold":
    case "hang_up":
    case "wrap_up":
      return agentCommand(draft, event);
    case "leg_created":
      return legCreated(draft, event);
    case "effect_refused":
      return effectRefused(draft, event);
    case "leg_reported":
      return legReported(draft, event);
    case "deadline":
      return passDeadline(draft);
    default:
      return unreachable(event);
  }
}

function newborn(
  config: LineConfig,
  call: {
    readonly contactId: ContactId;
    readonly callSid: CarrierSid;
    readonly from: string;
    readonly to: string;
  },
  moment: Moment,
): ContactState {
  return {
    v: 1,
    tenantId: config.tenantId,
    contactId: call.contactId,
    callSid: call.callSid,
    from: call.from,
    to: call.to,
    language: config.language,
    variables: {},
    seq: 0,
    turn: 0,
    lastVerbs: [],
    effectNo: 0,
    seenAt: moment.now,
    heardAt: moment.now,
    legs: [{ callSid: call.callSid, party: "caller", rank: 0, over: false, settled: false }],
    creates: [],
    parting: null,
    spent: [],
    recordings: [],
    stored: [],
    history: { queued: false, voicemail: false, turnedAway: false, queueVisits: 0, queueId: null, queuedAt: null },
    stage: { at: "ended" },
  };
}
