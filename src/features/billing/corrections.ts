import { and, eq } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { adjustmentsOf, becomesNote, bookedTogether } from "../../domain/rating/adjustment.ts";
import { rateAgain } from "./late-items.ts";
import { bookedOf, frozenTerms } from "./late-months.ts";
import { billingMonth } from "./period.ts";
import { segmentsOf } from "./rating-input.ts";
import { contractsOf, type Invoice, versionsAsBilled } from "./store.ts";
import { invoiceLines } from "./tables.ts";

/** Net of one line of a final invoice that its month, rated again, no longer comes to. Positive. */
export type DueCorrection = { readonly lineId: string; readonly netMinor: bigint };

/**
 * What late or corrected usage took off a final month, line by line of its own invoice: what a credit note gives back where
 * the client's terms ask for one. Less what notes of correction gave back already.
 */
export async function correctionsDue(tx: TenantTx, invoice: Invoice): Promise<DueCorrection[]> {
  const contract = (await contractsOf(tx)).find((it) => it.id === invoice.contractId);
  const terms = frozenTerms(invoice.terms);
  if (contract === undefined || terms === null || invoice.status !== "finalized") return [];
  const month = billingMonth(contract.timeZone, invoice.periodStart.slice(0, 7));
  const versions = await versionsAsBilled(tx, contract.id, terms.versions);
  const segments = await segmentsOf(tx, contract.id, versions, month);
  const late = { invoiceId: invoice.id, month, hash: "", versions, segments };
  const { lines } = await rateAgain(tx, contract, late);
  const booked = await bookedOf(tx, { contract, late, draftId: null });
  const own = await tx
    .select({ id: invoiceLines.id, amountMinor: invoiceLines.amountMinor })
    .from(invoiceLines)
    .where(and(eq(invoiceLines.tenantId, tx.tenantId), eq(invoiceLines.invoiceId, invoice.id)));
  const amounts = new Map(own.map((line) => [line.id, line.amountMinor]));
  return adjustmentsOf(bookedTogether(booked.lines), lines).flatMap((it) => {
    const lineId = booked.corrected.get(it.key)?.lineId;
    if (lineId === undefined || !becomesNote(it) || !amounts.has(lineId)) return [];
    return [{ lineId, netMinor: -it.amountMinor }];
  });
}
