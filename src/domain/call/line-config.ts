import type { Calendar, Flow } from "../flow/flow.ts";
import type { BrandId, NumberId, PhoneNumber, PoolId, QueueId, TenantId } from "../kernel/ids.ts";
import type { Language } from "../kernel/language.ts";

/**
 * The published configuration of one number: all that a call on it needs, so that a call never asks the database.
 * Publishing replaces it whole; a call reads it once, at its start, and keeps the version it began with.
 */
export type LineConfig = {
  /** The client's revision: how many changes its set-up had seen. */
  readonly version: number;
  readonly tenantId: TenantId;
  readonly tenantName: string;
  /** IANA name of the client's own zone: its boards and reports begin their day at midnight there. */
  readonly timeZone: string;
  readonly number: { readonly id: NumberId; readonly e164: PhoneNumber; readonly label: string };
  readonly brand: {
    readonly id: BrandId;
    /** The name agents say when they answer. */
    readonly name: string;
    readonly color: string;
    readonly greeting: string;
  };
  readonly language: Language;
  readonly flow: Flow;
  readonly calendars: { readonly [name: string]: Calendar };
  readonly queues: { readonly [id: string]: QueueConfig };
  readonly recordCalls: boolean;
  readonly dispositions: readonly Disposition[];
};

/** A day of a client's own calendar: `date` as `2026-11-26`, in the zone that it was told in. */
export type ClientDay = { readonly date: string; readonly timeZone: string };

/** The client's own zone. A line published before it was named goes by that of its opening hours. */
export function timeZoneOf(line: LineConfig): string {
  return line.timeZone ?? Object.values(line.calendars)[0]?.timeZone ?? "UTC";
}

export type QueueConfig = {
  readonly id: QueueId;
  readonly poolId: PoolId;
  readonly name: string;
  readonly priority: number;
  readonly skills: readonly string[];
  readonly strategy: string;
  readonly ringTimeoutS: number;
  readonly wrapUpS: number;
  /** Service level: this share of contacts answered within so many seconds; hang-ups before `shortAbandonS` do not count. */
  readonly target: { readonly share: number; readonly withinS: number; readonly shortAbandonS: number };
  /** What the queue does beyond the plain case; a line published before there were any carries none: `PLAIN_RULES`. */
  readonly rules?: QueueRules;
};

export type QueueRules = {
  /** Skills written as in `skills`. Who has them goes before who lacks one; nobody waits for them. */
  readonly preferred: readonly string[];
  /** What is asked for less, or of more people, as time goes by; in order of `afterS`. */
  readonly relax: readonly RelaxStep[];
  /** Points of priority that a caller's tier is worth; a standard caller brings none. */
  readonly tiers: { readonly silver: number; readonly gold: number; readonly platinum: number };
  /** A caller waits so long for the agent who served him last, if that was within so many days; 0 s: not at all. */
  readonly lastAgent: { readonly patienceS: number; readonly withinDays: number };
  /**
   * A caller who typed an agent's extension in the flow waits so long for that agent. `variable` is the flow's own name for
   * the digits; 0 s: nobody is asked for by name.
   */
  readonly namedAgent: { readonly patienceS: number; readonly variable: string };
  readonly wrapUp: WrapUpRule;
  /** Offers missed in a row that make an agent not ready. */
  readonly missesMax: number;
  /** The offer is taken as soon as it stands on the screen, without a click. */
  readonly autoAnswer: boolean;
};

/**
 * - `timed`: ends by itself after `wrapUpS`; an outcome that nobody chose is `auto`.
 * - `optional`: the same, and the agent may end it at any moment by saying ready, without an outcome.
 * - `mandatory`: ends with an outcome and by nothing else, short of half an hour.
 *
 * A timed or optional one may be lengthened `extensions` times by `extensionS` each.
 */
export type WrapUpRule = {
  readonly kind: "timed" | "optional" | "mandatory";
  readonly extensions: number;
  readonly extensionS: number;
};

/** One step of relaxing: from `afterS` of waiting on, and for good. */
export type RelaxStep =
  /** A required skill is asked for at this level, lower than before. */
  | { readonly afterS: number; readonly do: "lower"; readonly skill: string; readonly level: number }
  /** A required skill is asked for no more. */
  | { readonly afterS: number; readonly do: "drop"; readonly skill: string }
  /** The agents of this group of the house are lent to the queue, after its own. */
  | { readonly afterS: number; readonly do: "lend"; readonly group: string }
  /** The contact gains so many points of priority. */
  | { readonly afterS: number; readonly do: "raise"; readonly points: number }
  /** The contact goes to the pool of another site, with its age, and stays there. */
  | { readonly afterS: number; readonly do: "move"; readonly poolId: PoolId }
  /** Once: a number outside the house is called, the client's own office or a partner; when it fails the contact waits on. */
  | ({ readonly afterS: number; readonly do: "outside" } & OutsideNumber);

/** A telephone outside the house that may take a waiting caller, and who answers there. */
export type OutsideNumber = { readonly number: PhoneNumber; readonly name: string };

/** Seconds of wrap-up that follow a talk; null where it has no timer. */
export function wrapUpSecondsOf(queue: QueueConfig): number | null {
  return queue.rules?.wrapUp.kind === "mandatory" ? null : queue.wrapUpS;
}

export type Disposition = {
  readonly code: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly success: boolean;
};
