import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { CURRENCY_DECIMALS, isCurrency } from "../../domain/kernel/currency.ts";
import { numberText } from "../billing/index.ts";
import { safe } from "./amounts.ts";
import type { DeedAbout } from "./schema.ts";

/** What a deed was about, by what the book keeps of it; null where nothing of it has a name for people. */
export type AboutOf = (ref: string) => DeedAbout | null;

/** Things of one page, at most: a page has 200 deeds, and each is about one thing. */
const THINGS_MAX = 1_000;

type Row = {
  readonly ref: string;
  readonly what: DeedAbout["what"];
  readonly number: string | null;
  readonly zh: string | null;
  readonly en: string | null;
  readonly day: string | null;
  readonly period: string | null;
  readonly amount: string | null;
  readonly currency: string | null;
};

/** Documents, payments, statements, sales and months that deeds are about. A reversal is about what the reversed deed was. */
export async function aboutOf(tx: TenantTx, refs: readonly string[]): Promise<AboutOf> {
  const reversed = await tx.execute<{ id: string; ref: string }>(sql`
    select id, ref from tenant.ledger_txns
    where tenant_id = ${tx.tenantId} and id in ${uuidsIn(refs)} limit ${THINGS_MAX}`);
  const first = new Map(reversed.map(({ id, ref }) => [id, ref]));
  const wanted = [...new Set([...refs, ...first.values()])];
  const rows = [...(await namedByThemselves(tx, wanted)), ...(await namedByOthers(tx, wanted))];
  const months = await monthsOf(tx, wanted);
  const found = new Map([...rows, ...months].map((row) => [row.ref, shown(row)]));
  return (ref) => found.get(first.get(ref) ?? ref) ?? null;
}

function uuidsIn(refs: readonly string[]) {
  return sql`(select ref::uuid from jsonb_array_elements_text(${JSON.stringify(refs)}::jsonb) as r(ref)
    where ref ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')`;
}

/** What has a number, a day or a month of its own. */
function namedByThemselves(tx: TenantTx, refs: readonly string[]): Promise<readonly Row[]> {
  const wanted = sql`= ${tx.tenantId} and`;
  const ids = uuidsIn(refs);
  return tx.execute<Row>(sql`
    select i.id::text as ref, 'document' as what, ${numberText("i")} as number, null as zh, null as en, null as day, null as period,
      null as amount, null as currency
    from tenant.invoices i where i.tenant_id ${wanted} i.number is not null and i.id in ${ids}
    union all select n.id::text, 'document', ${numberText("n")}, null, null, null, null, null, null
    from tenant.credit_notes n where n.tenant_id ${wanted} n.id in ${ids}
    union all select p.id::text, 'payment', null, ${nameOfPayment()}, ${nameOfPayment()}, p.received_on::text, null, p.amount_minor::text, p.currency
    from tenant.payments p where p.tenant_id ${wanted} p.id in ${ids}
    union all select c.id::text, 'prepaid', null, c.reference, c.reference, c.bought_on::text, null, c.amount_minor::text, c.currency
    from tenant.prepaid_credits c where c.tenant_id ${wanted} c.id in ${ids}
    union all select s.id::text, 'commission_statement', null, a.name, a.name, null, to_char(s.period_start, 'YYYY-MM'), null, null
    from tenant.commission_statements s left join house.agents a on a.id = s.agent_id
    where s.tenant_id ${wanted} s.id in ${ids}
    union all select s.id::text, 'settlement_statement', null, p.name, p.name, null, to_char(s.period_start, 'YYYY-MM'), null, null
    from tenant.settlement_statements s
    join tenant.settlement_parties p on p.tenant_id = s.tenant_id and p.id = s.party_id
    where s.tenant_id ${wanted} s.id in ${ids} limit ${THINGS_MAX}`);
}

/** As the bank named it, or who paid; null where neither was told. */
function nameOfPayment() {
  return sql`coalesce(nullif(p.reference, ''), nullif(p.payer, ''))`;
}

/** What is known by the invoice, the payment or the sale that it belongs to. */
function namedByOthers(tx: TenantTx, refs: readonly string[]): Promise<readonly Row[]> {
  const wanted = sql`= ${tx.tenantId} and`;
  const ids = uuidsIn(refs);
  return tx.execute<Row>(sql`
    select w.id::text as ref, 'document' as what, ${numberText("i")} as number, null as zh, null as en, null as day, null as period,
      null as amount, null as currency
    from tenant.write_offs w join tenant.invoices i on i.tenant_id = w.tenant_id and i.id = w.invoice_id
    where w.tenant_id ${wanted} w.id in ${ids}
    union all select l.id::text, 'document', ${numberText("i")}, null, null, null, null, null, null
    from tenant.payment_allocations l join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
    where l.tenant_id ${wanted} l.id in ${ids}
    union all select r.id::text, 'payment', null, ${nameOfPayment()}, ${nameOfPayment()}, p.received_on::text, null, p.amount_minor::text, p.currency
    from tenant.refunds r join tenant.payments p on p.tenant_id = r.tenant_id and p.id = r.payment_id
    where r.tenant_id ${wanted} r.id in ${ids}
    union all select d.id::text, 'prepaid', null, c.reference, c.reference, c.bought_on::text, null, c.amount_minor::text, c.currency
    from tenant.prepaid_draws d join tenant.prepaid_credits c on c.tenant_id = d.tenant_id and c.id = d.credit_id
    where d.tenant_id ${wanted} d.id in ${ids}
    union all select m.id::text, 'sale', null, s.ref, s.ref, null, null, null, null
    from tenant.commission_moves m join tenant.sales s on s.tenant_id = m.tenant_id and s.id = m.sale_id
    where m.tenant_id ${wanted} m.id in ${ids} limit ${THINGS_MAX}`);
}

/** `whose:2026-11`: the month of a contract, of an agent or of a carrier, which is called as it is written. */
async function monthsOf(tx: TenantTx, refs: readonly string[]): Promise<readonly Row[]> {
  const months = refs.flatMap((ref) => {
    const [, whose, period] = /^(.+?):(\d{4}-\d{2})(?::|$)/.exec(ref) ?? [];
    return whose === undefined || period === undefined ? [] : [{ ref, whose, period }];
  });
  if (months.length === 0) return [];
  const whose = sql`(select jsonb_array_elements_text(${JSON.stringify(months.map((month) => month.whose))}::jsonb))`;
  const names = await tx.execute<{ id: string; zh: string; en: string }>(sql`
    select c.id::text as id, c.name_zh as zh, c.name_en as en from tenant.contracts c
    where c.tenant_id = ${tx.tenantId} and c.id::text in ${whose}
    union all select a.id::text, a.name, a.name from house.agents a where a.id::text in ${whose}
    union all select p.slug, p.name, p.name from tenant.settlement_parties p
    where p.tenant_id = ${tx.tenantId} and p.kind = 'carrier' and p.slug in ${whose} limit ${THINGS_MAX}`);
  const known = new Map(names.map(({ id, zh, en }) => [id, { zh, en }]));
  const none = { number: null, day: null, amount: null, currency: null };
  return months.map(({ ref, whose: id, period }) => {
    const { zh, en } = known.get(id) ?? { zh: id, en: id };
    return { ref, what: "month", period, zh, en, ...none };
  });
}

function shown({ what, number, zh, en, day, period, amount, currency }: Row): DeedAbout {
  const money =
    amount === null || currency === null || !isCurrency(currency)
      ? null
      : { amountMinor: safe(BigInt(amount)), currency, decimals: CURRENCY_DECIMALS[currency] };
  return { what, number, name: zh === null || en === null ? null : { zh, en }, on: day, period, money };
}
