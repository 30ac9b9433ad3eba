import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, withTenant } from "../../adapters/db/index.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import type { BillingContext } from "./run-contract.ts";
import { refreshDrafts, runMonth } from "./run-month.ts";

const databases = useDatabase();
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const SEATS: Charge = { ...named("seats"), model: "seat_month", price: "4800.00", minSeats: 2 };
const CALLS: Charge = { ...named("calls"), model: "unit", usage: "contact", price: "3.33", per: 1, baseCount: 0 };
const TALK: Charge = {
  ...named("talk"),
  model: "carrier_time",
  buy: { perMinute: "0.0123", firstS: 60, nextS: 60 },
  sell: { by: "tariff", perMinute: "0.0180", firstS: 6, nextS: 6 },
};

let db: Database;
let operatorDb: Database;
const at = (now: string): BillingContext => ({
  db,
  operatorDb,
  actor: { kind: "system", name: "test" },
  now: Date.parse(now),
});
const ctx = () => at("2026-11-20T00:00:00Z");

beforeAll(() => {
  db = connect(databases.urls.app, { max: 4 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

const run = (client: TestClient, period = "2026-11") => runMonth(ctx(), { tenantId: client.tenantId, period });
const rows = (client: TestClient) =>
  databases.admin<{ stable_key: string; quantity: string; amount_minor: string; id: string; version: string }[]>`
    select l.stable_key, l.quantity, l.amount_minor, l.id, l.xmin::text as version from tenant.invoice_lines l
    where l.tenant_id = ${client.tenantId} order by l.position`;
const written = (client: TestClient) =>
  databases.admin`
    select 'invoice' as what, id::text, xmin::text as version from tenant.invoices where tenant_id = ${client.tenantId}
    union all select 'line', id::text, xmin::text from tenant.invoice_lines where tenant_id = ${client.tenantId}
    union all select 'source', usage_id::text, xmin::text from tenant.invoice_line_sources where tenant_id = ${client.tenantId}
    order by 1, 2`;

async function busyClient(): Promise<TestClient> {
  const client = await testClient(databases.admin, {
    seats: [
      { from: "2026-01-01", to: "2026-11-10", guaranteed: 3 },
      { from: "2026-11-10", to: null, guaranteed: 2 },
    ],
  });
  await client.version("2026-01-01", null, [SEATS, CALLS, TALK]);
  for (let n = 0; n < 3; n++) {
    const contactId = randomUUID();
    await client.use({ event: `${n}:c`, kind: "contact", at: `2026-11-0${n + 1}T02:00:00Z`, contactId });
    await client.use({
      event: `${n}:l`,
      kind: "carrier_leg",
      at: `2026-11-0${n + 1}T02:05:00Z`,
      quantity: 61,
      contactId,
    });
  }
  return client;
}

test("BIL-8 a month's draft has its lines, in the client's currency, and their sum", async () => {
  const client = await busyClient();
  const [outcome] = await run(client);
  expect(outcome).toMatchObject({
    what: "written",
    currency: "CNY",
    totalMinor: 1_441_005n,
    exceptions: 0,
    notCharged: {},
  });
  expect((await rows(client)).map((row) => [row.stable_key, row.quantity, Number(row.amount_minor)])).toEqual([
    ["seats/seats@v1", "3", 1_440_000],
    ["calls/each@v1", "3", 999],
    ["talk/time@v1", "198", 6],
  ]);
});

test("BIL-8 a second run with nothing new writes nothing", async () => {
  const client = await busyClient();
  await run(client);
  const before = await written(client);
  expect((await run(client))[0]?.what).toBe("unchanged");
  expect(await written(client)).toEqual(before);
});

test("BIL-8 two runs at once make one invoice", async () => {
  const client = await busyClient();
  const outcomes = (await Promise.all([run(client), run(client), run(client)])).flat();
  expect(outcomes.map((outcome) => outcome.what).sort()).toEqual(["unchanged", "unchanged", "written"]);
  expect(new Set(outcomes.map((outcome) => outcome.invoiceId)).size).toBe(1);
  expect(await rows(client)).toHaveLength(3);
});

test("BIL-7 late usage joins its draft: lines that stay keep their id, others are not touched", async () => {
  const client = await busyClient();
  await run(client);
  const before = await rows(client);
  await client.use({ event: "late", kind: "contact", at: "2026-11-01T00:00:00Z", contactId: randomUUID() });
  expect((await run(client))[0]).toMatchObject({ what: "written", totalMinor: 1_441_338n });
  const after = await rows(client);
  expect(after.map((row) => row.id)).toEqual(before.map((row) => row.id));
  expect(after.map((row, n) => row.version === before[n]?.version)).toEqual([true, false, true]);
});

test("BIL-7 a repeat of the same event changes nothing; a correction takes the place of what it corrects", async () => {
  const client = await busyClient();
  const wrong = await client.use({ event: "wrong", kind: "carrier_leg", at: "2026-11-05T00:00:00Z", quantity: 6000 });
  await run(client);
  await client.use({ event: "wrong", kind: "carrier_leg", at: "2026-11-05T00:00:00Z", quantity: 6000 });
  expect((await run(client))[0]?.what).toBe("unchanged");
  await client.use({ event: "right", kind: "carrier_leg", at: "2026-11-05T00:00:00Z", quantity: 6, corrects: wrong });
  await run(client);
  expect((await rows(client)).at(-1)?.quantity).toBe("204");
  const right = await client.use({
    event: "again",
    kind: "carrier_leg",
    at: "2026-11-05T00:00:00Z",
    quantity: 0,
    corrects: wrong,
  });
  expect(right).not.toBe("");
});

test.each([
  ["Asia/Shanghai", "2026-10-31T16:00:00Z", "2026-11"],
  ["Asia/Shanghai", "2026-10-31T15:59:59Z", "2026-10"],
  ["America/New_York", "2026-11-01T03:59:59Z", "2026-10"],
  ["America/New_York", "2026-11-01T04:00:00Z", "2026-11"],
  // Clocks went back on 1 November: midnight at the month's end is an hour later in UTC than at its start.
  ["America/New_York", "2026-12-01T04:59:59Z", "2026-11"],
  ["America/New_York", "2026-12-01T05:00:00Z", "2026-12"],
])("BIL-8 in %s usage at %s belongs to %s", async (timeZone, when, period) => {
  const client = await testClient(databases.admin, { timeZone });
  await client.version("2026-01-01", null, [CALLS]);
  await client.use({ event: "one", kind: "contact", at: when });
  for (const month of ["2026-10", "2026-11", "2026-12"]) {
    const [outcome] = await run(client, month);
    expect([month, outcome?.totalMinor]).toEqual([month, month === period ? 333n : 0n]);
  }
});

test("BIL-4 a price that changes in mid-month splits the month; each event pays the price of its own day", async () => {
  const client = await testClient(databases.admin, { seats: [{ from: "2026-01-01", to: null, guaranteed: 3 }] });
  await client.version("2026-01-01", "2026-11-11", [SEATS, CALLS]);
  await client.version("2026-11-11", null, [SEATS, { ...CALLS, price: "4.00" } as Charge]);
  await client.use({ event: "old", kind: "contact", at: "2026-11-10T15:59:59Z" });
  await client.use({ event: "new", kind: "contact", at: "2026-11-10T16:00:00Z" });
  await run(client);
  expect((await rows(client)).map((row) => [row.stable_key, Number(row.amount_minor)])).toEqual([
    ["seats/seats@v1", 480_000],
    ["calls/each@v1", 333],
    ["seats/seats@v2", 960_000],
    ["calls/each@v2", 400],
  ]);
});

test("BIL-8 an approved invoice is left as it is", async () => {
  const client = await busyClient();
  await run(client);
  await databases.admin`update tenant.invoices set status = 'approved', approved_by = ${randomUUID()} where tenant_id = ${client.tenantId}`;
  const before = await written(client);
  await client.use({ event: "late", kind: "contact", at: "2026-11-01T00:00:00Z" });
  expect((await run(client))[0]?.what).toBe("closed");
  expect(await written(client)).toEqual(before);
});

test("a refresh drafts the current month, and the last one while late facts may come", async () => {
  const client = await busyClient();
  const periods = async (now: string) => {
    await refreshDrafts(at(now), client.tenantId);
    const found = await databases.admin<{ at: string }[]>`
      select period_start::text as at from tenant.invoices where tenant_id = ${client.tenantId} order by 1`;
    return found.map((row) => row.at);
  };
  expect(await periods("2026-11-20T00:00:00Z")).toEqual(["2026-11-01"]);
  expect(await periods("2026-12-02T00:00:00Z")).toEqual(["2026-11-01", "2026-12-01"]);
});

test("TEN-1 one client's transaction sees no invoice, line or source of another", async () => {
  const [mine, theirs] = [await busyClient(), await busyClient()];
  await run(mine);
  await run(theirs);
  const seen = await withTenant(db, { tenantId: mine.tenantId, actor: { kind: "system", name: "test" } }, (tx) =>
    tx.execute<{ tenant_id: string }>(sql`
      select distinct tenant_id::text from (select tenant_id from tenant.invoices union all select tenant_id from tenant.invoice_lines
        union all select tenant_id from tenant.invoice_line_sources union all select tenant_id from tenant.usage) as all_rows`),
  );
  expect([...seen]).toEqual([{ tenant_id: mine.tenantId }]);
});

test("a run over all clients drafts each one's own", async () => {
  const clients = [await busyClient(), await busyClient()];
  await runMonth(ctx(), { period: "2026-11" });
  for (const client of clients) expect(await rows(client)).toHaveLength(3);
});

test("a contract that cannot be rated is parked with its reason, and holds up nobody", async () => {
  const [broken, sound] = [await testClient(databases.admin), await busyClient()];
  await broken.version("2026-01-01", null, [{ ...CALLS, price: "three" } as Charge]);
  const outcomes = await runMonth(ctx(), { period: "2026-11" });
  const of = (client: TestClient) => outcomes.find((it) => it.tenantId === client.tenantId);
  expect(of(broken)).toMatchObject({
    what: "failed",
    failure: { reason: "terms_unreadable", detail: expect.stringContaining("price") },
  });
  expect(of(sound)?.what).toBe("written");
});
