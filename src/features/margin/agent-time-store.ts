import { sql } from "drizzle-orm";
import type { OperatorTx } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { exact, multiply, type Rational } from "../../domain/kernel/rational.ts";

/** Contacts of one client's month that agents spent time on, at most. */
const STAYS_MAX = 500_000;

/** An agent's time on one contact: from being rung to the end of the wrap-up. */
export type Stay = { readonly contactId: string | null; readonly agentId: string; readonly ms: number };

/**
 * Time that agents gave to a client in a stretch of time, by contact. Intervals count where they began; one that lasts
 * still counts in the month that will end it. Time between contacts is nobody's and in no margin.
 */
export async function staysFor(tx: OperatorTx, tenantId: TenantId, from: string, to: string): Promise<Stay[]> {
  const rows = await tx.execute<{ contact_id: string | null; agent_id: string; ms: string }>(sql`
    select contact_id, agent_id, sum(extract(epoch from ended_at - started_at) * 1000)::bigint::text as ms
    from house.agent_state_intervals
    where tenant_id = ${tenantId} and started_at >= ${from}::timestamptz and started_at < ${to}::timestamptz and ended_at is not null
    group by 1, 2 order by 1, 2 limit ${STAYS_MAX}`);
  return rows.map((row) => ({ contactId: row.contact_id, agentId: row.agent_id, ms: Number(row.ms) }));
}

/** What an hour of each agent costs in a currency; null when no rate, or no exchange into it, is known. */
export type HourCost = (agentId: string) => Rational | null;

export async function hourCosts(tx: OperatorTx, currency: string): Promise<HourCost> {
  const rows = await tx.execute<{ agent_id: string; per_hour: string; currency: string }>(sql`
    select a.id as agent_id, r.per_hour, r.currency from house.agents a
    cross join lateral (select c.per_hour, c.currency from house.cost_rates c
      where c.agent_id = a.id or c.pool_id = a.pool_id or (c.agent_id is null and c.pool_id is null)
      order by (c.agent_id is not null) desc, (c.pool_id is not null) desc limit 1) r
    limit 100000`);
  const [exchange] = await tx.execute<{ per_unit: string }>(
    sql`select per_unit from house.cost_exchange where currency = ${currency}`,
  );
  const perHour = new Map(
    rows.flatMap((row) => {
      const rate = exact(row.per_hour);
      if (row.currency === currency) return [[row.agent_id, rate] as const];
      return exchange === undefined ? [] : [[row.agent_id, multiply(rate, exact(exchange.per_unit))] as const];
    }),
  );
  return (agentId) => perHour.get(agentId) ?? null;
}
