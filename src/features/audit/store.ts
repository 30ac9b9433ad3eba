import { sql } from "drizzle-orm";
import { actorId, type OperatorTx, type TenantTx } from "../../adapters/db/index.ts";

/** Who did what to one client's data, in the transaction of the deed. */
export async function audit(
  tx: TenantTx,
  action: string,
  subject: { readonly kind: string; readonly id: string },
  detail: object = {},
): Promise<void> {
  await tx.execute(sql`
    insert into tenant.audit (tenant_id, actor_kind, actor_id, action, subject_kind, subject_id, detail)
    values (${tx.tenantId}, ${tx.actor.kind}, ${actorId(tx.actor)}, ${action}, ${subject.kind}, ${subject.id}, ${JSON.stringify(detail)}::jsonb)`);
}

/** What somebody of the house did to what is the house's own, in the transaction of the deed. */
export async function auditHouse(
  tx: OperatorTx,
  userId: string,
  action: string,
  subject: { readonly kind: string; readonly id: string },
  detail: object,
): Promise<void> {
  await tx.execute(sql`
    insert into house.audit (actor_kind, actor_id, action, subject_kind, subject_id, detail)
    values ('user', ${userId}, ${action}, ${subject.kind}, ${subject.id}, ${JSON.stringify(detail)}::jsonb)`);
}
