import { sql } from "drizzle-orm";
import { actorId, type Database, iso, type TenantScope, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { audit } from "../audit/index.ts";

/** What the client set itself for a month of this contract; null where it set nothing. */
export async function limitOf(tx: TenantTx, contractId: string): Promise<bigint | null> {
  const [row] = await tx.execute<{ minor: string }>(sql`
    select amount_minor::text as minor from tenant.spend_limits where tenant_id = ${tx.tenantId} and contract_id = ${contractId}`);
  return row === undefined ? null : BigInt(row.minor);
}

/** What the client wants to be told about; null takes it away. It stops no call. */
export function setSpendLimit(
  db: Database,
  scope: TenantScope,
  {
    contractId,
    amountMinor,
    now,
  }: { readonly contractId: string; readonly amountMinor: bigint | null; readonly now: Instant },
): Promise<void> {
  return withTenant(db, scope, async (tx) => {
    const [contract] = await tx.execute(
      sql`select 1 from tenant.contracts where tenant_id = ${tx.tenantId} and id = ${contractId}`,
    );
    if (contract === undefined) {
      throw new Refusal("not_found", "contract_not_found", "there is no such contract");
    }
    if (amountMinor === null) {
      await tx.execute(
        sql`delete from tenant.spend_limits where tenant_id = ${tx.tenantId} and contract_id = ${contractId}`,
      );
    } else {
      await tx.execute(sql`
        insert into tenant.spend_limits (tenant_id, contract_id, amount_minor, set_by, set_at)
        values (${tx.tenantId}, ${contractId}, ${amountMinor.toString()}::bigint, ${actorId(tx.actor)}, ${iso(now)}::timestamptz)
        on conflict (tenant_id, contract_id) do update set amount_minor = excluded.amount_minor, set_by = excluded.set_by, set_at = excluded.set_at`);
    }
    const detail = { amountMinor: amountMinor?.toString() ?? null };
    await audit(tx, "spend_limit_set", { kind: "contract", id: contractId }, detail);
  });
}
