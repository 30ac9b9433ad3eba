import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { billingMonth } from "./period.ts";
import { rateNewUsage } from "./rate-new-usage.ts";
import { contactsAddedUp, contactsOfSegments } from "./rated-days.ts";
import { itemsOff, sumsAstray } from "./rated-sums.ts";
import { ratedTerms } from "./rated-terms.ts";
import { rateFromSums } from "./rated-totals.ts";
import { segmentsOf } from "./rating-input.ts";
import { cutoffNow, versionsInForce } from "./store.ts";
import { storeUsage } from "./usage-store.ts";

const databases = useDatabase();
const PERIOD = "2026-11";
const MONTH = billingMonth("Asia/Shanghai", PERIOD);
const actor = { kind: "system", name: "test" } as const;
const RATE: Charge = {
  code: "rate",
  label: { zh: "rate", en: "rate" },
  model: "commission",
  pay: {
    by: "bands",
    bands: [
      { upToPercent: "10", amount: "1" },
      { upToPercent: null, amount: "2" },
    ],
  },
};

let db: Database;
beforeAll(() => {
  db = connect(databases.urls.app, { max: 2 });
});
afterAll(() => db.close());

/** A month whose contract changes in its middle, with so many records, one in ten of them a success and the rest contacts. */
async function successes(records: number): Promise<TestClient> {
  const of = await testClient(databases.admin);
  await of.version("2026-01-01", "2026-11-16", [RATE]);
  await of.version("2026-11-16", null, [RATE]);
  const usage = Array.from({ length: records }, (_, nth) => ({
    source: "facts",
    sourceEventId: `c${nth}`,
    kind: nth % 10 === 0 ? ("success" as const) : ("contact" as const),
    quantity: 1,
    contactId: randomUUID(),
    occurredAt: MONTH.from + Math.floor((nth * (MONTH.to - MONTH.from)) / records),
    attrs: {},
  }));
  await withTenant(db, { tenantId: of.tenantId, actor }, (tx) => storeUsage(tx, usage));
  return of;
}

async function termsOf(tx: TenantTx, of: TestClient) {
  const versions = await versionsInForce(tx, of.contractId, MONTH);
  const segments = await segmentsOf(tx, of.contractId, versions, MONTH);
  return ratedTerms({ id: of.contractId, currency: "CNY" }, MONTH, versions, segments);
}

/** Rows that this transaction has read so far, counted by PostgreSQL itself. */
async function rowsRead(tx: TenantTx): Promise<number> {
  const [row] = await tx.execute<{ rows: number }>(sql`
    select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_xact_all_tables
    where schemaname = 'tenant' and relname in ('usage', 'rated_items', 'rated_days', 'rated_sums')`);
  return row?.rows ?? 0;
}

test("BIL-8 a success rate is drafted from contacts kept by day: no more rows are read of a large month than of a small one", async () => {
  const read: number[] = [];
  for (const records of [200, 3_000]) {
    const of = await successes(records);
    const scope = { tenantId: of.tenantId, actor };
    await rateNewUsage(db, scope, PERIOD);
    for (const table of ["usage", "rated_items", "rated_days", "rated_sums"])
      await databases.admin.unsafe(`analyze tenant.${table}`);
    await withTenant(db, scope, async (tx) => {
      const terms = await termsOf(tx, of);
      const cutoff = await cutoffNow(tx);
      const before = await rowsRead(tx);
      const { rating } = await rateFromSums(tx, terms, cutoff);
      read.push((await rowsRead(tx)) - before);
      const half = records / 20;
      expect(rating.lines.map((line) => line.detail)).toMatchObject([
        { kind: "success_band", successes: half, contacts: half * 9, amount: "2" },
        { kind: "success_band", successes: half, contacts: half * 9, amount: "2" },
      ]);
    });
  }
  const [small = 0, large = 0] = read;
  expect(small).toBeGreaterThan(0);
  expect(large).toBeLessThan(small + 100);
});

test("BIL-7 a month rated before contacts were kept by day has them added up once; what is corrected is taken off its day", async () => {
  const of = await successes(100);
  const scope = { tenantId: of.tenantId, actor };
  await rateNewUsage(db, scope, PERIOD);
  await databases.admin`delete from tenant.rated_days where tenant_id = ${of.tenantId}`;
  await databases.admin`update tenant.rated_months set days_summed = false where tenant_id = ${of.tenantId}`;
  const [wrong] = await databases.admin<{ id: string; at: string }[]>`
    select id, occurred_at::text as at from tenant.usage where tenant_id = ${of.tenantId} and kind = 'contact' order by occurred_at limit 1`;
  const both = () =>
    withTenant(db, scope, async (tx) => {
      const terms = await termsOf(tx, of);
      const cutoff = await cutoffNow(tx);
      const kept = await contactsOfSegments(tx, terms, cutoff, await itemsOff(tx, terms, cutoff));
      expect(kept).toEqual(await contactsAddedUp(tx, terms, cutoff));
      expect(await sumsAstray(tx, terms)).toBe(0);
      return [...kept.values()];
    });
  expect(await both()).toEqual([45, 45]);
  await of.use({ event: "void", kind: "contact", at: wrong?.at ?? "", quantity: 0, corrects: wrong?.id ?? "" });
  await rateNewUsage(db, scope, PERIOD);
  expect(await both()).toEqual([44, 45]);
  const [row] = await databases.admin`select days_summed from tenant.rated_months where tenant_id = ${of.tenantId}`;
  expect(row?.days_summed).toBe(true);
  await databases.admin`update tenant.rated_days set contacts = contacts + 1 where tenant_id = ${of.tenantId} and day = '2026-11-02'`;
  const astray = await withTenant(db, scope, async (tx) => sumsAstray(tx, await termsOf(tx, of)));
  expect(astray).toBe(2);
});
