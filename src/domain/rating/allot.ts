import type { Currency } from "../kernel/currency.ts";
import type { Instant } from "../kernel/instant.ts";
import { unreachable } from "../kernel/step.ts";
import type { Charge, UsageFilter, UsageKind } from "./charge.ts";
import type { ServiceLevel, Share, Stocks } from "./line.ts";
import { matches, type UsageRecord } from "./usage.ts";

/** A contract version's part of the period: half-open instants, and whole days on the wall of the client's zone. */
export type Segment = {
  /** Names the version in line keys; its first local date. */
  readonly version: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly share: Share;
  readonly seatsPeak: number;
  /** True when the version's first day lies in this period: what is charged once is charged now. */
  readonly begins: boolean;
  /** As measured over the segment; null where nothing was measured. */
  readonly serviceLevel: ServiceLevel | null;
  readonly charges: readonly Charge[];
  /** What is paid by the month and held rather than used; nothing where it is left out. */
  readonly stocks?: Stocks | undefined;
  /** The version's days in the month that follows; left out or null where it is over by then. */
  readonly next?: Share | null | undefined;
  /** Of commitments over a term that ends with this month, by code: what earlier months of the term came to. */
  readonly earlierMinor?: { readonly [code: string]: bigint } | undefined;
};

export type RatingInput = {
  readonly currency: Currency;
  /** The client's month as instants; `to` is not in it. */
  readonly period: { readonly from: Instant; readonly to: Instant };
  readonly segments: readonly Segment[];
  readonly usage: readonly UsageRecord[];
};

/** Usage that no line charges for, and why; never dropped in silence. */
export type Unrated = {
  readonly usageId: string;
  readonly reason: "outside_period" | "no_contract" | "no_charge" | "conflict" | "negative_quantity" | "nothing_used";
};

/** The charge of a version that a record is given to. */
export type Allotted = { readonly segment: Segment; readonly charge: Charge };
export type Period = RatingInput["period"];

/** Gives each usage record to exactly one charge, by `chargeKey` and in order of time, or to `unrated`. */
export function allot(input: RatingInput, unrated: Unrated[]): Map<string, UsageRecord[]> {
  const usageOfCharge = new Map<string, UsageRecord[]>();
  const chargeFor = chargesFor(input.period, input.segments);
  for (const record of inOrder(input.usage, unrated)) {
    const found = chargeFor(record);
    if (typeof found === "string") {
      unrated.push({ usageId: record.id, reason: found });
      continue;
    }
    const key = chargeKey(found.segment, found.charge);
    const charged = usageOfCharge.get(key);
    if (charged === undefined) usageOfCharge.set(key, [record]);
    else charged.push(record);
  }
  unrated.sort((a, b) => (a.usageId < b.usageId ? -1 : 1));
  return usageOfCharge;
}

/** One charge of one version: codes are unique in a version and come again in the next. */
export function chargeKey(segment: Pick<Segment, "version">, charge: Pick<Charge, "code">): string {
  return `${charge.code}@${segment.version}`;
}

/**
 * Which charge a record is for: the first of the version in force that asks for it. Asked of one record at a time, so a
 * month need not be in memory.
 */
export function chargesFor(
  period: Period,
  segments: readonly Segment[],
): (record: UsageRecord) => Allotted | Unrated["reason"] {
  const ofKind = new Map(
    segments.map((segment) => {
      const byKind = new Map<UsageKind, Charge[]>();
      for (const charge of segment.charges) {
        const kind = usageKindOf(charge);
        if (kind !== null) byKind.set(kind, [...(byKind.get(kind) ?? []), charge]);
      }
      return [segment, byKind] as const;
    }),
  );
  return (record) => {
    if (record.quantity < 0) return "negative_quantity";
    if (record.occurredAt < period.from || record.occurredAt >= period.to) return "outside_period";
    const segment = segmentAt(segments, record.occurredAt);
    if (segment === undefined) return "no_contract";
    for (const charge of ofKind.get(segment)?.get(record.kind) ?? []) {
      if (asksFor(charge, record)) return isEmpty(charge, record) ? "nothing_used" : { segment, charge };
    }
    return "no_charge";
  };
}

/** The version in force at an instant; versions of a period do not overlap. */
export function segmentAt(segments: readonly Segment[], at: Instant): Segment | undefined {
  return segments.find(({ from, to }) => at >= from && at < to);
}

/** A call of no seconds is still a call; so many of nothing is nothing. */
function isEmpty(charge: Charge, { quantity }: UsageRecord): boolean {
  return quantity === 0 && charge.model !== "carrier_time";
}

/** Whether the charge is for this record, given that it counts records of this kind. */
function asksFor(charge: Charge, { attributes }: UsageRecord): boolean {
  if (charge.model === "milestone") return charge.milestones.some(({ code }) => code === attributes.milestone);
  return matches(whereOf(charge), attributes);
}

/** The filter of a charge that may have one. */
export function whereOf(charge: Charge): UsageFilter | undefined {
  return "where" in charge ? charge.where : undefined;
}

/** Each id once, by time and then id. The same id with other contents is nobody's to guess: none of them is charged. */
function inOrder(usage: readonly UsageRecord[], unrated: Unrated[]): UsageRecord[] {
  const byId = new Map<string, UsageRecord>();
  const conflicts = new Set<string>();
  for (const record of usage) {
    const known = byId.get(record.id);
    if (known === undefined) byId.set(record.id, record);
    else if (payload(known) !== payload(record)) conflicts.add(record.id);
  }
  for (const id of conflicts) {
    byId.delete(id);
    unrated.push({ usageId: id, reason: "conflict" });
  }
  return [...byId.values()].sort((a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1));
}

function payload(record: UsageRecord): string {
  const attributes = Object.entries(record.attributes)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([record.kind, record.occurredAt, record.quantity, record.contactId, attributes]);
}

/** What a charge counts; null where no event stands behind it. */
export function usageKindOf(charge: Charge): UsageKind | null {
  switch (charge.model) {
    case "seat_month":
    case "recurring":
    case "fee":
    case "commitment":
    case "sla_credit":
      return null;
    case "day_rate":
      return "seat_day";
    case "milestone":
      return "milestone";
    case "carrier_time":
      return "carrier_leg";
    case "commission":
      return "success";
    case "unit":
    case "graduated":
    case "volume":
    case "package":
      return charge.usage;
    default:
      return unreachable(charge);
  }
}
