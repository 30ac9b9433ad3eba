import { connect, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { ContactId, TenantId } from "../../domain/kernel/ids.ts";
import { stuckContacts } from "../../features/contacts/index.ts";
import { tenantsOfHouse } from "../../features/ledger/index.ts";
import { configOf, type Env } from "../env.ts";
import { errorFields, log } from "../log.ts";
import { objectName } from "../objects/contact-id.ts";

/** A contact that has not ended after so long is looked at: its own alarm should have, so this is the second net. */
const STUCK_MS = 15 * 60_000;
/** Contacts looked at per tenant and run; the next run, a minute later, draws again. */
const SWEEP_MAX = 100;
/** Woken side by side: one whose carrier is away takes seconds, and the next minute is near. */
const AT_ONCE = 20;

/**
 * Wakes contacts that the record still shows as going on. A contact whose alarm was lost sets it again. One that cannot be
 * woken is told of, and the others are woken all the same.
 */
export async function sweepContacts(env: Env): Promise<number> {
  const limit = configOf(env).clock.now() - STUCK_MS;
  const app = connect(env.DB);
  const operator = connect(env.DB_OPERATOR);
  let woken = 0;
  try {
    for (const tenantId of await withOperator(operator, tenantsOfHouse)) {
      const stuck = await withTenant(app, { tenantId, actor: { kind: "system", name: "sweep" } }, (tx) =>
        stuckContacts(tx, limit, SWEEP_MAX),
      );
      for (let at = 0; at < stuck.length; at += AT_ONCE) {
        const some = stuck.slice(at, at + AT_ONCE).map((id) => wake(env, tenantId, id));
        woken += (await Promise.all(some)).filter(Boolean).length;
      }
    }
  } catch (trouble) {
    log("warn", "sweep_failed", errorFields(trouble));
  } finally {
    await Promise.all([app.close(), operator.close()]);
  }
  return woken;
}

/** Whether it woke. */
async function wake(env: Env, tenantId: TenantId, contactId: ContactId): Promise<boolean> {
  try {
    await env.CONTACT.get(env.CONTACT.idFromName(objectName.contact(tenantId, contactId))).sweep();
    return true;
  } catch (trouble) {
    log("error", "contact_not_swept", { tenantId, contactId, ...errorFields(trouble) });
    return false;
  }
}
