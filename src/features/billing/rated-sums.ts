import { type SQL, sql } from "drizzle-orm";
import { iso, type TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { BillingMonth } from "./period.ts";
import { arrayLiteral } from "./pg-array.ts";
import { addInsertedDays, daysAstray, forgetDays } from "./rated-days.ts";
import { correctedUsage, usageKeptOff } from "./store.ts";

/** A contract's month, as far as its rated items and their sums are found by it. */
export type SummedMonth = {
  readonly contract: { readonly id: string };
  readonly month: Pick<BillingMonth, "start" | "from" | "to" | "timeZone">;
};

/** What the rated items of one charge and part come to, or those that one reason keeps from every charge. */
export type RatedSum = {
  readonly charge_id: string | null;
  readonly part: string | null;
  readonly reason: string | null;
  readonly kind: string | null;
  readonly records: number;
  readonly quantity: string;
  readonly most: string;
  readonly most_records: number;
  readonly billed_s: string;
  readonly cost_s: string;
  readonly amount: string;
  readonly cost: string;
  readonly sale: string;
};

export type MonthSums = {
  readonly rows: readonly RatedSum[];
  /** Contacts of each charge that may take several records of one: each once. */
  readonly contacts: ReadonlyMap<string, number>;
};

/** Kinds of usage of which each record is another contact, and their units of the same name; of the rest contacts are counted. */
export const COUNTS_CONTACTS: ReadonlySet<string> = new Set(["contact", "success"]);
const EACH_A_CONTACT = sql.raw(`(${[...COUNTS_CONTACTS].map((kind) => `'${kind}'`).join(", ")})`);
const SUMS = sql.raw("records, quantity, most, most_records, billed_s, cost_s, amount_num, cost_num, sale_minor");
const COLUMNS = sql`charge_id, part, reason, kind, contacts, ${SUMS}`;

/** Rows of one month in a table that has its contract and first day. */
function ofMonth(tx: TenantTx, { contract, month }: SummedMonth): SQL {
  return sql`tenant_id = ${tx.tenantId} and contract_id = ${contract.id} and period_start = ${month.start}::date`;
}

/** The month's rated items, whether they count or not, as `r`. */
function itemsOfMonth(tx: TenantTx, { contract, month }: SummedMonth): SQL {
  return sql`tenant.rated_items r where r.tenant_id = ${tx.tenantId} and r.contract_id = ${contract.id}
    and r.occurred_at >= ${iso(month.from)}::timestamptz and r.occurred_at < ${iso(month.to)}::timestamptz`;
}

/** Sums of rated items: `items` is what comes after `from`, with the columns of the table. */
function sumsOf(items: SQL): SQL {
  return sql`select charge_id, part, reason, kind, sum(records)::bigint as records, sum(quantity * records)::bigint as quantity,
      max(quantity) as most, (array_agg(records order by quantity desc))[1] as most_records, sum(billed_s)::bigint as billed_s,
      sum(cost_s)::bigint as cost_s, sum(amount_num) as amount_num, sum(cost_num) as cost_num, sum(sale_minor)::bigint as sale_minor
    from (select charge_id, part, reason, case when charge_id is null then kind end as kind, quantity, count(*) as records,
        coalesce(sum(billed_s), 0) as billed_s, coalesce(sum(cost_s), 0) as cost_s, coalesce(sum(amount_num), 0) as amount_num,
        coalesce(sum(cost_num), 0) as cost_num, coalesce(sum(sale_minor), 0) as sale_minor
      from ${items} group by 1, 2, 3, 4, 5) each group by 1, 2, 3, 4`;
}

/** Contacts of each charge among rated items, with how many of its records each has. */
function contactsIn(items: SQL): SQL {
  return sql`select charge_id, contact_id, count(*)::int as records from (select * from ${items}) i
    where charge_id is not null and contact_id is not null and kind not in ${EACH_A_CONTACT} group by 1, 2`;
}

/** Keeps the contacts of items that are new; says of each whether the charge had none of it. Its key tells, and no search. */
function keepContacts(tx: TenantTx, { contract, month }: SummedMonth, items: SQL): SQL {
  return sql`insert into tenant.rated_contacts as c (tenant_id, contract_id, period_start, charge_id, contact_id, records)
    select ${tx.tenantId}::uuid, ${contract.id}::uuid, ${month.start}::date, i.* from (${contactsIn(items)}) i
    on conflict (tenant_id, contract_id, period_start, charge_id, contact_id) do update set records = c.records + excluded.records
    returning new.charge_id, old.contact_id is null as is_new`;
}

/** Sums with each charge's contacts on one of its parts; `contacts` has a row a charge. */
function withContacts(sums: SQL, contacts: SQL): SQL {
  return sql`select s.*, case when row_number() over (partition by s.charge_id order by s.part) = 1
      then coalesce(n.contacts, 0) else 0 end as contacts
    from (${sums}) s left join (${contacts}) n on n.charge_id = s.charge_id`;
}

/**
 * The rest of a statement that begins `with inserted as (insert into tenant.rated_items … returning *)`: adds what was
 * inserted to the sums, the contacts and the count of its month.
 */
export function addInserted(tx: TenantTx, of: SummedMonth & Parameters<typeof addInsertedDays>[1]): SQL {
  const found = sql`select charge_id, count(*) filter (where is_new) as contacts from contacts group by 1`;
  return sql`, contacts as (${keepContacts(tx, of, sql`inserted`)}),
    added as (${withContacts(sumsOf(sql`inserted`), found)}),
    kept as (${keepSums(tx, of, sql`added`)})${addInsertedDays(tx, of)}
    update tenant.rated_months set rows = rows + (select count(*) from inserted),
      last_rated_at = greatest(last_rated_at, (select max(rated_at) from inserted))
    where ${ofMonth(tx, of)}`;
}

function keepSums(tx: TenantTx, { contract, month }: SummedMonth, added: SQL): SQL {
  return sql`insert into tenant.rated_sums as s (tenant_id, contract_id, period_start, ${COLUMNS})
    select ${tx.tenantId}::uuid, ${contract.id}::uuid, ${month.start}::date, ${COLUMNS} from ${added}
    on conflict (tenant_id, contract_id, period_start, charge_id, part, reason, kind) do update set
      records = s.records + excluded.records, contacts = s.contacts + excluded.contacts, quantity = s.quantity + excluded.quantity,
      most = greatest(s.most, excluded.most),
      most_records = case when excluded.most >= s.most then excluded.most_records else 0 end
        + case when s.most >= excluded.most then s.most_records else 0 end,
      billed_s = s.billed_s + excluded.billed_s, cost_s = s.cost_s + excluded.cost_s, amount_num = s.amount_num + excluded.amount_num,
      cost_num = s.cost_num + excluded.cost_num, sale_minor = s.sale_minor + excluded.sale_minor`;
}

/** Records of the reason were taken away, that no charge had taken and that were worth nothing. */
export async function takeOffReason(
  tx: TenantTx,
  of: SummedMonth,
  { reason, kind, records }: { readonly reason: string; readonly kind: string; readonly records: number },
): Promise<void> {
  await tx.execute(sql`
    update tenant.rated_sums set records = records - ${records}, most_records = most_records - ${records}
    where ${ofMonth(tx, of)} and charge_id is null and reason = ${reason} and kind = ${kind}`);
}

/** Adds up a month that was rated before sums were kept. Costs one pass over its items. */
export async function sumOnce(tx: TenantTx, of: SummedMonth): Promise<void> {
  const [month] = await tx.execute<{ summed: boolean }>(sql`
    select summed from tenant.rated_months where ${ofMonth(tx, of)} for update`);
  if (month === undefined || month.summed) return;
  await forgetSums(tx, of);
  const found = sql`select charge_id, count(*) as contacts from contacts group by 1`;
  await tx.execute(sql`
    with contacts as (${keepContacts(tx, of, itemsOfMonth(tx, of))}),
      added as (${withContacts(sumsOf(itemsOfMonth(tx, of)), found)})
    ${keepSums(tx, of, sql`added`)}`);
  await tx.execute(sql`
    update tenant.rated_months set summed = true,
      last_rated_at = coalesce((select max(r.rated_at) from ${itemsOfMonth(tx, of)}), '-infinity') where ${ofMonth(tx, of)}`);
}

/** Forgets what a month comes to, with its items. */
export async function forgetMonth(tx: TenantTx, of: SummedMonth): Promise<void> {
  await forgetSums(tx, of);
  await forgetDays(tx, of);
}

async function forgetSums(tx: TenantTx, of: SummedMonth): Promise<void> {
  await tx.execute(sql`delete from tenant.rated_contacts where ${ofMonth(tx, of)}`);
  await tx.execute(sql`delete from tenant.rated_sums where ${ofMonth(tx, of)}`);
}

/** Rated items of the month that do not count as of the cutoff: corrected since, or kept off by a person. They are few. */
export async function itemsOff(tx: TenantTx, of: SummedMonth, cutoff: Instant): Promise<string[]> {
  const { contract, month } = of;
  const rows = await tx.execute<{ id: string }>(sql`
    select x.id from (${correctedUsage(tx, cutoff)} union ${usageKeptOff(tx)}) as x(id)
    cross join lateral (select r.occurred_at from tenant.rated_items r where r.tenant_id = ${tx.tenantId} and r.usage_id = x.id
      and r.contract_id = ${contract.id} limit 1) r
    where r.occurred_at >= ${iso(month.from)}::timestamptz and r.occurred_at < ${iso(month.to)}::timestamptz`);
  return rows.map((row) => row.id);
}

/** Rated items of the month that count as of the cutoff, as `r`. What does not count stands there as constants. */
export function countedItems(tx: TenantTx, of: SummedMonth, cutoff: Instant, off: readonly string[]): SQL {
  const others = off.length === 0 ? sql`` : sql`and r.usage_id <> all(${arrayLiteral(off)}::uuid[])`;
  return sql`${itemsOfMonth(tx, of)} and r.rated_at < ${iso(cutoff)}::timestamptz ${others}`;
}

/**
 * What the items come to that count as of the cutoff: the sums kept beside them, less the few that do not count. Where none
 * are kept, or an item is as young as the cutoff, the items are added up.
 */
export async function sumsOfMonth(
  tx: TenantTx,
  of: SummedMonth,
  cutoff: Instant,
  off: readonly string[],
): Promise<MonthSums> {
  const kept = await sumsKept(tx, of, cutoff);
  if (kept === null) return itemsSummed(tx, countedItems(tx, of, cutoff, off));
  if (off.length === 0) return monthSums(kept);
  const items = sql`${itemsOfMonth(tx, of)} and r.usage_id = any(${arrayLiteral(off)}::uuid[])`;
  const goneSums = sql`select s.*, 0 as contacts from (${sumsOf(items)}) s`;
  const gone = new Map((await sumRows(tx, goneSums)).map((row) => [keyOf(row), row]));
  const rows: SumRow[] = [];
  for (const row of kept) {
    const less = gone.get(keyOf(row));
    const most = less === undefined || staysMost(row, less) ? row.most : await mostOf(tx, of, cutoff, off, row);
    rows.push(less === undefined ? row : { ...without(row, less), most });
  }
  const left = new Map(monthSums(rows).contacts);
  for (const row of await contactsLost(tx, of, items))
    left.set(row.charge_id, (left.get(row.charge_id) ?? 0) - row.lost);
  return { rows: rows.filter((row) => row.records > 0), contacts: left };
}

/** Contacts of which a charge has no record left when these items are taken off. */
function contactsLost(tx: TenantTx, of: SummedMonth, items: SQL) {
  return tx.execute<{ charge_id: string; lost: number }>(sql`
    select g.charge_id, count(*)::int as lost from (${contactsIn(items)}) g
    join tenant.rated_contacts c on c.charge_id = g.charge_id and c.contact_id = g.contact_id and c.records = g.records
    where c.tenant_id = ${tx.tenantId} and c.contract_id = ${of.contract.id} and c.period_start = ${of.month.start}::date group by 1`);
}

type SumRow = RatedSum & { readonly contacts: number };

const AS_TEXT =
  sql.raw(`charge_id, part, reason, kind, records::int, quantity::text, most::text, most_records::int, billed_s::text,
  cost_s::text, amount_num::text as amount, cost_num::text as cost, sale_minor::text as sale`);

async function sumsKept(tx: TenantTx, of: SummedMonth, cutoff: Instant): Promise<SumRow[] | null> {
  // In one statement, so that no run can add between the question and the sums.
  const rows = await tx.execute<SumRow & { usable: boolean }>(sql`
    select ${AS_TEXT}, contacts::int, usable from (
      select summed and last_rated_at < ${iso(cutoff)}::timestamptz as usable from tenant.rated_months where ${ofMonth(tx, of)}) m
    left join (select * from tenant.rated_sums where ${ofMonth(tx, of)} and records > 0) s on true`);
  if (rows[0]?.usable !== true) return null;
  return rows.filter((row) => row.records !== null);
}

async function itemsSummed(tx: TenantTx, items: SQL): Promise<MonthSums> {
  const contacts = sql`select charge_id, count(*) as contacts from (${contactsIn(items)}) c group by 1`;
  return monthSums(await sumRows(tx, withContacts(sumsOf(items), contacts)));
}

async function sumRows(tx: TenantTx, sums: SQL): Promise<SumRow[]> {
  return [...(await tx.execute<SumRow>(sql`select ${AS_TEXT}, contacts::int from (${sums}) s`))];
}

function monthSums(rows: readonly SumRow[]): MonthSums {
  const contacts = new Map<string, number>();
  for (const { charge_id: charge, contacts: more } of rows) {
    if (charge !== null) contacts.set(charge, (contacts.get(charge) ?? 0) + more);
  }
  return { rows, contacts };
}

function keyOf({ charge_id, part, reason, kind }: RatedSum): string {
  return JSON.stringify([charge_id, part, reason, kind]);
}

/** Another record with the largest quantity is left. */
function staysMost(sum: RatedSum, less: RatedSum): boolean {
  return less.most !== sum.most || less.most_records < sum.most_records;
}

function without(sum: SumRow, less: SumRow): SumRow {
  const minus = (of: (row: SumRow) => string) => (BigInt(of(sum)) - BigInt(of(less))).toString();
  return {
    ...sum,
    records: sum.records - less.records,
    quantity: minus((row) => row.quantity),
    billed_s: minus((row) => row.billed_s),
    cost_s: minus((row) => row.cost_s),
    amount: minus((row) => row.amount),
    cost: minus((row) => row.cost),
    sale: minus((row) => row.sale),
  };
}

/** The records with the largest quantity were all taken off: the rest is looked through. */
async function mostOf(tx: TenantTx, of: SummedMonth, cutoff: Instant, off: readonly string[], sum: RatedSum) {
  const [row] = await tx.execute<{ most: string }>(sql`
    select coalesce(max(r.quantity), 0)::text as most from ${countedItems(tx, of, cutoff, off)}
      and r.charge_id is not distinct from ${sum.charge_id}::uuid and r.part is not distinct from ${sum.part}::text`);
  return row?.most ?? "0";
}

/** Rows that only one of two has. */
function unlike(one: SQL, other: SQL): SQL {
  return sql`(((${one}) except (${other})) union all ((${other}) except (${one})))`;
}

/** How many sums of the month are not those of its items, or 0; for who reconciles: it reads every item. */
export async function sumsAstray(tx: TenantTx, of: SummedMonth): Promise<number> {
  const kept = sql`select charge_id, part, reason, kind, ${SUMS} from tenant.rated_sums where ${ofMonth(tx, of)} and records > 0`;
  const summed = sql`select charge_id, part, reason, kind, ${SUMS} from (${sumsOf(itemsOfMonth(tx, of))}) i`;
  const contactsKept = sql`select charge_id, sum(contacts)::bigint from tenant.rated_sums where ${ofMonth(tx, of)} and contacts > 0 group by 1`;
  const contacts = sql`select charge_id, count(*) from (${contactsIn(itemsOfMonth(tx, of))}) c group by 1`;
  const eachKept = sql`select charge_id, contact_id, records from tenant.rated_contacts where ${ofMonth(tx, of)}`;
  const each = contactsIn(itemsOfMonth(tx, of));
  const [row] = await tx.execute<{ astray: number }>(sql`
    select (select count(*)::int from ${unlike(kept, summed)} a)
      + (select count(*)::int from ${unlike(contactsKept, contacts)} b)
      + (select count(*)::int from ${unlike(eachKept, each)} c)
      + (select count(*)::int from tenant.rated_months where ${ofMonth(tx, of)}
        and rows <> (select count(*) from ${itemsOfMonth(tx, of)})) as astray
    from tenant.rated_months where ${ofMonth(tx, of)} and summed`);
  return (row?.astray ?? 0) + (await daysAstray(tx, of));
}
