import { sql } from "drizzle-orm";
import { type Database, type TenantScope, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import { isCurrency } from "../../domain/kernel/currency.ts";
import { equal, exact, exactText, rational } from "../../domain/kernel/rational.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { compareInvoices } from "../../domain/rating/compare.ts";
import {
  cursorOf,
  type LineRule,
  pageOfTurns,
  placeFrom,
  ruleOfLine,
  sumBehind,
  type UsagePlace,
} from "./behind-line.ts";
import type { ComparisonView, InvoiceLineView, LineExplanation } from "./schema.ts";
import { decimalsOf, invoiceRows, lineRows, PAGE_MAX, safe } from "./views-store.ts";

type ItemRow = {
  usage_id: string;
  source: string;
  kind: string;
  contact_id: string | null;
  at: string;
  used: string;
  quantity: string;
  billed_s: number | null;
  num: string;
};

/**
 * One line down to its usage: how it is reckoned, the exact sum of what stands behind it, and that record by record. Where
 * usage stands behind a line, its parts sum to the line's exact amount, and `agrees` says that they do (of very many records,
 * as the draft added them up); the contact of a record then opens to its facts.
 */
export function explainLine(
  db: Database,
  scope: TenantScope,
  query: {
    readonly invoiceId: string;
    readonly lineId: string;
    readonly limit: number;
    readonly cursor: string | null;
  },
): Promise<LineExplanation> {
  return withTenant(db, scope, async (tx) => {
    const [invoice] = await invoiceRows(tx, { id: query.invoiceId });
    const [line] = await lineRows(tx, query.invoiceId, query.lineId);
    if (invoice === undefined || line === undefined) throw notFound("line");
    const rule = await ruleOfLine(tx, line.id);
    const den = BigInt(rule.den);
    const sum = await sumBehind(tx, rule);
    const whole = rational(sum.num, den);
    const limit = Math.min(query.limit, PAGE_MAX);
    const rows = await itemRows(tx, rule, limit + 1, placeFrom(query.cursor));
    const last = rows[limit - 1];
    return {
      currency: invoice.currency,
      decimals: decimalsOf(invoice.currency),
      line,
      breakdown: line.detail,
      behind: { records: sum.records, quantity: sum.quantity, exact: exactText(whole) },
      agrees: sum.records === 0 || equal(whole, exact(line.exact)),
      items: rows.slice(0, limit).map((row) => ({
        usageId: row.usage_id,
        source: row.source,
        kind: row.kind,
        contactId: row.contact_id,
        at: Number(row.at),
        used: Number(row.used),
        quantity: Number(row.quantity),
        billedS: row.billed_s,
        exact: exactText(rational(BigInt(row.num), den)),
      })),
      next: rows.length > limit && last !== undefined ? cursorOf({ ...last, id: last.usage_id }) : null,
    };
  });
}

/** The page is cut before its records are looked up: a page costs what is on it. */
function itemRows(tx: TenantTx, line: LineRule, limit: number, after: UsagePlace | null) {
  return pageOfTurns(tx, line, { limit, after }, (usage, _turn, rest) =>
    tx.execute<ItemRow>(sql`
      with page as materialized (select * from (${usage}) s order by occurred_at, usage_id limit ${rest})
      select s.usage_id, u.source || ':' || u.source_event_id as source, u.kind, s.contact_id, u.quantity::text as used, s.quantity::text,
        (extract(epoch from s.occurred_at) * 1000)::bigint::text as at, s.billed_s::int, s.amount_num::text as num
      from page s join tenant.usage u on u.tenant_id = ${tx.tenantId} and u.id = s.usage_id
      order by s.occurred_at, s.usage_id`),
  );
}

/** Why one invoice is higher or lower than another of the same client; without another, than the month before it. */
export function compareWith(
  db: Database,
  scope: TenantScope,
  { invoiceId, otherId }: { readonly invoiceId: string; readonly otherId: string | null },
): Promise<ComparisonView> {
  return withTenant(db, scope, async (tx) => {
    const [after] = await invoiceRows(tx, { id: invoiceId });
    const [before] = await invoiceRows(tx, { id: otherId ?? (await monthEarlier(tx, invoiceId)) });
    if (after === undefined || before === undefined) throw notFound("invoice");
    if (after.currency !== before.currency || !isCurrency(after.currency)) {
      throw new Refusal("conflict", "other_currency", "the two invoices are in different currencies");
    }
    const side = async (row: typeof after) => ({
      lines: (await lineRows(tx, row.id)).map(compared),
      taxMinor: BigInt(row.tax_minor),
    });
    const causes = compareInvoices(await side(before), await side(after), after.currency);
    return {
      currency: after.currency,
      decimals: decimalsOf(after.currency),
      before: { id: before.id, period: before.start.slice(0, 7), grossMinor: safe(before.gross_minor) },
      after: { id: after.id, period: after.start.slice(0, 7), grossMinor: safe(after.gross_minor) },
      differenceMinor: safe(BigInt(after.gross_minor) - BigInt(before.gross_minor)),
      causes: causes.map((it) => ({ ...it, amountMinor: safe(it.amountMinor) })),
    };
  });
}

function compared({ code, model, component, kind, quantity, unitPrice, amountMinor }: InvoiceLineView) {
  const price = unitPrice === null ? null : exact(unitPrice);
  return {
    code,
    model,
    component,
    kind,
    quantity: exact(quantity),
    unitPrice: price,
    amountMinor: BigInt(amountMinor),
  };
}

async function monthEarlier(tx: TenantTx, invoiceId: string): Promise<string> {
  const [row] = await tx.execute<{ id: string }>(sql`
    select b.id from tenant.invoices a join tenant.invoices b on b.tenant_id = a.tenant_id and b.contract_id = a.contract_id
      and b.period_start < a.period_start and b.status not in ('discarded', 'credited')
    where a.tenant_id = ${tx.tenantId} and a.id = ${invoiceId} order by b.period_start desc limit 1`);
  if (row === undefined)
    throw new Refusal("not_found", "no_earlier_invoice", "there is no earlier invoice to compare with");
  return row.id;
}

function notFound(what: string): Refusal {
  return new Refusal("not_found", `${what}_not_found`, `there is no such ${what}`);
}
