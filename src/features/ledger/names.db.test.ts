import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { useDatabase } from "../../../test/support/database.ts";
import { finalInvoice, withProfile, withSeller } from "../../../test/support/invoices.ts";
import { clerk, DECEMBER, useSalesFloor } from "../../../test/support/sales-floor.ts";
import type { LedgerEvent } from "../../domain/ledger/events.ts";
import { putParty } from "../settlement/terms.ts";
import { trialBalance } from "./balances.ts";
import { accountStatement, transactions } from "./entries.ts";
import { post } from "./post.ts";

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
  expect(statement.items.map((it) => [it.ref, it.number, it.other.name])).toEqual([
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
