import { sql } from "drizzle-orm";
import type { OperatorTx, TenantTx } from "../../../../adapters/db/index.ts";
import type { KindCounts, MoneyClient } from "./compare.ts";

/** The client's calendar month as instants. */
const inMonth = (column: string, period: string) => sql`
  ${sql.raw(column)} >= (${`${period}-01`}::date)::timestamp at time zone co.time_zone
  and ${sql.raw(column)} < (${`${period}-01`}::date + interval '1 month') at time zone co.time_zone`;

/** Usage of a month, by kind, at each station: recorded, rated, behind the lines of the month's invoice. */
export async function kindCounts(tx: TenantTx, period: string): Promise<KindCounts[]> {
  const rows = await tx.execute<KindCounts>(sql`
    with counted as (
      select u.id, u.kind, u.quantity from tenant.usage u join tenant.companies co on co.tenant_id = u.tenant_id
      where u.tenant_id = ${tx.tenantId} and ${inMonth("u.occurred_at", period)}
        and not (u.corrects_id is not null and u.quantity = 0)
        and not exists (select from tenant.usage c where c.tenant_id = u.tenant_id and c.corrects_id = u.id)),
    behind as (
      select s.usage_id, sum(s.quantity) as quantity from tenant.line_usage s
      join tenant.invoice_lines l on l.tenant_id = s.tenant_id and l.id = s.line_id and l.kind = 'charge'
      join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id and i.period_start = ${`${period}-01`}::date
        and i.status in ('finalized', 'credited')
      where s.tenant_id = ${tx.tenantId} group by 1)
    select u.kind, count(*)::int as records, sum(u.quantity)::float8 as used,
      coalesce(sum(r.quantity) filter (where r.charge_id is not null), 0)::float8 as rated,
      coalesce(sum(u.quantity) filter (where r.usage_id is not null and r.charge_id is null), 0)::float8 as "notCharged",
      count(*) filter (where r.usage_id is null)::int as unrated,
      coalesce(sum(b.quantity), 0)::float8 as "behindLines"
    from counted u
    left join tenant.rated_items r on r.tenant_id = ${tx.tenantId} and r.usage_id = u.id
    left join behind b on b.usage_id = u.id
    group by u.kind order by u.kind`);
  return [...rows];
}

/** Seconds of agents that were given to a client, by the house's own record of their states. */
export async function agentSecondsOf(tx: OperatorTx, tenantId: string, period: string): Promise<number> {
  const [row] = await tx.execute<{ seconds: number }>(sql`
    select coalesce(sum(p.seconds), 0)::float8 as seconds
    from house.agent_time_parts p join house.tenants co on co.id = p.tenant_id
    where p.tenant_id = ${tenantId} and ${inMonth("p.started_at", period)}`);
  return row?.seconds ?? 0;
}

/** Stays in queues that count for the service level, straight from the records. */
export async function serviceLevelOf(tx: TenantTx, period: string): Promise<MoneyClient["level"]> {
  const [row] = await tx.execute<MoneyClient["level"]>(sql`
    select count(*) filter (where c.outcome = 'answered' and c.in_time)::int as within, count(*)::int as counted
    from tenant.queue_stays c join tenant.companies co on co.tenant_id = c.tenant_id
    where c.tenant_id = ${tx.tenantId} and c.outcome in ('answered', 'abandoned') and not c.short_abandon
      and ${inMonth("c.queued_at", period)}`);
  return row ?? { within: 0, counted: 0 };
}

/** One text for every row that a run may write about the months: the same before and after a run that writes nothing. */
export async function rowsOfMonths(tx: TenantTx, periods: readonly string[]): Promise<string> {
  const months = sql`(select (m || '-01')::date from jsonb_array_elements_text(${JSON.stringify(periods)}::jsonb) m)`;
  const [row] = await tx.execute<{ text: string }>(sql`
    select md5(concat_ws('|',
      (select string_agg(i.id || ':' || i.xmin, ',' order by i.id) from tenant.invoices i
        where i.tenant_id = ${tx.tenantId} and i.period_start in ${months}),
      (select string_agg(l.id || ':' || l.xmin, ',' order by l.id) from tenant.invoice_lines l
        join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
        where l.tenant_id = ${tx.tenantId} and i.period_start in ${months}),
      (select count(*) from tenant.ledger_txns t where t.tenant_id = ${tx.tenantId}))) as text`);
  return row?.text ?? "";
}
