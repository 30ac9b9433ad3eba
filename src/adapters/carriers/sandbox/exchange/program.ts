import { SECOND_MS } from "../../../../domain/kernel/instant.ts";
import { type Next, quiet, setActivity, sound } from "./activity.ts";
import { absolute, ask, askAction, post, resolve, sourceOf } from "./asking.ts";
import { leaveConference } from "./conferences.ts";
import type { RunNext } from "./events.ts";
import { beginGather, gatherDigits, gatherSpeech, gatherTurnOver } from "./gather.ts";
import { answer, endLeg } from "./legs.ts";
import { createMessage } from "./messages.ts";
import { beginRecord, recordDigits, recordTurnOver } from "./record.ts";
import type { Call, Document, JoinOptions, VoiceSource } from "./state.ts";
import { isOver } from "./state.ts";
import { type Prompt, parseTwiml, TwimlError, type Verb } from "./twiml.ts";
import { clearTimer, type World } from "./world.ts";

/**
 * The TwiML interpreter: runs a call's document verb by verb and asks the application for the next one. A verb that takes
 * time sets the call's one `turn` timer; when it passes, the verb is over. A verb that listens says whether to go on
 * (`Next`), and this file alone does.
 */

/** What the caller hears when the application gives no usable answer, before the call is ended. */
const APPLICATION_ERROR: Prompt = {
  verb: "Say",
  text: "We are sorry, an application error has occurred. Goodbye.",
  language: "en-US",
  loop: 1,
};

/** Starts a leg on fresh instructions, leaving whatever it did before. */
export function run(world: World, call: Call, next: RunNext): void {
  if (isOver(call)) return;
  // A leg that the carrier still dials has nobody to give instructions to.
  if (call.direction !== "inbound" && call.answeredAt === null) return;
  stopActivity(world, call);
  if (next.do === "fetch") return ask(world, call, next.source, {});
  const source = call.document?.source ?? { url: "", method: "POST", fallbackUrl: null };
  begin(world, call, source, next.verbs);
}

/** Ends what a leg is doing without ending the leg: a redirect took it away. */
function stopActivity(world: World, call: Call): void {
  const { activity } = call;
  if (activity.at === "conference") leaveConference(world, call, "left");
  if (activity.at === "dialling") {
    for (const child of activity.children) world.raised.push({ kind: "call_over", callSid: child, status: "canceled" });
  }
  if (activity.at === "gathering" || activity.at === "recording") quiet(world, call);
  clearTimer(world, `${call.sid}/turn`);
}

export function documentArrived(world: World, call: Call, requestId: string, body: string): void {
  if (call.activity.at !== "fetching" || call.activity.request.id !== requestId) return;
  const { request } = call.activity;
  let verbs: readonly Verb[];
  try {
    verbs = body.trim() === "" ? [] : parseTwiml(body);
  } catch (error) {
    if (!(error instanceof TwimlError)) throw error;
    return documentFailed(world, call, requestId, error.code);
  }
  begin(world, call, request.source, verbs);
}

/** No answer, a refusal or an unreadable document: the fallback address is asked once, then the caller is told. */
export function documentFailed(world: World, call: Call, requestId: string, code: number): void {
  if (call.activity.at !== "fetching" || call.activity.request.id !== requestId) return;
  const { request } = call.activity;
  const { fallbackUrl } = request.source;
  if (request.attempt === "primary" && fallbackUrl !== null) {
    return post(world, call, {
      ...request,
      id: world.newSid("RQ"),
      url: fallbackUrl,
      attempt: "fallback",
      params: { ...request.params, ErrorCode: String(code), ErrorUrl: request.url },
    });
  }
  begin(world, call, request.source, [APPLICATION_ERROR, { verb: "Hangup" }]);
}

function begin(world: World, call: Call, source: VoiceSource, verbs: readonly Verb[]): void {
  call.document = { source, verbs, index: -1, prompt: -1 };
  proceed(world, call);
}

/** Goes to the next verb; after the last one the carrier hangs up. */
function proceed(world: World, call: Call): void {
  const document = call.document;
  if (document === null || isOver(call)) return;
  document.index += 1;
  document.prompt = -1;
  const verb = document.verbs[document.index];
  // Reject, and a pause before anything else, are the only verbs that do not pick an incoming call up.
  if (verb?.verb !== "Reject" && !(verb?.verb === "Pause" && call.answeredAt === null)) answer(world, call);
  if (verb === undefined) return endLeg(world, call, "completed");
  perform(world, call, document, verb);
}

function perform(world: World, call: Call, document: Document, verb: Verb): void {
  switch (verb.verb) {
    case "Say":
    case "Play":
    case "Pause":
      setActivity(world, call, { at: "speaking" });
      return sound(world, call, verb);
    case "Gather":
      return beginGather(world, call, verb);
    case "Record":
      return beginRecord(world, call, verb);
    case "Redirect":
      return ask(world, call, sourceOf(document.source, verb.target), {});
    case "Dial":
      return dial(world, call, verb);
    case "Reject":
      return endLeg(world, call, verb.reason === "busy" ? "busy" : "no-answer");
    case "Hangup":
      return endLeg(world, call, "completed");
    case "Message":
      return message(world, call, document, verb);
  }
}

export function turnOver(world: World, call: Call): void {
  switch (call.activity.at) {
    case "speaking":
      return proceed(world, call);
    case "gathering":
      return follow(world, call, gatherTurnOver(world, call));
    case "recording":
      return follow(world, call, recordTurnOver(world, call));
    default: // The turn of an activity that has ended meanwhile.
  }
}

export function keysPressed(world: World, call: Call, keys: string): void {
  if (call.activity.at === "recording") recordDigits(world, call, keys);
  else follow(world, call, gatherDigits(world, call, keys));
}

export function spoken(world: World, call: Call, text: string): void {
  follow(world, call, gatherSpeech(world, call, text));
}

function follow(world: World, call: Call, next: Next): void {
  if (next === "go_on") proceed(world, call);
}

function dial(world: World, call: Call, verb: Extract<Verb, { verb: "Dial" }>): void {
  const { noun } = verb;
  if (noun.noun === "Conference") {
    setActivity(world, call, { at: "idle" });
    const options: JoinOptions = {
      label: noun.label,
      muted: noun.muted,
      startOnEnter: noun.startOnEnter,
      endOnExit: noun.endOnExit,
      coaching: noun.coach !== null,
      callSidToCoach: noun.coach,
      record: noun.record,
      legRecording: null,
      callback: absolute(call, noun.callback),
      recordingCallback: absolute(call, noun.recordingCallback),
      hangUpAfter: false,
    };
    return void world.raised.push({ kind: "join", callSid: call.sid, name: noun.name, options });
  }
  const children = noun.targets.map((target) => ({ sid: world.newSid("CA"), ...target }));
  setActivity(world, call, { at: "dialling", children: children.map((child) => child.sid), bridgedTo: null });
  for (const child of children) {
    world.raised.push({
      kind: "call_created",
      sid: child.sid,
      parentSid: call.sid,
      direction: "outbound-dial",
      from: verb.callerId ?? call.from,
      to: child.to,
      timeoutS: verb.timeoutS,
      callback: absolute(call, child.callback),
      onAnswer: { do: "bridge" },
    });
  }
}

/** A Dial is over: its action is asked when it has one, else the document goes on. */
export function dialOver(world: World, call: Call, outcome: Readonly<Record<string, string>>): void {
  const document = call.document;
  if (document === null || isOver(call)) return;
  const verb = document.verbs[document.index];
  if (verb?.verb === "Dial" && verb.action !== null) return askAction(world, call, verb.action, outcome);
  proceed(world, call);
}

/** A child of a Dial has ended: when none is left that rings or talks, the Dial is over. */
export function childOver(world: World, parent: Call, child: Call): void {
  const { activity } = parent;
  if (activity.at !== "dialling") return;
  const alive = activity.children.some((sid) => world.exchange.calls.get(sid)?.endedAt === null);
  if (alive && activity.bridgedTo !== child.sid) return;
  dialOver(world, parent, {
    DialCallSid: child.sid,
    DialCallStatus: child.status,
    ...(child.answeredAt === null || child.endedAt === null
      ? {}
      : { DialCallDuration: String(Math.ceil((child.endedAt - child.answeredAt) / SECOND_MS)) }),
  });
}

function message(world: World, call: Call, document: Document, verb: Extract<Verb, { verb: "Message" }>): void {
  const sid = world.newSid("SM");
  createMessage(world, {
    kind: "message_created",
    sid,
    from: verb.from ?? call.to,
    to: verb.to ?? call.from,
    body: verb.body,
    direction: "outbound-call",
    callback: verb.statusCallback === null ? null : resolve(document.source.url, verb.statusCallback),
  });
  if (verb.action === null) return proceed(world, call);
  ask(world, call, sourceOf(document.source, verb.action), { MessageSid: sid, MessageStatus: "sent" });
}
