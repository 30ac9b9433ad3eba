import { SECOND_MS } from "../../../../domain/kernel/instant.ts";
import { type Next, quiet, setActivity, sound } from "./activity.ts";
import { askAction } from "./asking.ts";
import type { Call } from "./state.ts";
import type { Verb } from "./twiml.ts";
import { setTimer, tell, touchCall, type World } from "./world.ts";

type Gather = Extract<Verb, { verb: "Gather" }>;

/** Listens from the first prompt on, so that a caller who knows the menu can press at once. */
export function beginGather(world: World, call: Call, verb: Gather): void {
  setActivity(world, call, { at: "gathering", listening: false, digits: "" });
  tell(world, call, { type: "listening", callSid: call.sid, on: true, what: "gather" });
  world.raised.push({ kind: "robot_moment", callSid: call.sid, moment: "gather" });
  nextPrompt(world, call, verb);
}

/** A prompt inside the Gather has ended, or nobody pressed anything for the whole time allowed. */
export function gatherTurnOver(world: World, call: Call): Next {
  const verb = gatherOf(call);
  if (verb === null || call.activity.at !== "gathering") return "wait";
  if (!call.activity.listening) {
    nextPrompt(world, call, verb);
    return "wait";
  }
  return finish(world, call, verb, { digits: call.activity.digits, speech: "" });
}

export function gatherDigits(world: World, call: Call, pressed: string): Next {
  for (const key of pressed) {
    const verb = gatherOf(call);
    if (verb === null || !verb.digits || call.activity.at !== "gathering") return "wait";
    const { digits } = call.activity;
    if (verb.finishOnKey !== "" && verb.finishOnKey.includes(key))
      return finish(world, call, verb, { digits, speech: "" });
    call.activity = { at: "gathering", listening: true, digits: digits + key };
    touchCall(world, call);
    waitForKey(world, call, verb);
    if (verb.numDigits !== null && digits.length + 1 >= verb.numDigits) {
      return finish(world, call, verb, { digits: digits + key, speech: "" });
    }
  }
  return "wait";
}

export function gatherSpeech(world: World, call: Call, text: string): Next {
  const verb = gatherOf(call);
  return verb?.speech === true ? finish(world, call, verb, { digits: "", speech: text }) : "wait";
}

function nextPrompt(world: World, call: Call, verb: Gather): void {
  const document = call.document;
  if (document === null) return;
  document.prompt += 1;
  touchCall(world, call);
  const prompt = verb.prompts[document.prompt];
  if (prompt !== undefined) return sound(world, call, prompt);
  call.activity = { at: "gathering", listening: true, digits: "" };
  waitForKey(world, call, verb);
}

function waitForKey(world: World, call: Call, verb: Gather): void {
  const at = world.now + verb.timeoutS * SECOND_MS;
  setTimer(world, `${call.sid}/turn`, at, { kind: "turn_over", callSid: call.sid });
}

function finish(world: World, call: Call, verb: Gather, heard: { digits: string; speech: string }): Next {
  quiet(world, call);
  const nothing = heard.digits === "" && heard.speech === "";
  if (nothing && !verb.actionOnEmptyResult) return "go_on";
  askAction(world, call, verb.action, {
    ...(heard.speech === "" ? { Digits: heard.digits } : { SpeechResult: heard.speech, Confidence: "0.95" }),
  });
  return "wait";
}

function gatherOf(call: Call): Gather | null {
  const verb = call.document?.verbs[call.document.index];
  return call.activity.at === "gathering" && verb?.verb === "Gather" ? verb : null;
}
