import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { isCurrency } from "../../domain/kernel/currency.ts";
import { exactText, rational } from "../../domain/kernel/rational.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { numberText } from "../billing/index.ts";
import {
  type BuyerSnapshot,
  BuyerSnapshotSchema,
  type SellerSnapshot,
  SellerSnapshotSchema,
} from "../parties/index.ts";
import type { CreditNoteOnPaper, InvoiceOnPaper, LineOnPaper, TaxOnPaper } from "./paper-data.ts";

/** Parties as they are today: what stands on a draft, whose own are frozen only when it becomes final. */
export type PartiesToday = { readonly buyer: BuyerSnapshot; readonly seller: SellerSnapshot };

/** An invoice has tens of lines; one with more than this is for the sheet of another system, not for paper. */
const LINES_MAX = 5_000;

type InvoiceRow = {
  status: InvoiceOnPaper["status"];
  number: string | null;
  name_zh: string;
  name_en: string;
  first_day: string;
  last_day: string;
  currency: string;
  issued_on: string | null;
  due_on: string | null;
  tax_profile: InvoiceOnPaper["taxProfile"];
  net: string;
  tax: string;
  gross: string;
  prepaid: string;
  due: string;
  buyer: unknown;
  seller: unknown;
  made_at: string;
};

export async function readInvoice(tx: TenantTx, invoiceId: string, today: PartiesToday): Promise<InvoiceOnPaper> {
  const [row] = await tx.execute<InvoiceRow>(sql`
    select i.status, ${numberText("i")} as number, c.name_zh, c.name_en,
      to_char(i.period_start, 'YYYY-MM-DD') as first_day, to_char(i.period_end - 1, 'YYYY-MM-DD') as last_day, i.currency,
      to_char(i.issued_on, 'YYYY-MM-DD') as issued_on, to_char(i.due_on, 'YYYY-MM-DD') as due_on, i.tax_profile,
      i.total_minor::text as net, i.tax_minor::text as tax, i.gross_minor::text as gross, i.prepaid_minor::text as prepaid,
      i.due_minor::text as due, i.buyer, i.seller,
      (extract(epoch from coalesce(i.finalized_at, i.computed_at)) * 1000)::bigint::text as made_at
    from tenant.invoices i
    join tenant.contracts c on c.tenant_id = i.tenant_id and c.id = i.contract_id
    where i.tenant_id = ${tx.tenantId} and i.id = ${invoiceId}`);
  if (row === undefined) throw new Refusal("not_found", "invoice_not_found", "there is no such invoice");
  assert(isCurrency(row.currency), "an invoice has a known currency");
  return {
    id: invoiceId,
    status: row.status,
    number: row.number,
    contract: { zh: row.name_zh, en: row.name_en },
    firstDay: row.first_day,
    lastDay: row.last_day,
    currency: row.currency,
    issuedOn: row.issued_on,
    dueOn: row.due_on,
    taxProfile: row.tax_profile,
    netMinor: BigInt(row.net),
    taxMinor: BigInt(row.tax),
    grossMinor: BigInt(row.gross),
    prepaidMinor: BigInt(row.prepaid),
    dueMinor: BigInt(row.due),
    buyer: row.buyer === null ? today.buyer : BuyerSnapshotSchema.parse(parsed(row.buyer)),
    seller: row.seller === null ? today.seller : SellerSnapshotSchema.parse(parsed(row.seller)),
    lines: await readLines(tx, invoiceId),
    taxes: await readTaxes(tx, invoiceId),
    madeAt: Number(row.made_at),
  };
}

export async function readCreditNote(tx: TenantTx, noteId: string, today: PartiesToday): Promise<CreditNoteOnPaper> {
  const [row] = await tx.execute<{
    invoice_id: string;
    number: string;
    issued_on: string;
    reason: string;
    net: string;
    tax: string;
    gross: string;
    at: string;
  }>(sql`
    select n.invoice_id, ${numberText("n")} as number, to_char(issued_on, 'YYYY-MM-DD') as issued_on, reason,
      net_minor::text as net, tax_minor::text as tax, gross_minor::text as gross,
      (extract(epoch from issued_at) * 1000)::bigint::text as at
    from tenant.credit_notes n where n.tenant_id = ${tx.tenantId} and n.id = ${noteId}`);
  if (row === undefined) throw new Refusal("not_found", "credit_note_not_found", "there is no such credit note");
  const invoice = await readInvoice(tx, row.invoice_id, today);
  const credited = await tx.execute<{ line_id: string; net: string }>(sql`
    select line_id, net_minor::text as net from tenant.credit_note_lines
    where tenant_id = ${tx.tenantId} and credit_note_id = ${noteId} limit ${LINES_MAX}`);
  const taxes = await tx.execute<{ category: string; rate: string; base: string; tax: string }>(sql`
    select category, rate, base_minor::text as base, tax_minor::text as tax from tenant.credit_note_taxes
    where tenant_id = ${tx.tenantId} and credit_note_id = ${noteId} order by category, rate limit 50`);
  const netOf = new Map(credited.map((it) => [it.line_id, BigInt(it.net)]));
  return {
    id: noteId,
    number: row.number,
    issuedOn: row.issued_on,
    reason: row.reason,
    netMinor: BigInt(row.net),
    taxMinor: BigInt(row.tax),
    grossMinor: BigInt(row.gross),
    lines: invoice.lines.flatMap((line) => {
      const netMinor = netOf.get(line.id);
      return netMinor === undefined ? [] : [{ line, netMinor }];
    }),
    taxes: taxes.map(({ category, rate, base, tax }) => ({
      category,
      rate,
      baseMinor: BigInt(base),
      taxMinor: BigInt(tax),
    })),
    madeAt: Number(row.at),
    invoice,
  };
}

async function readLines(tx: TenantTx, invoiceId: string): Promise<LineOnPaper[]> {
  const rows = await tx.execute<{
    id: string;
    zh: string;
    en: string;
    detail: unknown;
    quantity: string;
    unit: string;
    unit_price: string | null;
    amount: string;
    num: string;
    den: string;
    belongs_to: string | null;
    tax_category: string;
    tax_rate: string;
  }>(sql`
    select id, description_zh as zh, description_en as en, detail, quantity, unit, unit_price, amount_minor::text as amount,
      exact_num::text as num, exact_den::text as den, to_char(original_start, 'YYYY-MM') as belongs_to, tax_category, tax_rate
    from tenant.invoice_lines where tenant_id = ${tx.tenantId} and invoice_id = ${invoiceId}
    order by position limit ${LINES_MAX}`);
  return rows.map((row) => {
    const detail = Object(parsed(row.detail)) as { code?: unknown; component?: unknown };
    return {
      id: row.id,
      label: { zh: row.zh, en: row.en },
      code: String(detail.code ?? ""),
      component: String(detail.component ?? ""),
      quantity: row.quantity,
      unit: row.unit,
      unitPrice: row.unit_price,
      amountMinor: BigInt(row.amount),
      exact: exactText(rational(BigInt(row.num), BigInt(row.den))),
      belongsTo: row.belongs_to,
      taxCategory: row.tax_category,
      taxRate: row.tax_rate,
    };
  });
}

async function readTaxes(tx: TenantTx, invoiceId: string): Promise<TaxOnPaper[]> {
  const rows = await tx.execute<{
    category: string;
    rate: string;
    base: string;
    tax: string;
    exemption: string | null;
  }>(sql`
    select category, rate, base_minor::text as base, tax_minor::text as tax, exemption from tenant.invoice_taxes
    where tenant_id = ${tx.tenantId} and invoice_id = ${invoiceId} order by category, rate limit 50`);
  return rows.map(({ category, rate, base, tax, exemption }) => ({
    category,
    rate,
    baseMinor: BigInt(base),
    taxMinor: BigInt(tax),
    exemption,
  }));
}

/** JSON columns come as text or parsed, as the driver was taught. */
function parsed(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}
