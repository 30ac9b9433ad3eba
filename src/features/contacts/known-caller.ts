import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { asId } from "../../domain/kernel/ids.ts";
import type { KnownCaller } from "../../domain/routing/protocol.ts";

/** From the least to the most; a number shared by several customers counts as the best of them. */
const TIERS = ["standard", "silver", "gold", "platinum"] as const;

/** What this client knows of a number that bears on who answers: the tier of its customer, and who answered last since then. */
export async function readKnownCaller(tx: TenantTx, from: string, since: number): Promise<KnownCaller> {
  const rows = await tx.execute<{ tiers: string; agent_id: string | null }>(sql`
    select
      coalesce((
        select json_agg(distinct c.tier) from tenant.customer_points p
        join tenant.customers c on c.tenant_id = p.tenant_id and c.id = p.customer_id
        where p.tenant_id = ${tx.tenantId} and p.phone_e164 = ${from}), '[]')::text as tiers,
      (select c.agent_id from tenant.contacts c
        where c.tenant_id = ${tx.tenantId} and c.from_number = ${from} and c.answered_at is not null
          and c.agent_id is not null and c.offered_at >= ${new Date(since).toISOString()}::timestamptz
        order by c.offered_at desc, c.id desc limit 1) as agent_id`);
  const found = rows[0];
  const held = JSON.parse(found?.tiers ?? "[]") as string[];
  return {
    tier: TIERS.findLast((tier) => held.includes(tier)) ?? "standard",
    lastAgentId: found?.agent_id == null ? null : asId(found.agent_id),
  };
}
