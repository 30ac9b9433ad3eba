import { and, asc, isNull, lt, sql } from "drizzle-orm";
import { connect, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { contacts } from "../../features/contacts/tables.ts";
import { configOf, type Env } from "../env.ts";
import { errorFields, log } from "../log.ts";
import { objectName } from "../objects/contact-id.ts";

/** A contact that has not ended after so long is looked at: its own alarm should have, so this is the second net. */
const STUCK_MS = 15 * 60_000;
/** Contacts looked at per tenant and run; the next run, a minute later, goes on. */
const SWEEP_MAX = 100;

/** Wakes contacts that the record still shows as going on. A contact whose alarm was lost sets it again. */
export async function sweepContacts(env: Env): Promise<number> {
  const limit = configOf(env).clock.now() - STUCK_MS;
  const app = connect(env.DB);
  const operator = connect(env.DB_OPERATOR);
  let woken = 0;
  try {
    const tenants = await withOperator(operator, (tx) =>
      tx.execute<{ id: TenantId }>(sql`select id from house.tenants`),
    );
    for (const { id: tenantId } of tenants) {
      const stuck = await withTenant(app, { tenantId, actor: { kind: "system", name: "sweep" } }, (tx) =>
        tx
          .select({ id: contacts.id })
          .from(contacts)
          .where(and(isNull(contacts.endedAt), lt(contacts.offeredAt, limit)))
          .orderBy(asc(contacts.offeredAt))
          .limit(SWEEP_MAX),
      );
      for (const { id } of stuck) {
        const name = objectName.contact(tenantId, id);
        await env.CONTACT.get(env.CONTACT.idFromName(name)).sweep();
        woken += 1;
      }
    }
  } catch (trouble) {
    log("warn", "sweep_failed", errorFields(trouble));
  } finally {
    await Promise.all([app.close(), operator.close()]);
  }
  return woken;
}
