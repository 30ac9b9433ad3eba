import { type Database, type TenantScope, withTenant } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { Documents, Paper } from "../../ports/documents.ts";
import { billingProfile, sellerOf } from "../parties/index.ts";
import { statements } from "../payments/index.ts";
import { creditNotePaper, invoicePaper } from "./invoice-paper.ts";
import { csvOf, invoiceSheets } from "./invoice-sheet.ts";
import type { InvoiceOnPaper } from "./paper-data.ts";
import { statementPaper } from "./statement-paper.ts";
import { type PartiesToday, readCreditNote, readInvoice } from "./store.ts";
import type { PaperLanguage } from "./words.ts";

export type PrintContext = {
  readonly db: Database;
  readonly operatorDb: Database;
  readonly blobs: R2Bucket;
  readonly documents: Documents;
};

type Bytes = Uint8Array<ArrayBuffer>;
export type Printed = { readonly name: string; readonly bytes: Bytes };

/**
 * The PDF of an invoice. What is final is printed once and kept: asked for again, even after the house has moved or its
 * papers look otherwise, it is the same file to the byte.
 */
export async function printInvoice(
  ctx: PrintContext,
  scope: TenantScope,
  invoiceId: string,
  language: PaperLanguage,
): Promise<Printed> {
  const invoice = await loadInvoice(ctx, scope, invoiceId);
  const paper = invoicePaper(invoice, language);
  const name = `${invoice.number ?? `draft-${invoice.firstDay.slice(0, 7)}`}.pdf`;
  if (invoice.number === null) return { name, bytes: await ctx.documents.pdf(paper) };
  return { name, bytes: await printedOnce(ctx, `${scope.tenantId}/invoices/${invoiceId}/${language}.pdf`, paper) };
}

export async function printCreditNote(
  ctx: PrintContext,
  scope: TenantScope,
  noteId: string,
  language: PaperLanguage,
): Promise<Printed> {
  const today = await seller(ctx);
  const note = await withTenant(ctx.db, scope, async (tx) =>
    readCreditNote(tx, noteId, { seller: today, buyer: (await billingProfile(tx)).buyer }),
  );
  const key = `${scope.tenantId}/credit-notes/${noteId}/${language}.pdf`;
  return { name: `${note.number}.pdf`, bytes: await printedOnce(ctx, key, creditNotePaper(note, language)) };
}

/** The PDF of a statement of account, as the books stand now: it is not kept, because its days may still change. */
export async function printStatement(
  ctx: PrintContext,
  scope: TenantScope,
  range: { readonly from: string; readonly to: string },
  { language, now }: { readonly language: PaperLanguage; readonly now: Instant },
): Promise<Printed> {
  const today = await seller(ctx);
  const { buyer } = await withTenant(ctx.db, scope, billingProfile);
  const account = { seller: today, buyer, ...range, statements: await statements(ctx.db, scope, range), madeAt: now };
  const bytes = await ctx.documents.pdf(statementPaper(account, language));
  return { name: `statement-${range.from}-${range.to}.pdf`, bytes };
}

export async function invoiceWorkbook(
  ctx: PrintContext,
  scope: TenantScope,
  invoiceId: string,
  language: PaperLanguage,
): Promise<Printed> {
  const invoice = await loadInvoice(ctx, scope, invoiceId);
  return { name: `${fileStem(invoice)}.xlsx`, bytes: await ctx.documents.workbook(invoiceSheets(invoice, language)) };
}

export async function invoiceCsv(
  ctx: PrintContext,
  scope: TenantScope,
  invoiceId: string,
  language: PaperLanguage,
): Promise<Printed> {
  const invoice = await loadInvoice(ctx, scope, invoiceId);
  const [lines] = invoiceSheets(invoice, language);
  return { name: `${fileStem(invoice)}.csv`, bytes: new Uint8Array(new TextEncoder().encode(csvOf(lines))) };
}

async function loadInvoice(ctx: PrintContext, scope: TenantScope, invoiceId: string): Promise<InvoiceOnPaper> {
  const today = await seller(ctx);
  return withTenant(ctx.db, scope, async (tx) =>
    readInvoice(tx, invoiceId, { seller: today, buyer: (await billingProfile(tx)).buyer }),
  );
}

async function seller(ctx: PrintContext): Promise<PartiesToday["seller"]> {
  const found = await sellerOf(ctx.operatorDb);
  if (found !== null) return found.snapshot;
  throw new Refusal("conflict", "no_seller", "tenants/house.toml names no [seller]; apply it, then print");
}

/** Printed by whoever asks first; two at once write the same bytes, and the first to arrive stays. */
async function printedOnce(ctx: PrintContext, key: string, paper: Paper): Promise<Bytes> {
  const known = await ctx.blobs.get(key);
  if (known !== null) return new Uint8Array(await known.arrayBuffer());
  const bytes = await ctx.documents.pdf(paper);
  const stored = await ctx.blobs.put(key, bytes, {
    onlyIf: { etagDoesNotMatch: "*" },
    httpMetadata: { contentType: "application/pdf" },
  });
  if (stored !== null) return bytes;
  const first = await ctx.blobs.get(key);
  return first === null ? bytes : new Uint8Array(await first.arrayBuffer());
}

function fileStem(invoice: InvoiceOnPaper): string {
  return invoice.number ?? `draft-${invoice.firstDay.slice(0, 7)}`;
}
