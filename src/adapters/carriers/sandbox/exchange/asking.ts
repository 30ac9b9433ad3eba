import { chance } from "../../../../domain/kernel/random.ts";
import { setActivity } from "./activity.ts";
import { callParams } from "./params.ts";
import type { Call, CallbackTarget, VoiceRequest, VoiceSource } from "./state.ts";
import type { CallbackAttribute, Target } from "./twiml.ts";
import type { World } from "./world.ts";

/** Asks the application. The shell brings the answer as `document_arrived` or `document_failed` with the same id. */
export function ask(world: World, call: Call, source: VoiceSource, extra: Readonly<Record<string, string>>): void {
  post(world, call, questionOf(world, call, source, extra));
}

/** Asks about a call that is over: the application is told, and its answer finds no call to run on. */
export function announce(world: World, call: Call, source: VoiceSource, extra: Readonly<Record<string, string>>): void {
  const request = questionOf(world, call, source, extra);
  world.effects.push({ do: "ask", callSid: call.sid, request, twice: false });
}

function questionOf(
  world: World,
  call: Call,
  source: VoiceSource,
  extra: Readonly<Record<string, string>>,
): VoiceRequest {
  const params = { ...callParams(world, call), ...extra };
  return { id: world.newSid("RQ"), url: source.url, method: source.method, params, source, attempt: "primary" };
}

/** Sends a question; the leg waits for its answer. */
export function post(world: World, call: Call, request: VoiceRequest): void {
  setActivity(world, call, { at: "fetching", request });
  const twice = chance(world.random, world.exchange.faults.duplicate);
  world.effects.push({ do: "ask", callSid: call.sid, request, twice });
}

/** Asks the action of a verb that is over for the next document. */
export function askAction(world: World, call: Call, action: Target, params: Readonly<Record<string, string>>): void {
  const document = call.document;
  if (document !== null) ask(world, call, sourceOf(document.source, action), params);
}

export function sourceOf(current: VoiceSource, target: Target): VoiceSource {
  return { url: resolve(current.url, target.url), method: target.method, fallbackUrl: current.fallbackUrl };
}

/** An absolute address is used letter by letter: rebuilding it would change what is signed. */
export function resolve(base: string, url: string): string {
  if (url === "") return base;
  return /^https?:\/\//i.test(url) ? url : new URL(url, base).href;
}

export function absolute(call: Call, callback: CallbackAttribute | null): CallbackTarget | null {
  if (callback === null) return null;
  return { url: resolve(call.document?.source.url ?? "", callback.url), events: callback.events };
}
