import { sql } from "drizzle-orm";
import { iso, type OperatorTx, type TenantTx } from "../../adapters/db/index.ts";
import type { LocalDate } from "../../domain/kernel/calendar-days.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";

/** Days of one client in one go; the next minute goes on. */
const DAYS_AT_ONCE = 62;
/** A contact does not last longer: states of the day before are looked at for what reaches over midnight. */
const REACH = "1 day";
const STAYS_MAX = 500_000;
const CLIENTS_MAX = 10_000;
/** Corrections of one day, at most: each needs facts that came after it was told. */
const TELLINGS_MAX = 10_000;

type Due = { readonly tenantId: TenantId; readonly from: LocalDate; readonly to: LocalDate };

/** Clients with days that are over at an instant and not told, from the first on which anybody worked for them. */
export async function daysDue(tx: OperatorTx, at: Instant): Promise<Due[]> {
  const rows = await tx.execute<{ id: TenantId; from: string; to: string }>(sql`
    select d.id, to_char(d.first, 'YYYY-MM-DD') as "from",
      to_char(least(d.last, d.first + ${DAYS_AT_ONCE}::int), 'YYYY-MM-DD') as "to"
    from (select t.id, (${iso(at)}::timestamptz at time zone t.time_zone)::date - 1 as last,
        coalesce(p.until + 1, (select (i.started_at at time zone t.time_zone)::date from house.agent_state_intervals i
          where i.tenant_id = t.id order by i.started_at limit 1)) as first
      from house.tenants t left join house.peaks_told p on p.tenant_id = t.id) d
    where d.first <= d.last order by d.id limit ${CLIENTS_MAX}`);
  return rows.map(({ id, from, to }) => ({ tenantId: id, from, to }));
}

export async function daysTold(tx: OperatorTx, tenantId: TenantId, until: LocalDate): Promise<void> {
  await tx.execute(sql`
    insert into house.peaks_told (tenant_id, until) values (${tenantId}, ${until}::date)
    on conflict (tenant_id) do update set until = excluded.until`);
}

type Stays = {
  readonly stays: readonly { readonly from: number; readonly to: number | null }[];
  /** Bounds of the day on the client's calendar. */
  readonly start: Instant;
  readonly end: Instant;
};

/** When agents were at work for a client on a day of its calendar. Null where nobody was. */
export async function staysOfDay(tx: OperatorTx, tenantId: TenantId, day: LocalDate): Promise<Stays | null> {
  const rows = await tx.execute<{ from: string | null; to: string | null; start: string; end: string }>(sql`
    with bounds as (
      select (${day}::date)::timestamp at time zone t.time_zone as start, (${day}::date + 1)::timestamp at time zone t.time_zone as "end"
      from house.tenants t where t.id = ${tenantId})
    select (extract(epoch from b.start) * 1000)::bigint::text as start, (extract(epoch from b."end") * 1000)::bigint::text as "end",
      (extract(epoch from i.started_at) * 1000)::bigint::text as "from", (extract(epoch from i.ended_at) * 1000)::bigint::text as "to"
    from bounds b join house.agent_state_intervals i on i.tenant_id = ${tenantId}
      and i.started_at >= b.start - ${REACH}::interval and i.started_at < b."end" and (i.ended_at is null or i.ended_at > b.start)
    limit ${STAYS_MAX}`);
  const [first] = rows;
  if (first === undefined) return null;
  const stays = rows.map(({ from, to }) => ({ from: Number(from), to: to === null ? null : Number(to) }));
  return { stays, start: Number(first.start), end: Number(first.end) };
}

/** Seats that the client is guaranteed on a day, over all pools. */
export async function guaranteedSeats(tx: TenantTx, day: LocalDate): Promise<number> {
  const [row] = await tx.execute<{ guaranteed: number }>(sql`
    select coalesce(sum(guaranteed), 0)::int as guaranteed from tenant.seat_entitlements
    where tenant_id = ${tx.tenantId} and valid @> ${day}::date`);
  return row?.guaranteed ?? 0;
}

type Told = { readonly id: string; readonly quantity: number; readonly at: Instant };

/** What was told of a day before, in the order it was: the last of them counts. */
export async function peaksTold(tx: TenantTx, source: string, day: LocalDate): Promise<Told[]> {
  const rows = await tx.execute<{ id: string; quantity: string; ms: string }>(sql`
    select id, quantity::text as quantity, (extract(epoch from occurred_at) * 1000)::bigint::text as ms from tenant.usage
    where tenant_id = ${tx.tenantId} and source = ${source} and (source_event_id = ${day} or starts_with(source_event_id, ${`${day}:`}))
    order by received_at, id limit ${TELLINGS_MAX}`);
  return rows.map(({ id, quantity, ms }) => ({ id, quantity: Number(quantity), at: Number(ms) }));
}
