import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import { SALE_EVENT_KINDS } from "../../domain/commission/sale.ts";
import { asId, type UserId } from "../../domain/kernel/ids.ts";
import { trialBalance } from "../ledger/balances.ts";
import { collectSales } from "./collect.ts";
import { importEvents, importFile } from "./import.ts";
import { addPlan } from "./plans.ts";
import { agentStatement, agentStatements } from "./reading.ts";
import type { PlanInput, SaleEventInput } from "./schema.ts";
import { decideStatement, prepareMonth } from "./statement-verbs.ts";
import { listSales, listStatements, readSale } from "./views.ts";

const databases = useDatabase();
const NOW = Date.parse("2026-11-20T10:00:00Z");
const DECEMBER = Date.parse("2026-12-02T10:00:00Z");
const JANUARY = Date.parse("2027-01-02T10:00:00Z");
const clerk = asId<UserId>(randomUUID());
const chief = asId<UserId>(randomUUID());

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

const as = <T>(client: TestClient, userId: UserId, work: (tx: TenantTx) => Promise<T>) =>
  withTenant(db, { tenantId: client.tenantId, actor: { kind: "user", userId } }, work);
const PLAN: PlanInput = {
  beneficiary: "agent",
  from: "2026-01-01",
  terms: { pay: { by: "percent", percent: "2.5" }, accrueOn: "sold", payableOn: "delivered" },
};

/** A client with one agent, one plan, and one call in which the agent sold something. */
async function seller(plan: PlanInput | null = PLAN) {
  const client = await testClient(databases.admin);
  const [agentId, contactId] = [randomUUID(), randomUUID()];
  await databases.admin`insert into house.agents (id, pool_id, slug, name) values (${agentId}, ${client.poolId}, ${`a${agentId.slice(0, 8)}`}, '李娜 Li Na')`;
  await client.contact({ id: contactId, at: "2026-11-05T02:00:00Z" });
  await databases.admin`update tenant.contacts set agent_id = ${agentId} where tenant_id = ${client.tenantId}`;
  if (plan !== null) await as(client, clerk, (tx) => addPlan(tx, plan));
  const wrapUp = (saleMinor?: number) =>
    client.use({
      event: `${contactId}:9`,
      kind: "success",
      at: "2026-11-05T02:05:00Z",
      contactId,
      attrs: { disposition: "order", ...(saleMinor === undefined ? {} : { saleMinor }) },
    });
  return { ...client, agentId, contactId, wrapUp };
}
const event = (kind: SaleEventInput["kind"], more: Partial<SaleEventInput> = {}): SaleEventInput => ({
  sourceEventId: `${kind}-1`,
  sale: "order-1",
  kind,
  occurredAt: "2026-11-06T10:00:00Z",
  ...more,
});
const tell = (client: TestClient, events: SaleEventInput[], now = NOW) =>
  as(client, clerk, (tx) => importEvents(tx, { source: "shop", events }, "client", now));
const collect = (now = NOW) => collectSales({ db, operatorDb, actor: { kind: "system", name: "test" }, now });
const balances = async (client: TestClient) => {
  const { accounts, totals } = await trialBalance(
    db,
    { tenantId: client.tenantId, actor: { kind: "system", name: "test" } },
    null,
  );
  expect(totals.every((total) => total.balanced)).toBe(true);
  return Object.fromEntries(accounts.map((it) => [it.kind, it.balanceMinor]));
};
const statements = (client: TestClient) =>
  as(client, clerk, (tx) =>
    listStatements(tx, { period: null, status: null, agentId: null, cursor: null, limit: 50 }),
  ).then(({ items }) => items);
const approve = (client: TestClient, statementId: string, now = DECEMBER, by = chief) =>
  as(client, by, (tx) => decideStatement(tx, { statementId, decision: "approve" }, now));
const pay = (client: TestClient, statementId: string, paymentRef: string, now = DECEMBER) =>
  as(client, chief, (tx) => decideStatement(tx, { statementId, decision: "pay", paymentRef }, now));

test("BIL-9 a sale of a wrap-up accrues, is payable when delivered, and comes back when the goods come back", async () => {
  const client = await seller();
  await client.wrapUp(10_000);
  await collect();
  expect(await balances(client)).toMatchObject({ commission_cost: 250, commission_pending: 250 });
  const [sale] = (await as(client, clerk, (tx) => listSales(tx, ALL))).items;
  expect(sale).toMatchObject({ ref: client.contactId, stage: "sold", amountMinor: 10_000, agentName: "李娜 Li Na" });
  await tell(client, [event("delivered", { contactId: client.contactId })]);
  expect(await balances(client)).toMatchObject({ commission_pending: 0, commission_payable: 250 });
  await tell(client, [event("returned", { amountMinor: 4_000 })]);
  expect(await balances(client)).toMatchObject({ commission_payable: 150, commission_cost: 150 });
  await tell(client, [event("returned", { sourceEventId: "returned-2" })]);
  expect(await balances(client)).toMatchObject({ commission_payable: 0, commission_cost: 0 });
  const detail = await as(client, clerk, (tx) => readSale(tx, sale?.saleId ?? ""));
  expect(detail.moves.map((move) => [move.kind, move.amountMinor])).toEqual([
    ["accrued", 250],
    ["confirmed", 250],
    ["clawed_back_payable", -100],
    ["clawed_back_payable", -150],
  ]);
  expect(detail).toMatchObject({ ref: "order-1", isReturned: true, returnedMinor: 10_000 });
});
const ALL = { stage: null, agentId: null, ref: null, returned: null, cursor: null, limit: 50 };

test("BIL-9 collecting again, and telling again, changes nothing; the same id with other contents is a rival", async () => {
  const client = await seller();
  await client.wrapUp(10_000);
  expect((await collect()).find((one) => one.tenantId === client.tenantId)?.sales).toBe(1);
  expect((await collect()).filter((one) => one.tenantId === client.tenantId)).toEqual([]);
  const first = await tell(client, [event("delivered", { contactId: client.contactId })]);
  expect(first.items).toMatchObject([{ what: "recorded" }]);
  const before = await balances(client);
  expect((await tell(client, [event("delivered", { contactId: client.contactId })])).items[0]?.what).toBe("known");
  const rival = await tell(client, [event("delivered", { contactId: client.contactId, amountMinor: 1 })]);
  expect(rival).toMatchObject({ items: [{ what: "rival" }], recorded: 0, refused: 1 });
  expect(await balances(client)).toEqual(before);
});

test("BIL-9 any order of a sale's events over any number of requests leaves the same balances", async () => {
  const told = fc.array(
    fc.record({
      kind: fc.constantFrom(...SALE_EVENT_KINDS),
      amountMinor: fc.option(fc.integer({ min: 0, max: 9_000 }), { nil: null }),
      at: fc.integer({ min: 1, max: 9 }),
      corrects: fc.option(fc.integer({ min: 0, max: 5 }), { freq: 5, nil: null }),
    }),
    { minLength: 1, maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(told, fc.func(fc.integer()), async (list, rank) => {
      const events = list.map((one, n) =>
        event(one.kind, {
          sourceEventId: `e${n}`,
          amountMinor: one.amountMinor,
          occurredAt: `2026-11-0${one.at}T10:00:00Z`,
          corrects: one.corrects === null || one.corrects === n ? null : `e${one.corrects}`,
        }),
      );
      const outcomes = [];
      for (const order of [events, events.toSorted((a, b) => rank(a.sourceEventId) - rank(b.sourceEventId))]) {
        const client = await seller();
        await client.wrapUp(5_000);
        await collect();
        await tell(client, [event("confirmed", { sourceEventId: "link", contactId: client.contactId })]);
        for (const one of order) await tell(client, [one]);
        const { commission_cost = 0, commission_pending = 0, commission_payable = 0 } = await balances(client);
        const [sale] = (await as(client, clerk, (tx) => listSales(tx, ALL))).items;
        outcomes.push({
          commission_cost,
          commission_pending,
          commission_payable,
          stage: sale?.stage,
          kept: (sale?.amountMinor ?? 0) - (sale?.returnedMinor ?? 0),
        });
      }
      expect(outcomes[1]).toEqual(outcomes[0]);
    }),
    { numRuns: 12 },
  );
});

test("BIL-9 what was sold under one version stays at its rate, whatever the rate is when it comes back", async () => {
  const client = await seller();
  await client.wrapUp(10_000);
  await collect();
  const later: PlanInput = {
    ...PLAN,
    from: "2026-12-01",
    terms: { ...PLAN.terms, pay: { by: "percent", percent: "9" } },
  };
  await as(client, clerk, (tx) => addPlan(tx, later));
  await tell(
    client,
    [event("delivered", { contactId: client.contactId }), event("returned", { amountMinor: 5_000 })],
    DECEMBER,
  );
  expect(await balances(client)).toMatchObject({ commission_payable: 125 });
  await tell(
    client,
    [event("sold", { sale: "o2", sourceEventId: "o2", occurredAt: "2026-12-01T00:00:00Z", amountMinor: 100 })],
    DECEMBER,
  );
});

test("BIL-9 a version may not begin on or before the day of a sale that is known, nor before a later version", async () => {
  const client = await seller();
  await client.wrapUp(10_000);
  await collect();
  const add = (from: string) => as(client, clerk, (tx) => addPlan(tx, { ...PLAN, from }));
  await expect(add("2026-11-05")).rejects.toMatchObject({ code: "plan_in_use" });
  await add("2026-12-01");
  await expect(add("2026-11-20")).rejects.toMatchObject({ code: "plan_overlaps" });
});

test("BIL-9 the house's own commission is revenue, and not while the contract bills it by itself", async () => {
  const client = await seller({ ...PLAN, beneficiary: "house" });
  await client.wrapUp(10_000);
  await collect();
  expect(await balances(client)).toEqual({ accrued_revenue: 250, revenue: 250 });
  await tell(client, [event("delivered", { contactId: client.contactId }), event("returned")]);
  expect(Object.values(await balances(client)).every((amount) => amount === 0)).toBe(true);
  const billed = await testClient(databases.admin);
  await billed.version("2026-01-01", null, [
    { code: "wins", label: { zh: "w", en: "w" }, model: "commission", pay: { by: "fixed", amount: "1" } },
  ]);
  await expect(as(billed, clerk, (tx) => addPlan(tx, { ...PLAN, beneficiary: "house" }))).rejects.toMatchObject({
    code: "billed_already",
  });
});

test("BIL-9 BIL-7 a return corrects the usage that the client is billed by, on its own day; all of it leaves nothing", async () => {
  const client = await seller();
  await client.wrapUp();
  await collect();
  const counted = () => databases.admin<{ quantity: string; sale: string | null; at: string }[]>`
    select u.quantity::text, u.attrs->>'saleMinor' as sale, u.occurred_at::date::text as at from tenant.usage u
    where u.tenant_id = ${client.tenantId} and u.kind = 'success'
      and not exists (select from tenant.usage c where c.tenant_id = u.tenant_id and c.corrects_id = u.id)`;
  expect([...(await counted())]).toEqual([{ quantity: "1", sale: null, at: "2026-11-05" }]);
  await tell(client, [event("sold", { contactId: client.contactId, amountMinor: 10_000 })]);
  expect([...(await counted())]).toEqual([{ quantity: "1", sale: "10000", at: "2026-11-05" }]);
  await tell(client, [event("returned", { amountMinor: 3_000 })]);
  expect([...(await counted())]).toEqual([{ quantity: "1", sale: "7000", at: "2026-11-05" }]);
  await tell(client, [event("returned", { sourceEventId: "returned-2" })]);
  expect([...(await counted())]).toMatchObject([{ quantity: "0", at: "2026-11-05" }]);
});

test("BIL-9 a month is prepared by one person, approved by another, paid once, and its debt carried to the next", async () => {
  const client = await seller();
  await client.wrapUp(10_000);
  await collect();
  await tell(client, [event("delivered", { contactId: client.contactId })]);
  await expect(as(client, clerk, (tx) => prepareMonth(tx, "2026-11", NOW))).rejects.toMatchObject({
    code: "month_not_over",
  });
  expect(await as(client, clerk, (tx) => prepareMonth(tx, "2026-11", DECEMBER))).toBe(1);
  const [november] = await statements(client);
  const id = november?.statementId ?? "";
  expect(november).toMatchObject({ openingMinor: 0, earnedMinor: 250, closingMinor: 250, payableMinor: 250 });
  await expect(pay(client, id, "B1")).rejects.toMatchObject({ code: "not_approved" });
  await expect(approve(client, id, DECEMBER, clerk)).rejects.toMatchObject({ code: "four_eyes" });
  await approve(client, id);
  await expect(approve(client, id)).rejects.toMatchObject({ code: "not_prepared" });
  await pay(client, id, "B1");
  await pay(client, id, "B1");
  await expect(pay(client, id, "B2")).rejects.toMatchObject({ code: "paid_differently" });
  expect(await balances(client)).toMatchObject({ commission_payable: 0, cash: -250 });

  await tell(client, [event("returned")], DECEMBER);
  expect(await balances(client)).toMatchObject({ commission_payable: -250 });
  await as(client, clerk, (tx) => prepareMonth(tx, "2026-12", JANUARY));
  const [december] = await statements(client);
  expect(december).toMatchObject({ openingMinor: 0, clawedBackMinor: 250, closingMinor: -250, payableMinor: 0 });
  await approve(client, december?.statementId ?? "", JANUARY);
  await expect(pay(client, december?.statementId ?? "", "B3", JANUARY)).rejects.toMatchObject({
    code: "nothing_to_pay",
  });
  expect(await balances(client)).toMatchObject({ commission_payable: 0, clawback_receivable: 250, cash: -250 });

  await client.use({
    event: "again",
    kind: "success",
    at: "2027-01-05T02:05:00Z",
    contactId: client.contactId,
    attrs: { saleMinor: 20_000 },
  });
  await tell(
    client,
    [
      event("sold", {
        sale: "o9",
        sourceEventId: "s9",
        amountMinor: 20_000,
        occurredAt: "2027-01-05T00:00:00Z",
        contactId: client.contactId,
      }),
      event("delivered", { sale: "o9", sourceEventId: "d9" }),
    ],
    Date.parse("2027-01-06T00:00:00Z"),
  );
  const FEBRUARY = Date.parse("2027-02-02T10:00:00Z");
  await as(client, clerk, (tx) => prepareMonth(tx, "2027-01", FEBRUARY));
  const [january] = await statements(client);
  expect(january).toMatchObject({ openingMinor: -250, earnedMinor: 500, closingMinor: 250, payableMinor: 250 });
  await approve(client, january?.statementId ?? "", FEBRUARY);
  await pay(client, january?.statementId ?? "", "B4", FEBRUARY);
  expect(await balances(client)).toMatchObject({ commission_payable: 0, clawback_receivable: 0, cash: -500 });
});

test("BIL-9 what comes for a month that is approved is on the next one; a later month waits for an earlier", async () => {
  const client = await seller();
  await client.wrapUp(10_000);
  await collect();
  await tell(client, [event("delivered", { contactId: client.contactId })]);
  await as(client, clerk, (tx) => prepareMonth(tx, "2026-11", DECEMBER));
  await expect(as(client, clerk, (tx) => prepareMonth(tx, "2026-12", JANUARY))).rejects.toMatchObject({
    code: "earlier_not_approved",
  });
  const [november] = await statements(client);
  await approve(client, november?.statementId ?? "");
  await tell(client, [event("sold", { amountMinor: 20_000, sourceEventId: "late", corrects: null })], NOW);
  await as(client, clerk, (tx) => prepareMonth(tx, "2026-11", DECEMBER));
  expect((await statements(client))[0]).toMatchObject({ earnedMinor: 250, status: "approved" });
  await as(client, clerk, (tx) => prepareMonth(tx, "2026-12", JANUARY));
  expect((await statements(client))[0]).toMatchObject({ period: "2026-12", earnedMinor: 250, status: "prepared" });
});

test("BIL-9 an agent reads its own approved statements, over all clients, and nobody else's", async () => {
  const client = await seller();
  await client.wrapUp(10_000);
  await collect();
  await tell(client, [event("delivered", { contactId: client.contactId })]);
  await as(client, clerk, (tx) => prepareMonth(tx, "2026-11", DECEMBER));
  const ctx = { db, operatorDb, actor: { kind: "user", userId: clerk } as const };
  const agentId = asId<never>(client.agentId);
  expect(await agentStatements(ctx, agentId)).toEqual([]);
  const [prepared] = await statements(client);
  const statementId = prepared?.statementId ?? "";
  await approve(client, statementId);
  expect(await agentStatements(ctx, agentId)).toMatchObject([{ statementId, payableMinor: 250 }]);
  const own = await agentStatement(ctx, { statementId, agentId, cursor: null, limit: 10 });
  expect(own.items.map((move) => [move.saleRef, move.kind, move.amountMinor])).toEqual([["order-1", "confirmed", 250]]);
  const other = agentStatement(ctx, { statementId, agentId: asId<never>(randomUUID()), cursor: null, limit: 10 });
  await expect(other).rejects.toMatchObject({ kind: "not_found" });
});

test("SAL-4 a courier's file is read row by row, in either language; what cannot be read says why and holds up nobody", async () => {
  const client = await seller();
  await client.wrapUp();
  await collect();
  const csv = [
    "编号,订单号,事件,时间,金额,联络,快递",
    `1,A-1,成交,2026-11-05 18:30,"1,280.00",${client.contactId},`,
    "2,A-1,签收,2026-11-07,,,sf",
    "3,A-1,paid,yesterday,,,",
    "4,A-1,sent,2026-11-08,,,",
    "5,A-1,退货,2026-11-09,12.345,,",
    "",
    "2,A-1,签收,2026-11-07,,,sf",
  ].join("\r\n");
  const done = await as(client, clerk, (tx) => importFile(tx, { source: "sf", csv }, "staff", NOW));
  expect(done.items.map((item) => [item.line, item.what])).toEqual([
    [2, "recorded"],
    [3, "recorded"],
    [4, "refused"],
    [5, "refused"],
    [6, "refused"],
    [8, "known"],
  ]);
  expect(done.items[2]?.why).toContain("`at`");
  expect(done.items[3]?.why).toContain("kind");
  expect(done.items[4]?.why).toContain("2 decimals");
  const [sale] = (await as(client, clerk, (tx) => listSales(tx, { ...ALL, ref: "A-1" }))).items;
  expect(sale).toMatchObject({ stage: "delivered", amountMinor: 128_000, courier: "sf", contactId: client.contactId });
  // Six in the evening on the client's wall, which is Shanghai's.
  const { events } = await as(client, clerk, (tx) => readSale(tx, sale?.saleId ?? ""));
  expect(events.map((one) => new Date(one.occurredAt).toISOString())).toContain("2026-11-05T10:30:00.000Z");
  const headless = as(client, clerk, (tx) => importFile(tx, { source: "sf", csv: "a,b\n1,2" }, "staff", NOW));
  await expect(headless).rejects.toMatchObject({ code: "invalid_input", faults: [{ path: "json.csv" }] });
});

test("BIL-9 pages of sales and of statements' steps hold each row once", async () => {
  const client = await seller();
  for (let n = 0; n < 7; n++) {
    await tell(client, [
      event("sold", {
        sale: `s${n}`,
        sourceEventId: `s${n}`,
        amountMinor: 100 + n,
        occurredAt: "2026-11-05T00:00:00Z",
      }),
    ]);
  }
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listSales>> = await as(client, clerk, (tx) =>
      listSales(tx, { ...ALL, cursor, limit: 3 }),
    );
    seen.push(...page.items.map((sale) => sale.ref));
    cursor = page.next;
  } while (cursor !== null);
  expect(seen.toSorted()).toEqual(["s0", "s1", "s2", "s3", "s4", "s5", "s6"]);
});

test.each([
  ["an event", "update tenant.sale_events set kind = 'paid'"],
  ["a plan's terms", "update tenant.commission_plans set terms = '{}'"],
  ["a step's amount", "update tenant.commission_moves set amount_minor = 1"],
  ["a step away", "delete from tenant.commission_moves"],
])("BIL-9 the app role cannot change %s", async (_name, statement) => {
  const client = await seller();
  await client.wrapUp(10_000);
  await collect();
  const { sql } = await import("drizzle-orm");
  await expect(as(client, clerk, (tx) => tx.execute(sql.raw(statement)))).rejects.toMatchObject({
    code: "not_allowed",
  });
});
