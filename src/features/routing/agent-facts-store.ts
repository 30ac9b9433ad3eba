import { sql } from "drizzle-orm";
import type { OperatorTx } from "../../adapters/db/index.ts";
import type { AgentFact } from "../../domain/call/facts.ts";
import { agentFacts } from "./tables.ts";

/**
 * Stores agents' facts and the state intervals they begin and end. An interval belongs to the fact that begins it and is
 * ended by the next number, so any order and any repeats give the same rows. Agents are locked in one order.
 */
export async function storeAgentFacts(tx: OperatorTx, facts: readonly AgentFact[]): Promise<void> {
  if (facts.length === 0) return;
  const touched = JSON.stringify(facts.map(({ agentId, seq }) => ({ agent_id: agentId, seq })));
  await tx.execute(sql`
    select pg_advisory_xact_lock(hashtextextended(agent_id, 1))
    from (select distinct t->>'agent_id' as agent_id from jsonb_array_elements(${touched}::jsonb) t order by 1) locks`);
  const rows = facts.map(({ agentId, seq, poolId, at, v, body }) => ({
    agentId,
    seq,
    poolId,
    at,
    v,
    type: body.type,
    body,
  }));
  await tx.insert(agentFacts).values(rows).onConflictDoNothing();
  await tx.execute(sql`
    with touched as (
      select agent_id, seq from jsonb_to_recordset(${touched}::jsonb) as t(agent_id uuid, seq bigint)
    ), affected as (
      select agent_id, seq from touched union select agent_id, seq - 1 from touched
    )
    insert into house.agent_state_intervals
      (agent_id, seq, pool_id, state, reason, tenant_id, contact_id, started_at, ended_at)
    select f.agent_id, f.seq, f.pool_id, f.body->>'to', f.body->>'reason', (f.body->>'tenantId')::uuid,
      (f.body->>'contactId')::uuid, f.at, next.at
    from affected a
    join house.agent_facts f on f.agent_id = a.agent_id and f.seq = a.seq
    left join house.agent_facts next on next.agent_id = f.agent_id and next.seq = f.seq + 1
    on conflict (agent_id, seq) do update set ended_at = excluded.ended_at`);
}
