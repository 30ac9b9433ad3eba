import { sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { clerk, DECEMBER, NOW, PLAN, saleEvent, useSalesFloor } from "../../../test/support/sales-floor.ts";
import { SALE_EVENT_KINDS } from "../../domain/commission/sale.ts";
import { importFile } from "./import.ts";
import { addPlan } from "./plans.ts";
import type { PlanInput } from "./schema.ts";
import { listSales, readSale } from "./views.ts";

const databases = useDatabase();
const { as, seller, tell, collect, balances } = useSalesFloor(databases);

test("BIL-9 a sale of a wrap-up accrues, is payable when delivered, and comes back when the goods come back", async () => {
  const client = await seller();
  await client.wrapUp(10_000);
  await collect();
  expect(await balances(client)).toMatchObject({ commission_cost: 250, commission_pending: 250 });
  const [sale] = (await as(client, clerk, (tx) => listSales(tx, ALL))).items;
  expect(sale).toMatchObject({ ref: client.contactId, stage: "sold", amountMinor: 10_000, agentName: "李娜 Li Na" });
  await tell(client, [saleEvent("delivered", { contactId: client.contactId })]);
  expect(await balances(client)).toMatchObject({ commission_pending: 0, commission_payable: 250 });
  await tell(client, [saleEvent("returned", { amountMinor: 4_000 })]);
  expect(await balances(client)).toMatchObject({ commission_payable: 150, commission_cost: 150 });
  await tell(client, [saleEvent("returned", { sourceEventId: "returned-2" })]);
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
  const first = await tell(client, [saleEvent("delivered", { contactId: client.contactId })]);
  expect(first.items).toMatchObject([{ what: "recorded" }]);
  const before = await balances(client);
  expect((await tell(client, [saleEvent("delivered", { contactId: client.contactId })])).items[0]?.what).toBe("known");
  const rival = await tell(client, [saleEvent("delivered", { contactId: client.contactId, amountMinor: 1 })]);
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
        saleEvent(one.kind, {
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
        await tell(client, [saleEvent("confirmed", { sourceEventId: "link", contactId: client.contactId })]);
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
    [saleEvent("delivered", { contactId: client.contactId }), saleEvent("returned", { amountMinor: 5_000 })],
    DECEMBER,
  );
  expect(await balances(client)).toMatchObject({ commission_payable: 125 });
  await tell(
    client,
    [saleEvent("sold", { sale: "o2", sourceEventId: "o2", occurredAt: "2026-12-01T00:00:00Z", amountMinor: 100 })],
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
  await tell(client, [saleEvent("delivered", { contactId: client.contactId }), saleEvent("returned")]);
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
  await tell(client, [saleEvent("sold", { contactId: client.contactId, amountMinor: 10_000 })]);
  expect([...(await counted())]).toEqual([{ quantity: "1", sale: "10000", at: "2026-11-05" }]);
  await tell(client, [saleEvent("returned", { amountMinor: 3_000 })]);
  expect([...(await counted())]).toEqual([{ quantity: "1", sale: "7000", at: "2026-11-05" }]);
  await tell(client, [saleEvent("returned", { sourceEventId: "returned-2" })]);
  expect([...(await counted())]).toMatchObject([{ quantity: "0", at: "2026-11-05" }]);
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
      saleEvent("sold", {
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
  await expect(as(client, clerk, (tx) => tx.execute(sql.raw(statement)))).rejects.toMatchObject({
    code: "not_allowed",
  });
});
