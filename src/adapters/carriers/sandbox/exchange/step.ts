import { assert, unreachable } from "../../../../domain/kernel/step.ts";
import { changeMember, end, joinConference, kick } from "./conferences.ts";
import type { Effect, ExchangeEvent } from "./events.ts";
import { answer, bridge, clientAccepts, endLeg, listened, placeInbound, placeOutbound, ring } from "./legs.ts";
import { createMessage, moveMessage } from "./messages.ts";
import { childOver, dialOver, documentArrived, documentFailed, keysPressed, run, spoken, turnOver } from "./program.ts";
import { changeRecording, recordingProcessed, startRecording } from "./recordings.ts";
import { robotActs, robotMoment } from "./robots.ts";
import { type Call, type Client, type Exchange, isOver, type TimerWork } from "./state.ts";
import { clearTimer, handsetOf, releaseHeldBack, tell, type World } from "./world.ts";

/** More events raised by one event than any call can need: a loop, and so a bug. */
const RAISED_MAX = 10_000;

export type StepInput = Pick<World, "now" | "random" | "newSid" | "base" | "speed">;
export type StepResult = { readonly effects: readonly Effect[]; readonly touched: ReadonlySet<string> };

/**
 * The exchange's one entry: applies an event, and whatever it sets off, to the exchange in place. Total and synchronous;
 * an event about something unknown or over is ignored, because commands and browsers come late.
 */
export function step(exchange: Exchange, event: ExchangeEvent, input: StepInput): StepResult {
  const world: World = { ...input, exchange, effects: [], touched: new Set(), raised: [event] };
  for (let index = 0; index < world.raised.length; index += 1) {
    assert(index < RAISED_MAX, "one event sets off a bounded number of others");
    const next = world.raised[index];
    if (next !== undefined) apply(world, next);
  }
  return { effects: world.effects, touched: world.touched };
}

function apply(world: World, event: ExchangeEvent): void {
  switch (event.kind) {
    case "account_set":
      world.exchange.account = event.account;
      return void world.touched.add("account/account");
    case "faults_set":
      world.exchange.faults = event.faults;
      return void world.touched.add("faults/faults");
    case "call_arrives":
      return placeInbound(world, event.sid, event.from, event.to, event.device);
    case "call_created":
      return placeOutbound(world, event);
    case "client_registered":
      return setClient(world, event.identity, (client) => ({
        ...client,
        handsets: [...client.handsets.filter((each) => each !== event.handset), event.handset],
      }));
    case "client_robot":
      return setClient(world, event.identity, (client) => ({
        ...client,
        robot: event.answerAfterS === null ? null : { answerAfterS: event.answerAfterS },
      }));
    case "handset_gone":
      return handsetGone(world, event.handset);
    case "participant_changed":
    case "participant_removed":
    case "conference_ended":
      return applyToConference(world, event);
    case "recording_started":
      return startRecording(world, event);
    case "recording_changed":
      return changeRecording(world, event.recordingSid, event.to);
    case "message_created":
      return createMessage(world, event);
    case "timer":
      return timerDue(world, event.key);
    case "bridge":
    case "child_over":
      return applyToFamily(world, event);
    default:
      return withLiveCall(world, event.callSid, (call) => applyToCall(world, call, event));
  }
}

type CallEvent = Extract<ExchangeEvent, { readonly callSid: string }>;
type CallOnlyEvent = Exclude<CallEvent, { readonly conferenceSid: string | null }>;

function applyToCall(world: World, call: Call, event: CallOnlyEvent): void {
  switch (event.kind) {
    case "run":
    case "call_redirected":
      return run(world, call, event.next);
    case "call_over":
      return endLeg(world, call, event.status);
    case "document_arrived":
      return documentArrived(world, call, event.requestId, event.body);
    case "document_failed":
      return documentFailed(world, call, event.requestId, event.code);
    case "digits":
      return keysPressed(world, call, event.digits);
    case "speech":
      return spoken(world, call, event.text);
    case "client_accepts":
      return clientAccepts(world, call, event.handset);
    case "client_rejects":
      return endLeg(world, call, "busy");
    case "device_muted":
      return tell(world, call, { type: "muted", callSid: call.sid, on: event.on });
    case "signal":
      return withLiveCall(world, event.peer, (peer) =>
        tell(world, peer, { type: "webrtc", callSid: peer.sid, peer: call.sid, signal: event.signal }),
      );
    case "answered":
      return answer(world, call);
    case "join":
      return joinConference(world, call, event.name, event.options);
    case "dial_over":
      return dialOver(world, call, event.outcome);
    case "robot_moment":
      return robotMoment(world, call, event.moment);
    default:
      return unreachable(event);
  }
}

type ConferenceCommand = Extract<
  ExchangeEvent,
  { readonly kind: "participant_changed" | "participant_removed" | "conference_ended" }
>;

function applyToConference(world: World, event: ConferenceCommand): void {
  const conference = world.exchange.conferences.get(event.conferenceSid);
  if (conference === undefined) return;
  if (event.kind === "conference_ended") return end(world, conference, event.reason, event.by);
  const member = conference.members.find((each) => each.callSid === event.callSid);
  if (member === undefined) return;
  if (event.kind === "participant_removed") kick(world, member);
  else changeMember(world, conference, member, event.change);
}

function applyToFamily(
  world: World,
  event: Extract<ExchangeEvent, { readonly parentSid: string; readonly childSid: string }>,
): void {
  const child = world.exchange.calls.get(event.childSid);
  if (child === undefined) return;
  withLiveCall(world, event.parentSid, (parent) =>
    event.kind === "bridge" ? bridge(world, parent, child) : childOver(world, parent, child),
  );
}

function timerDue(world: World, key: string): void {
  const timer = world.exchange.timers.get(key);
  if (timer === undefined) return;
  clearTimer(world, key);
  applyTimer(world, timer.work);
}

function applyTimer(world: World, work: TimerWork): void {
  switch (work.kind) {
    case "callback_due":
      return void world.effects.push({ do: "notify", callback: work.callback });
    case "held_back_due":
      return releaseHeldBack(world, work.orderKey);
    case "recording_processed":
      return recordingProcessed(world, work.recordingSid);
    case "message_moves": {
      const message = world.exchange.messages.get(work.messageSid);
      return message === undefined ? undefined : moveMessage(world, message);
    }
    default:
      return withLiveCall(world, work.callSid, (call) => applyCallTimer(world, call, work));
  }
}

function applyCallTimer(world: World, call: Call, work: Extract<TimerWork, { readonly callSid: string }>): void {
  switch (work.kind) {
    case "turn_over":
      return turnOver(world, call);
    case "first_ring":
      return ring(world, call);
    case "ring_over":
      return endLeg(world, call, "no-answer");
    case "far_end_answers":
      return answer(world, call);
    case "listened":
      return listened(world, call);
    case "life_over":
    case "robot_leaves":
      return endLeg(world, call, "no-answer");
    case "robot_acts":
      return robotActs(world, call, work.action);
    default:
      return unreachable(work);
  }
}

/** A browser closed: its calls hang up, and a softphone that rang rings no more. */
function handsetGone(world: World, handset: string): void {
  for (const [identity, client] of world.exchange.clients) {
    if (!client.handsets.includes(handset)) continue;
    setClient(world, identity, (each) => ({ ...each, handsets: each.handsets.filter((other) => other !== handset) }));
  }
  for (const call of world.exchange.calls.values()) {
    if (isOver(call)) continue;
    const ringsHereOnly =
      call.device.kind === "client" &&
      call.device.handset === null &&
      call.device.rang.includes(handset) &&
      world.exchange.clients.get(call.device.identity) === undefined;
    if (handsetOf(call) === handset || ringsHereOnly) {
      world.raised.push({ kind: "call_over", callSid: call.sid, status: "no-answer" });
    }
  }
}

function setClient(world: World, identity: string, change: (client: Client) => Client): void {
  const client = change(world.exchange.clients.get(identity) ?? { handsets: [], robot: null });
  if (client.handsets.length === 0 && client.robot === null) world.exchange.clients.delete(identity);
  else world.exchange.clients.set(identity, client);
  world.touched.add(`client/${identity}`);
}

function withLiveCall(world: World, sid: string, use: (call: Call) => void): void {
  const call = world.exchange.calls.get(sid);
  if (call !== undefined && !isOver(call)) use(call);
}
