import { refreshDrafts } from "../../features/billing/index.ts";
import type { Env } from "../env.ts";
import { log } from "../log.ts";
import { servicesOf } from "../services.ts";

/**
 * Every minute: the open months' draft invoices take in what was used since. A client with nothing new costs a digest and
 * no write, so a call stands in its draft within a minute of its end.
 */
export async function monthRun(env: Env): Promise<void> {
  const services = servicesOf(env);
  try {
    const { db, operatorDb, clock } = services;
    const actor = { kind: "system", name: "month-run" } as const;
    for (const outcome of await refreshDrafts({ db, operatorDb, actor, now: clock.now() })) {
      const { tenantId, invoiceId, what, lines } = outcome;
      if (what === "written") log("info", "draft_refreshed", { tenantId, invoiceId, lines });
      if (what === "failed")
        log("alert", "contract_not_rated", { tenantId, contractId: outcome.contractId, ...outcome.failure });
      if (outcome.exceptions > 0) log("warn", "usage_waits_for_a_person", { tenantId, records: outcome.exceptions });
    }
  } finally {
    await services.close();
  }
}
