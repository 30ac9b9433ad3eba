import { sql } from "drizzle-orm";
import type { OperatorTx } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";

/** Parts of one client told in one transaction; the next round goes on. */
const PARTS_A_ROUND = 5_000;
const CLIENTS_MAX = 10_000;

/** A client's part of one state of an agent, as it was split. */
export type TimePart = {
  readonly agentId: string;
  readonly seq: string;
  readonly state: string;
  readonly agents: string;
  readonly seconds: number;
  readonly contactId: string | null;
  readonly startedAt: Instant;
};

/** Clients of whose parts some are not told yet. */
export async function clientsToTell(tx: OperatorTx): Promise<TenantId[]> {
  const rows = await tx.execute<{ tenant_id: TenantId }>(
    sql`select distinct tenant_id from house.agent_time_parts where told_at is null order by 1 limit ${CLIENTS_MAX}`,
  );
  return rows.map((row) => row.tenant_id);
}

export async function partsToTell(tx: OperatorTx, tenantId: TenantId): Promise<TimePart[]> {
  const rows = await tx.execute<Omit<TimePart, "seconds" | "startedAt"> & { seconds: string; ms: string }>(sql`
    select agent_id as "agentId", seq::text as seq, state, agents, seconds::text as seconds, contact_id as "contactId",
      (extract(epoch from started_at) * 1000)::bigint::text as ms
    from house.agent_time_parts where tenant_id = ${tenantId} and told_at is null
    order by started_at, agent_id, seq limit ${PARTS_A_ROUND}`);
  return rows.map(({ seconds, ms, ...part }) => ({ ...part, seconds: Number(seconds), startedAt: Number(ms) }));
}

/** Marks parts whose usage is stored. */
export async function partsTold(tx: OperatorTx, tenantId: TenantId, parts: readonly TimePart[]): Promise<void> {
  const done = JSON.stringify(parts.map(({ agentId, seq }) => ({ agent_id: agentId, seq })));
  await tx.execute(sql`
    update house.agent_time_parts p set told_at = clock_timestamp()
    from jsonb_to_recordset(${done}::jsonb) as d(agent_id uuid, seq bigint)
    where p.tenant_id = ${tenantId} and p.agent_id = d.agent_id and p.seq = d.seq`);
}
