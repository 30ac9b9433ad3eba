import type { TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { becomesNote } from "../../domain/rating/adjustment.ts";
import type { Segment } from "../../domain/rating/allot.ts";
import { canonicalText } from "../../domain/rating/rate.ts";
import { type BillingProfile, taxTermsOf } from "../parties/index.ts";
import { adjustmentLines, chargeLines, type DraftLine, netMinorOf, taxesOf } from "./draft-lines.ts";
import { openExceptions, resolveRated } from "./exceptions-store.ts";
import { lateChanges, rateAgain } from "./late-items.ts";
import { bookedOf, type FrozenTerms, frozenTerms, type LateMonth } from "./late-months.ts";
import type { BillingMonth } from "./period.ts";
import { type OwnMonth, ownMonth } from "./rated-month.ts";
import type { RatedTerms } from "./rated-terms.ts";
import { usageOfLines } from "./rated-totals.ts";
import { chargeRows, ENGINE_VERSION, sha256 } from "./rating-input.ts";
import type { Contract, Invoice, VersionInForce } from "./store.ts";
import { insertInvoice, updateHeader, writeLines, writeTaxes } from "./write-draft.ts";

/** Everything a draft is made from. */
export type DraftInput = {
  readonly contract: Contract;
  readonly profile: BillingProfile;
  readonly month: BillingMonth;
  readonly versions: readonly VersionInForce[];
  readonly segments: readonly Segment[];
  readonly late: readonly LateMonth[];
  readonly cutoff: Instant;
  readonly inputHash: string;
  readonly closing: string;
  readonly usageRows: number;
  readonly known: Invoice | undefined;
  readonly replacesId: string | null;
};

/** What a draft has come to. */
export type Drafted = {
  readonly invoiceId: string;
  readonly outputHash: string;
  readonly totalMinor: bigint;
  readonly lines: number;
  /** Usage that no charge of the contract asks for, by kind. */
  readonly notCharged: { readonly [kind: string]: number };
  /** Usage that waits for a person since this draft. */
  readonly exceptions: number;
};

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
  const behind = await usageOfLines(tx, ratedBy, own);
  const lines: DraftLine[] = chargeLines(own.rating.lines, chargeRows(input.versions), terms, behind);
  const found = [...own.exceptions];
  for (const late of input.late) {
    const rated = await rateAgain(tx, contract, late);
    const booked = await bookedOf(tx, { contract, late, draftId: known?.id ?? null });
    const changes = await lateChanges(tx, booked, rated);
    // Where the contract says so, what goes down is a credit note on the month's own invoice, by a person's hand.
    const kept = profile.corrections === "credit_note" ? changes.filter((it) => !becomesNote(it)) : changes;
    const { key: period, start } = late.month;
    const at = { period, start, rows: chargeRows(late.versions), cutoff: rated.cutoff, ...booked };
    lines.push(...adjustmentLines(kept, at, terms, lines.length));
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
    notCharged: own.notChargedByKind,
  };
  const invoiceId = known === undefined ? await insertInvoice(tx, input, header, hand) : known.id;
  const same = known?.outputHash === outputHash && known.engineVersion === ENGINE_VERSION;
  if (known !== undefined) await updateHeader(tx, known, header, same ? null : hand);
  if (!same) {
    await writeLines(tx, invoiceId, lines);
    await writeTaxes(tx, invoiceId, taxes, profile.tax.profile === "eu_vat" ? (profile.tax.exemption ?? null) : null);
  }
  const exceptions = await openExceptions(tx, found, cutoff);
  await resolveRated(tx, cutoff);
  const notCharged = own.notChargedByKind;
  return { invoiceId, outputHash, totalMinor: header.totalMinor, lines: lines.length, notCharged, exceptions };
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
