import type { TenantTx } from "../../adapters/db/index.ts";
import { adjustmentsOf, becomesNote, bookedTogether } from "../../domain/rating/adjustment.ts";
import type { Segment, Unrated } from "../../domain/rating/allot.ts";
import { exceptionsOf } from "../../domain/rating/exceptions.ts";
import { canonicalText, type Rating } from "../../domain/rating/rate.ts";
import { taxTermsOf } from "../parties/index.ts";
import { adjustmentLines, chargeLines, type DraftLine, netMinorOf, taxesOf } from "./draft-lines.ts";
import { acceptedUsage, type FoundException, openExceptions, resolveRated } from "./exceptions-store.ts";
import { bookedOf, type FrozenTerms, frozenTerms, type LateMonth } from "./late-months.ts";
import type { BillingMonth } from "./period.ts";
import { type OwnMonth, ownMonth } from "./rated-month.ts";
import type { RatedTerms } from "./rated-terms.ts";
import { usageOfLines } from "./rated-totals.ts";
import { chargeRows, ENGINE_VERSION, rate, sha256 } from "./rating-input.ts";
import type { DraftInput, RunOutcome } from "./run-contract.ts";
import { type Contract, type StoredUsage, usageOf } from "./store.ts";
import { insertInvoice, updateHeader, writeLines, writeTaxes } from "./write-draft.ts";

export type Drafted = Pick<
  RunOutcome,
  "invoiceId" | "outputHash" | "totalMinor" | "lines" | "notCharged" | "exceptions"
>;

/**
 * Rates the month and what came late of earlier ones, and makes the draft equal to it. `hand` is the person who asked for
 * it and so may not approve it; null for a run by the house itself.
 */
export async function draftMonth(
  tx: TenantTx,
  input: DraftInput,
  ratedBy: RatedTerms,
  hand: string | null,
): Promise<Drafted> {
  const { contract, profile, known, cutoff } = input;
  const own = await ownMonth(tx, ratedBy, cutoff);
  const terms = taxTermsOf(profile.tax);
  const rowOfUsage = new Map<string, string>();
  const behind = await usageOfLines(tx, ratedBy, own, cutoff);
  const lines: DraftLine[] = chargeLines(own.rating.lines, chargeRows(input.versions), terms, behind);
  const found = [...own.exceptions];
  for (const late of input.late) {
    const rated = await rateAgain(tx, contract, late.month, late.segments, cutoff);
    const booked = await bookedOf(tx, { contract, late, draftId: known?.id ?? null });
    const changes = adjustmentsOf(bookedTogether(booked.lines), rated.rating.lines);
    // Where the contract says so, what goes down is a credit note on the month's own invoice, by a person's hand.
    const kept = profile.corrections === "credit_note" ? changes.filter((it) => !becomesNote(it)) : changes;
    const at = { period: late.month.key, start: late.month.start, rows: chargeRows(late.versions), ...booked };
    lines.push(...adjustmentLines(kept, at, terms, lines.length));
    for (const [id, row] of [...booked.rowOfUsage, ...rated.rowOfUsage]) rowOfUsage.set(id, row);
    found.push(...rated.exceptions);
  }
  const taxes = taxesOf(profile.tax.profile, lines);
  const outputHash = await sha256(outputText(own, lines, taxes));
  const header = {
    inputHash: input.inputHash,
    outputHash,
    cutoff,
    totalMinor: netMinorOf(lines),
    taxProfile: profile.tax.profile,
    taxMinor: taxes.reduce((sum, group) => sum + group.taxMinor, 0n),
    engineVersion: ENGINE_VERSION,
    terms: frozen(input),
    usageRows: input.usageRows,
  };
  const invoiceId = known === undefined ? await insertInvoice(tx, input, header, hand) : known.id;
  const same = known?.outputHash === outputHash && known.engineVersion === ENGINE_VERSION;
  if (known !== undefined) await updateHeader(tx, known, header, same ? null : hand);
  if (!same) {
    await writeLines(tx, invoiceId, lines, rowOfUsage);
    await writeTaxes(tx, invoiceId, taxes, profile.tax.profile === "eu_vat" ? (profile.tax.exemption ?? null) : null);
  }
  const exceptions = await openExceptions(tx, found, cutoff);
  await resolveRated(tx, cutoff);
  const notCharged = own.notChargedByKind;
  return { invoiceId, outputHash, totalMinor: header.totalMinor, lines: lines.length, notCharged, exceptions };
}

type Rated = {
  readonly rating: Rating;
  readonly rowOfUsage: ReadonlyMap<string, string>;
  readonly exceptions: readonly FoundException[];
};

/** Rates a closed month again, less what must wait for a person first: a sale of unknown value is not billed at nothing. */
export async function rateAgain(
  tx: TenantTx,
  contract: Contract,
  month: BillingMonth,
  segments: readonly Segment[],
  cutoff: number,
): Promise<Rated> {
  const stored = await usageOf(tx, month, cutoff);
  const accepted = await acceptedUsage(tx, month);
  const rowOfUsage = new Map(stored.map((it) => [it.record.id, it.rowId]));
  const held = waiting(segments, stored, [], rowOfUsage).filter((it) => !accepted.has(it.rowId));
  const heldRows = new Set(held.map((it) => it.rowId));
  const usage = stored.filter((it) => !heldRows.has(it.rowId)).map((it) => it.record);
  const rating = rate(contract, month, segments, usage);
  const unplaced = waiting(segments, stored, rating.unrated, rowOfUsage).filter((it) => !accepted.has(it.rowId));
  return { rating, rowOfUsage, exceptions: unplaced };
}

function waiting(
  segments: readonly Segment[],
  stored: readonly StoredUsage[],
  unrated: readonly Unrated[],
  rowOfUsage: ReadonlyMap<string, string>,
): FoundException[] {
  const records = stored.map((it) => it.record);
  return exceptionsOf(segments, records, unrated).flatMap(({ usageId, reason }) => {
    const rowId = rowOfUsage.get(usageId);
    return rowId === undefined ? [] : [{ rowId, reason }];
  });
}

function frozen({ versions, closing, late, known }: DraftInput): FrozenTerms {
  const before = known === undefined ? {} : (frozenTerms(known.terms)?.adjusted ?? {});
  return {
    versions: versions.map(({ contentHash: _hash, charges: _charges, ...days }) => days),
    closing,
    adjusted: { ...before, ...Object.fromEntries(late.map((it: LateMonth) => [it.month.key, it.hash])) },
  };
}

function outputText(own: OwnMonth, lines: readonly DraftLine[], taxes: ReturnType<typeof taxesOf>): string {
  const late = lines.filter((line) => line.of !== null);
  return JSON.stringify([
    canonicalText({ ...own.rating, unrated: [] }),
    own.notCharged.map((it) => [it.reason, it.kind, it.records]),
    lines.map((line) => [line.key, line.amountMinor.toString(), line.tax.category, line.tax.rate]),
    late.map((line) => [
      line.key,
      line.detail,
      line.items.map((it) => [it.usageId, it.quantity, it.billedS, `${it.amount.num}/${it.amount.den}`]),
    ]),
    taxes.map((group) => [group.category, group.rate, group.baseMinor.toString(), group.taxMinor.toString()]),
  ]);
}
