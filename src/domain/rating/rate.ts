import { CURRENCY_DECIMALS, type Currency } from "../kernel/currency.ts";
import { minorPerMajor, roundToMinor } from "../kernel/money.ts";
import { add, exactText } from "../kernel/rational.ts";
import { unreachable } from "../kernel/step.ts";
import { allot, chargeKey, type RatingInput, type Segment, segmentAt, type Unrated } from "./allot.ts";
import { itemsBehind } from "./behind.ts";
import { rateCarrierTime } from "./carrier-time.ts";
import type { Charge, CommitmentCharge, SlaCreditCharge } from "./charge.ts";
import { rateCommission } from "./commission.ts";
import { rateDays } from "./day-rate.ts";
import { rateFee } from "./fee.ts";
import { rateGraduated } from "./graduated.ts";
import { limitLines, rateCommitment, rateSlaCredit } from "./limits.ts";
import type { ChargeContext, LineDraft, RatedLine } from "./line.ts";
import { rateMilestones } from "./milestone.ts";
import { ratePackage } from "./package.ts";
import { rateRecurring } from "./recurring.ts";
import { rateSeatMonth } from "./seat-month.ts";
import { type ChargeTotals, NO_USAGE, totalsOf } from "./totals.ts";
import { rateUnit } from "./unit.ts";
import { rateVolume } from "./volume.ts";
import { worthUnder } from "./worth.ts";

export type Rating = {
  readonly currency: Currency;
  readonly lines: readonly RatedLine[];
  readonly totalMinor: bigint;
  readonly unrated: readonly Unrated[];
};

/** All that lines are made from: what usage comes to under each charge (`chargeKey`), and contacts in each version's days. */
export type Reckoning = {
  readonly totals: (key: string) => ChargeTotals;
  readonly contacts: (segment: Segment) => number;
};

/**
 * A month's invoice as a pure function of contract, usage and period. The order in which usage is given, repeats of it and
 * how it was batched make no difference; a usage record is charged by the first charge of its version that asks for it.
 */
export function rateMonth(input: RatingInput): Rating {
  const unrated: Unrated[] = [];
  const usageOfCharge = allot(input, unrated);
  const worths = new Map(
    input.segments.flatMap((segment) =>
      segment.charges.map((charge) => {
        const key = chargeKey(segment, charge);
        const worth = worthUnder(charge, minorPerMajor(input.currency));
        const usage = (usageOfCharge.get(key) ?? []).map((record) => ({ record, worth: worth(record) }));
        return [key, usage] as const;
      }),
    ),
  );
  const totals = new Map([...worths].map(([key, usage]) => [key, totalsOf(usage.map((it) => it.worth))] as const));
  const contacts = contactsOf(input);
  const { lines, totalMinor, currency } = rateTotals(input.currency, input.segments, {
    totals: (key) => totals.get(key) ?? NO_USAGE,
    contacts: (segment) => contacts.get(segment) ?? 0,
  });
  const withItems = lines.map((line) => ({
    ...line,
    items: itemsBehind(line.behind, worths.get(sourceKey(line)) ?? []),
  }));
  return { currency, lines: withItems, totalMinor, unrated };
}

/** The same from sums alone, however they were added up: what a month of a million records is drafted from. */
export function rateTotals(
  currency: Currency,
  segments: readonly Segment[],
  reckoning: Reckoning,
): Pick<Rating, "currency" | "lines" | "totalMinor"> {
  const lines = segments.flatMap((segment) => rateSegment(segment, currency, reckoning));
  return { currency, lines, totalMinor: sumMinor(lines) };
}

/** The `chargeKey` of the charge that a line comes from. */
export function sourceKey(line: Pick<RatedLine, "code" | "key">): string {
  return `${line.code}@${line.key.slice(line.key.lastIndexOf("@") + 1)}`;
}

type Dependent = CommitmentCharge | SlaCreditCharge;

function isDependent(charge: Charge): charge is Dependent {
  return charge.model === "commitment" || charge.model === "sla_credit";
}

/** First what usage and time come to, then what depends on those amounts; lines stand in the order of the charges. */
function rateSegment(segment: Segment, currency: Currency, { totals, contacts }: Reckoning): RatedLine[] {
  const { share, seatsPeak, stocks = {}, next = null, begins, charges } = segment;
  const held = { share, seatsPeak, stocks, next, begins, contacts: contacts(segment) };
  const linesOf = new Map<Charge, RatedLine[]>();
  for (const charge of charges) {
    if (isDependent(charge)) continue;
    const context = { ...held, totals: totals(chargeKey(segment, charge)), minorPerMajor: minorPerMajor(currency) };
    const lines = rateCharge(charge, context).map((draft) => named(draft, charge, segment, currency));
    const limits =
      charge.limits === undefined ? [] : limitLines(charge.limits, { minor: sumMinor(lines), currency, share });
    linesOf.set(charge, [...lines, ...limits.map((draft) => named(draft, charge, segment, currency))]);
  }
  const independent = [...linesOf.values()].flat();
  for (const charge of charges) {
    if (!isDependent(charge)) continue;
    const reachedBy = (lines: readonly RatedLine[]) => ({ minor: sumMinor(lines), currency, share });
    const drafts =
      charge.model === "commitment"
        ? rateCommitment(charge, reachedBy(independent), segment.earlierMinor?.[charge.code] ?? null)
        : rateSlaCredit(charge, segment.serviceLevel, reachedBy(independent.filter((line) => isFee(charge, line))));
    linesOf.set(
      charge,
      drafts.map((draft) => named(draft, charge, segment, currency)),
    );
  }
  return charges.flatMap((charge) => linesOf.get(charge) ?? []);
}

function isFee({ of }: SlaCreditCharge, line: RatedLine): boolean {
  return of === undefined || of.includes(line.code);
}

function sumMinor(lines: readonly RatedLine[]): bigint {
  return lines.reduce((total, line) => total + line.amountMinor, 0n);
}

/** Contacts handled in each segment, each id once. */
function contactsOf(input: RatingInput): Map<Segment, number> {
  const seen = new Set<string>();
  const counts = new Map<Segment, number>();
  for (const record of input.usage) {
    if (record.kind !== "contact" || seen.has(record.id)) continue;
    seen.add(record.id);
    const segment = segmentAt(input.segments, record.occurredAt);
    if (segment !== undefined) counts.set(segment, (counts.get(segment) ?? 0) + record.quantity);
  }
  return counts;
}

/** One model a file; a new model is a file and a case here. */
export function rateCharge(charge: Exclude<Charge, Dependent>, context: ChargeContext): LineDraft[] {
  switch (charge.model) {
    case "seat_month":
      return rateSeatMonth(charge, context);
    case "recurring":
      return rateRecurring(charge, context);
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
    case "day_rate":
      return rateDays(charge, context);
    case "milestone":
      return rateMilestones(charge, context);
    case "fee":
      return rateFee(charge, context);
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
    items: [],
  };
}

/** One text for one outcome, the same whether records or sums were rated: what an output hash is taken of. */
export function canonicalText(rating: Rating): string {
  const lines = rating.lines.map((line) => [
    line.key,
    exactText(line.quantity),
    exactText(line.exact),
    line.amountMinor.toString(),
    line.detail,
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
