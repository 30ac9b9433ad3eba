import { sql } from "drizzle-orm";
import type { OperatorTx, TenantTx } from "../../adapters/db/index.ts";
import { CURRENCY_DECIMALS, isCurrency } from "../../domain/kernel/currency.ts";
import { decimalText, exactText, rational } from "../../domain/kernel/rational.ts";
import { assert } from "../../domain/kernel/step.ts";
import type { ContactLine, InvoiceLineView, InvoiceSummary, TaxGroupView } from "./schema.ts";

/** Rows of one page of contacts, at most. */
export const PAGE_MAX = 200;
/** Invoices shown at once: ten years of months for one contract. */
const INVOICES_MAX = 120;
/** Lines of an invoice, and facts or usage of one contact: far above any real one. */
const ROWS_MAX = 2_000;
/** Decimals of a contact's part for reading: a hundredth of the smallest unit of most currencies. */
const PART_DECIMALS = 4;

type InvoiceRow = {
  id: string;
  name_zh: string;
  name_en: string;
  company: string;
  start: string;
  end: string;
  time_zone: string;
  currency: string;
  status: InvoiceSummary["status"];
  number: string | null;
  issued_on: string | null;
  due_on: string | null;
  total_minor: string;
  tax_minor: string;
  gross_minor: string;
  prepaid_minor: string;
  due_minor: string;
  tax_profile: "none" | "cn_vat" | "eu_vat";
  prepared_by: string;
  approved_by: string | null;
  approved_at: string | null;
  finalized_at: string | null;
  lines: number;
  computed_at: string;
  engine_version: number;
  input_hash: string;
  output_hash: string;
  cutoff: string;
};

const epochMs = (column: string) => sql.raw(`(extract(epoch from ${column}) * 1000)::bigint::text`);

/** Series and number as people write them: `CH-2026-000123`. Null while there is none. */
export function numberText(document: "i" | "n") {
  return sql.raw(`(${document}.series || '-' || lpad(${document}.number::text, 6, '0'))`);
}

export function invoiceRows(
  tx: TenantTx,
  filter: { readonly period?: string | undefined; readonly id?: string | undefined },
) {
  const ofPeriod = filter.period === undefined ? sql`true` : sql`i.period_start = ${`${filter.period}-01`}::date`;
  const ofId = filter.id === undefined ? sql`true` : sql`i.id = ${filter.id}`;
  return tx.execute<InvoiceRow>(sql`
    select i.id, c.name_zh, c.name_en, co.name as company, i.time_zone, i.currency, i.status, i.total_minor::text,
      i.tax_minor::text, i.gross_minor::text, i.prepaid_minor::text, i.due_minor::text, i.tax_profile,
      ${numberText("i")} as number, to_char(i.issued_on, 'YYYY-MM-DD') as issued_on, to_char(i.due_on, 'YYYY-MM-DD') as due_on,
      array_to_string(i.prepared_by, ',') as prepared_by, i.approved_by, ${epochMs("i.approved_at")} as approved_at,
      ${epochMs("i.finalized_at")} as finalized_at,
      to_char(i.period_start, 'YYYY-MM-DD') as start, to_char(i.period_end, 'YYYY-MM-DD') as "end",
      ${epochMs("i.computed_at")} as computed_at, ${epochMs("i.cutoff")} as cutoff, i.engine_version, i.input_hash, i.output_hash,
      (select count(*)::int from tenant.invoice_lines l where l.tenant_id = i.tenant_id and l.invoice_id = i.id) as lines
    from tenant.invoices i
    join tenant.contracts c on c.tenant_id = i.tenant_id and c.id = i.contract_id
    join tenant.companies co on co.tenant_id = i.tenant_id
    where i.tenant_id = ${tx.tenantId} and ${ofPeriod} and ${ofId}
    order by i.period_start desc, c.slug limit ${INVOICES_MAX}`);
}

export function summaryOf(row: InvoiceRow, tenantId: string): InvoiceSummary {
  return {
    id: row.id,
    tenantId,
    tenantName: row.company,
    contract: { zh: row.name_zh, en: row.name_en },
    period: row.start.slice(0, 7),
    periodStart: row.start,
    periodEnd: row.end,
    timeZone: row.time_zone,
    currency: row.currency,
    decimals: decimalsOf(row.currency),
    status: row.status,
    number: row.number,
    issuedOn: row.issued_on,
    dueOn: row.due_on,
    totalMinor: safe(row.total_minor),
    taxMinor: safe(row.tax_minor),
    grossMinor: safe(row.gross_minor),
    prepaidMinor: safe(row.prepaid_minor),
    dueMinor: safe(row.due_minor),
    lines: row.lines,
    computedAt: Number(row.computed_at),
  };
}

type LineRow = {
  id: string;
  stable_key: string;
  zh: string;
  en: string;
  quantity: string;
  unit: string;
  unit_price: string | null;
  amount_minor: string;
  num: string;
  den: string;
  detail: unknown;
  kind: "charge" | "adjustment";
  original_period: string | null;
  corrects_line: string | null;
  tax_category: InvoiceLineView["taxCategory"];
  tax_rate: string;
};

export async function taxRows(tx: TenantTx, invoiceId: string): Promise<TaxGroupView[]> {
  const rows = await tx.execute<{
    category: TaxGroupView["category"];
    rate: string;
    base: string;
    tax: string;
    exemption: string | null;
  }>(sql`
    select category, rate, base_minor::text as base, tax_minor::text as tax, exemption from tenant.invoice_taxes
    where tenant_id = ${tx.tenantId} and invoice_id = ${invoiceId} order by category, rate limit ${ROWS_MAX}`);
  return rows.map(({ base, tax, ...row }) => ({ ...row, baseMinor: safe(base), taxMinor: safe(tax) }));
}

export async function lineRows(tx: TenantTx, invoiceId: string, lineId?: string): Promise<InvoiceLineView[]> {
  const one = lineId === undefined ? sql`true` : sql`l.id = ${lineId}`;
  const rows = await tx.execute<LineRow>(sql`
    select l.id, l.stable_key, l.description_zh as zh, l.description_en as en, l.quantity, l.unit, l.unit_price,
      l.amount_minor::text, l.exact_num::text as num, l.exact_den::text as den, l.detail,
      l.kind, to_char(l.original_start, 'YYYY-MM') as original_period, l.corrects_line, l.tax_category, l.tax_rate
    from tenant.invoice_lines l
    where l.tenant_id = ${tx.tenantId} and l.invoice_id = ${invoiceId} and ${one}
    order by l.position limit ${ROWS_MAX}`);
  return rows.map((row) => {
    const { model, code, component, contacts, records: _, usedQuantity: __, ...detail } = object(row.detail);
    return {
      id: row.id,
      key: row.stable_key,
      label: { zh: row.zh, en: row.en },
      code: String(code),
      model: String(model),
      component: String(component),
      quantity: row.quantity,
      unit: row.unit,
      unitPrice: row.unit_price,
      amountMinor: safe(row.amount_minor),
      exact: exactText(rational(BigInt(row.num), BigInt(row.den))),
      kind: row.kind,
      originalPeriod: row.original_period,
      correctsLine: row.corrects_line,
      taxCategory: row.tax_category,
      taxRate: row.tax_rate,
      contacts: Number(contacts ?? 0),
      detail,
    };
  });
}

type ContactLineRow = {
  invoice_id: string;
  line_id: string;
  period: string;
  status: string;
  zh: string;
  en: string;
  component: string;
  unit: string;
  currency: string;
  quantity: string;
  billed_s: string | null;
  num: string;
  den: string;
};

export async function linesOfContact(tx: TenantTx, contactId: string): Promise<ContactLine[]> {
  const rows = await tx.execute<ContactLineRow>(sql`
    select i.id as invoice_id, l.id as line_id, to_char(i.period_start, 'YYYY-MM') as period, i.status, i.currency,
      l.description_zh as zh, l.description_en as en, l.detail->>'component' as component, l.unit, l.exact_den::text as den,
      sum(s.quantity)::text as quantity, sum(s.billed_s)::text as billed_s, sum(s.amount_num)::text as num
    from tenant.usage u
    join tenant.line_usage s on s.tenant_id = u.tenant_id and s.usage_id = u.id
    join tenant.invoice_lines l on l.tenant_id = s.tenant_id and l.id = s.line_id
    join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
    where u.tenant_id = ${tx.tenantId} and u.contact_id = ${contactId}
    group by i.tenant_id, i.id, l.tenant_id, l.id
    order by i.period_start, l.position limit ${ROWS_MAX}`);
  return rows.map((row) => {
    const part = rational(BigInt(row.num), BigInt(row.den));
    return {
      invoiceId: row.invoice_id,
      lineId: row.line_id,
      period: row.period,
      status: row.status,
      label: { zh: row.zh, en: row.en },
      component: row.component,
      unit: row.unit,
      quantity: Number(row.quantity),
      billedS: row.billed_s === null ? null : Number(row.billed_s),
      currency: row.currency,
      exact: exactText(part),
      amount: decimalText(part, PART_DECIMALS),
    };
  });
}

/** The contract of an invoice; null where there is no such invoice. */
export async function contractIdOf(tx: TenantTx, invoiceId: string): Promise<string | null> {
  const [row] = await tx.execute<{ id: string }>(
    sql`select contract_id as id from tenant.invoices where tenant_id = ${tx.tenantId} and id = ${invoiceId}`,
  );
  return row?.id ?? null;
}

export async function tenantExists(tx: OperatorTx, tenantId: string): Promise<boolean> {
  const rows = await tx.execute(sql`select 1 from house.tenants where id = ${tenantId}`);
  return rows.length > 0;
}

export function decimalsOf(currency: string): number {
  assert(isCurrency(currency), `${currency} is a currency that was billed in`);
  return CURRENCY_DECIMALS[currency];
}

/** Amounts travel as JSON numbers: above 2^53 they would lie, and no invoice comes near. */
export function safe(minor: string | bigint): number {
  const value = Number(minor);
  assert(Number.isSafeInteger(value), "an amount fits a JSON number");
  return value;
}

export function object(value: unknown): { [key: string]: unknown } {
  const parsed: unknown = typeof value === "string" ? JSON.parse(value) : value;
  assert(typeof parsed === "object" && parsed !== null, "a JSON object was stored");
  return { ...parsed };
}
