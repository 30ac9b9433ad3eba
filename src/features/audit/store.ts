import { sql } from "drizzle-orm";
import { actorId, type OperatorTx, type TenantTx } from "../../adapters/db/index.ts";

type Subject = { readonly kind: string; readonly id: string };

/** Who did what to one client's data, in the transaction of the deed. */
export async function audit(tx: TenantTx, action: string, subject: Subject, detail: object = {}): Promise<void> {
  await tx.execute(sql`
    insert into tenant.audit (tenant_id, actor_kind, actor_id, action, subject_kind, subject_id, detail)
    values (${tx.tenantId}, ${tx.actor.kind}, ${actorId(tx.actor)}, ${action}, ${subject.kind}, ${subject.id}, ${JSON.stringify(detail)}::jsonb)`);
}

/** What somebody of the house did to what is the house's own, in the transaction of the deed. */
export function auditHouse(
  tx: OperatorTx,
  userId: string,
  action: string,
  subject: Subject,
  detail: object,
): Promise<void> {
  return insertHouse(tx, { kind: "user", id: userId }, action, subject, detail);
}

/** The same of who works with the house's commands: the command is all that is known of them. */
export function auditHouseCommand(tx: OperatorTx, command: string, action: string, subject: Subject): Promise<void> {
  return insertHouse(tx, { kind: "cli", id: command }, action, subject, {});
}

async function insertHouse(
  tx: OperatorTx,
  by: { readonly kind: "user" | "cli"; readonly id: string },
  action: string,
  subject: Subject,
  detail: object,
): Promise<void> {
  await tx.execute(sql`
    insert into house.audit (actor_kind, actor_id, action, subject_kind, subject_id, detail)
    values (${by.kind}, ${by.id}, ${action}, ${subject.kind}, ${subject.id}, ${JSON.stringify(detail)}::jsonb)`);
}
