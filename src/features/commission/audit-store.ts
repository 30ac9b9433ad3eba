import { sql } from "drizzle-orm";
import { actorId, type TenantTx } from "../../adapters/db/index.ts";

/** Who did what, in the transaction of the deed. */
export async function audited(
  tx: TenantTx,
  deed: {
    readonly action: string;
    readonly subjectKind: string;
    readonly subjectId: string;
    readonly detail: { readonly [key: string]: unknown };
  },
): Promise<void> {
  await tx.execute(sql`
    insert into tenant.audit (tenant_id, actor_kind, actor_id, action, subject_kind, subject_id, detail)
    values (${tx.tenantId}, ${tx.actor.kind}, ${actorId(tx.actor)}, ${deed.action}, ${deed.subjectKind}, ${deed.subjectId},
      ${JSON.stringify(deed.detail)}::jsonb)`);
}
