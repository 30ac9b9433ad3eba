import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import type { FoundException } from "./exceptions-store.ts";
import { ratedMonth } from "./rate-usage.ts";
import { type Place, ratePage } from "./rated-items.ts";
import type { RatedTerms } from "./rated-terms.ts";
import { type MonthFromSums, rateFromSums } from "./rated-totals.ts";

/** Exceptions opened by one run; the next opens more. */
const EXCEPTIONS_MAX = 10_000;

export type OwnMonth = MonthFromSums & {
  readonly exceptions: readonly FoundException[];
  readonly notChargedByKind: { readonly [kind: string]: number };
};

/** The month from its rated items, and what of it waits for a person or is charged by nothing. */
export async function ownMonth(tx: TenantTx, terms: RatedTerms, cutoff: Instant): Promise<OwnMonth> {
  const sums = await rateFromSums(tx, terms, cutoff);
  const notChargedByKind: { [kind: string]: number } = {};
  let waiting = 0;
  for (const { reason, kind, records } of sums.notCharged) {
    if (reason === "no_charge" && kind !== "milestone") {
      notChargedByKind[kind] = (notChargedByKind[kind] ?? 0) + records;
    } else if (reason !== "nothing_used") waiting += records;
  }
  return { ...sums, notChargedByKind, exceptions: waiting === 0 ? [] : await waitingUsage(tx, sums) };
}

/** Records that no charge takes though they may be worth money, and that nobody was told of yet. */
async function waitingUsage(tx: TenantTx, { counted }: MonthFromSums): Promise<FoundException[]> {
  const reason = sql`case when r.reason = 'no_charge' then 'unknown_milestone' else r.reason end`;
  const rows = await tx.execute<FoundException>(sql`
    select r.usage_id as "rowId", ${reason} as reason from ${counted} and r.charge_id is null
      and (r.reason in ('no_contract', 'negative_quantity', 'missing_sale') or (r.reason = 'no_charge' and r.kind = 'milestone'))
      and not exists (select from tenant.usage_exceptions e where e.tenant_id = r.tenant_id and e.usage_id = r.usage_id
        and (e.reason = ${reason} or e.resolution = 'accepted'))
    order by r.occurred_at, r.usage_id limit ${EXCEPTIONS_MAX}`);
  return [...rows];
}

/**
 * Rates what was received lately and is not rated yet, a page at a time but in the run's own transaction. Returns how many
 * of the month's records are rated now: those are the draft's, whatever comes meanwhile.
 */
export async function rateRest(tx: TenantTx, terms: RatedTerms): Promise<number> {
  const known = await ratedMonth(tx, terms);
  assert(known !== undefined, "a month is rated before its rest is");
  let after: Place | null = null;
  do after = (await ratePage(tx, terms, { since: known.until }, after)).next;
  while (after !== null);
  return (await ratedMonth(tx, terms))?.rows ?? 0;
}
