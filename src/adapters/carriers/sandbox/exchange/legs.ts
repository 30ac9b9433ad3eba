import { HOUR_MS, SECOND_MS } from "../../../../domain/kernel/instant.ts";
import { conferenceWith, expectMember, introduce, leaveConference } from "./conferences.ts";
import type { OutboundCall } from "./events.ts";
import { notifyLeg, notifyPickedUp } from "./params.ts";
import { recordCutShort } from "./record.ts";
import { stopRecordingsOf } from "./recordings.ts";
import { robotMoment } from "./robots.ts";
import { billedSeconds, type Call, type Device, type EndStatus, type Exchange, isOver } from "./state.ts";
import {
  accountOf,
  clearTimer,
  clearTimersOf,
  handsetOf,
  setTimer,
  tell,
  tellHandset,
  touchCall,
  type World,
} from "./world.ts";

/** Twilio's own limit of one call. */
const CALL_LIFE_MS = 4 * HOUR_MS;
/** From dialling until the far end rings. */
const FIRST_RING_MS = 300;
/** A simulated outside number answers after this long, and talks this long before it hangs up. */
const OUTSIDE_ANSWERS_MS = 4 * SECOND_MS;
const OUTSIDE_TALKS_MS = 60 * SECOND_MS;
/** An outside number with this ending is a mailbox. */
const MAILBOX = "0004";
/** How long the carrier listens until it knows. */
const HEARS_PERSON_MS = 1 * SECOND_MS;
const HEARS_MACHINE_MS = 2 * SECOND_MS;
/** Endings of outside numbers that behave otherwise, so that every outcome can be had on purpose. */
const OUTSIDE_OUTCOMES: ReadonlyMap<string, EndStatus> = new Map([
  ["0001", "busy"],
  ["0002", "no-answer"],
  ["0003", "failed"],
]);

/** A call from outside into one of the account's numbers. */
export function placeInbound(world: World, sid: string, from: string, to: string, device: Device): void {
  const number = world.exchange.account?.numbers.find((each) => each.e164 === to);
  if (number === undefined) return;
  const call: Call = {
    ...newCall(world, sid, "inbound", from, to, device),
    status: "ringing",
    numberSid: number.sid,
    callback: number.statusCallback === null ? null : { url: number.statusCallback, events: ["completed"] },
  };
  enter(world, call);
  tell(world, call, { type: "ringing", callSid: sid, to });
  robotMoment(world, call, "start");
  const source = { url: number.voiceUrl, method: "POST" as const, fallbackUrl: number.fallbackUrl };
  world.raised.push({ kind: "run", callSid: sid, next: { do: "fetch", source } });
}

/** A leg that the carrier dials: to a softphone or to an outside number. */
export function placeOutbound(world: World, create: OutboundCall): void {
  const call: Call = {
    ...newCall(world, create.sid, create.direction, create.from, create.to, deviceFor(world.exchange, create.to)),
    parentSid: create.parentSid,
    callback: create.callback,
    onAnswer: create.onAnswer,
    ...(create.pickedUpUrl === undefined ? {} : { pickedUpUrl: create.pickedUpUrl }),
  };
  enter(world, call);
  notifyLeg(world, call, "initiated");
  if (create.onAnswer.do === "join") expectMember(world, call, create.onAnswer.name, create.onAnswer.options);
  setTimer(world, `${call.sid}/first-ring`, world.now + FIRST_RING_MS, { kind: "first_ring", callSid: call.sid });
  setTimer(world, `${call.sid}/ring`, world.now + create.timeoutS * SECOND_MS, {
    kind: "ring_over",
    callSid: call.sid,
  });
}

export function ring(world: World, call: Call): void {
  if (call.status !== "queued") return;
  const { device } = call;
  if (device.kind === "client") {
    const client = world.exchange.clients.get(device.identity);
    // Nobody is signed in under this name: the carrier gives up at once, as Twilio does.
    if (client === undefined) return endLeg(world, call, "no-answer");
    startRinging(world, call);
    for (const handset of device.rang) {
      tellHandset(world, handset, {
        type: "incoming",
        callSid: call.sid,
        accountSid: accountOf(world).sid,
        from: call.from,
        to: call.to,
        params: device.params,
      });
    }
    if (client.robot !== null) farEndAnswersIn(world, call, client.robot.answerAfterS * SECOND_MS);
    return;
  }
  const outcome = OUTSIDE_OUTCOMES.get(call.to.slice(-4));
  if (outcome === "failed") return endLeg(world, call, "failed");
  startRinging(world, call);
  if (outcome === "busy") return endLeg(world, call, "busy");
  if (outcome === undefined) farEndAnswersIn(world, call, OUTSIDE_ANSWERS_MS);
}

function startRinging(world: World, call: Call): void {
  call.status = "ringing";
  touchCall(world, call);
  notifyLeg(world, call, "ringing");
}

function farEndAnswersIn(world: World, call: Call, afterMs: number): void {
  setTimer(world, `${call.sid}/far-end`, world.now + afterMs, { kind: "far_end_answers", callSid: call.sid });
}

/** The first softphone to accept has the call; the others stop ringing. */
export function clientAccepts(world: World, call: Call, handset: string): void {
  if (call.device.kind !== "client" || call.device.handset !== null || isOver(call) || call.answeredAt !== null) return;
  call.device.handset = handset;
  for (const other of call.device.rang) {
    if (other !== handset) tellEnded(world, other, call, "canceled");
  }
  answer(world, call);
}

/** The leg is picked up: billing starts. Repeats do nothing. */
export function answer(world: World, call: Call): void {
  if (call.answeredAt !== null || isOver(call)) return;
  call.status = "in-progress";
  call.answeredAt = world.now;
  touchCall(world, call);
  for (const name of ["ring", "first-ring", "far-end"]) clearTimer(world, `${call.sid}/${name}`);
  notifyLeg(world, call, "answered");
  tell(world, call, { type: "answered", callSid: call.sid, answeredAt: world.now });
  robotMoment(world, call, "answered");
  if (call.direction === "inbound") return;
  if (call.device.kind === "outside") {
    setTimer(world, `${call.sid}/leaves`, world.now + OUTSIDE_TALKS_MS, { kind: "robot_leaves", callSid: call.sid });
  }
  if (call.pickedUpUrl === undefined) return goOnAnswered(world, call);
  const afterMs = isMachine(call) ? HEARS_MACHINE_MS : HEARS_PERSON_MS;
  setTimer(world, `${call.sid}/listens`, world.now + afterMs, { kind: "listened", callSid: call.sid });
}

/** It is known who picked up: that is told, and the leg goes on in any case. */
export function listened(world: World, call: Call): void {
  notifyPickedUp(world, call, isMachine(call) ? "machine_start" : "human");
  goOnAnswered(world, call);
}

function isMachine({ device, to }: Call): boolean {
  return device.kind === "outside" && to.endsWith(MAILBOX);
}

function goOnAnswered(world: World, call: Call): void {
  const next = call.onAnswer;
  if (next === null) return;
  switch (next.do) {
    case "join":
      return void world.raised.push({ kind: "join", callSid: call.sid, name: next.name, options: next.options });
    case "bridge":
      if (call.parentSid !== null) world.raised.push({ kind: "bridge", parentSid: call.parentSid, childSid: call.sid });
      return;
    default:
      world.raised.push({ kind: "run", callSid: call.sid, next });
  }
}

/** The answered child of a Dial and its parent hear each other; the other children stop ringing. */
export function bridge(world: World, parent: Call, child: Call): void {
  if (parent.activity.at !== "dialling" || parent.activity.bridgedTo !== null) return endLeg(world, child, "completed");
  for (const sid of parent.activity.children) {
    if (sid !== child.sid) world.raised.push({ kind: "call_over", callSid: sid, status: "canceled" });
  }
  parent.activity = { ...parent.activity, bridgedTo: child.sid };
  touchCall(world, parent);
  if (handsetOf(parent) !== null && handsetOf(child) !== null) introduce(world, child, parent);
}

/** The one way a leg ends, whoever ends it. A leg never answered ends as its status says, an answered one completed. */
export function endLeg(world: World, call: Call, wanted: EndStatus): void {
  if (isOver(call)) return;
  const { activity } = call;
  const member = conferenceWith(world, call)?.members.some((each) => each.callSid === call.sid) === true;
  call.status = call.answeredAt !== null ? "completed" : wanted;
  call.endedAt = world.now;
  clearTimersOf(world, call.sid);
  if (activity.at === "recording") recordCutShort(world, call);
  call.activity = { at: "idle" };
  call.document = null;
  stopRecordingsOf(world, { callSid: call.sid });
  if (activity.at === "dialling") {
    for (const child of activity.children) world.raised.push({ kind: "call_over", callSid: child, status: "canceled" });
  }
  touchCall(world, call);
  if (member) leaveConference(world, call, "left");
  notifyLeg(world, call, "completed");
  for (const handset of handsetsOf(call)) tellEnded(world, handset, call, endStatusOf(call));
  book(world, call);
  if (call.parentSid !== null) world.raised.push({ kind: "child_over", parentSid: call.parentSid, childSid: call.sid });
}

function endStatusOf(call: Call): EndStatus {
  return call.status === "queued" || call.status === "ringing" || call.status === "in-progress"
    ? "failed"
    : call.status;
}

function handsetsOf(call: Call): readonly string[] {
  const answered = handsetOf(call);
  if (answered !== null) return [answered];
  return call.device.kind === "client" ? call.device.rang : [];
}

function tellEnded(world: World, handset: string, call: Call, status: EndStatus): void {
  tellHandset(world, handset, { type: "ended", callSid: call.sid, status, durationS: billedSeconds(call) });
}

function book(world: World, call: Call): void {
  world.effects.push({
    do: "book",
    line: {
      kind: "leg",
      sid: call.sid,
      parentSid: call.parentSid,
      accountSid: accountOf(world).sid,
      direction: call.direction,
      from: call.from,
      to: call.to,
      status: endStatusOf(call),
      startedAt: call.createdAt,
      answeredAt: call.answeredAt,
      endedAt: world.now,
      seconds: billedSeconds(call),
    },
  });
}

function deviceFor(exchange: Exchange, to: string): Device {
  if (!to.startsWith("client:")) return { kind: "outside" };
  const [identity = "", query = ""] = to.slice("client:".length).split("?", 2);
  const client = exchange.clients.get(identity);
  return {
    kind: "client",
    identity,
    params: Object.fromEntries(new URLSearchParams(query)),
    rang: client?.handsets ?? [],
    handset: null,
  };
}

function newCall(
  world: World,
  sid: string,
  direction: Call["direction"],
  from: string,
  to: string,
  device: Device,
): Call {
  return {
    sid,
    direction,
    from,
    to,
    device,
    parentSid: null,
    numberSid: null,
    createdAt: world.now,
    callback: null,
    onAnswer: null,
    status: "queued",
    updatedAt: world.now,
    answeredAt: null,
    endedAt: null,
    sequence: 0,
    document: null,
    activity: { at: "idle" },
    conferenceSid: null,
    robotArmed: [],
  };
}

function enter(world: World, call: Call): void {
  world.exchange.calls.set(call.sid, call);
  touchCall(world, call);
  setTimer(world, `${call.sid}/life`, world.now + CALL_LIFE_MS, { kind: "life_over", callSid: call.sid });
}
