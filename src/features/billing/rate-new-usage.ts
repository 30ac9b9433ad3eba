import { type Database, type TenantScope, withTenant } from "../../adapters/db/index.ts";
import { billingMonth } from "./period.ts";
import { rateUsage } from "./rate-usage.ts";
import { type RatedTerms, ratedTerms } from "./rated-terms.ts";
import { segmentsOf } from "./rating-input.ts";
import { contractsOf, lockContract, versionsInForce } from "./store.ts";

/** Rates what of a client's month is not rated yet, under each of its contracts. Returns how many records were rated. */
export async function rateNewUsage(db: Database, scope: TenantScope, period: string): Promise<number> {
  const all = await withTenant(db, scope, async (tx) => {
    const found: RatedTerms[] = [];
    for (const contract of await contractsOf(tx)) {
      const month = billingMonth(contract.timeZone, period);
      const versions = await versionsInForce(tx, contract.id, month);
      if (versions.length === 0) continue;
      found.push(ratedTerms(contract, month, versions, await segmentsOf(tx, contract.id, versions, month)));
    }
    return found;
  });
  let rated = 0;
  for (const terms of all) {
    rated += await rateUsage({ db, scope, lock: (tx) => lockContract(tx, terms.contract.id) }, terms);
  }
  return rated;
}
