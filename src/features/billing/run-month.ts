import { DatabaseOutage, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { localDate, monthAt, monthBefore } from "./period.ts";
import { type BillingContext, failedOutcome, type RunOptions, type RunOutcome, runContract } from "./run-contract.ts";
import { runFailure } from "./run-failure.ts";
import { type Contract, contractsOf, draftMonths, tenantsInService } from "./store.ts";

/** A month that has just ended is refreshed this long, for facts that come late. */
const LATE_DAYS = 5;

/**
 * Drafts the invoices of a month, for one client or for all. A pure function of contract, usage and period stands behind
 * it: running it twice, or twice at once, gives the same rows, and a run with nothing new writes nothing.
 */
export async function runMonth(
  ctx: BillingContext,
  input: { readonly tenantId?: TenantId | undefined; readonly period: string },
): Promise<RunOutcome[]> {
  const tenants =
    input.tenantId === undefined ? await withOperator(ctx.operatorDb, tenantsInService) : [input.tenantId];
  const outcomes: RunOutcome[] = [];
  for (const tenantId of tenants) {
    const contracts = await withTenant(ctx.db, { tenantId, actor: ctx.actor }, contractsOf);
    for (const contract of contracts) {
      outcomes.push(await parked(ctx, { tenantId, contract, period: input.period, asked: true }));
    }
  }
  return outcomes;
}

/**
 * Brings every draft up to date, begins the current month's, and the last one's while late facts may still come. Cheap
 * where nothing is new, so it runs every minute and after usage was written. A draft that a person threw away stays away.
 */
export async function refreshDrafts(ctx: BillingContext, tenantId?: TenantId): Promise<RunOutcome[]> {
  const tenants = tenantId === undefined ? await withOperator(ctx.operatorDb, tenantsInService) : [tenantId];
  const outcomes: RunOutcome[] = [];
  for (const id of tenants) {
    const contracts = await withTenant(ctx.db, { tenantId: id, actor: ctx.actor }, contractsOf);
    for (const contract of contracts) {
      const drafts = await withTenant(ctx.db, { tenantId: id, actor: ctx.actor }, (tx) => draftMonths(tx, contract.id));
      const periods = new Set([...drafts, ...openMonths(contract.timeZone, ctx.now)]);
      for (const period of [...periods].sort()) {
        outcomes.push(await parked(ctx, { tenantId: id, contract, period, asked: false }));
      }
    }
  }
  return outcomes;
}

function openMonths(timeZone: string, now: Instant): string[] {
  const current = monthAt(timeZone, now);
  const dayOfMonth = Number(localDate(timeZone, now).slice(8));
  return dayOfMonth <= LATE_DAYS ? [monthBefore(current), current] : [current];
}

/** A contract that cannot be rated is parked with its reason; only an outage, which would hit them all, ends the run. */
export async function parked(
  ctx: BillingContext,
  options: RunOptions & { readonly tenantId: TenantId; readonly contract: Contract },
): Promise<RunOutcome> {
  try {
    return await runContract(ctx, options);
  } catch (error) {
    if (error instanceof DatabaseOutage || !(error instanceof Error)) throw error;
    return failedOutcome(options.tenantId, options.contract, runFailure(error));
  }
}
