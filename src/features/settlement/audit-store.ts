import { sql } from "drizzle-orm";
import { actorId, type TenantTx } from "../../adapters/db/index.ts";

/** Who did what, in the transaction of the deed. */
export async function audited(tx: TenantTx, action: string, subjectId: string, detail: object): Promise<void> {
  await tx.execute(sql`
    insert into tenant.audit (tenant_id, actor_kind, actor_id, action, subject_kind, subject_id, detail)
    values (${tx.tenantId}, ${tx.actor.kind}, ${actorId(tx.actor)}, ${action}, 'settlement', ${subjectId}, ${JSON.stringify(detail)}::jsonb)`);
}
