import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { TestClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { chief, clerk, DECEMBER, JANUARY, NOW, saleEvent, useSalesFloor } from "../../../test/support/sales-floor.ts";
import { asId } from "../../domain/kernel/ids.ts";
import { agentStatement, agentStatements } from "./reading.ts";
import { decideStatement, prepareMonth } from "./statement-verbs.ts";
import { listStatements } from "./views.ts";

const databases = useDatabase();
const { dbs, as, seller, tell, collect, balances } = useSalesFloor(databases);

const statements = (client: TestClient) =>
  as(client, clerk, (tx) =>
    listStatements(tx, { period: null, status: null, agentId: null, cursor: null, limit: 50 }),
  ).then(({ items }) => items);
const approve = (client: TestClient, statementId: string, now = DECEMBER, by = chief) =>
  as(client, by, (tx) => decideStatement(tx, { statementId, decision: "approve" }, now));
const pay = (client: TestClient, statementId: string, paymentRef: string, now = DECEMBER) =>
  as(client, chief, (tx) => decideStatement(tx, { statementId, decision: "pay", paymentRef }, now));

test("BIL-9 a month is prepared by one person, approved by another, paid once, and its debt carried to the next", async () => {
  const client = await seller();
  await client.wrapUp(10_000);
  await collect();
  await tell(client, [saleEvent("delivered", { contactId: client.contactId })]);
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

  await tell(client, [saleEvent("returned")], DECEMBER);
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
      saleEvent("sold", {
        sale: "o9",
        sourceEventId: "s9",
        amountMinor: 20_000,
        occurredAt: "2027-01-05T00:00:00Z",
        contactId: client.contactId,
      }),
      saleEvent("delivered", { sale: "o9", sourceEventId: "d9" }),
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
  await tell(client, [saleEvent("delivered", { contactId: client.contactId })]);
  await as(client, clerk, (tx) => prepareMonth(tx, "2026-11", DECEMBER));
  await expect(as(client, clerk, (tx) => prepareMonth(tx, "2026-12", JANUARY))).rejects.toMatchObject({
    code: "earlier_not_approved",
  });
  const [november] = await statements(client);
  await approve(client, november?.statementId ?? "");
  await tell(client, [saleEvent("sold", { amountMinor: 20_000, sourceEventId: "late", corrects: null })], NOW);
  await as(client, clerk, (tx) => prepareMonth(tx, "2026-11", DECEMBER));
  expect((await statements(client))[0]).toMatchObject({ earnedMinor: 250, status: "approved" });
  await as(client, clerk, (tx) => prepareMonth(tx, "2026-12", JANUARY));
  expect((await statements(client))[0]).toMatchObject({ period: "2026-12", earnedMinor: 250, status: "prepared" });
});

test("BIL-9 an agent reads its own approved statements, over all clients, and nobody else's", async () => {
  const client = await seller();
  await client.wrapUp(10_000);
  await collect();
  await tell(client, [saleEvent("delivered", { contactId: client.contactId })]);
  await as(client, clerk, (tx) => prepareMonth(tx, "2026-11", DECEMBER));
  const ctx = { ...dbs(), actor: { kind: "user", userId: clerk } as const };
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
