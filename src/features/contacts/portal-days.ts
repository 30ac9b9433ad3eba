import { type SQL, sql } from "drizzle-orm";
import { iso, type TenantTx } from "../../adapters/db/index.ts";
import type { PortalRecent, PortalToday } from "./schema.ts";

/**
 * A client's days and months in its own zone, from the record. A contact counts where it came to the house (`offered_at`), a
 * stay in a queue where it was offered to that queue (`queued_at`): the rule of `domain/call/stays.ts`, by which live boards
 * and pools count too.
 */
type Row = Record<string, unknown>;
type Edge = (local: SQL) => SQL;
type Stretch = { readonly from: Edge; readonly to: Edge };

/** Of contacts `c`. */
const CAME = sql`count(*)::int as offered, count(*) filter (where c.outcome = 'voicemail')::int as voicemail,
  (avg(c.talk_ms) filter (where c.outcome = 'answered'))::float8 as talk_mean`;
/** Of stays `s`. */
const STAYED = sql`
  count(*) filter (where s.outcome = 'answered')::int as answered,
  count(*) filter (where s.outcome = 'abandoned' and not s.short_abandon)::int as abandoned,
  count(*) filter (where s.short_abandon)::int as short_abandoned,
  count(*) filter (where s.outcome = 'answered' and s.in_time)::int as within_target,
  avg(s.waited_ms)::float8 as waited_mean`;

/** In a stretch that the client's own clock bounds, up to now; both ends are expressions over its local time. */
function during(tx: TenantTx, column: SQL, nowMs: number, { from, to }: Stretch): SQL {
  const now = sql`${iso(nowMs)}::timestamptz`;
  const local = sql`(${now} at time zone p.time_zone)`;
  const bound = (edge: SQL) =>
    sql`(select ${edge} at time zone p.time_zone from tenant.companies p where p.tenant_id = ${tx.tenantId})`;
  return sql`${column} < ${now} and ${column} >= ${bound(from(local))} and ${column} < ${bound(to(local))}`;
}

const contactsIn = (tx: TenantTx, nowMs: number, stretch: Stretch) =>
  sql`tenant.contacts c where c.tenant_id = ${tx.tenantId} and ${during(tx, sql`c.offered_at`, nowMs, stretch)}`;
const staysIn = (tx: TenantTx, nowMs: number, stretch: Stretch) =>
  sql`tenant.queue_stays s where s.tenant_id = ${tx.tenantId} and ${during(tx, sql`s.queued_at`, nowMs, stretch)}`;

const TODAY: Stretch = { from: (local) => sql`date_trunc('day', ${local})`, to: (local) => local };
const YESTERDAY: Stretch = {
  from: (local) => sql`(date_trunc('day', ${local}) - interval '1 day')`,
  to: (local) => sql`date_trunc('day', ${local})`,
};
const MONTH: Stretch = { from: (local) => sql`date_trunc('month', ${local})`, to: (local) => local };

/** What came, and how it stayed in queues, in one row. */
function wholeOf(tx: TenantTx, nowMs: number, stretch: Stretch): SQL {
  return sql`select came.*, stayed.* from
    (select ${CAME} from ${contactsIn(tx, nowMs, stretch)}) came, (select ${STAYED} from ${staysIn(tx, nowMs, stretch)}) stayed`;
}

/** Every queue with its stays; a message left and a talk belong to the queue of the stay that led there. */
function byQueue(tx: TenantTx, nowMs: number): SQL {
  return sql`
    select q.id, q.name, q.target_percent, q.target_within_s, count(s.contact_id)::int as offered, ${STAYED},
      count(*) filter (where s.outcome = 'flowed_out' and c.outcome = 'voicemail' and c.queue_id = q.id)::int as voicemail,
      (avg(c.talk_ms) filter (where s.outcome = 'answered'))::float8 as talk_mean
    from tenant.queues q
    left join tenant.queue_stays s on s.tenant_id = q.tenant_id and s.queue_id = q.id
      and ${during(tx, sql`s.queued_at`, nowMs, TODAY)}
    left join tenant.contacts c on c.tenant_id = s.tenant_id and c.id = s.contact_id
    where q.tenant_id = ${tx.tenantId} group by q.id, q.name, q.target_percent, q.target_within_s
    order by q.name, q.id limit 500`;
}

/** Today whole, by queue with what each promised, and by hour of the client's clock. */
export async function readToday(tx: TenantTx, nowMs: number): Promise<PortalToday | null> {
  const [companies, whole, queues, hours] = await Promise.all([
    tx.execute<Row>(sql`
      select time_zone, to_char(${iso(nowMs)}::timestamptz at time zone time_zone, 'YYYY-MM-DD') as day
      from tenant.companies where tenant_id = ${tx.tenantId}`),
    tx.execute<Row>(wholeOf(tx, nowMs, TODAY)),
    tx.execute<Row>(byQueue(tx, nowMs)),
    tx.execute<Row>(byHour(tx, nowMs, TODAY)),
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
  const [companies, days, months, hours] = await Promise.all([
    tx.execute<Row>(sql`
      select to_char((${iso(nowMs)}::timestamptz at time zone time_zone) - interval '1 day', 'YYYY-MM-DD') as day,
        to_char(${iso(nowMs)}::timestamptz at time zone time_zone, 'YYYY-MM') as period
      from tenant.companies where tenant_id = ${tx.tenantId}`),
    tx.execute<Row>(wholeOf(tx, nowMs, YESTERDAY)),
    tx.execute<Row>(wholeOf(tx, nowMs, MONTH)),
    tx.execute<Row>(byHour(tx, nowMs, YESTERDAY)),
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

/** Hours of the client's clock in which a contact came or a stay began. */
function byHour(tx: TenantTx, nowMs: number, stretch: Stretch): SQL {
  const hour = (column: SQL) => sql`extract(hour from ${column} at time zone
    (select p.time_zone from tenant.companies p where p.tenant_id = ${tx.tenantId}))::int as hour`;
  return sql`
    select hour, coalesce(offered, 0) as offered, coalesce(answered, 0) as answered, coalesce(abandoned, 0) as abandoned,
      coalesce(within_target, 0) as within_target
    from (select ${hour(sql`c.offered_at`)}, ${CAME} from ${contactsIn(tx, nowMs, stretch)} group by 1) came
    full join (select ${hour(sql`s.queued_at`)}, ${STAYED} from ${staysIn(tx, nowMs, stretch)} group by 1) stayed using (hour)
    order by hour`;
}

function hourOf(row: Row) {
  const [offered, answered] = [Number(row.offered), Number(row.answered)];
  const [abandoned, withinTarget] = [Number(row.abandoned), Number(row.within_target)];
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
