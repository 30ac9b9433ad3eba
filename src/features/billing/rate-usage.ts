import { sql } from "drizzle-orm";
import { type Database, iso, type TenantScope, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import { sumDaysOnce } from "./rated-days.ts";
import { inMonth, type Place, type Progress, type Reach, ratePage } from "./rated-items.ts";
import { forgetMonth, sumOnce, takeOffReason } from "./rated-sums.ts";
import { type RatedTerms, ratingText } from "./rated-terms.ts";
import { sha256 } from "./rating-input.ts";
import { cutoffNow } from "./store.ts";

/** Pages of one pass: more would be a month of a billion records. */
const PAGES_MAX = 100_000;

type Run = {
  readonly db: Database;
  readonly scope: TenantScope;
  /** Taken in each transaction: one run of a contract at a time. */
  readonly lock: (tx: TenantTx) => Promise<unknown>;
};

/**
 * Rates what of the month's usage is not rated yet, a page a transaction: what is done stays done, so a run that was killed
 * goes on where it stopped, and two at once share the work. Where everything is rated it looks and writes nothing.
 */
export async function rateUsage(run: Run, terms: RatedTerms): Promise<number> {
  const inLock = <T>(work: (tx: TenantTx) => Promise<T>) =>
    withTenant(run.db, run.scope, async (tx) => {
      await run.lock(tx);
      return work(tx);
    });
  const { at, passes } = await inLock((tx) => begin(tx, terms));
  let rated = 0;
  for (const reach of passes) {
    if (rated > 0 && (await inLock(async (tx) => isWhole(tx, terms, await recordsOf(tx, terms))))) break;
    let after: Place | null = null;
    for (let page = 0; page < PAGES_MAX; page++) {
      const from: Place | null = after;
      const progress: Progress = await inLock((tx) => ratePage(tx, terms, reach, from));
      rated += progress.rated;
      after = progress.next;
      if (after === null) break;
    }
  }
  if (rated > 0) await inLock((tx) => looked(tx, terms, at));
  return rated;
}

/**
 * Rates what came late of a month that is closed, a page at a time in the caller's transaction. What stands behind its
 * invoice stays as it was rated, whatever the rules would say today; months from before items were kept are rated whole.
 */
export async function rateLate(tx: TenantTx, terms: RatedTerms): Promise<void> {
  await tx.execute(sql`
    insert into tenant.rated_months (tenant_id, contract_id, period_start, terms_hash, rated_until, rows, summed, days_summed)
    values (${tx.tenantId}, ${terms.contract.id}, ${terms.month.start}, ${await sha256(ratingText(terms))}, '-infinity', 0, true, ${terms.usesContacts})
    on conflict do nothing`);
  await sumOnce(tx, terms);
  await sumDaysOnce(tx, terms);
  await reopenAccepted(tx, terms);
  const known = await ratedMonth(tx, terms);
  for (const reach of [{ since: known?.until ?? "-infinity" }, "all"] as const) {
    if ((await recordsOf(tx, terms)) === (await ratedMonth(tx, terms))?.rows) return;
    let after: Place | null = null;
    do after = (await ratePage(tx, terms, reach, after)).next;
    while (after !== null);
  }
}

/** Which passes are to be made: none, what came lately and then (where that was not all) everything, or everything anew. */
async function begin(
  tx: TenantTx,
  terms: RatedTerms,
): Promise<{ readonly at: string; readonly passes: readonly Reach[] }> {
  const at = iso(await cutoffNow(tx));
  const termsHash = await sha256(ratingText(terms));
  const known = await ratedMonth(tx, terms);
  if (known !== undefined && known.termsHash === termsHash) {
    await sumOnce(tx, terms);
    await sumDaysOnce(tx, terms);
    await reopenAccepted(tx, terms);
    if (await isWhole(tx, terms, await recordsOf(tx, terms))) return { at, passes: [] };
    return { at, passes: [{ since: known.until }, "all"] };
  }
  if (known !== undefined) await forget(tx, terms);
  await tx.execute(sql`
    insert into tenant.rated_months (tenant_id, contract_id, period_start, terms_hash, rated_until, rows, summed, days_summed)
    values (${tx.tenantId}, ${terms.contract.id}, ${terms.month.start}, ${termsHash}, '-infinity', 0, true, ${terms.usesContacts})`);
  return { at, passes: ["fresh"] };
}

/** How far a month has been rated, and under which terms. */
export async function ratedMonth(tx: TenantTx, { contract, month }: RatedTerms) {
  const [row] = await tx.execute<{ terms_hash: string; until: string; rows: string }>(sql`
    select terms_hash, rated_until::text as until, rows::text from tenant.rated_months
    where tenant_id = ${tx.tenantId} and contract_id = ${contract.id} and period_start = ${month.start}::date`);
  return row === undefined ? undefined : { termsHash: row.terms_hash, until: row.until, rows: Number(row.rows) };
}

/** Usage is only ever added and each record rated once, so as many items as records mean that nothing is left. */
export async function isWhole(tx: TenantTx, terms: RatedTerms, records: number): Promise<boolean> {
  const known = await ratedMonth(tx, terms);
  if (known === undefined || known.termsHash !== (await sha256(ratingText(terms)))) return false;
  return records === known.rows;
}

async function recordsOf(tx: TenantTx, { month }: RatedTerms): Promise<number> {
  const [row] = await tx.execute<{ records: string }>(
    sql`select count(*)::text as records from tenant.usage u where ${inMonth(tx, month)}`,
  );
  return Number(row?.records);
}

/** Sales that a person has accepted without their value are rated after all. */
async function reopenAccepted(tx: TenantTx, terms: RatedTerms): Promise<void> {
  const { contract, month } = terms;
  const kinds = await tx.execute<{ kind: string; records: number }>(sql`
    with reopened as (
      delete from tenant.rated_items r where r.tenant_id = ${tx.tenantId} and r.contract_id = ${contract.id} and r.charge_id is null
        and r.reason = 'missing_sale' and r.occurred_at >= ${iso(month.from)}::timestamptz and r.occurred_at < ${iso(month.to)}::timestamptz
        and r.usage_id in (select e.usage_id from tenant.usage_exceptions e where e.tenant_id = ${tx.tenantId} and e.resolution = 'accepted')
      returning r.kind),
    counted as (
      update tenant.rated_months set rows = rows - (select count(*) from reopened)
      where tenant_id = ${tx.tenantId} and contract_id = ${contract.id} and period_start = ${month.start}::date
        and exists (select from reopened))
    select kind, count(*)::int as records from reopened group by kind order by kind`);
  for (const it of kinds) await takeOffReason(tx, terms, { reason: "missing_sale", ...it });
}

/** Items made under other terms are made anew, and their sums go with the month. Only a draft's month has other terms. */
export async function forget(tx: TenantTx, terms: RatedTerms): Promise<void> {
  const { contract, month } = terms;
  await forgetMonth(tx, terms);
  await tx.execute(sql`
    delete from tenant.rated_items r where r.tenant_id = ${tx.tenantId} and r.contract_id = ${contract.id}
      and r.occurred_at >= ${iso(month.from)}::timestamptz and r.occurred_at < ${iso(month.to)}::timestamptz`);
  await tx.execute(sql`
    delete from tenant.rated_months
    where tenant_id = ${tx.tenantId} and contract_id = ${contract.id} and period_start = ${month.start}::date`);
}

async function looked(tx: TenantTx, { contract, month }: RatedTerms, at: string): Promise<void> {
  await tx.execute(sql`update tenant.rated_months set rated_until = ${at}
    where tenant_id = ${tx.tenantId} and contract_id = ${contract.id} and period_start = ${month.start}::date`);
}
