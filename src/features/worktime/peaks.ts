import { sql } from "drizzle-orm";
import { iso, type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import { addDays, type LocalDate } from "../../domain/kernel/calendar-days.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { type SeatPeak, seatPeak } from "../../domain/rating/seat-peak.ts";
import { storeUsage } from "../billing/index.ts";
import type { WorkTimeContext } from "./tell.ts";

/** Facts of a day may be on their way for a while after midnight. */
const GRACE_MS = 2 * 3_600_000;
/** Days of one client in one go; the next minute goes on. */
const DAYS_AT_ONCE = 62;
/** A contact does not last longer: states of the day before are looked at for what reaches over midnight. */
const REACH = "1 day";
const STAYS_MAX = 500_000;
const SOURCE = "peaks";

type Due = { readonly tenantId: TenantId; readonly from: LocalDate; readonly to: LocalDate };

/**
 * Tells each client's usage of the seats that were at work for it beyond those it is guaranteed: the most of each day that
 * is over on its calendar, over all pools. A day without such seats has no record. Returns how many days were told.
 */
export async function tellSeatPeaks(ctx: WorkTimeContext & { readonly now: Instant }): Promise<number> {
  let told = 0;
  for (const { tenantId, from, to } of await daysDue(ctx)) {
    for (let day = from; day <= to; day = addDays(day, 1)) {
      const peak = await peakOfDay(ctx, tenantId, day);
      const isNew = await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) => tell(tx, day, peak));
      if (isNew) told += 1;
    }
    await withOperator(ctx.operatorDb, (tx) =>
      tx.execute(sql`
        insert into house.peaks_told (tenant_id, until) values (${tenantId}, ${to}::date)
        on conflict (tenant_id) do update set until = excluded.until`),
    );
  }
  return told;
}

/** Clients with days that are over and not told, from the first on which anybody worked for them. */
async function daysDue({ operatorDb, now }: WorkTimeContext & { readonly now: Instant }): Promise<Due[]> {
  const at = iso(now - GRACE_MS);
  const rows = await withOperator(operatorDb, (tx) =>
    tx.execute<{ id: TenantId; from: string; to: string }>(sql`
      select d.id, to_char(d.first, 'YYYY-MM-DD') as "from",
        to_char(least(d.last, d.first + ${DAYS_AT_ONCE}::int), 'YYYY-MM-DD') as "to"
      from (select t.id, (${at}::timestamptz at time zone t.time_zone)::date - 1 as last,
          coalesce(p.until + 1, (select (i.started_at at time zone t.time_zone)::date from house.agent_state_intervals i
            where i.tenant_id = t.id order by i.started_at limit 1)) as first
        from house.tenants t left join house.peaks_told p on p.tenant_id = t.id) d
      where d.first <= d.last order by d.id limit 10000`),
  );
  return rows.map(({ id, from, to }) => ({ tenantId: id, from, to }));
}

async function peakOfDay(
  { operatorDb }: WorkTimeContext,
  tenantId: TenantId,
  day: LocalDate,
): Promise<SeatPeak | null> {
  const rows = await withOperator(operatorDb, (tx) =>
    tx.execute<{ from: string | null; to: string | null; start: string; end: string }>(sql`
      with bounds as (
        select (${day}::date)::timestamp at time zone t.time_zone as start, (${day}::date + 1)::timestamp at time zone t.time_zone as "end"
        from house.tenants t where t.id = ${tenantId})
      select (extract(epoch from b.start) * 1000)::bigint::text as start, (extract(epoch from b."end") * 1000)::bigint::text as "end",
        (extract(epoch from i.started_at) * 1000)::bigint::text as "from", (extract(epoch from i.ended_at) * 1000)::bigint::text as "to"
      from bounds b join house.agent_state_intervals i on i.tenant_id = ${tenantId}
        and i.started_at >= b.start - ${REACH}::interval and i.started_at < b."end" and (i.ended_at is null or i.ended_at > b.start)
      limit ${STAYS_MAX}`),
  );
  const [first] = rows;
  if (first === undefined) return null;
  const stays = rows.map(({ from, to }) => ({ from: Number(from), to: to === null ? null : Number(to) }));
  return seatPeak(stays, Number(first.start), Number(first.end));
}

/** True where something was written: a day that comes to what was told before changes nothing. */
async function tell(tx: TenantTx, day: LocalDate, peak: SeatPeak | null): Promise<boolean> {
  const [row] = await tx.execute<{ guaranteed: number }>(sql`
    select coalesce(sum(guaranteed), 0)::int as guaranteed from tenant.seat_entitlements
    where tenant_id = ${tx.tenantId} and valid @> ${day}::date`);
  const guaranteed = row?.guaranteed ?? 0;
  const burst = Math.max(0, (peak?.seats ?? 0) - guaranteed);
  const before = await tx.execute<{ id: string; quantity: string; ms: string }>(sql`
    select id, quantity::text as quantity, (extract(epoch from occurred_at) * 1000)::bigint::text as ms from tenant.usage
    where tenant_id = ${tx.tenantId} and source = ${SOURCE} and (source_event_id = ${day} or starts_with(source_event_id, ${`${day}:`}))
    order by received_at, id`);
  const last = before.at(-1);
  if (burst === Number(last?.quantity ?? 0)) return false;
  const { stored } = await storeUsage(tx, [
    {
      source: SOURCE,
      sourceEventId: last === undefined ? day : `${day}:${before.length}`,
      kind: "burst_seat_day",
      // A correction keeps the instant of what it corrects, and so its month.
      occurredAt: last === undefined ? (peak?.at ?? 0) : Number(last.ms),
      quantity: burst,
      contactId: null,
      attrs: { peak: peak?.seats ?? 0, guaranteed },
      correctsId: last?.id ?? null,
    },
  ]);
  return stored > 0;
}
