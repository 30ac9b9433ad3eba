import { SECOND_MS } from "../../../../domain/kernel/instant.ts";
import { type Next, quiet, setActivity } from "./activity.ts";
import { absolute, announce, askAction, sourceOf } from "./asking.ts";
import { recordingUrl } from "./params.ts";
import { changeRecording, discardRecording, startRecording } from "./recordings.ts";
import { robotSpeaksToMachines } from "./robots.ts";
import type { Call } from "./state.ts";
import type { Verb } from "./twiml.ts";
import { setTimer, tell, type World } from "./world.ts";

type RecordVerb = Extract<Verb, { verb: "Record" }>;

/** Listens after the tone. A person at a browser is taken to speak; a robot speaks only if its script says so. */
export function beginRecord(world: World, call: Call, verb: RecordVerb): void {
  const sid = world.newSid("RE");
  startRecording(world, {
    kind: "recording_started",
    sid,
    callSid: call.sid,
    conferenceSid: null,
    source: "RecordVerb",
    callback: absolute(call, verb.callback),
  });
  setActivity(world, call, { at: "recording", recordingSid: sid, startedAt: world.now });
  tell(world, call, { type: "listening", callSid: call.sid, on: true, what: "record" });
  world.raised.push({ kind: "robot_moment", callSid: call.sid, moment: "record" });
  const lastsS = speaks(call) ? verb.maxS : verb.timeoutS;
  setTimer(world, `${call.sid}/turn`, world.now + lastsS * SECOND_MS, { kind: "turn_over", callSid: call.sid });
}

/** The longest message allowed is reached; or nothing was said, and the document goes on without the action. */
export function recordTurnOver(world: World, call: Call): Next {
  if (call.activity.at !== "recording") return "wait";
  if (speaks(call)) {
    finish(world, call, "");
    return "wait";
  }
  discardRecording(world, call.activity.recordingSid);
  quiet(world, call);
  return "go_on";
}

export function recordDigits(world: World, call: Call, pressed: string): void {
  const verb = recordOf(call);
  const key = [...pressed].find((each) => verb?.finishOnKey.includes(each));
  if (key !== undefined) finish(world, call, key);
}

function finish(world: World, call: Call, key: string): void {
  const verb = recordOf(call);
  if (verb === null || call.activity.at !== "recording") return;
  const sid = call.activity.recordingSid;
  changeRecording(world, sid, "stopped");
  quiet(world, call);
  askAction(world, call, verb.action, recordedParams(world, sid, key));
}

/** The caller hung up while recording: the message stands, and the action is told; what it answers has no call to run on. */
export function recordCutShort(world: World, call: Call): void {
  const verb = recordOf(call);
  const { document, activity } = call;
  if (verb === null || document === null || activity.at !== "recording") return;
  if (!speaks(call)) return discardRecording(world, activity.recordingSid);
  changeRecording(world, activity.recordingSid, "stopped");
  announce(world, call, sourceOf(document.source, verb.action), recordedParams(world, activity.recordingSid, "hangup"));
}

function recordedParams(world: World, sid: string, key: string): Record<string, string> {
  return {
    RecordingSid: sid,
    RecordingUrl: recordingUrl(world, sid),
    RecordingDuration: String(world.exchange.recordings.get(sid)?.durationS ?? 0),
    ...(key === "" ? {} : { Digits: key }),
  };
}

function speaks(call: Call): boolean {
  return call.device.kind !== "robot" || robotSpeaksToMachines(call);
}

function recordOf(call: Call): RecordVerb | null {
  const verb = call.document?.verbs[call.document.index];
  return call.activity.at === "recording" && verb?.verb === "Record" ? verb : null;
}
