import { type SQL, sql } from "drizzle-orm";
import { type Database, type TenantScope, type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import { isCurrency } from "../../domain/kernel/currency.ts";
import { assert } from "../../domain/kernel/step.ts";
import { amountInCapitals } from "../../domain/rating/capitals.ts";
import {
  type BillingContext,
  correctionsDue,
  invoiceView,
  numberText,
  safe,
  tenantsInService,
} from "../billing/index.ts";
import { BuyerSnapshotSchema, billingProfile, SellerSnapshotSchema, sellerOf } from "../parties/index.ts";
import { en16931 } from "./en16931.ts";
import { prepaidRows } from "./prepaid.ts";
import type { CreditNoteView, DisputeView, FapiaoView, InvoiceDocument } from "./schema.ts";
import { heldInvoice } from "./store.ts";

/** Notes, disputes and fapiaos of one invoice, and open disputes shown at once: far above any real number. */
const ROWS_MAX = 500;

/** All that stands on an invoice's paper, as it was frozen; for a draft, as it would be today. */
export async function invoiceDocument(
  { db, operatorDb }: { readonly db: Database; readonly operatorDb: Database },
  scope: TenantScope,
  invoiceId: string,
): Promise<InvoiceDocument> {
  const today = await sellerOf(operatorDb);
  return withTenant(db, scope, async (tx) => {
    const invoice = await invoiceView(tx, invoiceId);
    const [row] = await tx.execute<{
      buyer: unknown;
      seller: unknown;
      open: string;
      paid: string;
      written_off: string;
    }>(sql`
      select i.buyer, i.seller, tenant.open_minor(i.id)::text as open, tenant.paid_minor(i.id)::text as paid,
        (select coalesce(sum(w.amount_minor), 0)::text from tenant.write_offs w
          where w.tenant_id = i.tenant_id and w.invoice_id = i.id) as written_off
      from tenant.invoices i where i.tenant_id = ${tx.tenantId} and i.id = ${invoiceId}`);
    assert(row !== undefined && isCurrency(invoice.currency), "an invoice that is shown is there");
    const buyer = row.buyer === null ? (await billingProfile(tx)).buyer : BuyerSnapshotSchema.parse(json(row.buyer));
    const seller = row.seller === null ? (today?.snapshot ?? null) : SellerSnapshotSchema.parse(json(row.seller));
    return {
      invoice,
      buyer,
      seller,
      capitals: amountInCapitals(BigInt(invoice.grossMinor), invoice.currency),
      creditNotes: await creditNoteRows(tx, sql`n.invoice_id = ${invoiceId}`),
      disputes: await disputeRows(tx, sql`d.invoice_id = ${invoiceId}`),
      fapiaos: await fapiaoRows(tx, invoiceId),
      writtenOffMinor: safe(row.written_off),
      paidMinor: safe(row.paid),
      openMinor: safe(row.open),
      correctionMinor: safe(await correctionMinor(tx, invoiceId)),
      en16931: invoice.taxProfile === "eu_vat" && seller !== null ? { ...en16931(invoice, { buyer, seller }) } : null,
    };
  });
}

async function correctionMinor(tx: TenantTx, invoiceId: string): Promise<bigint> {
  if ((await billingProfile(tx)).corrections !== "credit_note") return 0n;
  const due = await correctionsDue(tx, await heldInvoice(tx, invoiceId));
  return due.reduce((sum, it) => sum + it.netMinor, 0n);
}

/** Disputes of every client that wait for the house: one transaction each, because no transaction sees two. */
export async function openDisputes(ctx: BillingContext): Promise<DisputeView[]> {
  const found: DisputeView[] = [];
  for (const tenantId of await withOperator(ctx.operatorDb, tenantsInService)) {
    const scope = { tenantId, actor: ctx.actor };
    found.push(...(await withTenant(ctx.db, scope, (tx) => disputeRows(tx, sql`d.state = 'open'`))));
  }
  return found.toSorted((a, b) => a.openedAt - b.openedAt);
}

export function ownDisputes(db: Database, scope: TenantScope): Promise<DisputeView[]> {
  return withTenant(db, scope, (tx) => disputeRows(tx, sql`true`));
}

export function listPrepaid(db: Database, scope: TenantScope) {
  return withTenant(db, scope, async (tx) =>
    (await prepaidRows(tx)).map((row) => ({
      ...row,
      amountMinor: safe(row.amountMinor),
      leftMinor: safe(row.leftMinor),
    })),
  );
}

export async function creditNoteRows(tx: TenantTx, which: SQL): Promise<CreditNoteView[]> {
  const rows = await tx.execute<{
    id: string;
    invoice_id: string;
    number: string;
    kind: CreditNoteView["kind"];
    reason: string;
    currency: string;
    net: string;
    tax: string;
    gross: string;
    issued_on: string;
    lines: unknown;
    taxes: unknown;
  }>(sql`
    select n.id, n.invoice_id, ${numberText("n")} as number, n.kind, n.reason, n.currency, n.net_minor::text as net,
      n.tax_minor::text as tax, n.gross_minor::text as gross, to_char(n.issued_on, 'YYYY-MM-DD') as issued_on,
      (select jsonb_agg(jsonb_build_object('lineId', l.id, 'label', jsonb_build_object('zh', l.description_zh, 'en', l.description_en),
          'netMinor', c.net_minor) order by l.position)
        from tenant.credit_note_lines c join tenant.invoice_lines l on l.tenant_id = c.tenant_id and l.id = c.line_id
        where c.tenant_id = n.tenant_id and c.credit_note_id = n.id) as lines,
      (select coalesce(jsonb_agg(jsonb_build_object('category', t.category, 'rate', t.rate, 'baseMinor', t.base_minor,
          'taxMinor', t.tax_minor) order by t.category, t.rate), '[]')
        from tenant.credit_note_taxes t where t.tenant_id = n.tenant_id and t.credit_note_id = n.id) as taxes
    from tenant.credit_notes n where n.tenant_id = ${tx.tenantId} and ${which} order by n.issued_at, n.id limit ${ROWS_MAX}`);
  return rows.map(({ net, tax, gross, invoice_id, issued_on, lines, taxes, ...row }) => ({
    ...row,
    invoiceId: invoice_id,
    issuedOn: issued_on,
    netMinor: safe(net),
    taxMinor: safe(tax),
    grossMinor: safe(gross),
    // Built just above, in this shape.
    lines: json(lines) as CreditNoteView["lines"],
    taxes: json(taxes) as CreditNoteView["taxes"],
  }));
}

async function disputeRows(tx: TenantTx, which: SQL): Promise<DisputeView[]> {
  const rows = await tx.execute<{
    id: string;
    invoice_id: string;
    line_id: string;
    zh: string;
    en: string;
    number: string;
    currency: string;
    state: DisputeView["state"];
    reason: string;
    claimed: string;
    opened: string;
    decided: string | null;
    decision: string | null;
    credit_note_id: string | null;
  }>(sql`
    select d.id, d.invoice_id, d.line_id, l.description_zh as zh, l.description_en as en, ${numberText("i")} as number, i.currency,
      d.state, d.reason, d.claimed_minor::text as claimed, (extract(epoch from d.opened_at) * 1000)::bigint::text as opened,
      (extract(epoch from d.decided_at) * 1000)::bigint::text as decided, d.decision, d.credit_note_id
    from tenant.disputes d
    join tenant.invoice_lines l on l.tenant_id = d.tenant_id and l.id = d.line_id
    join tenant.invoices i on i.tenant_id = d.tenant_id and i.id = d.invoice_id
    where d.tenant_id = ${tx.tenantId} and ${which} order by d.opened_at desc, d.id limit ${ROWS_MAX}`);
  return rows.map((row) => ({
    id: row.id,
    tenantId: tx.tenantId,
    invoiceId: row.invoice_id,
    lineId: row.line_id,
    label: { zh: row.zh, en: row.en },
    number: row.number,
    currency: row.currency,
    state: row.state,
    reason: row.reason,
    claimedMinor: safe(row.claimed),
    openedAt: Number(row.opened),
    decidedAt: row.decided === null ? null : Number(row.decided),
    decision: row.decision,
    creditNoteId: row.credit_note_id,
  }));
}

async function fapiaoRows(tx: TenantTx, invoiceId: string): Promise<FapiaoView[]> {
  const rows = await tx.execute<FapiaoView>(sql`
    select id, credit_note_id as "creditNoteId", kind, title, tax_id as "taxId", state, number,
      to_char(issued_on, 'YYYY-MM-DD') as "issuedOn"
    from tenant.fapiaos where tenant_id = ${tx.tenantId} and invoice_id = ${invoiceId} order by requested_at, id limit ${ROWS_MAX}`);
  return [...rows];
}

function json(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}
