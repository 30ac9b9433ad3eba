import { and, isNull, lt, sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { ContactId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { contacts } from "./tables.ts";

/**
 * Contacts that came before an instant and have not ended by the record, at most so many, drawn by lot: those that nothing
 * helps must not keep the others from their turn.
 */
export async function stuckContacts(tx: TenantTx, offeredBefore: Instant, limit: number): Promise<ContactId[]> {
  const rows = await tx
    .select({ id: contacts.id })
    .from(contacts)
    .where(and(isNull(contacts.endedAt), lt(contacts.offeredAt, offeredBefore)))
    .orderBy(sql`random()`)
    .limit(limit);
  return rows.map(({ id }) => id);
}
