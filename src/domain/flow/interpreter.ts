import type { StepId } from "../kernel/ids.ts";
import type { Language } from "../kernel/language.ts";
import { unreachable } from "../kernel/step.ts";
import type { Calendar, Flow, FlowStep } from "./flow.ts";
import { type LocalTime, openness } from "./hours.ts";
import type { Verb } from "./verbs.ts";
import { announcement, type Standing, utter } from "./wording.ts";

/** Steps walked on one webhook. A flow of prompts that point at each other would otherwise talk for ever. */
const WALK_STEPS_MAX = 50;
/** A caller who hears silence for longer than this believes the line is dead. */
const SILENCE_S_MAX = 60;

type QueueStep = Extract<FlowStep, { kind: "queue" }>;
type VoicemailStep = Extract<FlowStep, { kind: "voicemail" }>;

/** What the interpreter needs besides the flow: the world at this moment, given by the caller of the function. */
export type FlowWorld = {
  readonly flow: Flow;
  readonly calendars: { readonly [name: string]: Calendar };
  /** Local time in a zone, now. */
  readonly local: (timeZone: string) => LocalTime;
  readonly language: Language;
  /** The line's own language. */
  readonly fallback: Language;
  /** Names the turn that these verbs ask for. */
  readonly key: string;
};

/** Where a walk came to rest. */
export type Rest =
  | { readonly kind: "asking"; readonly stepId: StepId; readonly repeats: number }
  | { readonly kind: "queue"; readonly stepId: StepId; readonly step: QueueStep }
  | { readonly kind: "voicemail"; readonly stepId: StepId; readonly step: VoicemailStep }
  | { readonly kind: "hang_up" }
  /** The flow cannot go on: a dangling step or a circle without a stop. Publishing refuses both. */
  | { readonly kind: "lost"; readonly why: string };

export type Walk = {
  readonly rest: Rest;
  readonly verbs: readonly Verb[];
  readonly entered: readonly { readonly stepId: StepId; readonly kind: FlowStep["kind"] }[];
  /** True when opening hours turned the caller away somewhere on this walk. */
  readonly turnedAway: boolean;
};

/** What a caller's answer to a menu or a collect step came to. */
export type Reply = {
  readonly walk: Walk;
  readonly language: Language;
  readonly chosen: string | null;
  readonly collected: { readonly variable: string; readonly digits: string } | null;
};

/** Walks from a step through everything that needs no answer, until the flow waits for the caller or hands over. */
export function enter(world: FlowWorld, from: StepId): Walk {
  const verbs: Verb[] = [];
  const entered: { stepId: StepId; kind: FlowStep["kind"] }[] = [];
  let turnedAway = false;
  let stepId = from;
  for (let count = 0; count < WALK_STEPS_MAX; count++) {
    const step = world.flow.steps[stepId];
    if (step === undefined) return lost(`no step ${stepId}`);
    entered.push({ stepId, kind: step.kind });
    switch (step.kind) {
      case "hours": {
        const calendar = world.calendars[step.calendar];
        if (calendar === undefined) return lost(`no calendar ${step.calendar}`);
        const now = openness(calendar, world.local(calendar.timeZone));
        turnedAway ||= now !== "open";
        stepId = now === "open" ? step.open : now === "holiday" ? (step.holiday ?? step.closed) : step.closed;
        break;
      }
      case "prompt":
        verbs.push(...utter(step.say, world.language, world.fallback));
        stepId = step.next;
        break;
      case "menu":
      case "collect":
        verbs.push(...ask(world, step));
        return { rest: { kind: "asking", stepId, repeats: 0 }, verbs, entered, turnedAway };
      case "queue":
        return { rest: { kind: "queue", stepId, step }, verbs, entered, turnedAway };
      case "voicemail":
        verbs.push(...utter(step.say, world.language, world.fallback));
        verbs.push({ do: "record", maxS: step.maxS, finishOnKey: "#", key: world.key });
        verbs.push({ do: "ask_again", key: world.key });
        return { rest: { kind: "voicemail", stepId, step }, verbs, entered, turnedAway };
      case "hangup":
        verbs.push(...utter(step.say, world.language, world.fallback), { do: "hang_up" });
        return { rest: { kind: "hang_up" }, verbs, entered, turnedAway };
      default:
        return unreachable(step);
    }
  }
  return lost(`more than ${WALK_STEPS_MAX} steps without a stop`);

  function lost(why: string): Walk {
    return { rest: { kind: "lost", why }, verbs: [...verbs, { do: "hang_up" }], entered, turnedAway };
  }
}

/** The caller answered a menu or a collect step, or said nothing (`digits` null). */
export function reply(world: FlowWorld, stepId: StepId, repeats: number, digits: string | null): Reply {
  const step = world.flow.steps[stepId];
  if (step?.kind === "menu") {
    const next = digits === null ? undefined : own(step.options, digits);
    if (digits === null || next === undefined) return again(world, stepId, step, repeats);
    const language = own(step.languages ?? {}, digits) ?? world.language;
    return { walk: enter({ ...world, language }, next), language, chosen: digits, collected: null };
  }
  if (step?.kind === "collect") {
    if (digits === null || digits.length < step.minDigits) return again(world, stepId, step, repeats);
    const collected = { variable: step.variable, digits: digits.slice(0, step.maxDigits) };
    return { walk: enter(world, step.next), language: world.language, chosen: null, collected };
  }
  return { walk: enter(world, stepId), language: world.language, chosen: null, collected: null };
}

type AskingStep = Extract<FlowStep, { kind: "menu" | "collect" }>;

function again(world: FlowWorld, stepId: StepId, step: AskingStep, repeats: number): Reply {
  const unanswered = { language: world.language, chosen: null, collected: null };
  if (repeats >= step.repeats) return { ...unanswered, walk: enter(world, step.otherwise) };
  const rest: Rest = { kind: "asking", stepId, repeats: repeats + 1 };
  return { ...unanswered, walk: { rest, verbs: ask(world, step), entered: [], turnedAway: false } };
}

function ask(world: FlowWorld, step: AskingStep): Verb[] {
  const { language, fallback, key } = world;
  const prompts = utter(step.say, language, fallback);
  const gather = {
    do: "gather",
    prompts,
    numDigits: step.kind === "menu" ? longestKey(step.options) : step.maxDigits,
    finishOnKey: step.kind === "menu" ? "" : step.finishOnKey,
    timeoutS: step.timeoutS,
    language,
    key,
  } as const;
  return [gather, { do: "ask_again", key }];
}

function longestKey(options: { readonly [key: string]: unknown }): number {
  return Math.max(1, ...Object.keys(options).map((key) => key.length));
}

/** What a waiting caller hears until the next turn: welcome or announcement, then music (or silence), then back to us. */
export function waitingVerbs(
  world: FlowWorld,
  step: QueueStep,
  say: { readonly welcome: boolean; readonly standing: Standing | null },
): Verb[] {
  const { language, fallback, key } = world;
  const spoken: Verb[] = say.welcome ? utter(step.welcome, language, fallback) : [];
  const told =
    say.standing === null
      ? null
      : announcement(say.standing, { position: step.announcePosition, wait: step.announceWait }, language);
  if (told !== null) spoken.push(told);
  const pauseS = Math.min(Math.max(1, step.announceEveryS), SILENCE_S_MAX);
  const music: Verb =
    step.music === null
      ? { do: "pause", seconds: pauseS }
      : { do: "play", recording: step.music, loop: loopsWithin(step.music, pauseS) };
  const keys = Object.keys(step.keys ?? {});
  if (keys.length === 0) return [...spoken, music, { do: "ask_again", key }];
  const gather: Verb = {
    do: "gather",
    prompts: [...spoken, music],
    numDigits: longestKey(step.keys ?? {}),
    finishOnKey: "",
    timeoutS: 1,
    language,
    key,
  };
  return [gather, { do: "ask_again", key }];
}

/** A piece whose name tells its length (`hold.12s.wav`) is played as often as fits between two turns; any other once. */
function loopsWithin(recording: string, seconds: number): number {
  const lengthS = Number(/\.(\d+)s\.\w+$/.exec(recording)?.[1] ?? 0);
  return lengthS === 0 ? 1 : Math.max(1, Math.floor(seconds / lengthS));
}

/** The step a key leads to out of a queue, if any. */
export function queueKey(step: QueueStep, digits: string | null): StepId | null {
  if (digits === null) return null;
  return own(step.keys ?? {}, digits) ?? null;
}

/** Own properties only: a caller cannot type `constructor`, but a flow's author could. */
function own<T>(table: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
