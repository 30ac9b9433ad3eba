import { sql } from "drizzle-orm";
import { type Database, type TenantScope, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import { inMonth, type Place, type Progress, type Reach, ratePage } from "./rated-items.ts";
import { type RatedTerms, termsText } from "./rated-terms.ts";
import { sha256 } from "./sha256.ts";
import { cutoffNow } from "./store.ts";
import { iso } from "./usage-rows.ts";

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
  const termsHash = await sha256(termsText(terms));
  const inLock = <T>(work: (tx: TenantTx) => Promise<T>) =>
    withTenant(run.db, run.scope, async (tx) => {
      await run.lock(tx);
      return work(tx);
    });
  const begun = await inLock((tx) => begin(tx, terms, termsHash));
  let rated = 0;
  for (const reach of begun.passes) {
    if (reach === "all" && rated > 0 && (await inLock((tx) => isWhole(tx, terms)))) break;
    let after: Place | null = null;
    for (let page = 0; page < PAGES_MAX; page++) {
      const from: Place | null = after;
      const progress: Progress = await inLock((tx) => ratePage(tx, terms, reach, from));
      rated += progress.rated;
      after = progress.next;
      if (after === null) break;
    }
  }
  if (rated > 0) await inLock((tx) => remember(tx, terms, termsHash, begun.at));
  return rated;
}

/** Which passes are to be made: none, what came lately and then (where that was not all) everything, or everything anew. */
async function begin(
  tx: TenantTx,
  terms: RatedTerms,
  termsHash: string,
): Promise<{ readonly at: string; readonly passes: readonly Reach[] }> {
  const at = iso(await cutoffNow(tx));
  const [known] = await tx.execute<{ terms_hash: string; until: string }>(sql`
    select terms_hash, rated_until::text as until from tenant.rated_months
    where tenant_id = ${tx.tenantId} and contract_id = ${terms.contract.id} and period_start = ${terms.month.start}::date`);
  if (known === undefined) return { at, passes: ["all"] };
  if (known.terms_hash !== termsHash) {
    await forget(tx, terms);
    return { at, passes: ["all"] };
  }
  if (await isWhole(tx, terms)) return { at, passes: [] };
  return { at, passes: [{ since: known.until }, "all"] };
}

/** Usage is only ever added and each record rated once, so equal counts mean that nothing is left. */
export async function isWhole(tx: TenantTx, { contract, month }: RatedTerms): Promise<boolean> {
  const [row] = await tx.execute<{ whole: boolean }>(sql`
    select (select count(*) from tenant.usage u where ${inMonth(tx, month)}) = (select count(*) from tenant.rated_items r
      where r.tenant_id = ${tx.tenantId} and r.contract_id = ${contract.id}
        and r.occurred_at >= ${iso(month.from)}::timestamptz and r.occurred_at < ${iso(month.to)}::timestamptz) as whole`);
  return row?.whole ?? false;
}

/** Items made under other terms: they are made anew. Only a month that is still a draft has other terms. */
export async function forget(tx: TenantTx, { contract, month }: RatedTerms): Promise<void> {
  await tx.execute(sql`
    delete from tenant.rated_items r where r.tenant_id = ${tx.tenantId} and r.contract_id = ${contract.id}
      and r.occurred_at >= ${iso(month.from)}::timestamptz and r.occurred_at < ${iso(month.to)}::timestamptz`);
  await tx.execute(sql`
    delete from tenant.rated_months
    where tenant_id = ${tx.tenantId} and contract_id = ${contract.id} and period_start = ${month.start}::date`);
}

async function remember(tx: TenantTx, { contract, month }: RatedTerms, termsHash: string, at: string): Promise<void> {
  await tx.execute(sql`
    insert into tenant.rated_months (tenant_id, contract_id, period_start, terms_hash, rated_until)
    values (${tx.tenantId}, ${contract.id}, ${month.start}, ${termsHash}, ${at})
    on conflict (tenant_id, contract_id, period_start) do update set terms_hash = excluded.terms_hash, rated_until = excluded.rated_until`);
}
