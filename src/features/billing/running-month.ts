import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { Segment } from "../../domain/rating/allot.ts";
import type { Reckoning } from "../../domain/rating/rate.ts";
import { type BillingMonth, billingMonth, monthAt } from "./period.ts";
import { ratedTerms } from "./rated-terms.ts";
import { monthReckoning } from "./rated-totals.ts";
import { segmentsOf } from "./rating-input.ts";
import { type Contract, contractsOf, invoiceOfMonth, versionsInForce } from "./store.ts";

/** A contract's month while it runs, from the same rated usage that its draft is made from. */
export type RunningMonth = {
  readonly contract: Contract;
  readonly month: BillingMonth;
  readonly segments: readonly Segment[];
  readonly reckoning: Reckoning;
  readonly invoiceId: string | null;
  /** What late usage of earlier months adds to this month's invoice, before tax. */
  readonly lateMinor: bigint;
  /** What the month before came to, before tax; null where it has no invoice that stands. */
  readonly lastMonthMinor: bigint | null;
};

/** The current month of each contract that is in force on any day of it. */
export async function runningMonths(tx: TenantTx, now: Instant): Promise<RunningMonth[]> {
  const found: RunningMonth[] = [];
  for (const contract of await contractsOf(tx)) {
    const month = billingMonth(contract.timeZone, monthAt(contract.timeZone, now));
    const versions = await versionsInForce(tx, contract.id, month);
    if (versions.length === 0) continue;
    const segments = await segmentsOf(tx, contract.id, versions, month);
    const draft = await invoiceOfMonth(tx, contract.id, month);
    found.push({
      contract,
      month,
      segments,
      // An item is rated on the database's clock: all that is there by now counts.
      reckoning: await monthReckoning(tx, ratedTerms(contract, month, versions, segments)),
      invoiceId: draft?.id ?? null,
      lateMinor: draft === undefined ? 0n : await adjustmentsMinor(tx, draft.id),
      lastMonthMinor: await monthBeforeMinor(tx, contract.id, month.start),
    });
  }
  return found;
}

async function adjustmentsMinor(tx: TenantTx, invoiceId: string): Promise<bigint> {
  const [row] = await tx.execute<{ minor: string }>(sql`
    select coalesce(sum(amount_minor), 0)::text as minor from tenant.invoice_lines
    where tenant_id = ${tx.tenantId} and invoice_id = ${invoiceId} and starts_with(stable_key, 'adj/')`);
  return BigInt(row?.minor ?? 0);
}

async function monthBeforeMinor(tx: TenantTx, contractId: string, start: string): Promise<bigint | null> {
  const [row] = await tx.execute<{ minor: string }>(sql`
    select total_minor::text as minor from tenant.invoices where tenant_id = ${tx.tenantId} and contract_id = ${contractId}
      and period_end = ${start}::date and status not in ('discarded', 'credited') limit 1`);
  return row === undefined ? null : BigInt(row.minor);
}
