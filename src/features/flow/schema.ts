import { z } from "zod";
import type { Flow, FlowStep } from "../../domain/flow/flow.ts";
import { asId, type FlowId, type QueueId, type StepId } from "../../domain/kernel/ids.ts";
import { LANGUAGES } from "../../domain/kernel/language.ts";
import type { Fault } from "../../domain/kernel/trouble.ts";

/** Flow files: a graph of steps, written by name. What a file may say, and the checks a publish depends on. */

/** A flow that needs more steps than this should be two; it also bounds what a Line object stores. */
const STEPS_MAX = 200;
const TEXT_MAX = 600;

export const LanguageSchema = z.enum(LANGUAGES);
const StepIdSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, "a step is named with a-z, 0-9 and _, at most 40, starting with a letter");
const KeySchema = z.string().regex(/^[0-9*#]$/, "a key is one of 0-9, * and #");

/** Text to be spoken, or `{ recording = "key" }`; one for each language the flow may be held in. */
const UtteranceSchema = z.union([
  z
    .string()
    .min(1)
    .max(TEXT_MAX)
    .transform((text) => ({ text })),
  z.strictObject({ text: z.string().min(1).max(TEXT_MAX) }),
  z.strictObject({ recording: z.string().min(1).max(200) }),
]);
const PromptSchema = z
  .strictObject({
    "zh-CN": UtteranceSchema.optional(),
    "en-US": UtteranceSchema.optional(),
    "en-GB": UtteranceSchema.optional(),
  })
  .refine((prompt) => Object.keys(prompt).length > 0, "say something in at least one language");

const SecondsSchema = (min: number, max: number) => z.int().min(min).max(max);

const StepFileSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("hours"),
    calendar: z.string(),
    open: StepIdSchema,
    closed: StepIdSchema,
    holiday: StepIdSchema.optional(),
  }),
  z.strictObject({ kind: z.literal("prompt"), say: PromptSchema, next: StepIdSchema }),
  z.strictObject({
    kind: z.literal("menu"),
    say: PromptSchema,
    options: z.record(KeySchema, StepIdSchema),
    languages: z.record(KeySchema, LanguageSchema).optional(),
    timeoutS: SecondsSchema(1, 30).default(5),
    repeats: z.int().min(0).max(5).default(2),
    otherwise: StepIdSchema,
  }),
  z
    .strictObject({
      kind: z.literal("collect"),
      say: PromptSchema,
      variable: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
      minDigits: z.int().min(1).max(32),
      maxDigits: z.int().min(1).max(32),
      finishOnKey: z.enum(["#", "*"]).default("#"),
      timeoutS: SecondsSchema(1, 30).default(8),
      repeats: z.int().min(0).max(5).default(2),
      next: StepIdSchema,
      otherwise: StepIdSchema,
    })
    .refine((step) => step.minDigits <= step.maxDigits, { path: ["minDigits"], error: "minDigits is above maxDigits" }),
  z.strictObject({
    kind: z.literal("queue"),
    queue: z.string(),
    music: z.string().nullable().default(null),
    welcome: PromptSchema.optional(),
    announceEveryS: SecondsSchema(10, 300).default(30),
    announcePosition: z.boolean().default(true),
    announceWait: z.boolean().default(true),
    maxWaitS: SecondsSchema(10, 7200).default(600),
    onTimeout: StepIdSchema,
    keys: z.record(KeySchema, StepIdSchema).optional(),
  }),
  z.strictObject({
    kind: z.literal("voicemail"),
    say: PromptSchema,
    maxS: SecondsSchema(5, 600).default(120),
    next: StepIdSchema,
  }),
  z.strictObject({ kind: z.literal("hangup"), say: PromptSchema.optional() }),
]);

export const FlowFileSchema = z.strictObject({
  entry: StepIdSchema,
  steps: z
    .record(StepIdSchema, StepFileSchema)
    .refine((steps) => Object.keys(steps).length <= STEPS_MAX, `a flow has at most ${STEPS_MAX} steps`),
});
export type FlowFile = z.infer<typeof FlowFileSchema>;
type StepFile = FlowFile["steps"][string];

/** Names in the flow that lead nowhere: steps, calendars and queues, each with what would have been right. */
export function danglingNames(
  file: FlowFile,
  known: { readonly calendars: readonly string[]; readonly queues: readonly string[] },
): Fault[] {
  const steps = Object.keys(file.steps);
  const faults: Fault[] = [];
  const check = (path: string, value: string, allowed: readonly string[], what: string) => {
    if (!allowed.includes(value)) faults.push({ path, message: `there is no ${what} of this name`, value, allowed });
  };
  check("entry", file.entry, steps, "step");
  for (const [id, step] of Object.entries(file.steps)) {
    for (const [field, target] of targetsOf(step)) check(`steps.${id}.${field}`, target, steps, "step");
    if (step.kind === "hours") check(`steps.${id}.calendar`, step.calendar, known.calendars, "calendar");
    if (step.kind === "queue") check(`steps.${id}.queue`, step.queue, known.queues, "queue");
    if (step.kind !== "menu") continue;
    for (const key of Object.keys(step.languages ?? {})) {
      check(`steps.${id}.languages.${key}`, key, Object.keys(step.options), "option");
    }
  }
  for (const id of unreachable(file)) {
    faults.push({ path: `steps.${id}`, message: "no step leads here", value: id });
  }
  return faults;
}

/** Every edge out of a step, by the field that holds it. */
function targetsOf(step: StepFile): [field: string, target: string][] {
  switch (step.kind) {
    case "hours":
      return [
        ["open", step.open],
        ["closed", step.closed],
        ...(step.holiday === undefined ? [] : [["holiday", step.holiday] as [string, string]]),
      ];
    case "prompt":
    case "voicemail":
      return [["next", step.next]];
    case "menu":
      return [...edges("options", step.options), ["otherwise", step.otherwise]];
    case "collect":
      return [
        ["next", step.next],
        ["otherwise", step.otherwise],
      ];
    case "queue":
      return [["onTimeout", step.onTimeout], ...edges("keys", step.keys ?? {})];
    case "hangup":
      return [];
  }
}

function edges(field: string, targets: { readonly [key: string]: string }): [string, string][] {
  return Object.entries(targets).map(([key, target]) => [`${field}.${key}`, target]);
}

function unreachable(file: FlowFile): string[] {
  const seen = new Set<string>();
  const open = [file.entry];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = file.steps[id];
    if (step === undefined || seen.has(id)) continue;
    seen.add(id);
    open.push(...targetsOf(step).map(([, target]) => target));
  }
  return Object.keys(file.steps).filter((id) => !seen.has(id));
}

/** The flow as the interpreter runs it. Call it with a file whose names all lead somewhere. */
export function flowOf(file: FlowFile, id: FlowId, version: number, queueIds: ReadonlyMap<string, QueueId>): Flow {
  const steps = Object.fromEntries(
    Object.entries(file.steps).map(([stepId, step]) => {
      if (step.kind !== "queue") return [stepId, step];
      const queue = queueIds.get(step.queue);
      if (queue === undefined) throw new Error(`flow refers to the queue ${step.queue}, which was not checked`);
      return [stepId, { ...step, queue }];
    }),
  );
  // Step ids are names that FlowFileSchema has checked; only their brand is missing.
  return { id, version, entry: asId<StepId>(file.entry), steps: steps as unknown as { [id: string]: FlowStep } };
}
