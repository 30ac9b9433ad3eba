import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { withProfile, withSeller } from "../../../test/support/invoices.ts";
import { connect, type Database } from "../../adapters/db/index.ts";
import { asId, type UserId } from "../../domain/kernel/ids.ts";
import type { Refusal } from "../../domain/kernel/trouble.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { refreshDrafts } from "../billing/index.ts";
import { setSpendLimit } from "./limit-store.ts";
import { spendOf } from "./spend.ts";

const databases = useDatabase();
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const PACK: Charge = {
  ...named("pack"),
  model: "package",
  usage: "contact",
  fee: "100.00",
  included: 10,
  overflow: "5.00",
};
const FEE: Charge = { ...named("fee"), model: "fee", amount: "30.00", every: "month" };
/** The sixteenth of November in Shanghai begins: half of the month is over. */
const HALF = Date.parse("2026-11-15T16:00:00Z");

let db: Database;
let operatorDb: Database;
beforeAll(() => {
  db = connect(databases.urls.app, { max: 4 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

async function client(contacts: number): Promise<TestClient> {
  const made = await testClient(databases.admin);
  await withSeller(databases.admin);
  await withProfile(databases.admin, made.tenantId, { profile: "cn_vat", rate: "6", charges: {} });
  await made.version("2026-01-01", null, [PACK, FEE]);
  for (let at = 0; at < contacts; at += 1) {
    await made.use({ event: `c${at}`, kind: "contact", at: `2026-11-${String(2 + at).padStart(2, "0")}T02:00:00Z` });
  }
  await refreshDrafts({ db, operatorDb, actor: { kind: "system", name: "test" }, now: HALF }, made.tenantId);
  return made;
}

const scopeOf = (of: TestClient) => ({
  tenantId: of.tenantId,
  actor: { kind: "user", userId: asId<UserId>(randomUUID()) } as const,
});

test("BIL-8 the month so far is the draft; the forecast overruns the package before the month does", async () => {
  const of = await client(8);
  const [spend] = await spendOf(db, scopeOf(of), HALF);
  const [draft] =
    await databases.admin`select id, total_minor::int as total from tenant.invoices where tenant_id = ${of.tenantId}
    and period_start = '2026-11-01'`;
  expect([spend?.invoiceId, spend?.soFarMinor]).toEqual([draft?.id, draft?.total]);
  // 100.00 and 30.00 for the month; 16 contacts, 6 of them over, at 5.00; 6 per cent of tax on all of it.
  expect(spend?.soFarMinor).toBe(13_000);
  expect(spend?.forecast).toMatchObject({ netMinor: 16_000, grossMinor: 16_960, assumes: [{ kind: "even_pace" }] });
  expect(spend?.charges.map((it) => [it.code, it.quantity, it.soFarMinor, it.forecastMinor])).toEqual([
    ["pack", "8", 10_000, 13_000],
    ["fee", null, 3_000, 3_000],
  ]);
  expect(spend?.allowances).toMatchObject([
    { kind: "package", unit: "contact", used: 8, of: 10, step: 80, usedUpOn: "2026-11-19" },
  ]);
  expect([spend?.elapsedPercent, spend?.lastMonthMinor, spend?.limitMinor]).toEqual([50, null, null]);
});

test("BIL-8 a limit is the client's own: set, changed, told at its steps, taken away; each time in the audit", async () => {
  const [of, other] = [await client(0), await client(0)];
  const set = (amountMinor: bigint | null, as = of) =>
    setSpendLimit(db, scopeOf(as), { contractId: of.contractId, amountMinor, now: HALF });
  await set(100_000n);
  await set(26_000n);
  const [spend] = await spendOf(db, scopeOf(of), HALF);
  expect(spend?.allowances).toMatchObject([
    { kind: "package", used: 0, step: null, usedUpOn: null },
    { kind: "limit", used: 13_000, of: 26_000, step: 50 },
  ]);
  await expect(set(1n, other)).rejects.toMatchObject({ code: "contract_not_found" } satisfies Partial<Refusal>);
  await set(null);
  expect((await spendOf(db, scopeOf(of), HALF))[0]?.limitMinor).toBeNull();
  const audits = await databases.admin`select detail->>'amountMinor' as amount from tenant.audit
    where tenant_id = ${of.tenantId} and action = 'spend_limit_set' order by id`;
  expect(audits.map((it) => it.amount)).toEqual(["100000", "26000", null]);
});
