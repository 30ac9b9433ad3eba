import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { Sale } from "../../domain/commission/sale.ts";
import type { SaleRow } from "./tables.ts";

const SOURCE = "sales";

/**
 * The client's bill follows the sale: where its wrap-up counts as a success, a new usage row takes that row's place with
 * the value that stands now, or with nothing when all came back. It keeps the day it was sold on, so it is rated at the
 * prices of that day, and the difference is booked as any correction is.
 */
export async function correctUsage(tx: TenantTx, row: SaleRow, sale: Sale, spoken: boolean): Promise<void> {
  if (row.usageId === null || !spoken) return;
  const quantity = sale.isReturned ? 0 : 1;
  const saleMinor = Number(sale.amountMinor - sale.returnedMinor);
  const [head] = await tx.execute<{ quantity: string; sale_minor: string | null; corrections: number }>(sql`
    select u.quantity::text as quantity, u.attrs->>'saleMinor' as sale_minor,
      (select count(*)::int from tenant.usage c where c.tenant_id = u.tenant_id and c.source = ${SOURCE}
        and starts_with(c.source_event_id, ${`${row.id}:`})) as corrections
    from tenant.usage u where u.tenant_id = ${tx.tenantId} and u.id = ${row.usageId}`);
  if (head === undefined) return;
  const isNew = Number(head.quantity) !== quantity || (quantity > 0 && Number(head.sale_minor ?? 0) !== saleMinor);
  if (!isNew) return;
  const eventId = `${row.id}:${head.corrections + 1}`;
  const [fresh] = await tx.execute<{ id: string }>(sql`
    insert into tenant.usage (tenant_id, source, source_event_id, kind, occurred_at, quantity, contact_id, attrs, payload_hash, corrects_id)
    select u.tenant_id, ${SOURCE}, ${eventId}, u.kind, u.occurred_at, ${quantity}, u.contact_id,
      u.attrs || jsonb_build_object('saleMinor', ${saleMinor}::bigint),
      encode(sha256(convert_to(${`${eventId}|${quantity}|${saleMinor}`}, 'UTF8')), 'hex'), u.id
    from tenant.usage u where u.tenant_id = ${tx.tenantId} and u.id = ${row.usageId} returning id`);
  if (fresh === undefined) return;
  await tx.execute(
    sql`update tenant.sales set usage_id = ${fresh.id} where tenant_id = ${tx.tenantId} and id = ${row.id}`,
  );
}
