import { SECOND_MS } from "../../../../domain/kernel/instant.ts";
import { chance } from "../../../../domain/kernel/random.ts";
import { leaveConference } from "./conferences.ts";
import type { RunNext } from "./events.ts";
import { beginGather, gatherTurnOver } from "./gather.ts";
import { answer, endLeg } from "./legs.ts";
import { createMessage } from "./messages.ts";
import { callParams } from "./params.ts";
import { beginRecord, recordTurnOver } from "./record.ts";
import { promptMs } from "./speech.ts";
import type { Activity, Call, CallbackTarget, Document, JoinOptions, VoiceRequest, VoiceSource } from "./state.ts";
import { isOver } from "./state.ts";
import { type CallbackAttribute, type Prompt, parseTwiml, type Target, TwimlError, type Verb } from "./twiml.ts";
import { clearTimer, setTimer, tell, touchCall, type World } from "./world.ts";

/**
 * The TwiML interpreter: runs a call's document verb by verb, asks the application for the next one, and says what the
 * caller hears. A verb that takes time sets the call's one `turn` timer; when it passes, the verb is over.
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

/** Asks the application. The shell brings the answer as `document_arrived` or `document_failed` with the same id. */
export function ask(world: World, call: Call, source: VoiceSource, extra: Readonly<Record<string, string>>): void {
  post(world, call, {
    id: world.newSid("RQ"),
    url: source.url,
    method: source.method,
    params: { ...callParams(world, call), ...extra },
    source,
    attempt: "primary",
  });
}

/** Asks about a call that is over: the application is told, and its answer finds no call to run on. */
export function announce(world: World, call: Call, source: VoiceSource, extra: Readonly<Record<string, string>>): void {
  const params = { ...callParams(world, call), ...extra };
  const request: VoiceRequest = {
    id: world.newSid("RQ"),
    url: source.url,
    method: source.method,
    params,
    source,
    attempt: "primary",
  };
  world.effects.push({ do: "ask", callSid: call.sid, request, twice: false });
}

function post(world: World, call: Call, request: VoiceRequest): void {
  setActivity(world, call, { at: "fetching", request });
  const twice = chance(world.random, world.exchange.faults.duplicate);
  world.effects.push({ do: "ask", callSid: call.sid, request, twice });
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
export function proceed(world: World, call: Call): void {
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

/** Sounds one prompt; its end is the call's `turn`. */
export function sound(world: World, call: Call, prompt: Prompt): void {
  const durationMs = promptMs(prompt);
  setTimer(world, `${call.sid}/turn`, world.now + durationMs, { kind: "turn_over", callSid: call.sid });
  if (prompt.verb === "Pause") return;
  const said = prompt.verb === "Say";
  world.raised.push({ kind: "robot_moment", callSid: call.sid, moment: said ? "say" : "play" });
  if (call.device.kind !== "phone") return;
  tell(world, call, {
    type: "caption",
    callSid: call.sid,
    kind: said ? (call.activity.at === "gathering" ? "gather" : "say") : "play",
    text: said ? prompt.text : "",
    language: said ? prompt.language : null,
    durationS: durationMs / SECOND_MS,
    url: said ? null : prompt.url,
  });
}

export function turnOver(world: World, call: Call): void {
  switch (call.activity.at) {
    case "speaking":
      return proceed(world, call);
    case "gathering":
      return gatherTurnOver(world, call);
    case "recording":
      return recordTurnOver(world, call);
    default: // The turn of an activity that has ended meanwhile.
  }
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

export function askAction(world: World, call: Call, action: Target, params: Readonly<Record<string, string>>): void {
  const document = call.document;
  if (document !== null) ask(world, call, sourceOf(document.source, action), params);
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

export function setActivity(world: World, call: Call, activity: Activity): void {
  clearTimer(world, `${call.sid}/turn`);
  call.activity = activity;
  touchCall(world, call);
}

/** Tells a phone page that the line no longer listens. */
export function quiet(world: World, call: Call): void {
  const what = call.activity.at === "recording" ? "record" : "gather";
  tell(world, call, { type: "listening", callSid: call.sid, on: false, what });
}

export function sourceOf(current: VoiceSource, target: Target): VoiceSource {
  return { url: resolve(current.url, target.url), method: target.method, fallbackUrl: current.fallbackUrl };
}

/** An absolute address is used letter by letter: rebuilding it would change what is signed. */
function resolve(base: string, url: string): string {
  if (url === "") return base;
  return /^https?:\/\//i.test(url) ? url : new URL(url, base).href;
}

export function absolute(call: Call, callback: CallbackAttribute | null): CallbackTarget | null {
  if (callback === null) return null;
  return { url: resolve(call.document?.source.url ?? "", callback.url), events: callback.events };
}
