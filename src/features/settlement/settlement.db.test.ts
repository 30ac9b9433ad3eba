import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { TestClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { clerk, DECEMBER, JANUARY, saleEvent, useSalesFloor } from "../../../test/support/sales-floor.ts";
import type { SaleEventInput } from "../commission/schema.ts";
import { post } from "../ledger/index.ts";
import { prepareSettlement } from "./prepare.ts";
import type { PartyInput, SettlementDetail } from "./schema.ts";
import { listStatements, readSettlement } from "./store.ts";
import { putParty } from "./terms.ts";
import { acceptStatement, adjust, decideLines, settleStatement, takeFile } from "./verbs.ts";

const databases = useDatabase();
const { as, seller, tell, balances } = useSalesFloor(databases);

const party = (kind: PartyInput["kind"], slug: string, terms: Partial<PartyInput["terms"]> = {}): PartyInput => ({
  kind,
  slug,
  name: slug.toUpperCase(),
  isClient: kind === "supplier",
  from: "2026-01-01",
  terms: { deliveryFee: "0", returnFee: "0", sharePercent: "0", tariff: null, tolerance: "0", ...terms },
});
const put = async (client: TestClient, input: PartyInput) =>
  (await as(client, clerk, (tx) => putParty(tx, input))).partyId;
const prepare = (client: TestClient, partyId: string, period = "2026-11", now = DECEMBER) =>
  as(client, clerk, (tx) => prepareSettlement(tx, { partyId, period }, now));
const read = (client: TestClient, statementId: string, ownOnly = false): Promise<SettlementDetail> =>
  as(client, clerk, (tx) =>
    readSettlement(tx, { statementId, state: null, standing: null, cursor: null, limit: 200, ownOnly }),
  );
const file = (client: TestClient, statementId: string, rows: string[], name = "sf.csv") =>
  as(client, clerk, (tx) => takeFile(tx, { statementId, name, csv: rows.join("\n") }));
const accept = (client: TestClient, statementId: string, now = DECEMBER) =>
  as(client, clerk, (tx) => acceptStatement(tx, statementId, now));
const settle = (client: TestClient, statementId: string, paymentRef: string, now = DECEMBER) =>
  as(client, clerk, (tx) => settleStatement(tx, { statementId, paymentRef }, now));
const shown = (statement: SettlementDetail) =>
  statement.items
    .map((line) => `${line.ref} ${line.item} ${line.state} ${line.oursMicros ?? "-"} ${line.theirsMicros ?? "-"}`)
    .toSorted();
const lineOf = (statement: SettlementDetail, ref: string, item: string) =>
  statement.items.find((line) => line.ref === ref && line.item === item)?.lineId ?? "";

/** Three parcels by one courier for one supplier: two delivered, one of them returned later, one refused at the door. */
async function parcels() {
  const client = await seller(null);
  const by = { courier: "sf", supplier: "maker" };
  const told = (sale: string, kind: SaleEventInput["kind"], amountMinor?: number) =>
    saleEvent(kind, {
      sale,
      sourceEventId: `${sale}-${kind}`,
      ...by,
      ...(amountMinor === undefined ? {} : { amountMinor }),
    });
  await tell(client, [
    told("A", "sold", 10_000),
    told("A", "delivered"),
    told("B", "sold", 20_000),
    told("B", "delivered"),
    told("C", "sold", 5_000),
    told("C", "returned"),
  ]);
  const courier = await put(client, party("courier", "sf", { deliveryFee: "8", returnFee: "4", tolerance: "0.10" }));
  const supplier = await put(client, party("supplier", "maker", { sharePercent: "15" }));
  return { client, courier, supplier, told };
}

test("SAL-4 a courier's month is what it collected less its fees, its file matched line by line, and only then accepted", async () => {
  const { client, courier } = await parcels();
  const statementId = await prepare(client, courier);
  expect(await read(client, statementId)).toMatchObject({
    status: "draft",
    sums: [
      { item: "collected", amountMinor: 30_000 },
      { item: "delivery_fee", amountMinor: 1_600 },
      { item: "return_fee", amountMinor: 400 },
    ],
    closingMinor: 28_000,
  });
  await file(client, statementId, [
    "单号,项目,金额",
    "A,代收,100.00",
    "A,运费,8.05",
    "B,代收,198.00",
    "B,运费,8",
    "X,运费,8",
  ]);
  const matched = await read(client, statementId);
  expect(shown(matched)).toEqual([
    "A collected matched 100000000 100000000",
    "A delivery_fee matched 8000000 8050000",
    "B collected differs 200000000 198000000",
    "B delivery_fee matched 8000000 8000000",
    "C return_fee only_ours 4000000 -",
    "X delivery_fee only_theirs - 8000000",
  ]);
  expect(matched.lines).toEqual({ all: 6, matched: 3, onlyOurs: 1, onlyTheirs: 1, differs: 1, open: 3, disputed: 0 });
  await expect(accept(client, statementId)).rejects.toMatchObject({ code: "lines_open", message: /3 lines/ });
});

test("SAL-4 a dispute blocks only its line; what is agreed on it later comes into the next statement", async () => {
  const { client, courier, told } = await parcels();
  const statementId = await prepare(client, courier);
  await file(client, statementId, [
    "ref,item,amount",
    "A,collected,100",
    "A,delivery_fee,8",
    "B,collected,198",
    "B,delivery_fee,8",
    "C,return_fee,4",
  ]);
  const line = lineOf(await read(client, statementId), "B", "collected");
  const decide = (decision: "dispute" | "accept_theirs", now = DECEMBER) =>
    as(client, clerk, (tx) =>
      decideLines(tx, { statementId, lineIds: [line], decision, reason: "two yuan short" }, now),
    );
  await decide("dispute");
  await accept(client, statementId);
  expect(await read(client, statementId)).toMatchObject({ closingMinor: 8_000, lines: { disputed: 1, open: 0 } });
  await settle(client, statementId, "B1");
  await settle(client, statementId, "B1");
  await expect(settle(client, statementId, "B2")).rejects.toMatchObject({ code: "settled_differently" });
  expect(await balances(client)).toMatchObject({ cash: 8_000, cod_clearing: 0, courier_payable: 0, cod_due: 10_000 });

  await decide("accept_theirs", JANUARY - 1);
  await expect(decide("accept_theirs")).rejects.toMatchObject({ code: "line_closed" });
  expect(await read(client, statementId)).toMatchObject({
    closingMinor: 8_000,
    sums: [{ amountMinor: 10_000 }, {}, {}],
  });
  await tell(client, [told("A", "returned")], DECEMBER);
  await databases.admin`update tenant.settlement_statements set prepared_at = prepared_at where false`;
  const next = await prepare(client, courier, "2026-12", JANUARY);
  const second = await read(client, next);
  expect(second.openingMinor).toBe(0);
  expect(shown(second)).toEqual([
    "A clawback unmatched 100000000 -",
    "A return_fee unmatched 4000000 -",
    "B collected unmatched 198000000 -",
  ]);
  expect(second.closingMinor).toBe(19_800 - 10_000 - 400);
});

test("SAL-4 a statement below zero is carried to the next, and never dropped", async () => {
  const { client, courier, told } = await parcels();
  const first = await prepare(client, courier);
  await as(client, clerk, (tx) =>
    adjust(tx, { statementId: first, ref: "lost", amountMinor: -40_000, reason: "lost parcels" }, DECEMBER),
  );
  await as(client, clerk, (tx) =>
    adjust(tx, { statementId: first, ref: "lost", amountMinor: -40_000, reason: "lost parcels" }, DECEMBER),
  );
  await accept(client, first);
  expect(await read(client, first)).toMatchObject({ closingMinor: -12_000, status: "accepted" });
  await expect(settle(client, first, "B1")).rejects.toMatchObject({ code: "nothing_to_settle" });
  await tell(
    client,
    [told("D", "sold", 50_000), { ...told("D", "delivered"), occurredAt: "2026-12-05T00:00:00Z" }],
    JANUARY,
  );
  const second = await prepare(client, courier, "2026-12", JANUARY);
  expect(await read(client, second)).toMatchObject({ openingMinor: -12_000, closingMinor: -12_000 + 50_000 - 800 });
});

test("SAL-4 the supplier's statement meets the courier's: what one handed over is what the other is owed", async () => {
  const { client, courier, supplier } = await parcels();
  for (const partyId of [courier, supplier]) {
    const statementId = await prepare(client, partyId);
    await accept(client, statementId);
    await settle(client, statementId, partyId);
  }
  expect(await balances(client)).toMatchObject({
    cod_due: 0,
    cod_clearing: 0,
    supplier_payable: 0,
    cash: 28_000 - 25_500,
    revenue: 4_500,
  });
});

test("SAL-4 the client reads its own statement as the supplier, once accepted, and no other", async () => {
  const { client, courier, supplier } = await parcels();
  const [own, other] = [await prepare(client, supplier), await prepare(client, courier)];
  const list = () =>
    as(client, clerk, (tx) =>
      listStatements(tx, { period: null, status: null, partyId: null, cursor: null, limit: 50, ownOnly: true }),
    );
  expect((await list()).items).toEqual([]);
  await expect(read(client, own, true)).rejects.toMatchObject({ kind: "not_found" });
  await accept(client, own);
  await accept(client, other);
  expect((await list()).items.map((it) => it.statementId)).toEqual([own]);
  expect((await read(client, own, true)).items.length).toBeGreaterThan(0);
  await expect(read(client, other, true)).rejects.toMatchObject({ kind: "not_found" });
});

test("SAL-4 a delivery that was taken back after acceptance is taken back in the next statement", async () => {
  const { client, courier } = await parcels();
  await accept(client, await prepare(client, courier));
  await tell(
    client,
    [saleEvent("delivered", { sale: "A", sourceEventId: "A-void", corrects: "A-delivered", isVoid: true })],
    DECEMBER,
  );
  const next = await prepare(client, courier, "2026-12", JANUARY);
  expect(shown(await read(client, next))).toEqual([
    "A collected unmatched -100000000 -",
    "A delivery_fee unmatched -8000000 -",
  ]);
});

test("BIL-11 SAL-4 a carrier's file meets our legs by call id, billed seconds and amount; only the difference is booked", async () => {
  const client = await seller(null);
  const leg = (n: number, seconds: number) =>
    client.use({
      event: `leg${n}`,
      kind: "carrier_leg",
      at: "2026-11-05T02:00:00Z",
      quantity: seconds,
      contactId: client.contactId,
      attrs: { callSid: `CA${n}`, party: "caller" },
    });
  for (const [n, seconds] of [61, 30, 120].entries()) await leg(n, seconds);
  const carrier = await put(
    client,
    party("carrier", "sandbox", { tariff: { perMinute: "0.0123", firstS: 60, nextS: 60 }, tolerance: "0.0001" }),
  );
  await as(client, clerk, (tx) =>
    post(tx, {
      event: {
        type: "carrier_cost_accrued",
        id: "sandbox:2026-11",
        currency: "CNY",
        carrier: "sandbox",
        amountMinor: 6n,
      },
      occurredAt: DECEMBER,
    }),
  );
  const statementId = await prepare(client, carrier);
  await file(client, statementId, ["Call Sid,Duration,Price", "CA0,120,-0.02465", "CA1,120,-0.0246", "CA9,60,-0.0123"]);
  const statement = await read(client, statementId);
  expect(shown(statement)).toEqual([
    "CA0 carrier_rate matched 24600 24650",
    "CA1 carrier_rate differs 12300 24600",
    "CA2 carrier_rate only_ours 24600 -",
    "CA9 carrier_rate only_theirs - 12300",
  ]);
  const ids = ["CA1", "CA2", "CA9"].map((ref) => lineOf(statement, ref, "carrier_rate"));
  const decide = (lineIds: string[], decision: "accept_ours" | "accept_theirs" | "dispute") =>
    as(client, clerk, (tx) => decideLines(tx, { statementId, lineIds, decision, reason: "seen" }, DECEMBER));
  await decide(ids.slice(0, 1), "accept_theirs");
  await decide(ids.slice(1), "accept_ours");
  await accept(client, statementId);
  // 0.0246 + 0.0246 + 0.0246 = 0.0738, a single rounding: 7 fen, one more than was accrued.
  expect(await read(client, statementId)).toMatchObject({ closingMinor: 7 });
  expect(await balances(client)).toMatchObject({ carrier_cost: 7, carrier_payable: 7 });
  await settle(client, statementId, "W1");
  expect(await balances(client)).toMatchObject({ carrier_payable: 0, cash: -7 });
});

test("SAL-4 their file again changes nothing; a further part is matched with it; a row that cannot be read refuses the part", async () => {
  const { client, courier } = await parcels();
  const statementId = await prepare(client, courier);
  await file(client, statementId, ["ref,item,amount", "A,collected,100"]);
  const before = shown(await read(client, statementId));
  await file(client, statementId, ["ref,item,amount", "A,collected,100"], "the same.csv");
  expect(shown(await read(client, statementId))).toEqual(before);
  await file(client, statementId, ["ref,item,amount", "B,collected,200"]);
  expect((await read(client, statementId)).lines.matched).toBe(2);
  const broken = file(client, statementId, ["ref,item,amount", "A,tip,1", "B,collected,1.2345678"]);
  await expect(broken).rejects.toMatchObject({ faults: [{ path: "json.csv.2" }, { path: "json.csv.3" }] });
});

test("SAL-4 preparing again keeps what was decided, unless the other side of the line has changed", async () => {
  const { client, courier } = await parcels();
  const statementId = await prepare(client, courier);
  await file(client, statementId, ["ref,item,amount", "A,collected,99"]);
  const line = lineOf(await read(client, statementId), "A", "collected");
  await as(client, clerk, (tx) =>
    decideLines(tx, { statementId, lineIds: [line], decision: "accept_ours", reason: "x" }, DECEMBER),
  );
  await prepare(client, courier);
  const decided = async () => (await read(client, statementId)).items.find((it) => it.lineId === line)?.decision;
  expect(await decided()).toBe("accept_ours");
  await file(client, statementId, ["ref,item,amount", "A,collected,98"]);
  expect((await read(client, statementId)).lines).toMatchObject({ onlyTheirs: 1 });
});

test("SAL-4 terms may not begin on or before a day that a statement has lines of; months come in their order", async () => {
  const { client, courier } = await parcels();
  await prepare(client, courier);
  await expect(put(client, { ...party("courier", "sf"), from: "2026-11-06" })).rejects.toMatchObject({
    code: "terms_in_use",
  });
  await put(client, { ...party("courier", "sf", { deliveryFee: "9" }), from: "2026-12-01" });
  await expect(put(client, { ...party("courier", "sf"), from: "2026-11-20" })).rejects.toMatchObject({
    code: "terms_overlap",
  });
  await expect(prepare(client, courier, "2026-12", JANUARY)).rejects.toMatchObject({ code: "earlier_not_accepted" });
  await expect(prepare(client, courier, "2027-01", JANUARY)).rejects.toMatchObject({ code: "month_not_over" });
  await expect(prepare(client, randomUUID())).rejects.toMatchObject({ code: "party_not_found" });
});

test("SAL-4 no line of an accepted statement changes, whoever asks", async () => {
  const { client, courier } = await parcels();
  const statementId = await prepare(client, courier);
  await accept(client, statementId);
  const changing = databases.admin`update tenant.settlement_lines set ours_micros = 1 where statement_id = ${statementId}`;
  await expect(changing).rejects.toMatchObject({ code: "23001" });
});
