import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { type Segment, whereOf } from "../../domain/rating/allot.ts";
import type { UsageRecord } from "../../domain/rating/usage.ts";
import type { BillingMonth } from "./period.ts";
import { pricedCharges } from "./priced-charges.ts";
import type { Contract, VersionInForce } from "./store.ts";
import { recordReader, type UsageRow } from "./usage-rows.ts";

/** Grows when the same record may be worth another amount: items are then made anew. */
const WORTH_VERSION = 1;

/** What a month's records are rated by. */
export type RatedTerms = {
  readonly contract: Pick<Contract, "id" | "currency">;
  readonly month: BillingMonth;
  readonly segments: readonly Segment[];
  readonly versions: readonly VersionInForce[];
  readonly priced: ReturnType<typeof pricedCharges>;
  /** Some charge asks for the time of day: then the wall clock of each record is worked out. */
  readonly usesHours: boolean;
  /** Some charge asks for the success rate: then contacts are kept by day, whatever charges them. */
  readonly usesContacts: boolean;
  readonly reader: (tx: TenantTx) => Promise<(row: UsageRow) => UsageRecord>;
};

export function ratedTerms(
  contract: Pick<Contract, "id" | "currency">,
  month: BillingMonth,
  versions: readonly VersionInForce[],
  segments: readonly Segment[],
): RatedTerms {
  const charges = versions.flatMap((version) => version.charges.map((it) => it.charge));
  let reader: Promise<(row: UsageRow) => UsageRecord> | null = null;
  return {
    contract,
    month,
    versions,
    segments,
    priced: pricedCharges(contract.currency, versions),
    usesContacts: charges.some((charge) => charge.model === "commission" && charge.pay.by === "bands"),
    usesHours: charges.some((charge) => whereOf(charge)?.hours !== undefined),
    reader: (tx) => {
      reader ??= queueKeys(tx).then(recordReader);
      return reader;
    },
  };
}

/** One text for the terms that decide which charge takes a record and what it is worth. */
export function ratingText({ contract, month, versions }: RatedTerms): string {
  const inForce = versions.map(({ version, contentHash, from, to }) => [version, contentHash, from, to]);
  return JSON.stringify([WORTH_VERSION, contract.currency, month.timeZone, inForce]);
}

/** Queues by id: usage names them so, contracts by their key in the files. */
async function queueKeys(tx: TenantTx): Promise<Map<string, string>> {
  const rows = await tx.execute<{ id: string; slug: string }>(
    sql`select id, slug from tenant.queues where tenant_id = ${tx.tenantId} limit 10000`,
  );
  return new Map(rows.map((row) => [row.id, row.slug]));
}
