import type { Database } from "../../adapters/db/index.ts";
import type { ContactFact } from "../../domain/call/facts.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { refreshDrafts } from "../../features/billing/index.ts";
import { configOf, type Env } from "../env.ts";
import { errorFields, log } from "../log.ts";

/** Facts that bring usage with them; others leave an invoice as it is. */
const BILLABLE: ReadonlySet<ContactFact["body"]["type"]> = new Set(["leg_ended", "ended", "wrapped_up"]);
/** A client's draft follows its calls at most this often; between, and after, the minute's own run catches up. */
const PAUSE_MS = 5_000;
/** A long month's refresh costs more: the consumer spends at most this share of its time on drafts. */
const SHARE_MAX = 0.02;

/** When each client's draft may be refreshed again, on the platform's clock. Lost with the isolate, which does no harm. */
const restUntil = new Map<TenantId, number>();

/**
 * Brings the drafts of clients whose usage has just been stored up to date, so that a call stands in the draft seconds
 * after its end. A refresh that fails is not the facts' trouble: they are stored, and the minute's run tries again.
 */
export async function refreshSoon(
  env: Env,
  { db, operatorDb }: { readonly db: Database; readonly operatorDb: Database },
  stored: ReadonlyMap<TenantId, readonly ContactFact[]>,
): Promise<void> {
  for (const [tenantId, facts] of stored) {
    const startedMs = Date.now();
    const due = facts.some((fact) => BILLABLE.has(fact.body.type)) && (restUntil.get(tenantId) ?? 0) <= startedMs;
    if (!due) continue;
    try {
      const ctx = { db, operatorDb, actor: { kind: "system", name: "facts" }, now: configOf(env).clock.now() } as const;
      await refreshDrafts(ctx, tenantId);
    } catch (trouble) {
      log("warn", "draft_not_refreshed", { tenantId, ...errorFields(trouble) });
    }
    const tookMs = Date.now() - startedMs;
    restUntil.set(tenantId, startedMs + Math.max(PAUSE_MS, tookMs / SHARE_MAX));
  }
}
