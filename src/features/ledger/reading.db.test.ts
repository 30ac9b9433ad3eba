import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, withTenant } from "../../adapters/db/index.ts";
import type { LedgerEvent } from "../../domain/ledger/events.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { runMonth } from "../billing/run-month.ts";
import { trialBalance } from "./balances.ts";
import { accountStatement, transactions } from "./entries.ts";
import { accrueLastMonths, accrueMonth } from "./month-end.ts";
import { post } from "./post.ts";
import { receivableCheck } from "./receivable.ts";
import { revenueByService } from "./revenue.ts";

const databases = useDatabase();
const ACTOR = { kind: "system", name: "test" } as const;
const AT = Date.parse("2026-11-20T10:00:00Z");

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

const scope = (client: TestClient) => ({ tenantId: client.tenantId, actor: ACTOR });
const book = (client: TestClient, event: LedgerEvent, bookedOn: string) =>
  withTenant(db, scope(client), (tx) => post(tx, { event, occurredAt: AT, bookedOn }));
const accountOf = async (client: TestClient, kind: string) => {
  const { accounts } = await trialBalance(db, scope(client), null);
  return accounts.find((it) => it.kind === kind)?.accountId ?? "";
};
const balances = async (client: TestClient, on: string) => {
  const { accounts } = await trialBalance(db, scope(client), on);
  return Object.fromEntries(
    accounts.map((it) => [it.subject === "" ? it.kind : `${it.kind}/${it.subject}`, it.balanceMinor]),
  );
};

test("BIL-8 an account's statement, page by page of any size, is one running balance from its opening to its closing", async () => {
  const client = await testClient(databases.admin);
  const deeds = fc.sample(
    fc.record({ amountMinor: fc.bigInt({ min: -900n, max: 900n }), day: fc.integer({ min: 1, max: 9 }) }),
    { numRuns: 40, seed: 7 },
  );
  for (const [n, { amountMinor, day }] of deeds.entries()) {
    await book(client, { type: "stripe_paid_out", id: `p${n}`, currency: "CNY", amountMinor }, `2026-11-0${day}`);
  }
  const accountId = await accountOf(client, "cash");
  for (const limit of [1, 7, 200]) {
    const items = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof accountStatement>> = await accountStatement(db, scope(client), {
        accountId,
        from: "2026-11-03",
        to: "2026-11-07",
        cursor,
        limit,
      });
      if (cursor === null) {
        expect(page.openingMinor).toBe((await balances(client, "2026-11-02")).cash ?? 0);
        expect(page.closingMinor).toBe((await balances(client, "2026-11-07")).cash ?? 0);
      }
      items.push(...page.items.map((item) => ({ ...item, opening: page.openingMinor, closing: page.closingMinor })));
      cursor = page.next;
    } while (cursor !== null);
    let running = items[0]?.opening ?? 0;
    for (const item of items) {
      running += item.side === "debit" ? item.amountMinor : -item.amountMinor;
      expect(item.balanceMinor).toBe(running);
    }
    expect(running).toBe(items.at(-1)?.closing);
    const within = deeds.filter((one) => one.day >= 3 && one.day <= 7 && one.amountMinor !== 0n);
    expect(items).toHaveLength(within.length);
  }
});

test("BIL-8 all that was booked of one document is found by its name, newest first, with its entries", async () => {
  const client = await testClient(databases.admin);
  const lines = [{ service: "calls", amountMinor: 1_000n }];
  const of = (type: "invoice_finalized" | "credit_note_issued"): LedgerEvent => ({
    type,
    id: "i1",
    currency: "CNY",
    lines,
    taxMinor: 60n,
  });
  await book(client, of("invoice_finalized"), "2026-11-01");
  await book(client, of("credit_note_issued"), "2026-11-05");
  await book(client, { type: "stripe_fee", id: "f1", currency: "CNY", amountMinor: 3n }, "2026-11-06");
  const query = { ref: "i1", event: null, txnId: null, from: null, to: null, cursor: null, limit: 1 };
  const first = await transactions(db, scope(client), query);
  const second = await transactions(db, scope(client), { ...query, cursor: first.next });
  const all = [...first.items, ...second.items];
  expect(all.map((txn) => txn.event)).toEqual(["credit_note_issued", "invoice_finalized"]);
  expect(second.next).toBeNull();
  expect(all[1]?.entries.map((it) => [it.debit.kind, it.credit.kind, it.amountMinor])).toEqual([
    ["receivable", "revenue", 1_000],
    ["receivable", "tax_payable", 60],
  ]);
});

test.each(["nonsense", "2026-11-01_x_0", "2026-11-01"])(
  "a cursor that was not given here (%s) is refused by name",
  async (cursor) => {
    const client = await testClient(databases.admin);
    await book(client, { type: "stripe_fee", id: "f1", currency: "CNY", amountMinor: 3n }, "2026-11-06");
    const accountId = await accountOf(client, "stripe_clearing");
    const reading = accountStatement(db, scope(client), { accountId, from: null, to: null, cursor, limit: 5 });
    await expect(reading).rejects.toMatchObject({ code: "invalid_input", faults: [{ path: "query.cursor" }] });
  },
);

test("TEN-1 another client's account is not found", async () => {
  const [mine, theirs] = [await testClient(databases.admin), await testClient(databases.admin)];
  await book(theirs, { type: "stripe_fee", id: "f1", currency: "CNY", amountMinor: 3n }, "2026-11-06");
  for (const accountId of [await accountOf(theirs, "stripe_clearing"), randomUUID()]) {
    const reading = accountStatement(db, scope(mine), { accountId, from: null, to: null, cursor: null, limit: 5 });
    await expect(reading).rejects.toMatchObject({ kind: "not_found", code: "account_not_found" });
  }
});

const named = (code: string) => ({ code, label: { zh: `${code}费`, en: `${code} fee` } });
const CALLS: Charge = { ...named("calls"), model: "unit", usage: "contact", price: "3.33", per: 1, baseCount: 0 };
const SEATS: Charge = { ...named("seats"), model: "seat_month", price: "4800.00", minSeats: 2 };

async function billed(): Promise<TestClient> {
  const client = await testClient(databases.admin);
  await client.version("2026-01-01", null, [SEATS, CALLS]);
  await client.use({ event: "c", kind: "contact", at: "2026-11-05T02:00:00Z" });
  await runMonth({ db, operatorDb, actor: ACTOR, now: AT }, { tenantId: client.tenantId, period: "2026-11" });
  return client;
}
const accrue = (client: TestClient, now = "2026-12-07T00:00:00Z") =>
  withTenant(db, scope(client), (tx) => accrueMonth(tx, "2026-11", Date.parse(now)));

test("BIL-11 revenue of a month without an invoice stands on its last day and is gone on the first of the next", async () => {
  const client = await billed();
  const [done] = await accrue(client);
  expect(done).toMatchObject({ amountMinor: 960_333n, currency: "CNY", fresh: true });
  expect(await balances(client, "2026-11-29")).toEqual({});
  expect(await balances(client, "2026-11-30")).toEqual({
    accrued_revenue: 960_333,
    "revenue/calls": 333,
    "revenue/seats": 960_000,
  });
  expect(Object.values(await balances(client, "2026-12-01"))).toEqual([0, 0, 0]);
});

test("BIL-11 a month is accrued once, also when its draft has grown since, and by several at once", async () => {
  const client = await billed();
  const done = (await Promise.all([accrue(client), accrue(client), accrue(client)])).flat();
  await client.use({ event: "late", kind: "contact", at: "2026-11-06T02:00:00Z" });
  await runMonth({ db, operatorDb, actor: ACTOR, now: AT }, { tenantId: client.tenantId, period: "2026-11" });
  done.push(...(await accrue(client)));
  expect(done.filter((one) => one.fresh)).toHaveLength(1);
  expect(new Set(done.map((one) => `${one.txnId} ${one.amountMinor}`)).size).toBe(1);
});

test("BIL-11 a month that is not over on the client's calendar is not accrued", async () => {
  const client = await billed();
  // Shanghai's November ends at 16:00Z.
  await expect(accrue(client, "2026-11-30T15:59:59Z")).rejects.toMatchObject({ code: "month_not_over" });
  expect(await accrue(client, "2026-11-30T16:00:00Z")).toHaveLength(1);
});

test("BIL-11 the house accrues last month by itself once its days of grace are over, and only then", async () => {
  const client = await billed();
  const run = async (now: string) =>
    (await accrueLastMonths({ db, operatorDb, actor: ACTOR, now: Date.parse(now) })).filter(
      (one) => one.tenantId === client.tenantId,
    );
  expect(await run("2026-12-05T12:00:00Z")).toEqual([]);
  expect(await run("2026-12-05T16:00:00Z")).toHaveLength(1);
  expect(await run("2026-12-05T16:01:00Z")).toEqual([]);
});

test("BIL-11 revenue by service carries the name and model of its charge, and adds up to the book", async () => {
  const client = await billed();
  await accrue(client);
  await book(
    client,
    {
      type: "invoice_finalized",
      id: "i1",
      currency: "CNY",
      lines: [
        { service: "calls", amountMinor: 400n },
        { service: "sla", amountMinor: -50n, slaCredit: true },
      ],
      taxMinor: 0n,
    },
    "2026-12-03",
  );
  const november = await revenueByService(db, scope(client), { from: "2026-11-01", to: "2026-11-30" });
  expect(november.items).toMatchObject([
    { service: "calls", model: "unit", label: { zh: "calls费", en: "calls fee" }, netMinor: 333 },
    { service: "seats", model: "seat_month", netMinor: 960_000 },
  ]);
  const both = await revenueByService(db, scope(client), { from: "2026-11-01", to: "2026-12-31" });
  expect(both.items.map((it) => [it.service, it.earnedMinor, it.slaCreditMinor, it.netMinor])).toEqual([
    ["calls", 400, 0, 400],
    ["seats", 0, 0, 0],
    ["sla", 0, 50, -50],
  ]);
});

test("BIL-8 the receivable account is open invoices less credits and allocated payments; what is booked on one side alone is seen", async () => {
  const client = await billed();
  const check = async () => (await receivableCheck(db, scope(client))).items;
  expect(await check()).toEqual([]);
  const [invoice] = await databases.admin<
    { id: string }[]
  >`select id from tenant.invoices where tenant_id = ${client.tenantId}`;
  const id = invoice?.id ?? "";
  // Past the guards that make an invoice final: here only its sums matter.
  await databases.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`alter table tenant.invoices drop constraint numbered_when_final, drop constraint final_is_whole, drop constraint approved_by_somebody`;
    await sql`update tenant.invoices set status = 'finalized', tax_minor = 60 where id = ${id}`;
  });
  expect(await check()).toMatchObject([{ invoicedMinor: 960_393, ledgerMinor: 0, agrees: false }]);
  const lines = [{ service: "calls", amountMinor: 960_333n }];
  await book(client, { type: "invoice_finalized", id, currency: "CNY", lines, taxMinor: 60n }, "2026-12-03");
  await book(
    client,
    { type: "payment_received", id: "p1", currency: "CNY", into: "cash", amountMinor: 393n, allocatedMinor: 393n },
    "2026-12-04",
  );
  // Booked, and yet no invoice says that it was paid.
  expect(await check()).toMatchObject([{ moneyMinor: 0, expectedMinor: 960_393, ledgerMinor: 960_000, agrees: false }]);
  await databases.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    for (const [amount, why] of [[400, "received"] as const, [-7, "released"] as const]) {
      await sql`insert into tenant.payment_allocations (tenant_id, payment_id, invoice_id, amount_minor, why, request_key, allocated_on, allocated_by, allocated_at)
        values (${client.tenantId}, ${randomUUID()}, ${id}, ${amount}, ${why}, ${randomUUID()}, '2026-12-04', 'test', now())`;
    }
  });
  expect(await check()).toMatchObject([
    { moneyMinor: -393, expectedMinor: 960_000, ledgerMinor: 960_000, agrees: true },
  ]);
});
