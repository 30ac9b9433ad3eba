import { CURRENCY_DECIMALS, type Currency } from "../kernel/currency.ts";
import type { Instant } from "../kernel/instant.ts";
import { minorPerMajor, roundToMinor } from "../kernel/money.ts";
import { add, exactText } from "../kernel/rational.ts";
import { unreachable } from "../kernel/step.ts";
import { rateCarrierTime } from "./carrier-time.ts";
import type { Charge, UsageKind } from "./charge.ts";
import { rateCommission } from "./commission.ts";
import { rateGraduated } from "./graduated.ts";
import type { ChargeContext, LineDraft, RatedLine, Share } from "./line.ts";
import { ratePackage } from "./package.ts";
import { rateSeatMonth } from "./seat-month.ts";
import { rateUnit } from "./unit.ts";
import { matches, type UsageRecord } from "./usage.ts";
import { rateVolume } from "./volume.ts";

/** A contract version's part of the period: half-open instants, and whole days on the wall of the client's zone. */
export type Segment = {
  /** Names the version in line keys; its first local date. */
  readonly version: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly share: Share;
  readonly seatsPeak: number;
  readonly charges: readonly Charge[];
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
  readonly reason: "outside_period" | "no_contract" | "no_charge" | "conflict" | "negative_quantity";
};

export type Rating = {
  readonly currency: Currency;
  readonly lines: readonly RatedLine[];
  readonly totalMinor: bigint;
  readonly unrated: readonly Unrated[];
};

/**
 * A month's invoice as a pure function of contract, usage and period. The order in which usage is given, repeats of it and
 * how it was batched make no difference; a usage record is charged by the first charge of its version that asks for it.
 */
export function rateMonth(input: RatingInput): Rating {
  const unrated: Unrated[] = [];
  const usageOfCharge = allot(input, unrated);
  const lines = input.segments.flatMap((segment) =>
    segment.charges.flatMap((charge) => {
      const context: ChargeContext = {
        usage: usageOfCharge.get(charge) ?? [],
        share: segment.share,
        seatsPeak: segment.seatsPeak,
        minorPerMajor: minorPerMajor(input.currency),
      };
      return rateCharge(charge, context).map((draft) => named(draft, charge, segment, input.currency));
    }),
  );
  const totalMinor = lines.reduce((total, line) => total + line.amountMinor, 0n);
  return { currency: input.currency, lines, totalMinor, unrated };
}

/** One model a file; a new model is a file and a case here. */
export function rateCharge(charge: Charge, context: ChargeContext): LineDraft[] {
  switch (charge.model) {
    case "seat_month":
      return rateSeatMonth(charge, context);
    case "unit":
      return rateUnit(charge, context);
    case "graduated":
      return rateGraduated(charge, context);
    case "volume":
      return rateVolume(charge, context);
    case "package":
      return ratePackage(charge, context);
    case "carrier_time":
      return rateCarrierTime(charge, context);
    case "commission":
      return rateCommission(charge, context);
    default:
      return unreachable(charge);
  }
}

/** What a charge counts; null where no event stands behind it. */
export function usageKindOf(charge: Charge): UsageKind | null {
  switch (charge.model) {
    case "seat_month":
      return null;
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

/** The one rounding of a line. */
export function lineMinor(draft: Pick<LineDraft, "exact" | "completes">, currency: Currency): bigint {
  if (draft.completes === undefined) return roundToMinor(draft.exact, currency);
  return roundToMinor(add(draft.completes, draft.exact), currency) - roundToMinor(draft.completes, currency);
}

function named(draft: LineDraft, charge: Charge, segment: Segment, currency: Currency): RatedLine {
  return {
    ...draft,
    key: `${charge.code}/${draft.component}@${segment.version}`,
    code: charge.code,
    model: charge.model,
    label: charge.label,
    amountMinor: lineMinor(draft, currency),
  };
}

/** Gives each usage record to exactly one charge, or to `unrated`. */
function allot(input: RatingInput, unrated: Unrated[]): Map<Charge, UsageRecord[]> {
  const usageOfCharge = new Map<Charge, UsageRecord[]>();
  const kinds = new Map(
    input.segments.flatMap((segment) => segment.charges.map((it) => [it, usageKindOf(it)] as const)),
  );
  for (const record of inOrder(input.usage, unrated)) {
    const charge = chargeFor(record, input, kinds);
    if (typeof charge === "string") {
      unrated.push({ usageId: record.id, reason: charge });
      continue;
    }
    const charged = usageOfCharge.get(charge);
    if (charged === undefined) usageOfCharge.set(charge, [record]);
    else charged.push(record);
  }
  unrated.sort((a, b) => (a.usageId < b.usageId ? -1 : a.usageId > b.usageId ? 1 : 0));
  return usageOfCharge;
}

function chargeFor(
  record: UsageRecord,
  input: RatingInput,
  kinds: ReadonlyMap<Charge, UsageKind | null>,
): Charge | Unrated["reason"] {
  if (record.quantity < 0) return "negative_quantity";
  if (record.occurredAt < input.period.from || record.occurredAt >= input.period.to) return "outside_period";
  const segment = input.segments.find((it) => record.occurredAt >= it.from && record.occurredAt < it.to);
  if (segment === undefined) return "no_contract";
  for (const charge of segment.charges) {
    if (kinds.get(charge) !== record.kind) continue;
    const filter = charge.model === "seat_month" ? undefined : charge.where;
    if (matches(filter, record.attributes)) return charge;
  }
  return "no_charge";
}

/** Each id once, by time and then id. The same id with other contents is nobody's to guess: none of them is charged. */
function inOrder(usage: readonly UsageRecord[], unrated: Unrated[]): UsageRecord[] {
  const byId = new Map<string, UsageRecord>();
  const conflicts = new Set<string>();
  for (const record of usage) {
    const known = byId.get(record.id);
    if (known === undefined) byId.set(record.id, record);
    else if (known !== record && payload(known) !== payload(record)) conflicts.add(record.id);
  }
  for (const id of conflicts) {
    byId.delete(id);
    unrated.push({ usageId: id, reason: "conflict" });
  }
  return [...byId.values()].sort((a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function payload(record: UsageRecord): string {
  const attributes = Object.entries(record.attributes)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([record.kind, record.occurredAt, record.quantity, record.contactId, attributes]);
}

/** One text for one outcome: what an output hash is taken of. */
export function canonicalText(rating: Rating): string {
  const lines = rating.lines.map((line) => [
    line.key,
    exactText(line.quantity),
    exactText(line.exact),
    line.amountMinor.toString(),
    line.detail,
    line.items.map((item) => [item.usageId, item.quantity, exactText(item.amount), item.billedS]),
  ]);
  const unrated = rating.unrated.map((it) => [it.usageId, it.reason]);
  return JSON.stringify([
    rating.currency,
    CURRENCY_DECIMALS[rating.currency],
    lines,
    rating.totalMinor.toString(),
    unrated,
  ]);
}
