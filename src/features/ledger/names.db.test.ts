import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { finalInvoice, withProfile, withSeller } from "../../../test/support/invoices.ts";
import { clerk, DECEMBER, useSalesFloor } from "../../../test/support/sales-floor.ts";
import type { LedgerEvent } from "../../domain/ledger/events.ts";
import { prepareSettlement } from "../settlement/prepare.ts";
import { putParty } from "../settlement/terms.ts";
import { trialBalance } from "./balances.ts";
import { accountStatement, transactions } from "./entries.ts";
import { post, reverse } from "./post.ts";

const databases = useDatabase();
const { as, dbs, seller } = useSalesFloor(databases);
const ACTOR = { kind: "system", name: "test" } as const;

/** A client with a final invoice for one service, an agent's commission and a courier's fees. */
async function booked() {
  const client = await seller(null);
  await withSeller(databases.admin);
  await withProfile(databases.admin, client.tenantId, { profile: "none" });
  const fee = { code: "desk", label: { zh: "值守", en: "Desk" }, model: "fee", amount: "100", every: "month" } as const;
  await client.version("2026-01-01", null, [fee]);
  const now = "2026-12-03T00:00:00Z";
  const invoiceId = await finalInvoice(dbs(), { tenantId: client.tenantId, period: "2026-11", now });
  const terms = { deliveryFee: "8", returnFee: "4", sharePercent: "0", tariff: null, tolerance: "0" };
  const courier = {
    kind: "courier",
    slug: "sf",
    name: "顺丰 SF Express",
    isClient: false,
    from: "2026-01-01",
    terms,
  } as const;
  await as(client, clerk, (tx) => putParty(tx, courier));
  const party = { kind: "courier", partyId: "sf" } as const;
  const deeds: LedgerEvent[] = [
    {
      type: "commission_accrued",
      id: randomUUID(),
      currency: "CNY",
      to: { kind: "agent", agentId: client.agentId },
      amountMinor: 700n,
    },
    {
      type: "settlement_booked",
      id: randomUUID(),
      currency: "CNY",
      party,
      sums: [{ item: "delivery_fee", amountMinor: 800n }],
    },
    { type: "carrier_cost_accrued", id: "nobody:2026-11", currency: "CNY", carrier: "nobody", amountMinor: 5n },
  ];
  for (const event of deeds) await as(client, clerk, (tx) => post(tx, { event, occurredAt: DECEMBER }));
  return { client, invoiceId, scope: { tenantId: client.tenantId, actor: ACTOR } };
}

test("BIL-8 accounts are told by the names of their services, agents and partners; what nobody has named has no name", async () => {
  const { scope } = await booked();
  const { accounts } = await trialBalance(dbs().db, scope, null);
  expect(Object.fromEntries(accounts.map((it) => [it.kind, it.name]))).toMatchObject({
    receivable: null,
    revenue: { zh: "值守", en: "Desk" },
    commission_pending: { zh: "李娜 Li Na", en: "李娜 Li Na" },
    courier_payable: { zh: "顺丰 SF Express", en: "顺丰 SF Express" },
    carrier_payable: null,
    delivery_cost: null,
  });
});

test("BIL-8 a statement names the account on the other side and the number of the invoice it is about", async () => {
  const { scope, invoiceId } = await booked();
  const { accounts } = await trialBalance(dbs().db, scope, null);
  const accountId = accounts.find((it) => it.kind === "receivable")?.accountId ?? "";
  const page = { from: null, to: null, cursor: null, limit: 10 };
  const statement = await accountStatement(dbs().db, scope, { ...page, accountId });
  const [invoice] =
    await databases.admin`select series || '-' || lpad(number::text, 6, '0') as number from tenant.invoices where id = ${invoiceId}`;
  expect(statement.items.map((it) => [it.ref, it.about?.number, it.other.name])).toEqual([
    [invoiceId, invoice?.number, { zh: "值守", en: "Desk" }],
  ]);
  const { items } = await transactions(dbs().db, scope, {
    ...page,
    ref: null,
    event: "commission_accrued",
    txnId: null,
  });
  expect(items.flatMap((it) => it.entries.map((entry) => entry.credit.name?.en))).toEqual(["李娜 Li Na"]);
});

test("BIL-8 a deed is told by what people know of it: a payment by day, amount and reference, a statement by whose month it is", async () => {
  const { client, invoiceId, scope } = await booked();
  const { admin } = databases;
  const tenantId = client.tenantId;
  const at = "2026-12-04T10:00:00Z";
  const ids = { paymentId: randomUUID(), refundId: randomUUID(), writeOffId: randomUUID(), commissionId: randomUUID() };
  await admin`insert into tenant.payments (tenant_id, id, method, source, currency, amount_minor, payer, reference, received_on, received_at, recorded_by, recorded_at)
    values (${tenantId}, ${ids.paymentId}, 'bank_transfer', ${ids.paymentId}, 'CNY', 12800, 'Harbour', 'HM NOV', '2026-12-04', ${at}, 'user:x', ${at})`;
  await admin`insert into tenant.refunds (tenant_id, id, payment_id, amount_minor, reason, request_key, asked_by, asked_at)
    values (${tenantId}, ${ids.refundId}, ${ids.paymentId}, 100, 'too much', ${ids.refundId}, 'user:x', ${at})`;
  await admin`insert into tenant.write_offs (tenant_id, id, invoice_id, amount_minor, reason, written_off_by, written_off_at, request_key)
    values (${tenantId}, ${ids.writeOffId}, ${invoiceId}, 100, 'small', ${clerk}, ${at}, ${ids.writeOffId})`;
  await admin`insert into tenant.commission_statements (tenant_id, id, beneficiary, agent_id, currency, period_start, opening_minor, earned_minor, clawed_back_minor, prepared_by, prepared_at)
    values (${tenantId}, ${ids.commissionId}, 'agent', ${client.agentId}, 'CNY', '2026-11-01', 0, 700, 0, 'user:x', ${at})`;
  const [party] = await admin<{ id: string }[]>`select id from tenant.settlement_parties where tenant_id = ${tenantId}`;
  const settled = { partyId: party?.id ?? "", period: "2026-11" };
  const settlementId = await as(client, clerk, (tx) => prepareSettlement(tx, settled, DECEMBER));
  const [contract] = await admin<
    { id: string; en: string }[]
  >`select id, name_en as en from tenant.contracts where tenant_id = ${tenantId}`;

  const of = { currency: "CNY" } as const;
  const deeds: LedgerEvent[] = [
    { ...of, type: "payment_received", id: ids.paymentId, into: "cash", amountMinor: 12_800n, allocatedMinor: 12_800n },
    { ...of, type: "payment_refunded", id: ids.refundId, from: "cash", amountMinor: 100n, reopenedMinor: 100n },
    { ...of, type: "write_off", id: ids.writeOffId, amountMinor: 100n, taxMinor: 0n },
    {
      ...of,
      type: "revenue_accrued",
      id: `${contract?.id}:2026-12`,
      lines: [{ service: "desk", amountMinor: 50n }],
    },
    {
      ...of,
      type: "commission_paid",
      id: ids.commissionId,
      to: { kind: "agent", agentId: client.agentId },
      amountMinor: 700n,
    },
    {
      ...of,
      type: "settlement_paid",
      id: settlementId,
      party: { kind: "courier", partyId: "sf" },
      amountMinor: 800n,
    },
  ];
  const txns: { readonly txnId: string }[] = [];
  for (const event of deeds) txns.push(await as(client, clerk, (tx) => post(tx, { event, occurredAt: DECEMBER })));
  await as(client, clerk, (tx) => reverse(tx, { txnId: txns[2]?.txnId ?? "", occurredAt: DECEMBER }));

  const { accounts } = await trialBalance(dbs().db, scope, null);
  const page = { from: null, to: null, cursor: null, limit: 50 };
  const told = new Map<string, unknown>();
  for (const { accountId } of accounts) {
    const { items } = await accountStatement(dbs().db, scope, { ...page, accountId });
    for (const item of items) told.set(item.event, item.about);
  }
  const nothing = { number: null, name: null, on: null, period: null, money: null };
  const both = (text: string | undefined) => ({ zh: text, en: text });
  const [{ number }] = await admin<[{ number: string }]>`
    select series || '-' || lpad(number::text, 6, '0') as number from tenant.invoices where id = ${invoiceId}`;
  const payment = {
    ...nothing,
    what: "payment",
    name: both("HM NOV"),
    on: "2026-12-04",
    money: { amountMinor: 12_800, currency: "CNY", decimals: 2 },
  };
  const invoice = { ...nothing, what: "document", number };
  expect(Object.fromEntries(told)).toMatchObject({
    invoice_finalized: invoice,
    payment_received: payment,
    payment_refunded: payment,
    write_off: invoice,
    reversal: invoice,
    revenue_accrued: { ...nothing, what: "month", period: "2026-12", name: { en: contract?.en } },
    commission_paid: { ...nothing, what: "commission_statement", period: "2026-11", name: both("李娜 Li Na") },
    settlement_paid: { ...nothing, what: "settlement_statement", period: "2026-11", name: both("顺丰 SF Express") },
    carrier_cost_accrued: { ...nothing, what: "month", period: "2026-11", name: both("nobody") },
    // Made up for this test, without a sale behind it: there is nothing that people would call it.
    commission_accrued: null,
  });
});
