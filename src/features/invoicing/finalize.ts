import { sql } from "drizzle-orm";
import { type Database, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import { addDays } from "../../domain/kernel/calendar-days.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { audit } from "../audit/index.ts";
import { type Invoice, localDate } from "../billing/index.ts";
import { post } from "../ledger/index.ts";
import { type BillingProfile, billingProfile, type Seller, sellerOf } from "../parties/index.ts";
import { type Shell, step, wrongState } from "./approve.ts";
import { requestFapiao } from "./fapiao.ts";
import { drawForInvoice } from "./prepaid.ts";
import { creditableLines, currencyOf, heldInvoice, personOf, servicesOf } from "./store.ts";

export type Finalized = { readonly series: string; readonly number: number; readonly fresh: boolean };

/**
 * An approved invoice gets its number, its dates, the parties as they are today and its place in the ledger, in one short
 * transaction: the number is taken there and nowhere else, so a failure leaves no gap. Asked again, it answers the same.
 */
export async function finalize(
  shell: Shell & { readonly operatorDb: Database },
  invoiceId: string,
): Promise<Finalized> {
  const seller = await sellerOf(shell.operatorDb);
  return withTenant(shell.db, shell.scope, (tx) => finalizeIn(tx, { invoiceId, seller, now: shell.now }));
}

async function finalizeIn(
  tx: TenantTx,
  { invoiceId, seller, now }: { readonly invoiceId: string; readonly seller: Seller | null; readonly now: number },
): Promise<Finalized> {
  const invoice = await heldInvoice(tx, invoiceId);
  if (invoice.series !== null && invoice.number !== null) {
    return { series: invoice.series, number: invoice.number, fresh: false };
  }
  if (invoice.status !== "approved") throw wrongState(invoice, "made final");
  const profile = await billingProfile(tx);
  const { snapshot, timeZone, invoicePrefix } = partiesFor(invoice, profile, seller);
  const issuedOn = localDate(timeZone, now);
  const grossMinor = invoice.totalMinor + invoice.taxMinor;
  const draws = await drawForInvoice(tx, {
    invoice,
    dueMinor: grossMinor,
    on: issuedOn,
    order: profile.prepaidOrder,
    now,
  });
  await step(tx, invoiceId, {
    status: "finalized",
    series: `${invoicePrefix}-${issuedOn.slice(0, 4)}`,
    issuedOn,
    dueOn: addDays(issuedOn, profile.dueDays),
    buyer: profile.buyer,
    seller: snapshot,
    prepaidMinor: draws.reduce((sum, draw) => sum + draw.amountMinor, 0n),
    finalizedBy: personOf(tx),
    finalizedAt: now,
  });
  await book(tx, invoice, draws, now);
  if (profile.tax.profile === "cn_vat" && profile.tax.fapiao !== undefined) {
    await requestFapiao(tx, { invoiceId, creditNoteId: null, terms: profile.tax.fapiao, now });
  }
  const numbered = await numberOf(tx, invoiceId);
  await audit(tx, "invoice_finalized", { kind: "invoice", id: invoiceId }, { ...numbered });
  return { ...numbered, fresh: true };
}

/** What the law of the profile wants on the invoice must be known; better no invoice than a wrong one. */
function partiesFor(invoice: Invoice, { tax, buyer }: BillingProfile, seller: Seller | null): Seller {
  if (seller === null)
    throw new Refusal("conflict", "seller_missing", "house.toml has no [seller]: say who sends the invoice");
  if (tax.profile !== invoice.taxProfile) {
    throw new Refusal(
      "conflict",
      "tax_profile_changed",
      "the client is taxed otherwise now; send the invoice back and run it again",
    );
  }
  const missing: string[] = [];
  if (tax.profile !== "none" && buyer.address === null) missing.push("buyer.address");
  if (tax.profile === "cn_vat" && seller.snapshot.creditCode === undefined) missing.push("seller.creditCode");
  if (missing.length > 0) {
    const faults = missing.map((path) => ({ path, message: "the tax profile needs it (it is missing)" }));
    throw new Refusal("conflict", "parties_incomplete", "seller or buyer are not described as the tax profile needs", {
      faults,
    });
  }
  if (invoice.totalMinor + invoice.taxMinor < 0n) {
    throw new Refusal(
      "conflict",
      "negative_total",
      "an invoice below zero is a credit note: credit the month it corrects instead",
    );
  }
  return seller;
}

async function book(
  tx: TenantTx,
  invoice: Invoice,
  draws: readonly { readonly id: string; readonly amountMinor: bigint }[],
  now: number,
): Promise<void> {
  const currency = currencyOf(invoice);
  const lines = await creditableLines(tx, invoice.id);
  const services = servicesOf(lines.map((line) => ({ ...line, netMinor: line.amountMinor })));
  await post(tx, {
    occurredAt: now,
    event: { type: "invoice_finalized", id: invoice.id, currency, lines: services, taxMinor: invoice.taxMinor },
  });
  for (const { id, amountMinor } of draws) {
    await post(tx, {
      occurredAt: now,
      event: { type: "prepaid_drawn", id, currency, amountMinor, pays: { by: "invoice" } },
    });
  }
}

async function numberOf(tx: TenantTx, invoiceId: string): Promise<{ series: string; number: number }> {
  const [row] = await tx.execute<{ series: string; number: string }>(
    sql`select series, number::text from tenant.invoices where tenant_id = ${tx.tenantId} and id = ${invoiceId}`,
  );
  return { series: row?.series ?? "", number: Number(row?.number) };
}
