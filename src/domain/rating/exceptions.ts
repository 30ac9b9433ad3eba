import { type Segment, segmentAt, type Unrated } from "./allot.ts";
import type { UsageRecord } from "./usage.ts";

/** Why usage waits for a person: nothing that may be worth money is left out in silence. */
export const EXCEPTION_REASONS = [
  /** Came under a known source event with another content; not stored as usage. */
  "rival",
  /** No version of any contract was in force on its day. */
  "no_contract",
  /** The same id stands for two contents. */
  "conflict",
  "negative_quantity",
  /** A percentage of a sale whose value is not known. */
  "missing_sale",
  /** A milestone that no charge names. */
  "unknown_milestone",
  /** Came later than the contract's limit. */
  "late",
  /** Its month has no invoice that could take it, and is long past. */
  "period_not_billed",
] as const;

export type ExceptionReason = (typeof EXCEPTION_REASONS)[number];
export type UsageException = { readonly usageId: string; readonly reason: ExceptionReason };

/**
 * Usage of a rated month that waits for a person. What no charge asks for is no exception: the contract does not charge
 * it, and the run counts it by kind; but a milestone that was reported and has no price is one.
 */
export function exceptionsOf(
  segments: readonly Segment[],
  usage: readonly UsageRecord[],
  unrated: readonly Unrated[],
): UsageException[] {
  const byId = new Map(usage.map((record) => [record.id, record]));
  const unplaced = unrated.flatMap(({ usageId, reason }): UsageException[] => {
    if (reason === "outside_period" || reason === "nothing_used") return [];
    if (reason !== "no_charge") return [{ usageId, reason }];
    return byId.get(usageId)?.kind === "milestone" ? [{ usageId, reason: "unknown_milestone" }] : [];
  });
  return [...unplaced, ...salesWithoutValue(segments, usage)];
}

/** Successes that a percentage is taken of, without the value of what was sold. */
function salesWithoutValue(segments: readonly Segment[], usage: readonly UsageRecord[]): UsageException[] {
  const byPercent = segments.filter(({ charges }) =>
    charges.some((charge) => charge.model === "commission" && charge.pay.by === "percent"),
  );
  if (byPercent.length === 0) return [];
  return usage
    .filter((record) => record.kind === "success" && record.attributes.saleMinor === undefined)
    .filter((record) => segmentAt(byPercent, record.occurredAt) !== undefined)
    .map((record): UsageException => ({ usageId: record.id, reason: "missing_sale" }));
}

/** How much usage of each kind no charge asks for. */
export function notChargedByKind(
  usage: readonly UsageRecord[],
  unrated: readonly Unrated[],
): { [kind: string]: number } {
  const kindOf = new Map(usage.map((record) => [record.id, record.kind]));
  const counts: { [kind: string]: number } = {};
  for (const { usageId, reason } of unrated) {
    const kind = kindOf.get(usageId);
    if (reason === "no_charge" && kind !== undefined && kind !== "milestone") counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
