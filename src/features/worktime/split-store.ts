import { sql } from "drizzle-orm";
import type { OperatorTx } from "../../adapters/db/index.ts";
import type { AgentFact, AgentState } from "../../domain/call/facts.ts";
import type { AgentId, ContactId, TenantId } from "../../domain/kernel/ids.ts";
import { agentTime } from "../../domain/rating/agent-time.ts";

type EndedRow = {
  agent_id: AgentId;
  seq: string;
  state: AgentState;
  reason: string | null;
  tenant_id: TenantId | null;
  contact_id: ContactId | null;
  started: string;
  ended: string;
};

/**
 * Splits the states that these facts have ended, once for ever: a repeat finds what was decided, whoever the agent serves
 * by then. Part of the transaction that stores the facts.
 */
export async function splitAgentTime(tx: OperatorTx, facts: readonly AgentFact[]): Promise<void> {
  if (facts.length === 0) return;
  const ended = await endedBy(tx, facts);
  const serves = await clientsOf(tx, ended);
  const parts = ended.flatMap((row) => {
    const interval = {
      seq: Number(row.seq),
      state: row.state,
      reason: row.reason,
      tenantId: row.tenant_id,
      startedAt: Number(row.started),
      endedAt: Number(row.ended),
    };
    return agentTime(interval, serves.get(row.agent_id) ?? []).map(({ tenantId, state, agents, seconds }) => ({
      agent_id: row.agent_id,
      seq: row.seq,
      tenant_id: tenantId,
      state,
      agents,
      seconds,
      contact_id: row.contact_id,
      started_ms: row.started,
    }));
  });
  if (ended.length > 0) {
    await tx.execute(sql`
      insert into house.agent_time_parts (agent_id, seq, tenant_id, state, agents, seconds, contact_id, started_at)
      select agent_id, seq, tenant_id, state, agents, seconds, contact_id, to_timestamp(started_ms / 1000)
      from jsonb_to_recordset(${JSON.stringify(parts)}::jsonb) as p(agent_id uuid, seq bigint, tenant_id uuid, state text, agents text,
        seconds bigint, contact_id uuid, started_ms numeric)
      on conflict do nothing`);
    await tx.execute(sql`
      update house.agent_state_intervals i set split_at = clock_timestamp()
      from jsonb_to_recordset(${JSON.stringify(ended.map(({ agent_id, seq }) => ({ agent_id, seq })))}::jsonb) as e(agent_id uuid, seq bigint)
      where i.agent_id = e.agent_id and i.seq = e.seq`);
  }
  await measurePeaksAgain(tx, ended);
}

/** States that have an end, were begun or ended by one of the facts, and are not split yet. */
async function endedBy(tx: OperatorTx, facts: readonly AgentFact[]): Promise<EndedRow[]> {
  const touched = JSON.stringify(facts.map(({ agentId, seq }) => ({ agent_id: agentId, seq })));
  const rows = await tx.execute<EndedRow>(sql`
    with touched as (select agent_id, seq from jsonb_to_recordset(${touched}::jsonb) as t(agent_id uuid, seq bigint))
    select i.agent_id, i.seq::text as seq, i.state, i.reason, i.tenant_id, i.contact_id,
      (extract(epoch from i.started_at) * 1000)::bigint::text as started,
      (extract(epoch from i.ended_at) * 1000)::bigint::text as ended
    from house.agent_state_intervals i
    join (select agent_id, seq from touched union select agent_id, seq - 1 from touched) a
      on a.agent_id = i.agent_id and a.seq = i.seq
    where i.ended_at is not null and i.split_at is null
    order by i.agent_id, i.seq`);
  return [...rows];
}

/** Clients that each of the agents may serve. */
async function clientsOf(tx: OperatorTx, ended: readonly EndedRow[]): Promise<Map<AgentId, TenantId[]>> {
  const agents = JSON.stringify([...new Set(ended.map((row) => row.agent_id))]);
  const rows = await tx.execute<{ agent_id: AgentId; tenant_id: TenantId }>(sql`
    select distinct b.agent_id, b.tenant_id from house.agent_brands b
    where b.agent_id in (select jsonb_array_elements_text(${agents}::jsonb)::uuid)`);
  const serves = new Map<AgentId, TenantId[]>();
  for (const { agent_id, tenant_id } of rows) serves.set(agent_id, [...(serves.get(agent_id) ?? []), tenant_id]);
  return serves;
}

/** A day whose most seats were told already is looked at again when a state of it comes to light. */
async function measurePeaksAgain(tx: OperatorTx, ended: readonly EndedRow[]): Promise<void> {
  const first = new Map<TenantId, number>();
  for (const { tenant_id, started } of ended) {
    if (tenant_id !== null)
      first.set(tenant_id, Math.min(first.get(tenant_id) ?? Number.POSITIVE_INFINITY, Number(started)));
  }
  if (first.size === 0) return;
  const rows = JSON.stringify([...first].map(([tenant_id, ms]) => ({ tenant_id, ms })));
  await tx.execute(sql`
    update house.peaks_told p set until = f.day - 1
    from (select t.id, (to_timestamp(r.ms / 1000) at time zone t.time_zone)::date as day
      from jsonb_to_recordset(${rows}::jsonb) as r(tenant_id uuid, ms numeric) join house.tenants t on t.id = r.tenant_id) f
    where p.tenant_id = f.id and p.until >= f.day`);
}
