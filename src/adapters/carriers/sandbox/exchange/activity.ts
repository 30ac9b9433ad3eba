import { SECOND_MS } from "../../../../domain/kernel/instant.ts";
import { promptMs } from "./speech.ts";
import type { Activity, Call } from "./state.ts";
import type { Prompt } from "./twiml.ts";
import { clearTimer, setTimer, tell, touchCall, type World } from "./world.ts";

/** What a verb that listens leaves to do: to wait for what it set off, or to go on in the document, as nothing was heard. */
export type Next = "wait" | "go_on";

/** The leg does something else from here on: the turn of what it did before is over. */
export function setActivity(world: World, call: Call, activity: Activity): void {
  clearTimer(world, `${call.sid}/turn`);
  call.activity = activity;
  touchCall(world, call);
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

/** Tells a phone page that the line no longer listens. */
export function quiet(world: World, call: Call): void {
  const what = call.activity.at === "recording" ? "record" : "gather";
  tell(world, call, { type: "listening", callSid: call.sid, on: false, what });
}
