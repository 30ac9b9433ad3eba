import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { withProfile } from "../../../test/support/invoices.ts";
import { killedAt } from "../../../test/support/statements.ts";
import { connect, type Database, DatabaseOutage } from "../../adapters/db/index.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import type { BillingContext } from "./run-contract.ts";
import { performRun, startRuns } from "./runs.ts";

const databases = useDatabase();
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const CHARGES: readonly Charge[] = [
  { ...named("bundle"), model: "package", usage: "contact", fee: "50", included: 2, overflow: "1.005" },
  {
    ...named("talk"),
    model: "carrier_time",
    buy: { perMinute: "0.0123", firstS: 60, nextS: 60 },
    sell: { by: "markup", percent: "15" },
  },
  { ...named("share"), model: "commission", pay: { by: "percent", percent: "4.5" } },
];

let db: Database;
let operatorDb: Database;
const context = (over: Database): BillingContext => ({
  db: over,
  operatorDb,
  actor: { kind: "system", name: "test" },
  now: Date.parse("2026-12-02T00:00:00Z"),
});

beforeAll(() => {
  db = connect(databases.urls.app, { max: 2 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

async function client(): Promise<TestClient> {
  const of = await testClient(databases.admin);
  await withProfile(databases.admin, of.tenantId, { profile: "cn_vat", rate: "6", charges: {} });
  await of.version("2026-01-01", null, CHARGES);
  for (const n of [1, 2, 3, 4]) await of.use({ event: `c${n}`, kind: "contact", at: `2026-11-0${n}T02:00:00Z` });
  await of.use({ event: "leg", kind: "carrier_leg", at: "2026-11-05T02:00:00Z", quantity: 61 });
  await of.use({ event: "sale", kind: "success", at: "2026-11-05T02:00:00Z", attrs: { saleMinor: 12_345 } });
  await of.use({ event: "blank", kind: "success", at: "2026-11-06T02:00:00Z" });
  return of;
}

/** All that a run leaves behind, without ids and instants. */
async function bytesOf(of: TestClient): Promise<string> {
  const rows = await databases.admin`
    select 'invoice' as what, jsonb_build_array(total_minor, tax_minor, output_hash, usage_rows, status) as row from tenant.invoices where tenant_id = ${of.tenantId}
    union all select 'line', jsonb_build_array(stable_key, quantity, amount_minor, exact_num, exact_den, detail, behind, tax_rate)
      from tenant.invoice_lines where tenant_id = ${of.tenantId}
    union all select 'tax', jsonb_build_array(category, rate, base_minor, tax_minor) from tenant.invoice_taxes where tenant_id = ${of.tenantId}
    union all select 'usage', jsonb_build_array(u.source_event_id, s.quantity, s.billed_s, s.amount_num)
      from tenant.line_usage s join tenant.usage u on u.tenant_id = s.tenant_id and u.id = s.usage_id where s.tenant_id = ${of.tenantId}
    union all select 'rated', jsonb_build_array(u.source_event_id, r.reason, r.quantity, r.amount_num)
      from tenant.rated_items r join tenant.usage u on u.tenant_id = r.tenant_id and u.id = r.usage_id where r.tenant_id = ${of.tenantId}
    union all select 'sum', jsonb_build_array(part, reason, kind, records, contacts, quantity, most, most_records, billed_s, cost_s, amount_num, cost_num, sale_minor)
      from tenant.rated_sums where tenant_id = ${of.tenantId}
    union all select 'exception', jsonb_build_array(source_event_id, reason, state) from tenant.usage_exceptions where tenant_id = ${of.tenantId}
    union all select 'run', jsonb_build_array(state) from tenant.invoice_runs where tenant_id = ${of.tenantId}
    order by 1, 2`;
  return JSON.stringify(rows);
}

test("BIL-8 a run killed at any of its statements is begun again and ends in the same bytes", {
  timeout: 180_000,
}, async () => {
  const start = (of: TestClient) =>
    startRuns(context(db), { period: "2026-11", batchId: randomUUID(), tenantId: of.tenantId });
  const whole = await client();
  for (const message of await start(whole)) await performRun(context(db), message);
  const expected = await bytesOf(whole);
  expect(expected).toContain("bundle/overflow@v1");
  let killed = 0;
  for (let statement = 1; ; statement++) {
    const of = await client();
    const [message] = await start(of);
    if (message === undefined) throw new Error("no run was queued");
    const over = killedAt(db, statement);
    const first = await performRun(context(over), message).catch((trouble: unknown) => trouble);
    if (over.sent() < statement) {
      expect(first).toMatchObject({ state: "done" });
      break;
    }
    killed += 1;
    expect([statement, first instanceof DatabaseOutage]).toEqual([statement, true]);
    expect([statement, (await performRun(context(db), message)).state]).toEqual([statement, "done"]);
    expect([statement, await bytesOf(of)]).toEqual([statement, expected]);
  }
  expect(killed).toBeGreaterThan(20);
});
