import { sql } from "drizzle-orm";
import { type Actor, type Database, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { type NewUsage, storeUsage } from "../billing/index.ts";

export type WorkTimeContext = { readonly db: Database; readonly operatorDb: Database; readonly actor: Actor };

/** Parts of one client told in one transaction; the next round goes on. */
const PARTS_A_ROUND = 5_000;
const ROUNDS_MAX = 20;
const SOURCE = "agent_facts";

type PartRow = {
  agent_id: string;
  seq: string;
  state: string;
  agents: string;
  seconds: string;
  contact_id: string | null;
  ms: string;
};

/**
 * Tells each client's usage of its parts of agents' time. The usage is stored first, in the client's own transaction, and
 * marked as told after: broken off in between, the next round finds it there. Returns how many parts were told.
 */
export async function tellAgentTime(ctx: WorkTimeContext): Promise<number> {
  let told = 0;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const tenants = await withOperator(ctx.operatorDb, (tx) =>
      tx.execute<{ tenant_id: TenantId }>(
        sql`select distinct tenant_id from house.agent_time_parts where told_at is null order by 1 limit 10000`,
      ),
    );
    if (tenants.length === 0) return told;
    for (const { tenant_id: tenantId } of tenants) told += await tellClient(ctx, tenantId);
  }
  return told;
}

async function tellClient(ctx: WorkTimeContext, tenantId: TenantId): Promise<number> {
  const rows = await withOperator(ctx.operatorDb, (tx) =>
    tx.execute<PartRow>(sql`
      select agent_id, seq::text as seq, state, agents, seconds::text as seconds, contact_id,
        (extract(epoch from started_at) * 1000)::bigint::text as ms
      from house.agent_time_parts where tenant_id = ${tenantId} and told_at is null
      order by started_at, agent_id, seq limit ${PARTS_A_ROUND}`),
  );
  const usage = rows.map(
    (row): NewUsage => ({
      source: SOURCE,
      sourceEventId: `${row.agent_id}:${row.seq}`,
      kind: "agent_time",
      occurredAt: Number(row.ms),
      quantity: Number(row.seconds),
      contactId: row.contact_id,
      attrs: { state: row.state, agents: row.agents, agentId: row.agent_id },
    }),
  );
  await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) => storeUsage(tx, usage));
  const done = JSON.stringify(rows.map(({ agent_id, seq }) => ({ agent_id, seq })));
  await withOperator(ctx.operatorDb, (tx) =>
    tx.execute(sql`
      update house.agent_time_parts p set told_at = clock_timestamp()
      from jsonb_to_recordset(${done}::jsonb) as d(agent_id uuid, seq bigint)
      where p.tenant_id = ${tenantId} and p.agent_id = d.agent_id and p.seq = d.seq`),
  );
  return rows.length;
}
