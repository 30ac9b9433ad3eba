import { SimFloor, type Trial } from "./floor.ts";
import type { SimOptions } from "./options.ts";

/** A run that broke a promise: how to see it again, and what happened to the contact that it is about. */
type Retold = {
  readonly promise: string;
  /** The command that does the same to the letter. */
  readonly replay: string;
  readonly contact: string | null;
  readonly trace: readonly string[];
};

const TRACE_LINES_MAX = 120;

/**
 * Runs a broken run again up to its first broken promise and writes down what concerns the contact. Where the promise names
 * an agent, a queue or a client, the contact is the last that had to do with it. Each telling costs a run.
 */
export function retell(options: SimOptions, trial: Trial, promise: string): Retold {
  const subjects = subjectsOf(promise);
  const named = subjects.find(isContact);
  const contact = named ?? traceOf(options, trial, subjects).contacts.at(-1) ?? null;
  const trace = contact === null ? [] : traceOf(options, trial, [contact]).lines;
  return { promise, replay: replayOf(options), contact, trace: trace.slice(-TRACE_LINES_MAX) };
}

/** The command of a run, every option said: defaults may change. */
function replayOf(options: SimOptions): string {
  const { target } = options;
  const told: readonly (readonly [string, string | number])[] = [
    ["seats", options.seats],
    ["tenants", options.tenants],
    ["hours", options.hours],
    ["days", options.days],
    ["seed", options.seed],
    ["policy", options.policy],
    ["brands-per-seat", options.brandsPerSeat],
    ["deal", options.deal],
    ["erlangs", options.erlangs],
    ["handle", options.handleS],
    ["patience", options.patienceS],
    ["target", `${Number((target.share * 100).toFixed(6))}/${target.withinS}`],
    ["demand", options.demand],
  ];
  return `npm run sim -- ${told.map(([name, value]) => `--${name} ${value}`).join(" ")}`;
}

/** Names in a promise: contact c17, agent a3, queue q2; a client is told by its number and named t. */
function subjectsOf(promise: string): string[] {
  const names = [...promise.matchAll(/\b[acqt]\d+\b/g)].map(([name]) => name);
  const clients = [...promise.matchAll(/\bclient (\d+)\b/g)].map(([, number]) => `t${number}`);
  return [...names, ...clients];
}

function isContact(name: string): boolean {
  return name.startsWith("c");
}

function traceOf(options: SimOptions, trial: Trial, subjects: readonly string[]) {
  const floor = new SimFloor(options, { ...trial, traced: new Set(subjects) });
  floor.run();
  return floor.trace;
}
