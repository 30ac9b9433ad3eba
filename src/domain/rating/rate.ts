import { CURRENCY_DECIMALS, type Currency } from "../kernel/currency.ts";
import { minorPerMajor, roundToMinor } from "../kernel/money.ts";
import { add, exactText } from "../kernel/rational.ts";
import { unreachable } from "../kernel/step.ts";
import { allot, type RatingInput, type Segment, type Unrated } from "./allot.ts";
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
import { rateSeatMonth } from "./seat-month.ts";
import { rateUnit } from "./unit.ts";
import type { UsageRecord } from "./usage.ts";
import { rateVolume } from "./volume.ts";

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
  const contacts = contactsOf(input);
  const lines = input.segments.flatMap((segment) =>
    rateSegment(segment, input.currency, contacts.get(segment) ?? 0, usageOfCharge),
  );
  const totalMinor = lines.reduce((total, line) => total + line.amountMinor, 0n);
  return { currency: input.currency, lines, totalMinor, unrated };
}

type Dependent = CommitmentCharge | SlaCreditCharge;

function isDependent(charge: Charge): charge is Dependent {
  return charge.model === "commitment" || charge.model === "sla_credit";
}

/** First what usage and time come to, then what depends on those amounts; lines stand in the order of the charges. */
function rateSegment(
  segment: Segment,
  currency: Currency,
  contacts: number,
  usageOfCharge: ReadonlyMap<Charge, readonly UsageRecord[]>,
): RatedLine[] {
  const { share, seatsPeak, begins, charges } = segment;
  const linesOf = new Map<Charge, RatedLine[]>();
  for (const charge of charges) {
    if (isDependent(charge)) continue;
    const usage = usageOfCharge.get(charge) ?? [];
    const context = { usage, share, seatsPeak, begins, contacts, minorPerMajor: minorPerMajor(currency) };
    const lines = rateCharge(charge, context).map((draft) => named(draft, charge, segment, currency));
    const limits =
      charge.limits === undefined ? [] : limitLines(charge.limits, { minor: sumMinor(lines), currency, share });
    linesOf.set(charge, [...lines, ...limits.map((draft) => named(draft, charge, segment, currency))]);
  }
  const independent = [...linesOf.values()].flat();
  for (const charge of charges) {
    if (!isDependent(charge)) continue;
    const of = charge.model === "sla_credit" ? charge.of : undefined;
    const fee = independent.filter((line) => of === undefined || of.includes(line.code));
    const reached = { minor: sumMinor(fee), currency, share };
    const drafts =
      charge.model === "commitment"
        ? rateCommitment(charge, reached)
        : rateSlaCredit(charge, segment.serviceLevel, reached);
    linesOf.set(
      charge,
      drafts.map((draft) => named(draft, charge, segment, currency)),
    );
  }
  return charges.flatMap((charge) => linesOf.get(charge) ?? []);
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
    const segment = input.segments.find((it) => record.occurredAt >= it.from && record.occurredAt < it.to);
    if (segment !== undefined) counts.set(segment, (counts.get(segment) ?? 0) + record.quantity);
  }
  return counts;
}

/** One model a file; a new model is a file and a case here. */
export function rateCharge(charge: Exclude<Charge, Dependent>, context: ChargeContext): LineDraft[] {
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
  };
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
