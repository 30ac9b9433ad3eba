import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { RoutingDecision } from "../../domain/call/facts.ts";

export type Names = {
  readonly agents: { readonly [agentId: string]: string };
  readonly queues: { readonly [queueId: string]: string };
};

type Row = Record<string, unknown>;

/** Names behind the ids that the facts of a contact speak of, so that a decision reads as people and queues. */
export async function readNames(
  tx: TenantTx,
  facts: readonly { readonly body: { readonly agentId?: string; readonly decision?: RoutingDecision } }[],
): Promise<Names> {
  const agentIds = new Set<string>();
  for (const { body } of facts) {
    if (body.agentId !== undefined) agentIds.add(body.agentId);
    for (const { agentId } of body.decision?.ranked ?? []) agentIds.add(agentId);
  }
  const [agents, queues] = await Promise.all([
    tx.execute<Row>(sql`select id, name from house.agents
      where id in (select jsonb_array_elements_text(${JSON.stringify([...agentIds])}::jsonb)::uuid)`),
    tx.execute<Row>(sql`select id, name from tenant.queues where tenant_id = ${tx.tenantId} order by id limit 500`),
  ]);
  return { agents: byId(agents), queues: byId(queues) };
}

function byId(rows: readonly Row[]): { [id: string]: string } {
  return Object.fromEntries(rows.map((row) => [String(row.id), String(row.name)]));
}
