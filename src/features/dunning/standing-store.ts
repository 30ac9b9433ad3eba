import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { Standing } from "../../domain/dunning/dunning.ts";

/** How the client stands because of its unpaid invoices. */
export async function standingOfClient(tx: TenantTx): Promise<Standing> {
  const [row] = await tx.execute<{ standing: Standing }>(sql`
    select standing from tenant.dunning_standings where tenant_id = ${tx.tenantId}`);
  return row?.standing ?? "good";
}
