import type { Instant } from "../kernel/instant.ts";
import type { HourClass, UsageFilter, UsageKind } from "./charge.ts";

/** One thing that happened and may be charged. Unique by `id` for ever; a repeat of it is the same record, not another. */
export type UsageRecord = {
  readonly id: string;
  readonly kind: UsageKind;
  readonly occurredAt: Instant;
  /** Whole, in the unit of its kind (`USAGE_UNITS`). */
  readonly quantity: number;
  readonly contactId: string | null;
  readonly attributes: UsageAttributes;
};

/** What a charge's filter may ask about. A thing that is not known matches no condition on it. */
export type UsageAttributes = {
  readonly outcome?: string | undefined;
  /** The queue's key in the client's files. */
  readonly queue?: string | undefined;
  /** The client's number, E.164. */
  readonly number?: string | undefined;
  readonly direction?: string | undefined;
  readonly party?: string | undefined;
  readonly disposition?: string | undefined;
  readonly talkS?: number | undefined;
  /** Net value of the sale in the contract's minor units. */
  readonly saleMinor?: number | undefined;
  /** Code of a project's milestone. */
  readonly milestone?: string | undefined;
  /** For agent time: what it went into, and whether the agent serves others too. */
  readonly state?: string | undefined;
  readonly agents?: string | undefined;
  /** When it happened on the client's wall: minutes since midnight there, and weekday, 1 for Monday. */
  readonly localMinute?: number | undefined;
  readonly localWeekday?: number | undefined;
};

export function matches(filter: UsageFilter | undefined, attributes: UsageAttributes): boolean {
  if (filter === undefined) return true;
  return (
    among(filter.outcomes, attributes.outcome) &&
    among(filter.queues, attributes.queue) &&
    among(filter.numbers, attributes.number) &&
    among(filter.directions, attributes.direction) &&
    among(filter.parties, attributes.party) &&
    among(filter.dispositions, attributes.disposition) &&
    among(filter.states, attributes.state) &&
    among(filter.agents, attributes.agents) &&
    (filter.minTalkS === undefined || (attributes.talkS ?? 0) >= filter.minTalkS) &&
    (filter.hours === undefined || inHours(filter.hours, attributes))
  );
}

function among(allowed: readonly string[] | undefined, value: string | undefined): boolean {
  return allowed === undefined || (value !== undefined && allowed.includes(value));
}

function inHours({ from, to, weekdays }: HourClass, { localMinute, localWeekday }: UsageAttributes): boolean {
  if (localMinute === undefined || localWeekday === undefined) return false;
  const [start, end] = [minuteOf(from), minuteOf(to)];
  const inTime = start <= end ? localMinute >= start && localMinute < end : localMinute >= start || localMinute < end;
  return inTime && (weekdays === undefined || weekdays.includes(localWeekday));
}

export function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}
