import { and, eq, sql } from "drizzle-orm";
import { iso, type TenantTx } from "../../adapters/db/index.ts";
import { exactText, lcm, type Rational, reduced } from "../../domain/kernel/rational.ts";
import { assert } from "../../domain/kernel/step.ts";
import type { RatedItem } from "../../domain/rating/behind.ts";
import { rateText, type TaxGroup } from "../../domain/rating/invoice-tax.ts";
import type { BehindRow } from "./behind-line.ts";
import type { DraftLine } from "./draft-lines.ts";
import type { BillingMonth } from "./period.ts";
import type { LineUsage } from "./rated-totals.ts";
import type { Contract, Invoice } from "./store.ts";
import { invoiceLines, invoices } from "./tables.ts";

/** Rows sent to the database in one statement: a few hundred kilobytes of JSON. */
const ROWS_A_STATEMENT = 2_000;

type LineRow = {
  readonly stable_key: string;
  readonly position: number;
  readonly charge_id: string;
  readonly description_zh: string;
  readonly description_en: string;
  readonly quantity: string;
  readonly unit: string;
  readonly unit_price: string | null;
  readonly amount_minor: string;
  readonly exact_num: string;
  readonly exact_den: string;
  readonly detail: unknown;
  readonly kind: "charge" | "adjustment";
  readonly original_start: string | null;
  readonly corrects_line: string | null;
  readonly tax_category: string;
  readonly tax_rate: string;
} & BehindRow;

type SourceRow = {
  readonly usage_id: string;
  readonly quantity: number;
  readonly billed_s: number | null;
  readonly amount_num: string;
};

/**
 * Makes a draft's lines and their sources equal to what was rated, by difference: lines that stay keep their row and id,
 * so that what points at them (a dispute, a note, a link) stays true over a refresh.
 */
export async function writeLines(tx: TenantTx, invoiceId: string, lines: readonly DraftLine[]): Promise<void> {
  const wanted = lines.map((it) => {
    const den = it.behind === null || it.behind.behind === "none" ? commonDenominator(it) : it.behind.den;
    return { row: lineRow(it, den), sources: sourceRows(it.items, den) };
  });
  const keys = JSON.stringify(wanted.map((it) => it.row.stable_key));
  await tx.execute(sql`
    delete from tenant.invoice_lines where tenant_id = ${tx.tenantId} and invoice_id = ${invoiceId}
      and stable_key not in (select jsonb_array_elements_text(${keys}::jsonb))`);
  await upsertLines(
    tx,
    invoiceId,
    wanted.map((it) => it.row),
  );
  const idOfKey = new Map(
    (
      await tx
        .select({ id: invoiceLines.id, key: invoiceLines.stableKey })
        .from(invoiceLines)
        .where(and(eq(invoiceLines.tenantId, tx.tenantId), eq(invoiceLines.invoiceId, invoiceId)))
    ).map((row) => [row.key, row.id]),
  );
  const known = await knownSources(tx, invoiceId);
  for (const it of wanted) {
    const lineId = idOfKey.get(it.row.stable_key);
    if (lineId !== undefined) await writeSources(tx, lineId, it.sources, known.get(lineId) ?? new Map());
  }
}

export type Header = Pick<
  typeof invoices.$inferInsert,
  | "inputHash"
  | "outputHash"
  | "cutoff"
  | "totalMinor"
  | "taxProfile"
  | "taxMinor"
  | "engineVersion"
  | "terms"
  | "usageRows"
  | "notCharged"
>;

/** Whose invoice it is, of which month, and which one it takes the place of. */
type NewInvoice = {
  readonly contract: Contract;
  readonly month: BillingMonth;
  readonly replacesId: string | null;
};

export async function insertInvoice(
  tx: TenantTx,
  { contract, month, replacesId }: NewInvoice,
  header: Header,
  hand: string | null,
): Promise<string> {
  const [row] = await tx
    .insert(invoices)
    .values({
      tenantId: tx.tenantId,
      contractId: contract.id,
      periodStart: month.start,
      periodEnd: month.end,
      timeZone: contract.timeZone,
      currency: contract.currency,
      replacesId,
      preparedBy: hand === null ? [] : [hand],
      ...header,
    })
    .returning({ id: invoices.id });
  assert(row !== undefined, "an inserted invoice has an id");
  return row.id;
}

/** `hand` is who changed what the draft says; null when only what was counted has changed. */
export async function updateHeader(tx: TenantTx, known: Invoice, header: Header, hand: string | null): Promise<void> {
  const preparedBy = hand === null || known.preparedBy.includes(hand) ? known.preparedBy : [...known.preparedBy, hand];
  const same = known.outputHash === header.outputHash && known.engineVersion === header.engineVersion;
  await tx
    .update(invoices)
    .set({ ...header, preparedBy, ...(same ? {} : { computedAt: header.cutoff }) })
    .where(and(eq(invoices.tenantId, tx.tenantId), eq(invoices.id, known.id)));
}

export async function writeTaxes(
  tx: TenantTx,
  invoiceId: string,
  groups: readonly TaxGroup[],
  exemption: string | null,
): Promise<void> {
  const rows = groups.map((group) => ({
    category: group.category,
    rate: group.rate,
    base_minor: group.baseMinor.toString(),
    tax_minor: group.taxMinor.toString(),
    exemption: group.category === "S" || group.category === "Z" ? null : exemption,
  }));
  const wanted = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(category text, rate text, base_minor bigint, tax_minor bigint, exemption text)`;
  await tx.execute(sql`
    delete from tenant.invoice_taxes t where t.tenant_id = ${tx.tenantId} and t.invoice_id = ${invoiceId}
      and not exists (select from ${wanted} where r.category = t.category and r.rate = t.rate)`);
  if (rows.length === 0) return;
  await tx.execute(sql`
    insert into tenant.invoice_taxes as t (tenant_id, invoice_id, category, rate, base_minor, tax_minor, exemption)
    select ${tx.tenantId}, ${invoiceId}, r.* from ${wanted}
    on conflict (tenant_id, invoice_id, category, rate) do update set
      base_minor = excluded.base_minor, tax_minor = excluded.tax_minor, exemption = excluded.exemption
    where (t.base_minor, t.tax_minor, t.exemption) is distinct from (excluded.base_minor, excluded.tax_minor, excluded.exemption)`);
}

async function upsertLines(tx: TenantTx, invoiceId: string, rows: readonly LineRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(sql`
    insert into tenant.invoice_lines as l (tenant_id, invoice_id, stable_key, position, charge_id, description_zh,
      description_en, quantity, unit, unit_price, amount_minor, exact_num, exact_den, detail, kind, original_start,
      corrects_line, tax_category, tax_rate, behind, part, each_num, first_at, first_id, first_quantity, last_at, last_id, last_quantity,
      as_of)
    select ${tx.tenantId}, ${invoiceId}, r.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(
      stable_key text, position int, charge_id uuid, description_zh text, description_en text, quantity text, unit text,
      unit_price text, amount_minor bigint, exact_num numeric, exact_den numeric, detail jsonb, kind text,
      original_start date, corrects_line uuid, tax_category text, tax_rate text, behind text, part text, each_num numeric,
      first_at timestamptz, first_id uuid, first_quantity bigint, last_at timestamptz, last_id uuid, last_quantity bigint, as_of timestamptz)
    on conflict (tenant_id, invoice_id, stable_key) do update set
      position = excluded.position, charge_id = excluded.charge_id, description_zh = excluded.description_zh,
      description_en = excluded.description_en, quantity = excluded.quantity, unit = excluded.unit,
      unit_price = excluded.unit_price, amount_minor = excluded.amount_minor, exact_num = excluded.exact_num,
      exact_den = excluded.exact_den, detail = excluded.detail, corrects_line = excluded.corrects_line,
      tax_category = excluded.tax_category, tax_rate = excluded.tax_rate, behind = excluded.behind, part = excluded.part,
      each_num = excluded.each_num, first_at = excluded.first_at, first_id = excluded.first_id, first_quantity = excluded.first_quantity,
      last_at = excluded.last_at, last_id = excluded.last_id, last_quantity = excluded.last_quantity, as_of = excluded.as_of
    where (l.position, l.charge_id, l.quantity, l.unit, l.unit_price, l.amount_minor, l.exact_num, l.exact_den, l.detail,
        l.corrects_line, l.tax_category, l.tax_rate, l.behind, l.part, l.each_num, l.first_id, l.first_quantity, l.last_id, l.last_quantity,
        l.as_of)
      is distinct from (excluded.position, excluded.charge_id, excluded.quantity, excluded.unit, excluded.unit_price,
        excluded.amount_minor, excluded.exact_num, excluded.exact_den, excluded.detail, excluded.corrects_line,
        excluded.tax_category, excluded.tax_rate, excluded.behind, excluded.part, excluded.each_num, excluded.first_id,
        excluded.first_quantity, excluded.last_id, excluded.last_quantity, excluded.as_of)`);
}

/** What stands behind each line now, as one short text per usage row. */
async function knownSources(tx: TenantTx, invoiceId: string): Promise<Map<string, Map<string, string>>> {
  const rows = await tx.execute<{ line_id: string; usage_id: string; what: string }>(sql`
    select s.line_id, s.usage_id, concat_ws('|', s.quantity, coalesce(s.billed_s::text, '-'), s.amount_num) as what
    from tenant.invoice_line_sources s
    join tenant.invoice_lines l on l.tenant_id = s.tenant_id and l.id = s.line_id
    where s.tenant_id = ${tx.tenantId} and l.invoice_id = ${invoiceId}`);
  const known = new Map<string, Map<string, string>>();
  for (const row of rows) {
    const ofLine = known.get(row.line_id) ?? new Map<string, string>();
    ofLine.set(row.usage_id, row.what);
    known.set(row.line_id, ofLine);
  }
  return known;
}

async function writeSources(
  tx: TenantTx,
  lineId: string,
  rows: readonly SourceRow[],
  known: ReadonlyMap<string, string>,
): Promise<void> {
  const wanted = new Set(rows.map((row) => row.usage_id));
  const gone = [...known.keys()].filter((id) => !wanted.has(id));
  const changed = rows.filter(
    (row) => known.get(row.usage_id) !== `${row.quantity}|${row.billed_s ?? "-"}|${row.amount_num}`,
  );
  for (const ids of batches(gone)) {
    await tx.execute(sql`
      delete from tenant.invoice_line_sources where tenant_id = ${tx.tenantId} and line_id = ${lineId}
        and usage_id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)::uuid)`);
  }
  for (const part of batches(changed)) {
    await tx.execute(sql`
      insert into tenant.invoice_line_sources (tenant_id, line_id, usage_id, quantity, billed_s, amount_num)
      select ${tx.tenantId}, ${lineId}, r.* from jsonb_to_recordset(${JSON.stringify(part)}::jsonb) as r(
        usage_id uuid, quantity bigint, billed_s int, amount_num numeric)
      on conflict (tenant_id, line_id, usage_id) do update set
        quantity = excluded.quantity, billed_s = excluded.billed_s, amount_num = excluded.amount_num`);
  }
}

function lineRow(line: DraftLine, den: bigint): LineRow {
  return {
    stable_key: line.key,
    position: line.position,
    charge_id: line.chargeId,
    description_zh: line.label.zh,
    description_en: line.label.en,
    quantity: exactText(line.quantity),
    unit: line.unit,
    unit_price: line.unitPrice === null ? null : exactText(line.unitPrice),
    amount_minor: line.amountMinor.toString(),
    exact_num: over(line.exact, den),
    exact_den: den.toString(),
    detail: line.detail,
    kind: line.of === null ? "charge" : "adjustment",
    original_start: line.of?.start ?? null,
    corrects_line: line.of?.line ?? null,
    tax_category: line.tax.category,
    tax_rate: rateText(line.tax.rate),
    ...(line.repriced === null ? behindRow(line.behind) : repricedRow(line.repriced, den)),
  };
}

function repricedRow({ each, asOf }: NonNullable<DraftLine["repriced"]>, den: bigint): BehindRow {
  return { ...behindRow(null), behind: "repriced", each_num: over(each, den), as_of: iso(asOf) };
}

function behindRow(usage: LineUsage | null): BehindRow {
  const { first = null, last = null } = usage ?? {};
  return {
    behind: usage?.behind ?? "listed",
    part: usage?.part ?? null,
    each_num: usage?.eachNum?.toString() ?? null,
    first_at: first?.at ?? null,
    first_id: first?.id ?? null,
    first_quantity: first?.quantity ?? null,
    last_at: last?.at ?? null,
    last_id: last?.id ?? null,
    last_quantity: last?.quantity ?? null,
    as_of: null,
  };
}

function sourceRows(items: readonly RatedItem[], den: bigint): SourceRow[] {
  return items.map(({ usageId, quantity, billedS, amount }) => ({
    usage_id: usageId,
    quantity,
    billed_s: billedS,
    amount_num: over(amount, den),
  }));
}

function commonDenominator(line: DraftLine): bigint {
  let den = lcm(reduced(line.exact).den, line.repriced?.each.den ?? 1n);
  const seen = new Set<Rational>();
  for (const item of line.items) {
    // Items of equal price share one value, so most of a month's calls cost one look-up.
    if (seen.has(item.amount)) continue;
    seen.add(item.amount);
    if (den % item.amount.den !== 0n) den = lcm(den, reduced(item.amount).den);
  }
  return den;
}

function over(value: Rational, den: bigint): string {
  return ((value.num * den) / value.den).toString();
}

function* batches<T>(rows: readonly T[]): Iterable<readonly T[]> {
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) yield rows.slice(at, at + ROWS_A_STATEMENT);
}
