import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { ServiceLevel } from "../../domain/rating/line.ts";
import { type Attainment, type Formula, fraction, noAttainment } from "../../domain/sla/attainment.ts";

/**
 * The client's contacts offered in the time, as a formula counts them. Whether an answer was in time, and
 * whether an abandon was short, was settled when it happened; how soon the others left is held against their queue's target.
 */
export async function serviceLevel(tx: TenantTx, from: Instant, to: Instant, formula: Formula): Promise<ServiceLevel> {
  const [row] = await tx.execute<Attainment>(sql`
    select count(*)::int as queued,
      count(*) filter (where answered)::int as answered,
      count(*) filter (where answered and c.within_target)::int as "answeredInTime",
      count(*) filter (where gave_up)::int as abandoned,
      count(*) filter (where gave_up and soon)::int as "abandonedInTime",
      count(*) filter (where gave_up and c.short_abandon)::int as "shortAbandoned",
      count(*) filter (where flowed_out)::int as "flowedOut",
      count(*) filter (where flowed_out and soon)::int as "flowedOutInTime"
    from tenant.contacts c
    join tenant.queues q on q.tenant_id = c.tenant_id and q.id = c.queue_id,
    lateral (select c.answered_at is not null or coalesce(c.outcome = 'answered', false) as answered,
      coalesce(c.waited_ms, 0) <= q.target_within_s * 1000 as soon) stay,
    lateral (select not answered and (c.short_abandon or c.within_target is not null) as gave_up) left_waiting,
    lateral (select not answered and not gave_up and c.outcome is not null as flowed_out) passed_on
    where c.tenant_id = ${tx.tenantId}
      and c.offered_at >= to_timestamp(${from}::float8 / 1000) and c.offered_at < to_timestamp(${to}::float8 / 1000)`);
  const [within, counted] = fraction(row ?? noAttainment(), formula);
  return { within, counted };
}
