import { type SQL, sql } from "drizzle-orm";
import { iso, type TenantTx } from "../../adapters/db/index.ts";
import type { PortalRecent, PortalToday } from "./schema.ts";

/**
 * A client's days and months in its own zone, from the record. `within_target` is the grade of a contact's stay in its
 * queue, null where it counts neither way; so an abandon is what was graded as one, not every contact that ended unserved.
 */
type Row = Record<string, unknown>;

const NUMBERS = sql`
  count(c.id)::int as offered, count(c.answered_at)::int as answered,
  count(*) filter (where c.answered_at is null and not c.within_target)::int as abandoned,
  count(*) filter (where c.short_abandon)::int as short_abandoned,
  count(*) filter (where c.outcome = 'voicemail')::int as voicemail,
  count(*) filter (where c.within_target)::int as within_target,
  avg(c.waited_ms)::float8 as waited_mean, (avg(c.talk_ms) filter (where c.outcome = 'answered'))::float8 as talk_mean`;

/** Offered in a stretch that the client's own clock bounds; both ends are expressions over its local time. */
function during(tx: TenantTx, nowMs: number, stretch: (local: SQL) => { readonly from: SQL; readonly to: SQL }): SQL {
  const now = sql`${iso(nowMs)}::timestamptz`;
  const { from, to } = stretch(sql`(${now} at time zone p.time_zone)`);
  const bound = (edge: SQL) =>
    sql`(select ${edge} at time zone p.time_zone from tenant.companies p where p.tenant_id = ${tx.tenantId})`;
  return sql`c.tenant_id = ${tx.tenantId} and c.offered_at < ${now}
    and c.offered_at >= ${bound(from)} and c.offered_at < ${bound(to)}`;
}

const today = (local: SQL) => ({ from: sql`date_trunc('day', ${local})`, to: sql`${local}` });
const yesterday = (local: SQL) => ({
  from: sql`(date_trunc('day', ${local}) - interval '1 day')`,
  to: sql`date_trunc('day', ${local})`,
});
const month = (local: SQL) => ({ from: sql`date_trunc('month', ${local})`, to: sql`${local}` });

/** Today whole, by queue with what each promised, and by hour of the client's clock. */
export async function readToday(tx: TenantTx, nowMs: number): Promise<PortalToday | null> {
  const inIt = during(tx, nowMs, today);
  const [companies, whole, queues, hours] = await Promise.all([
    tx.execute<Row>(sql`
      select time_zone, to_char(${iso(nowMs)}::timestamptz at time zone time_zone, 'YYYY-MM-DD') as day
      from tenant.companies where tenant_id = ${tx.tenantId}`),
    tx.execute<Row>(sql`select ${NUMBERS} from tenant.contacts c where ${inIt}`),
    tx.execute<Row>(sql`select q.id, q.name, q.target_percent, q.target_within_s, ${NUMBERS}
      from tenant.queues q left join tenant.contacts c on c.tenant_id = q.tenant_id and c.queue_id = q.id and ${inIt}
      where q.tenant_id = ${tx.tenantId} group by q.id, q.name, q.target_percent, q.target_within_s
      order by q.name, q.id limit 500`),
    tx.execute<Row>(byHour(tx, inIt)),
  ]);
  const [company, all] = [companies[0], whole[0]];
  if (company === undefined || all === undefined) return null;
  return {
    now: nowMs,
    timeZone: String(company.time_zone),
    day: String(company.day),
    ...numbersOf(all),
    queues: queues.map((row) => ({
      queueId: String(row.id),
      name: String(row.name),
      target: { share: Number(row.target_percent) / 100, withinS: Number(row.target_within_s) },
      ...numbersOf(row),
    })),
    hours: hours.map(hourOf),
  };
}

/** The day before today, and this month so far. */
export async function readRecent(tx: TenantTx, nowMs: number): Promise<PortalRecent | null> {
  const [before, sofar] = [during(tx, nowMs, yesterday), during(tx, nowMs, month)];
  const [companies, days, months, hours] = await Promise.all([
    tx.execute<Row>(sql`
      select to_char((${iso(nowMs)}::timestamptz at time zone time_zone) - interval '1 day', 'YYYY-MM-DD') as day,
        to_char(${iso(nowMs)}::timestamptz at time zone time_zone, 'YYYY-MM') as period
      from tenant.companies where tenant_id = ${tx.tenantId}`),
    tx.execute<Row>(sql`select ${NUMBERS} from tenant.contacts c where ${before}`),
    tx.execute<Row>(sql`select ${NUMBERS} from tenant.contacts c where ${sofar}`),
    tx.execute<Row>(byHour(tx, before)),
  ]);
  const [company, day, whole] = [companies[0], days[0], months[0]];
  if (company === undefined || day === undefined || whole === undefined) return null;
  const busiest = hours
    .map(hourOf)
    .reduce<PortalRecent["yesterday"]["busiest"]>(
      (most, { hour, offered }) => (most === null || offered > most.offered ? { hour, offered } : most),
      null,
    );
  return {
    yesterday: { day: String(company.day), ...numbersOf(day), busiest },
    month: { period: String(company.period), ...numbersOf(whole) },
  };
}

function byHour(tx: TenantTx, inIt: SQL): SQL {
  return sql`
    select extract(hour from c.offered_at at time zone p.time_zone)::int as hour, ${NUMBERS}
    from tenant.contacts c join tenant.companies p on p.tenant_id = c.tenant_id
    where p.tenant_id = ${tx.tenantId} and ${inIt} group by 1 order by 1`;
}

function hourOf(row: Row) {
  const { offered, answered, abandoned, withinTarget } = numbersOf(row);
  return { hour: Number(row.hour), offered, answered, abandoned, withinTarget };
}

function numbersOf(row: Row) {
  const answered = Number(row.answered);
  const abandoned = Number(row.abandoned);
  const withinTarget = Number(row.within_target);
  return {
    offered: Number(row.offered),
    answered,
    abandoned,
    shortAbandoned: Number(row.short_abandoned),
    voicemail: Number(row.voicemail),
    withinTarget,
    serviceLevel: answered + abandoned === 0 ? null : withinTarget / (answered + abandoned),
    waitedMsMean: numberOrNull(row.waited_mean),
    talkMsMean: numberOrNull(row.talk_mean),
  };
}

const numberOrNull = (value: unknown) => (value === null || value === undefined ? null : Number(value));
