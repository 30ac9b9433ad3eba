import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { ServiceLevel } from "../../domain/rating/line.ts";
import { type Attainment, type Formula, fraction, noAttainment } from "../../domain/sla/attainment.ts";

/**
 * The client's stays in queues that were offered in the time, as a formula counts them (the rule of `domain/call/stays.ts`).
 * What was in time, and which abandon was short, was settled by the target owed when the stay began.
 */
export async function serviceLevel(tx: TenantTx, from: Instant, to: Instant, formula: Formula): Promise<ServiceLevel> {
  const [row] = await tx.execute<Attainment>(sql`
    select count(*)::int as queued,
      count(*) filter (where outcome = 'answered')::int as answered,
      count(*) filter (where outcome = 'answered' and in_time)::int as "answeredInTime",
      count(*) filter (where outcome = 'abandoned')::int as abandoned,
      count(*) filter (where outcome = 'abandoned' and in_time)::int as "abandonedInTime",
      count(*) filter (where short_abandon)::int as "shortAbandoned",
      count(*) filter (where outcome = 'flowed_out')::int as "flowedOut",
      count(*) filter (where outcome = 'flowed_out' and in_time)::int as "flowedOutInTime"
    from tenant.queue_stays
    where tenant_id = ${tx.tenantId}
      and queued_at >= to_timestamp(${from}::float8 / 1000) and queued_at < to_timestamp(${to}::float8 / 1000)`);
  const [within, counted] = fraction(row ?? noAttainment(), formula);
  return { within, counted };
}
