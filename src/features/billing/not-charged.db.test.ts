import { afterAll, beforeAll, expect, test } from "vitest";
import { testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database } from "../../adapters/db/index.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { listExceptions } from "./exceptions.ts";
import { listNotCharged } from "./not-charged.ts";
import type { BillingContext } from "./run-contract.ts";
import { runMonth } from "./run-month.ts";

const databases = useDatabase();
let db: Database;
let operatorDb: Database;
beforeAll(() => {
  db = connect(databases.urls.app, { max: 2 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

const ctx = (): BillingContext => ({
  db,
  operatorDb,
  actor: { kind: "system", name: "test" },
  now: Date.parse("2026-11-20T00:00:00Z"),
});
const priced = (code: string, usage: "contact" | "message"): Charge => ({
  code,
  label: { zh: code, en: code },
  model: "unit",
  usage,
  price: "2.00",
  per: 1,
  baseCount: 0,
});
const CALLS = priced("calls", "contact");

/** A client whose contract charges contacts alone, with a contact, two messages and a leg. */
async function partlyPriced() {
  const client = await testClient(databases.admin);
  await client.version("2026-01-01", null, [CALLS]);
  for (const [event, kind] of [
    ["c", "contact"],
    ["m1", "message"],
    ["m2", "message"],
    ["l", "carrier_leg"],
  ] as const) {
    await client.use({ event, kind, at: "2026-11-03T02:00:00Z" });
  }
  const run = async () => (await runMonth(ctx(), { tenantId: client.tenantId, period: "2026-11" }))[0];
  const listed = async () => (await listNotCharged(ctx())).filter(({ tenantId }) => tenantId === client.tenantId);
  return { client, run, listed };
}

test("BIL-8 what a run says no price asks for is listed by kind, and a run that changes nothing says the same", async () => {
  const { client, run, listed } = await partlyPriced();
  const first = await run();
  expect(first).toMatchObject({ what: "written", notCharged: { carrier_leg: 1, message: 2 }, exceptions: 0 });
  expect(await run()).toMatchObject({ what: "unchanged", notCharged: first?.notCharged });
  expect(await listed()).toEqual([
    {
      tenantId: client.tenantId,
      tenantName: expect.any(String),
      contractId: client.contractId,
      contract: expect.any(Object),
      invoiceId: first?.invoiceId,
      period: "2026-11",
      kinds: [
        { kind: "carrier_leg", records: 1 },
        { kind: "message", records: 2 },
      ],
    },
  ]);
  // Agreed as often as forgotten: it waits for nobody.
  expect(await listExceptions(ctx(), { state: "open", tenantId: client.tenantId })).toEqual([]);
});

test("BIL-8 what gets a price leaves the list with the run that charges it", async () => {
  const { client, run, listed } = await partlyPriced();
  await run();
  await client.use({ event: "m3", kind: "message", at: "2026-11-04T02:00:00Z" });
  expect(await run()).toMatchObject({ notCharged: { carrier_leg: 1, message: 3 } });
  expect((await listed()).flatMap(({ kinds }) => kinds)).toContainEqual({ kind: "message", records: 3 });
  await databases.admin`
    update tenant.contract_versions set valid = daterange('2026-01-01', '2026-11-03') where tenant_id = ${client.tenantId}`;
  await client.version("2026-11-03", null, [CALLS, priced("messages", "message")]);
  expect(await run()).toMatchObject({ what: "written", notCharged: { carrier_leg: 1 } });
  expect((await listed()).flatMap(({ kinds }) => kinds)).toEqual([{ kind: "carrier_leg", records: 1 }]);
});

test("BIL-8 a draft made before its run kept the count is made anew, and then lists it", async () => {
  const { client, run, listed } = await partlyPriced();
  const first = await run();
  await databases.admin`update tenant.invoices set not_charged = null where tenant_id = ${client.tenantId}`;
  expect(await listed()).toEqual([]);
  expect(await run()).toMatchObject({ what: "written", invoiceId: first?.invoiceId, notCharged: { message: 2 } });
  expect(await listed()).toHaveLength(1);
});
