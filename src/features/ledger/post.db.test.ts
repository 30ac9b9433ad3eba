import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { LedgerEvent } from "../../domain/ledger/events.ts";
import { houseBalance, trialBalance } from "./balances.ts";
import { post, reverse } from "./post.ts";

const databases = useDatabase();
const AT = Date.parse("2026-11-20T10:00:00Z");
const ACTOR = { kind: "system", name: "test" } as const;

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
const within = <T>(client: TestClient, work: (tx: TenantTx) => Promise<T>) => withTenant(db, scope(client), work);
const book = (client: TestClient, event: LedgerEvent, occurredAt = AT) =>
  within(client, (tx) => post(tx, { event, occurredAt }));
const balance = async (client: TestClient, on: string | null = null) => {
  const { accounts, totals } = await trialBalance(db, scope(client), on);
  expect(totals.filter((total) => !total.balanced)).toEqual([]);
  return Object.fromEntries(
    accounts.map((it) => [it.subject === "" ? it.kind : `${it.kind}/${it.subject}`, it.balanceMinor]),
  );
};
const invoice = (id: string, amountMinor = 1_000n, currency: "CNY" | "USD" = "CNY"): LedgerEvent => ({
  type: "invoice_finalized",
  id,
  currency,
  lines: [{ service: "calls", amountMinor }],
  taxMinor: 60n,
});
const payment = (id: string, amountMinor: bigint, allocatedMinor: bigint): LedgerEvent => ({
  type: "payment_received",
  id,
  currency: "CNY",
  into: "cash",
  amountMinor,
  allocatedMinor,
});

test("BIL-8 deeds of an invoice and its payment leave what is owed, earned and held", async () => {
  const client = await testClient(databases.admin);
  await book(client, invoice("i1"));
  await book(client, payment("p1", 1_100n, 1_060n));
  expect(await balance(client)).toEqual({
    receivable: 0,
    "revenue/calls": 1_000,
    tax_payable: 60,
    cash: 1_100,
    client_credit: 40,
  });
});

test("BIL-8 a deed told again is the known transaction, at any hour; told differently it is refused and changes nothing", async () => {
  const client = await testClient(databases.admin);
  const first = await book(client, invoice("i1"));
  expect(first.fresh).toBe(true);
  expect(await book(client, invoice("i1"), AT + 3_600_000)).toEqual({ txnId: first.txnId, fresh: false });
  const before = await balance(client);
  await expect(book(client, invoice("i1", 1_001n))).rejects.toMatchObject({
    kind: "conflict",
    code: "booked_differently",
  });
  expect(await balance(client)).toEqual(before);
});

test("BIL-8 the same deed from several connections at once is booked once", async () => {
  const client = await testClient(databases.admin);
  const posted = await Promise.all([1, 2, 3, 4].map(() => book(client, invoice("i1"))));
  expect(posted.filter((one) => one.fresh)).toHaveLength(1);
  expect(new Set(posted.map((one) => one.txnId)).size).toBe(1);
  expect((await balance(client)).receivable).toBe(1_060);
});

test("BIL-8 when the caller's transaction fails, its deed is not in the book, and can be booked later", async () => {
  const client = await testClient(databases.admin);
  const failing = within(client, async (tx) => {
    await post(tx, { event: invoice("i1"), occurredAt: AT });
    throw new Error("stop");
  });
  await expect(failing).rejects.toThrow("stop");
  expect(await balance(client)).toEqual({});
  expect((await book(client, invoice("i1"))).fresh).toBe(true);
});

test("BIL-8 a reversal is a new transaction that points to the old one, once; it is not reversed itself", async () => {
  const client = await testClient(databases.admin);
  const { txnId } = await book(client, invoice("i1"));
  const undone = await within(client, (tx) => reverse(tx, { txnId, occurredAt: AT }));
  expect(await within(client, (tx) => reverse(tx, { txnId, occurredAt: AT + 1 }))).toEqual({
    ...undone,
    fresh: false,
  });
  expect(Object.values(await balance(client))).toEqual([0, 0, 0]);
  const [row] = await databases.admin`select reverses_id from tenant.ledger_txns where id = ${undone.txnId}`;
  expect(row?.reverses_id).toBe(txnId);
  await expect(within(client, (tx) => reverse(tx, { txnId: undone.txnId, occurredAt: AT }))).rejects.toMatchObject({
    code: "is_a_reversal",
  });
  await expect(within(client, (tx) => reverse(tx, { txnId: randomUUID(), occurredAt: AT }))).rejects.toMatchObject({
    code: "txn_not_found",
  });
});

test.each([
  ["Asia/Shanghai", "2026-11-30T16:00:00Z", "2026-12-01"],
  ["Asia/Shanghai", "2026-11-30T15:59:59Z", "2026-11-30"],
  ["America/New_York", "2026-12-01T04:59:59Z", "2026-11-30"],
])("BIL-8 in %s a deed at %s counts on %s, unless it names its day", async (timeZone, at, day) => {
  const client = await testClient(databases.admin, { timeZone });
  await book(client, invoice("i1"), Date.parse(at));
  await within(client, (tx) => post(tx, { event: invoice("i2", 7n), occurredAt: AT, bookedOn: "2020-02-29" }));
  const days = await databases.admin<{ day: string }[]>`
    select booked_on::text as day from tenant.ledger_txns where tenant_id = ${client.tenantId} order by 1`;
  expect(days.map((row) => row.day)).toEqual(["2020-02-29", day]);
  expect((await balance(client, "2020-12-31"))["revenue/calls"]).toBe(7);
});

test.each([
  ["changed", "update tenant.ledger_entries set amount_minor = 1"],
  ["deleted", "delete from tenant.ledger_entries"],
  ["moved to another day", "update tenant.ledger_txns set booked_on = '2020-01-01'"],
  ["renamed", "update tenant.ledger_accounts set kind = 'cash'"],
  ["summed otherwise", "update tenant.ledger_days set debit_minor = 0"],
  [
    "summed by hand",
    "insert into tenant.ledger_days (tenant_id, account_id, booked_on) select tenant_id, id, '2020-01-01' from tenant.ledger_accounts",
  ],
])("BIL-8 what is booked cannot be %s by the app role", async (_, statement) => {
  const client = await testClient(databases.admin);
  await book(client, invoice("i1"));
  await expect(within(client, (tx) => tx.execute(sql.raw(statement)))).rejects.toMatchObject({ code: "not_allowed" });
});

test("BIL-8 not even the administrator changes an entry: the trigger refuses", async () => {
  const client = await testClient(databases.admin);
  await book(client, invoice("i1"));
  const changing = databases.admin`update tenant.ledger_entries set amount_minor = 1 where tenant_id = ${client.tenantId}`;
  await expect(changing).rejects.toMatchObject({ code: "23001" });
});

test("BIL-8 an entry in another currency than its accounts is refused by the database", async () => {
  const client = await testClient(databases.admin);
  const { txnId } = await book(client, invoice("i1"));
  const writing = within(client, (tx) =>
    tx.execute(sql`insert into tenant.ledger_entries (tenant_id, txn_id, position, debit_account, credit_account, currency, amount_minor, booked_on)
      select tenant_id, txn_id, 99, debit_account, credit_account, 'USD', 5, booked_on from tenant.ledger_entries
      where tenant_id = ${tx.tenantId} and txn_id = ${txnId} and position = 0`),
  );
  await expect(writing).rejects.toMatchObject({ code: "refers_to_nothing" });
});

test("BIL-8 the sums kept by the trigger equal the entries, whatever is booked in whatever order and batch", async () => {
  const amount = fc.bigInt({ min: -1_000n, max: 1_000n });
  const deeds = fc.array(
    fc.record({
      kind: fc.constantFrom("invoice", "payment", "fee"),
      id: fc.integer({ min: 1, max: 5 }),
      amount,
      day: fc.integer({ min: 1, max: 28 }),
      with: fc.boolean(),
    }),
    { minLength: 1, maxLength: 15 },
  );
  await fc.assert(
    fc.asyncProperty(deeds, async (list) => {
      const client = await testClient(databases.admin);
      for (const one of list) {
        const event: LedgerEvent =
          one.kind === "invoice"
            ? invoice(`i${one.id}`, one.amount, one.with ? "CNY" : "USD")
            : one.kind === "payment"
              ? payment(`p${one.id}`, one.amount, one.amount / 2n)
              : { type: "stripe_fee", id: `f${one.id}`, currency: "CNY", amountMinor: one.amount };
        const bookedOn = `2026-11-${String(one.day).padStart(2, "0")}`;
        // The same id with other contents is refused; the property is about what did get into the book.
        await within(client, (tx) => post(tx, { event, occurredAt: AT, bookedOn })).catch((refused: unknown) =>
          expect(refused).toMatchObject({ code: "booked_differently" }),
        );
      }
      const wrong = await databases.admin`
        with e as (
          select tenant_id, debit_account as account_id, booked_on, amount_minor as debit, 0 as credit from tenant.ledger_entries
          union all select tenant_id, credit_account, booked_on, 0, amount_minor from tenant.ledger_entries),
        s as (select account_id, booked_on, sum(debit) as debit, sum(credit) as credit from e where tenant_id = ${client.tenantId} group by 1, 2)
        select * from s full join (select * from tenant.ledger_days where tenant_id = ${client.tenantId}) d using (account_id, booked_on)
        where s.debit is distinct from d.debit_minor or s.credit is distinct from d.credit_minor`;
      expect([...wrong]).toEqual([]);
      await balance(client);
    }),
    { numRuns: 40 },
  );
});

test("BIL-8 the house's balance adds up its clients by kind and currency, and stands at zero", async () => {
  const clients = [await testClient(databases.admin), await testClient(databases.admin)];
  const before = await houseBalance({ db, operatorDb, actor: ACTOR }, null);
  for (const client of clients) await book(client, invoice("i1", 1_000n));
  const after = await houseBalance({ db, operatorDb, actor: ACTOR }, null);
  const receivable = (of: typeof after) =>
    of.kinds.find((it) => it.kind === "receivable" && it.currency === "CNY")?.balanceMinor ?? 0;
  expect(receivable(after) - receivable(before)).toBe(2_120);
  expect(after.totals.every((total) => total.balanced)).toBe(true);
  expect(after.tenants.every((one) => one.balanced)).toBe(true);
});

test("TEN-1 one client's transaction sees no account, transaction, entry or sum of another", async () => {
  const [mine, theirs] = [await testClient(databases.admin), await testClient(databases.admin)];
  for (const client of [mine, theirs]) await book(client, invoice("i1"));
  const seen = await within(mine, (tx) =>
    tx.execute<{ tenant_id: string }>(sql`
      select distinct tenant_id::text from (select tenant_id from tenant.ledger_accounts union all select tenant_id from tenant.ledger_txns
        union all select tenant_id from tenant.ledger_entries union all select tenant_id from tenant.ledger_days) as all_rows`),
  );
  expect([...seen]).toEqual([{ tenant_id: mine.tenantId }]);
});
