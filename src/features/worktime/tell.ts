import { type Actor, type Database, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { type NewUsage, storeUsage } from "../billing/index.ts";
import { clientsToTell, partsTold, partsToTell } from "./parts-store.ts";

export type WorkTimeContext = { readonly db: Database; readonly operatorDb: Database; readonly actor: Actor };

const ROUNDS_MAX = 20;
const SOURCE = "agent_facts";

/**
 * Tells each client's usage of its parts of agents' time. The usage is stored first, in the client's own transaction, and
 * marked as told after: broken off in between, the next round finds it there. Returns how many parts were told.
 */
export async function tellAgentTime(ctx: WorkTimeContext): Promise<number> {
  let told = 0;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const tenants = await withOperator(ctx.operatorDb, clientsToTell);
    if (tenants.length === 0) return told;
    for (const tenantId of tenants) told += await tellClient(ctx, tenantId);
  }
  return told;
}

async function tellClient(ctx: WorkTimeContext, tenantId: TenantId): Promise<number> {
  const parts = await withOperator(ctx.operatorDb, (tx) => partsToTell(tx, tenantId));
  const usage = parts.map(
    (part): NewUsage => ({
      source: SOURCE,
      sourceEventId: `${part.agentId}:${part.seq}`,
      kind: "agent_time",
      occurredAt: part.startedAt,
      quantity: part.seconds,
      contactId: part.contactId,
      attrs: { state: part.state, agents: part.agents, agentId: part.agentId },
    }),
  );
  await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) => storeUsage(tx, usage));
  await withOperator(ctx.operatorDb, (tx) => partsTold(tx, tenantId, parts));
  return parts.length;
}
