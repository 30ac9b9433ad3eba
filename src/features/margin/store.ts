import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { type Rational, rational } from "../../domain/kernel/rational.ts";
import { unreachable } from "../../domain/kernel/step.ts";
import type { Grouping } from "./schema.ts";

/** Groups of one client's month, at most: its contacts are the most. */
const GROUPS_MAX = 500_000;

export type Client = { readonly currency: string; readonly name: string; readonly from: string; readonly to: string };

/** The client's month as instants, by its own calendar. */
export async function clientMonth(tx: TenantTx, period: string): Promise<Client | undefined> {
  const [row] = await tx.execute<Client>(sql`
    select currency, name, to_json(${`${period}-01`}::timestamp at time zone time_zone)#>>'{}' as "from",
      to_json((${`${period}-01`}::timestamp + interval '1 month') at time zone time_zone)#>>'{}' as "to"
    from tenant.companies where tenant_id = ${tx.tenantId}`);
  return row;
}

/** What the month's carrier usage costs, by carrier and line: exact in major units. */
export async function carrierCosts(tx: TenantTx, period: string): Promise<{ carrier: string; buy: Rational }[]> {
  const rows = await tx.execute<{ carrier: string; buy: string; den: string }>(sql`
    select c.carrier, sum(r.cost_num)::text as buy, l.exact_den::text as den
    from tenant.invoices i
    join tenant.invoice_lines l on l.tenant_id = i.tenant_id and l.invoice_id = i.id and l.kind = 'charge' and l.behind = 'own'
    join tenant.line_usage lu on lu.tenant_id = l.tenant_id and lu.line_id = l.id
    join tenant.rated_items r on r.tenant_id = l.tenant_id and r.usage_id = lu.usage_id and r.contract_id = i.contract_id and r.charge_id = l.charge_id
    join tenant.contacts c on c.tenant_id = l.tenant_id and c.id = lu.contact_id
    where i.tenant_id = ${tx.tenantId} and i.period_start = ${`${period}-01`}::date and i.status not in ('discarded', 'credited')
      and r.cost_num is not null
    group by c.carrier, l.tenant_id, l.id order by c.carrier limit ${GROUPS_MAX}`);
  return rows.map((row) => ({ carrier: row.carrier, buy: rational(BigInt(row.buy), BigInt(row.den)) }));
}

/** Both sides of one line within one group, exact in major units. */
export type LinePart = { readonly key: string | null; readonly sell: Rational; readonly buy: Rational };

/**
 * What a month's bills sell and what the carrier charges for the same usage, by group. Each line is whole: what no usage
 * stands behind (a fee, a minimum) is in the group of none, or of its line or contract.
 */
export async function linePartsOf(tx: TenantTx, period: string, by: Grouping): Promise<LinePart[]> {
  const rows = await tx.execute<{ key: string | null; sell: string; buy: string; den: string }>(sql`
    with bills as (
      select i.id, i.contract_id from tenant.invoices i
      where i.tenant_id = ${tx.tenantId} and i.period_start = ${`${period}-01`}::date and i.status not in ('discarded', 'credited')),
    parts as (
      select l.id as line_id, ${keyOf(by)} as key, sum(lu.amount_num) as sell, sum(coalesce(r.cost_num, 0)) as buy
      from bills b
      join tenant.invoice_lines l on l.tenant_id = ${tx.tenantId} and l.invoice_id = b.id
      join tenant.line_usage lu on lu.tenant_id = l.tenant_id and lu.line_id = l.id
      left join tenant.rated_items r on r.tenant_id = l.tenant_id and r.usage_id = lu.usage_id and r.contract_id = b.contract_id
        and r.charge_id = l.charge_id and l.kind = 'charge' and l.behind = 'own'
      left join tenant.contacts c on c.tenant_id = l.tenant_id and c.id = lu.contact_id
      left join tenant.usage u on ${by === "campaign" ? sql`u.tenant_id = l.tenant_id and u.id = lu.usage_id` : sql`false`}
      group by 1, 2),
    rests as (
      select l.id as line_id, ${restKeyOf(by)} as key, l.exact_num - coalesce((select sum(p.sell) from parts p where p.line_id = l.id), 0) as sell, 0 as buy
      from bills b join tenant.invoice_lines l on l.tenant_id = ${tx.tenantId} and l.invoice_id = b.id)
    select p.key, p.sell::text, p.buy::text, l.exact_den::text as den
    from (select * from parts union all select * from rests where sell <> 0) p
    join tenant.invoice_lines l on l.tenant_id = ${tx.tenantId} and l.id = p.line_id
    limit ${GROUPS_MAX}`);
  return rows.map((row) => ({
    key: row.key,
    sell: rational(BigInt(row.sell), BigInt(row.den)),
    buy: rational(BigInt(row.buy), BigInt(row.den)),
  }));
}

function keyOf(by: Grouping): SQL {
  switch (by) {
    case "contract":
      return sql`b.contract_id::text`;
    case "line":
      return sql`l.id::text`;
    case "queue":
      return sql`c.queue_id::text`;
    case "campaign":
      return sql`coalesce(u.attrs->>'campaignId', c.queue_id::text)`;
    case "agent":
      return sql`c.agent_id::text`;
    case "contact":
      return sql`lu.contact_id::text`;
    default:
      return unreachable(by);
  }
}

function restKeyOf(by: Grouping): SQL {
  if (by === "contract") return sql`b.contract_id::text`;
  return by === "line" ? sql`l.id::text` : sql`null::text`;
}

/** The group of each contact that agents spent time on; a line and a contract are of no one contact. */
export async function groupOfContacts(
  tx: TenantTx,
  by: Grouping,
  from: string,
  to: string,
): Promise<Map<string, string | null>> {
  if (by !== "queue" && by !== "campaign") return new Map();
  const rows = await tx.execute<{ id: string; key: string | null }>(sql`
    select id, queue_id::text as key from tenant.contacts
    where tenant_id = ${tx.tenantId} and offered_at >= ${from}::timestamptz - interval '1 day' and offered_at < ${to}::timestamptz
    limit ${GROUPS_MAX}`);
  return new Map(rows.map((row) => [row.id, row.key]));
}

/** Names of groups in both languages, for those that have one. */
export async function labelsOf(
  tx: TenantTx,
  by: Grouping,
  keys: readonly string[],
): Promise<Map<string, { zh: string; en: string }>> {
  const wanted = sql`(select jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb)::uuid)`;
  const from = {
    contract: sql`select id, name_zh as zh, name_en as en from tenant.contracts where tenant_id = ${tx.tenantId}`,
    line: sql`select id, description_zh as zh, description_en as en from tenant.invoice_lines where tenant_id = ${tx.tenantId}`,
    queue: sql`select id, name as zh, name as en from tenant.queues where tenant_id = ${tx.tenantId}`,
    campaign: sql`select id, name as zh, name as en from tenant.queues where tenant_id = ${tx.tenantId}`,
    agent: sql`select id, name as zh, name as en from house.agents where true`,
    contact: null,
  }[by];
  if (from === null || keys.length === 0) return new Map();
  const rows = await tx.execute<{ id: string; zh: string; en: string }>(sql`${from} and id in ${wanted}`);
  return new Map(rows.map(({ id, ...label }) => [id, label]));
}

/** Whether a month's costs are in the book: all of them are booked in one transaction. */
export async function hasCosts(tx: TenantTx, period: string): Promise<boolean> {
  const rows = await tx.execute(sql`
    select 1 from tenant.ledger_txns where tenant_id = ${tx.tenantId} and event in ('carrier_cost_accrued', 'agent_cost_accrued')
      and booked_on >= ${`${period}-01`}::date and booked_on < ${`${period}-01`}::date + interval '1 month' limit 1`);
  return rows.length > 0;
}
