import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database } from "../../adapters/db/index.ts";
import type { ContactFact } from "../../domain/call/facts.ts";
import type { Env } from "../env.ts";
import { refreshSoon } from "./draft-refresh.ts";

const databases = useDatabase();
const env = {
  ENVIRONMENT: "sandbox",
  PUBLIC_URL: "http://callhouse.test",
  SEAL_KEY: Buffer.alloc(32, 7).toString("base64"),
  INTERNAL_KEY: "internal-key-of-the-tests",
} as unknown as Env;
const ended = [{ body: { type: "leg_ended" } }] as unknown as readonly ContactFact[];
const entered = [{ body: { type: "flow_step_entered" } }] as unknown as readonly ContactFact[];
const CALLS = {
  code: "calls",
  label: { zh: "c", en: "c" },
  model: "unit",
  usage: "contact",
  price: "3.33",
  per: 1,
  baseCount: 0,
} as const;

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
afterEach(() => {
  vi.useRealTimers();
});

async function clientWithCall(): Promise<TestClient> {
  const client = await testClient(databases.admin);
  await client.version("2020-01-01", null, [CALLS]);
  await client.use({ event: "one", kind: "contact", at: new Date().toISOString() });
  return client;
}
const totals = async (client: TestClient) => {
  const rows = await databases.admin<{ total: string }[]>`
    select total_minor::text as total from tenant.invoices where tenant_id = ${client.tenantId} order by period_start desc limit 1`;
  return rows.map((row) => row.total);
};

test("a call that has ended stands in its client's draft at once", async () => {
  const client = await clientWithCall();
  await refreshSoon(env, { db, operatorDb }, new Map([[client.tenantId, ended]]));
  expect(await totals(client)).toEqual(["333"]);
});

test("facts without usage refresh nothing", async () => {
  const client = await clientWithCall();
  await refreshSoon(env, { db, operatorDb }, new Map([[client.tenantId, entered]]));
  expect(await totals(client)).toEqual([]);
});

test("a busy client's draft follows after a pause, not with every batch", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const client = await clientWithCall();
  const stored = new Map([[client.tenantId, ended]]);
  await refreshSoon(env, { db, operatorDb }, stored);
  await client.use({ event: "two", kind: "contact", at: new Date().toISOString() });
  await refreshSoon(env, { db, operatorDb }, stored);
  expect(await totals(client)).toEqual(["333"]);
  vi.advanceTimersByTime(5_000);
  await refreshSoon(env, { db, operatorDb }, stored);
  expect(await totals(client)).toEqual(["666"]);
});

test("a database that is away is a line in the log, and no trouble of the facts", async () => {
  const nowhere = connect("postgres://callhouse_app:none@127.0.0.1:9/none");
  const client = await clientWithCall();
  await refreshSoon(env, { db: nowhere, operatorDb: nowhere }, new Map([[client.tenantId, ended]]));
  expect(await totals(client)).toEqual([]);
});
