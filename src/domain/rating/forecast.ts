import type { Currency } from "../kernel/currency.ts";
import type { Instant } from "../kernel/instant.ts";
import { multiply, type Rational, rational, roundHalfAwayFromZero, times } from "../kernel/rational.ts";
import { chargeKey, type Segment, usageKindOf } from "./allot.ts";
import type { Charge } from "./charge.ts";
import { type Rating, type Reckoning, rateTotals } from "./rate.ts";
import { type ChargeTotals, NO_USAGE, type Totals } from "./totals.ts";

/** What a forecast takes for granted, so that whoever reads it can judge it. */
export type Assumption =
  /** The rest of the month is used at the pace of the days so far, weekdays and weekends alike. */
  | { readonly kind: "even_pace" }
  /** Seats, numbers and storage stay as they are. */
  | { readonly kind: "stocks_hold" }
  /** The service level stays where it was measured so far. */
  | { readonly kind: "service_level_holds" }
  /** No further milestone is reached. */
  | { readonly kind: "no_more_milestones" }
  /** Prices change at this instant; the days after it are reckoned at the new ones. */
  | { readonly kind: "prices_change"; readonly at: Instant }
  /** Charges that begin later and whose usage nobody has seen yet: they count only what is due without usage. */
  | { readonly kind: "unseen_charges"; readonly codes: readonly string[] };

export type Forecast = Pick<Rating, "currency" | "lines" | "totalMinor"> & {
  readonly assumes: readonly Assumption[];
};

/** Less than a day says nothing about a month. */
export const LEAST_SEEN_MS = 86_400_000;

/**
 * What the month comes to if the rest of it goes on as the days so far. Usage of each charge is scaled by time and then
 * rated anew by the same rules as an invoice, so tiers, packages, minimums, caps and commitments take effect as they will:
 *
 *   usage of a version in force = usage so far × (its end − its begin) ÷ (now − its begin)
 *   usage of a version to come  = usage of the one before it, of the same charge × its length ÷ (time seen of that one)
 *
 * What no usage stands behind (fees, seats, stocks) is reckoned for the whole month already. Null while less than a day has
 * been seen. At the end of the month it is the month itself.
 */
export function forecastMonth(
  currency: Currency,
  segments: readonly Segment[],
  reckoning: Reckoning,
  now: Instant,
): Forecast | null {
  const pace = segments.map((segment) => paceOf(segment, segments, now));
  if (pace.some((it) => it === null)) return null;
  const unseen: string[] = [];
  const totals = new Map<string, ChargeTotals>();
  const contacts = new Map<Segment, number>();
  for (const [at, segment] of segments.entries()) {
    const { from, factor } = pace[at] ?? { from: segment, factor: rational(1) };
    contacts.set(segment, Number(scaledCount(BigInt(reckoning.contacts(from)), factor)));
    for (const charge of segment.charges) {
      const source = from.charges.find((it) => isSame(it, charge));
      if (source === undefined && usageKindOf(charge) !== null) unseen.push(charge.code);
      const seen = source === undefined ? NO_USAGE : reckoning.totals(chargeKey(from, source));
      totals.set(chargeKey(segment, charge), charge.model === "milestone" ? seen : scaled(seen, factor));
    }
  }
  const rating = rateTotals(currency, segments, {
    totals: (key) => totals.get(key) ?? NO_USAGE,
    contacts: (segment) => contacts.get(segment) ?? 0,
  });
  return { ...rating, assumes: assumptionsOf(segments, now, unseen) };
}

type Pace = { readonly from: Segment; readonly factor: Rational };

/** Which version's usage tells of a version's days, and by how much it is scaled; null where none was seen for a day. */
function paceOf(segment: Segment, all: readonly Segment[], now: Instant): Pace | null {
  if (segment.to <= now) return { from: segment, factor: rational(1) };
  const length = segment.to - segment.from;
  if (now - segment.from >= LEAST_SEEN_MS) return { from: segment, factor: rational(length, now - segment.from) };
  const earlier = all.findLast((it) => Math.min(now, it.to) - it.from >= LEAST_SEEN_MS);
  if (earlier === undefined) return null;
  return { from: earlier, factor: rational(length, Math.min(now, earlier.to) - earlier.from) };
}

/** The same charge under another version: what is counted is the same, whatever it costs. */
function isSame(a: Charge, b: Charge): boolean {
  return a.code === b.code && a.model === b.model && usageKindOf(a) === usageKindOf(b);
}

/** Only milestones are told apart by keys, and those are never scaled. */
function scaled({ all, byKey }: ChargeTotals, factor: Rational): ChargeTotals {
  return { all: scaledTotals(all, factor), byKey };
}

/** Counts are rounded to whole ones, amounts stay exact; the most of one record is no sum and stays. */
function scaledTotals(of: Totals, factor: Rational): Totals {
  return {
    records: Number(scaledCount(BigInt(of.records), factor)),
    quantity: scaledCount(of.quantity, factor),
    most: of.most,
    billedS: scaledCount(of.billedS, factor),
    costS: scaledCount(of.costS, factor),
    amount: multiply(of.amount, factor),
    cost: multiply(of.cost, factor),
    saleMinor: scaledCount(of.saleMinor, factor),
  };
}

function scaledCount(count: bigint, factor: Rational): bigint {
  return roundHalfAwayFromZero(times(factor, count));
}

function assumptionsOf(segments: readonly Segment[], now: Instant, unseen: readonly string[]): Assumption[] {
  const open = segments.filter((it) => it.to > now);
  const charges = open.flatMap((it) => it.charges);
  const has = (...models: readonly Charge["model"][]) => charges.some((it) => models.includes(it.model));
  return [
    ...(charges.some((it) => usageKindOf(it) !== null) ? [{ kind: "even_pace" } as const] : []),
    ...(has("seat_month", "recurring") ? [{ kind: "stocks_hold" } as const] : []),
    ...(has("sla_credit") ? [{ kind: "service_level_holds" } as const] : []),
    ...(has("milestone") ? [{ kind: "no_more_milestones" } as const] : []),
    ...open.filter((it) => it.from > now).map((it) => ({ kind: "prices_change", at: it.from }) as const),
    ...(unseen.length === 0 ? [] : [{ kind: "unseen_charges", codes: [...new Set(unseen)] } as const]),
  ];
}
