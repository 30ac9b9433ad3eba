import { sql } from "drizzle-orm";
import { type Database, iso, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";

type Row = Record<string, unknown>;

/**
 * Whether a client's rented seats are others today than they were at `since`: a day began, on its own calendar, with which
 * seats begin or end. Only clients whose date has changed are looked at, so that asking costs one read nearly always.
 */
export async function seatsHaveChanged(
  { db, operatorDb }: { readonly db: Database; readonly operatorDb: Database },
  since: Instant,
  now: Instant,
): Promise<boolean> {
  const clients = await withOperator(operatorDb, (tx) =>
    tx.execute<{ id: TenantId; from: string; to: string }>(sql`
      select * from (
        select id, (${iso(since)}::timestamptz at time zone time_zone)::date::text as from,
          (${iso(now)}::timestamptz at time zone time_zone)::date::text as to
        from house.tenants where status = 'active') days
      where days.from <> days.to order by id`),
  );
  for (const { id: tenantId, from, to } of clients) {
    const scope = { tenantId, actor: { kind: "system", name: "new-days" } } as const;
    const turns = await withTenant(db, scope, (tx) =>
      tx.execute<Row>(sql`
        select 1 from tenant.seat_entitlements where tenant_id = ${tenantId}
          and (lower(valid) > ${from}::date and lower(valid) <= ${to}::date
            or upper(valid) > ${from}::date and upper(valid) <= ${to}::date) limit 1`),
    );
    if (turns.length > 0) return true;
  }
  return false;
}
