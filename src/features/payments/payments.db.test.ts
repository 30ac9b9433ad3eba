import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BureauStage, openBureau, SECRET_KEY } from "../../../test/payments/bureau-stage.ts";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { creditInvoice, finalInvoice, ledgerBalances } from "../../../test/support/final-invoice.ts";
import { connect, type Database, withTenant } from "../../adapters/db/index.ts";
import { stripeProvider } from "../../adapters/payments/stripe/index.ts";
import type { PaymentProvider, ProviderEvent } from "../../ports/payments.ts";
import { receivableCheck } from "../ledger/receivable.ts";
import type { PaymentsContext } from "./context.ts";
import { takeEvent } from "./events.ts";
import { invoiceMoney } from "./invoices-store.ts";
import { allocate, recordPayment } from "./receive.ts";
import { reconcilePayments } from "./reconcile.ts";
import { refund } from "./refund.ts";
import { requestPayment } from "./request.ts";
import { paymentRows } from "./store.ts";

/** Payments on a real PostgreSQL against the sandbox Stripe in workerd, through the official client. */
const databases = useDatabase();
const CARD = "4242424242424242";
let bureau: BureauStage;
let db: Database;
let operatorDb: Database;
let provider: PaymentProvider;
const actor = { kind: "user", userId: randomUUID() } as unknown as PaymentsContext["actor"];

beforeAll(async () => {
  bureau = await openBureau();
  db = connect({ connectionString: databases.urls.app });
  operatorDb = connect({ connectionString: databases.urls.operator });
  provider = stripeProvider({ secretKey: SECRET_KEY, baseUrl: bureau.url });
});
afterAll(async () => {
  await bureau?.close();
  await Promise.all([db?.close(), operatorDb?.close()]);
});

const ctx = (now = Date.now()): PaymentsContext => ({ db, operatorDb, provider, actor, now });
const inTenant = <T>(client: TestClient, work: Parameters<typeof withTenant<T>>[2]) =>
  withTenant(db, { tenantId: client.tenantId, actor }, work);
const openOf = async (client: TestClient, id: string) => {
  const [money] = await inTenant(client, (tx) => invoiceMoney(tx, { id }));
  return Number(money?.openMinor);
};
const paymentsOf = (client: TestClient) => inTenant(client, (tx) => paymentRows(tx));
const payByCard = (id: string) => bureau.control("POST", `invoices/${id}/pay`, { card: CARD });
let events = 0;
const about = (subject: ProviderEvent["about"], type = "invoice.paid"): ProviderEvent => {
  events += 1;
  return { eventId: `evt_${randomUUID()}_${events}`, type, createdAt: Date.now(), about: subject };
};

async function openRequest(client: TestClient, invoiceId: string) {
  const answer = await requestPayment(ctx(), client.tenantId, invoiceId);
  const [row] =
    await databases.admin`select provider_invoice_id as id, state from tenant.pay_requests where id = ${answer.requestId}`;
  return { ...answer, providerInvoiceId: String(row?.id), state: row?.state };
}

test("BIL-8 an invoice is asked for with exactly its amount, paid by card, and stands as one payment in the book", async () => {
  const client = await testClient(databases.admin);
  const invoiceId = await finalInvoice(databases.admin, db, client, { lines: [120_000, -20_000], taxMinor: 6_000 });
  const request = await openRequest(client, invoiceId);
  expect(request).toMatchObject({ amountMinor: 106_000n, state: "open" });
  expect(request.payUrl).toContain(`${bureau.url}/i/pay_`);
  expect(await openRequest(client, invoiceId)).toMatchObject({ requestId: request.requestId, payUrl: request.payUrl });
  await payByCard(request.providerInvoiceId);
  expect(await takeEvent(ctx(), about({ kind: "invoice", invoiceId: request.providerInvoiceId }))).toBe("settled");
  expect(await openOf(client, invoiceId)).toBe(0);
  const asInvoiceSays = await withTenant(db, { tenantId: client.tenantId, actor: ctx().actor }, (tx) =>
    tx.execute(sql`select tenant.paid_minor(${invoiceId})::int as paid, tenant.open_minor(${invoiceId})::int as open`),
  );
  expect([...asInvoiceSays]).toEqual([{ paid: 106_000, open: 0 }]);
  expect(await paymentsOf(client)).toMatchObject([
    { method: "stripe", amountMinor: 106_000n, allocatedMinor: 106_000n, feeMinor: 3_104n },
  ]);
  expect(await ledgerBalances(databases.admin, client.tenantId)).toEqual({
    stripe_clearing: 106_000 - 3_104,
    payment_fees: 3_104,
    revenue: -100_000,
    tax_payable: -6_000,
  });
});

test.each([
  ["in order, one after the other", (all: ProviderEvent[]) => all],
  ["reversed", (all: ProviderEvent[]) => all.toReversed()],
  ["doubled", (all: ProviderEvent[]) => all.flatMap((one) => [one, one])],
])("BIL-8 events %s, unknown and foreign ones among them: one payment, a balanced book", async (_how, arranged) => {
  const client = await testClient(databases.admin);
  const invoiceId = await finalInvoice(databases.admin, db, client, { lines: [50_000] });
  const { providerInvoiceId } = await openRequest(client, invoiceId);
  await payByCard(providerInvoiceId);
  const standing = await provider.standing(providerInvoiceId);
  const paymentId = standing?.payments[0]?.paymentId ?? "";
  const all = arranged([
    about({ kind: "payment", paymentId }, "charge.succeeded"),
    about(null, "treasury.parrot.repeated"),
    about({ kind: "invoice", invoiceId: providerInvoiceId }, "invoice.finalized"),
    about({ kind: "invoice", invoiceId: "in_of_somebody_else" }),
    about({ kind: "invoice", invoiceId: providerInvoiceId }),
  ]);
  const outcomes = await Promise.all(all.map((event) => takeEvent(ctx(), event)));
  expect(new Set(outcomes)).toEqual(new Set(["settled", "ignored", "foreign"]));
  expect(await paymentsOf(client)).toHaveLength(1);
  expect(await openOf(client, invoiceId)).toBe(0);
  const balances = await ledgerBalances(databases.admin, client.tenantId);
  expect(Object.values(balances).reduce((sum, minor) => sum + minor, 0)).toBe(0);
  expect(balances.receivable).toBeUndefined();
  const rows =
    await databases.admin`select times from house.payment_events where about = ${providerInvoiceId} or about = ${paymentId}`;
  expect(rows).toHaveLength(3);
});

test("BIL-8 a provider that breaks after every effect is asked what it did, and makes one invoice", async () => {
  const client = await testClient(databases.admin);
  const invoiceId = await finalInvoice(databases.admin, db, client, { lines: [70_000] });
  await bureau.faults({ http500After: 0.6, seed: 11 });
  const answer = await eventually(() => requestPayment(ctx(), client.tenantId, invoiceId));
  await bureau.faults({});
  expect(answer.amountMinor).toBe(70_000n);
  const payers =
    await databases.admin`select provider_payer_id as id from tenant.payers where tenant_id = ${client.tenantId}`;
  const made = await bureau.client().invoices.list({ customer: String(payers[0]?.id) });
  expect(made.data).toHaveLength(1);
  expect(made.data[0]).toMatchObject({ status: "open", total: 70_000 });
});

test("BIL-8 two who ask at once get one page", async () => {
  const client = await testClient(databases.admin);
  const invoiceId = await finalInvoice(databases.admin, db, client, { lines: [70_000] });
  const asked = await Promise.allSettled([1, 2, 3].map(() => requestPayment(ctx(), client.tenantId, invoiceId)));
  const urls = asked.flatMap((one) => (one.status === "fulfilled" ? [one.value.payUrl] : []));
  expect(new Set(urls).size).toBe(1);
  const [row] =
    await databases.admin`select provider_payer_id as id from tenant.payers where tenant_id = ${client.tenantId}`;
  expect((await bureau.client().invoices.list({ customer: String(row?.id) })).data).toHaveLength(1);
});

test("BIL-8 a transfer pays a part, so the card page asks for the rest; too much stays as credit that pays another invoice", async () => {
  const client = await testClient(databases.admin);
  const first = await finalInvoice(databases.admin, db, client, { lines: [50_000] });
  const { requestId, providerInvoiceId } = await openRequest(client, first);
  const transfer = { method: "bank_transfer", currency: "CNY", payer: "P", reference: "R" } as const;
  const part = { ...transfer, amountMinor: 20_000n, requestKey: randomUUID(), invoiceIds: [first] };
  const recorded = await recordPayment(ctx(), client.tenantId, part);
  expect(await recordPayment(ctx(), client.tenantId, part)).toEqual({ ...recorded, fresh: false });
  const taken = { code: "request_key_taken" };
  await expect(recordPayment(ctx(), client.tenantId, { ...part, amountMinor: 20_001n })).rejects.toMatchObject(taken);
  const rest = await openRequest(client, first);
  expect(rest).toMatchObject({ amountMinor: 30_000n });
  expect(rest.requestId).not.toBe(requestId);
  expect((await bureau.client().invoices.retrieve(providerInvoiceId)).status).toBe("void");
  await recordPayment(ctx(), client.tenantId, {
    ...transfer,
    amountMinor: 35_000n,
    requestKey: randomUUID(),
    invoiceIds: [first],
  });
  expect(await openOf(client, first)).toBe(0);
  expect((await ledgerBalances(databases.admin, client.tenantId)).client_credit).toBe(-5_000);
  const second = await finalInvoice(databases.admin, db, client, { lines: [4_000], month: 1 });
  const [paid] = (await paymentsOf(client)).filter((it) => it.amountMinor === 35_000n);
  const asked = { paymentId: paid?.id ?? "", invoiceId: second, requestKey: randomUUID() };
  await expect(allocate(ctx(), client.tenantId, { ...asked, amountMinor: 4_001n })).rejects.toMatchObject({
    code: "more_than_open",
  });
  await expect(allocate(ctx(), client.tenantId, { ...asked, amountMinor: 5_001n })).rejects.toMatchObject({
    code: "payment_used_up",
  });
  const done = await allocate(ctx(), client.tenantId, { ...asked, amountMinor: 4_000n });
  expect(await allocate(ctx(), client.tenantId, { ...asked, amountMinor: 4_000n })).toEqual(done);
  await expect(allocate(ctx(), client.tenantId, { ...asked, amountMinor: 3_999n })).rejects.toMatchObject(taken);
  expect(await openOf(client, second)).toBe(0);
  expect(await ledgerBalances(databases.admin, client.tenantId)).toEqual({
    cash: 55_000,
    client_credit: -1_000,
    revenue: -54_000,
  });
});

test("BIL-8 refunds take unclaimed money first, open the invoice by the rest, and never exceed the payment, though Stripe breaks", async () => {
  const client = await testClient(databases.admin);
  const invoiceId = await finalInvoice(databases.admin, db, client, { lines: [50_000] });
  const { providerInvoiceId } = await openRequest(client, invoiceId);
  await payByCard(providerInvoiceId);
  await takeEvent(ctx(), about({ kind: "invoice", invoiceId: providerInvoiceId }));
  const [payment] = await paymentsOf(client);
  const asked = { paymentId: payment?.id ?? "", amountMinor: 20_000n, reason: "agreed", requestKey: randomUUID() };
  await bureau.faults({ http500After: 1 });
  await expect(refund(ctx(), client.tenantId, asked)).rejects.toMatchObject({ part: "payments" });
  await bureau.faults({});
  expect(await refund(ctx(), client.tenantId, asked)).toMatchObject({ state: "succeeded", reopenedMinor: 20_000n });
  await expect(refund(ctx(), client.tenantId, { ...asked, amountMinor: 19_999n })).rejects.toMatchObject({
    code: "request_key_taken",
  });
  expect(await openOf(client, invoiceId)).toBe(20_000);
  const [intent] = (await provider.standing(providerInvoiceId))?.payments ?? [];
  expect(intent?.refunds).toHaveLength(1);
  await expect(
    refund(ctx(), client.tenantId, { ...asked, amountMinor: 30_001n, requestKey: randomUUID() }),
  ).rejects.toMatchObject({ code: "more_than_paid" });
  // Somebody gives the rest back in Stripe's own pages.
  await bureau.client().refunds.create({ payment_intent: intent?.paymentId ?? "" });
  await takeEvent(ctx(), about({ kind: "payment", paymentId: intent?.paymentId ?? "" }, "charge.refunded"));
  expect(await openOf(client, invoiceId)).toBe(50_000);
  const balances = await ledgerBalances(databases.admin, client.tenantId);
  expect(balances.receivable).toBe(50_000);
  expect(balances.stripe_clearing).toBe(-(balances.payment_fees ?? 0));
});

test("BIL-8 a total that is not ours is closed and flagged; nobody can pay it", async () => {
  const client = await testClient(databases.admin);
  const invoiceId = await finalInvoice(databases.admin, db, client, { lines: [50_000] });
  const wrong: PaymentProvider = {
    ...provider,
    openInvoice: async (asked) => ({ ...(await provider.openInvoice(asked)), totalMinor: 50_001n }),
  };
  await expect(requestPayment({ ...ctx(), provider: wrong }, client.tenantId, invoiceId)).rejects.toMatchObject({
    code: "totals_differ",
  });
  const [row] =
    await databases.admin`select state, flag, provider_invoice_id as id from tenant.pay_requests where invoice_id = ${invoiceId}`;
  expect(row).toMatchObject({ state: "flagged", flag: expect.stringContaining("50001") });
  expect((await bureau.client().invoices.retrieve(String(row?.id))).status).toBe("void");
});

test("BIL-8 what no message told of is found by comparing: a lost payment, a credited invoice's page, money that is over", async () => {
  const client = await testClient(databases.admin);
  const lost = await finalInvoice(databases.admin, db, client, { lines: [50_000] });
  const credited = await finalInvoice(databases.admin, db, client, { lines: [9_000], month: 1 });
  const { providerInvoiceId } = await openRequest(client, lost);
  const page = await openRequest(client, credited);
  await bureau.faults({ lose: 1 });
  await payByCard(providerInvoiceId);
  await bureau.faults({});
  await creditInvoice(databases.admin, db, client, credited);
  const done = await reconcilePayments(ctx(Date.now() + 2 * 3_600_000));
  expect(done.failures).toEqual([]);
  expect(await openOf(client, lost)).toBe(0);
  expect((await bureau.client().invoices.retrieve(page.providerInvoiceId)).status).toBe("void");
  await creditInvoice(databases.admin, db, client, lost);
  expect((await reconcilePayments(ctx())).released).toBe(1);
  expect(await ledgerBalances(databases.admin, client.tenantId)).toMatchObject({ client_credit: -50_000 });
  expect(await reconcilePayments(ctx())).toMatchObject({ missed: 0, released: 0, failures: [] });
});

test("BIL-8 a payment, an allocation and a settled refund are history for every role", async () => {
  const client = await testClient(databases.admin);
  const invoiceId = await finalInvoice(databases.admin, db, client, { lines: [5_000] });
  await recordPayment(ctx(), client.tenantId, {
    method: "other",
    currency: "CNY",
    payer: "",
    reference: "",
    amountMinor: 5_000n,
    requestKey: randomUUID(),
    invoiceIds: [invoiceId],
  });
  const { owner, admin } = databases;
  for (const statement of [
    `update tenant.payments set amount_minor = 1 where tenant_id = '${client.tenantId}'`,
    `delete from tenant.payments where tenant_id = '${client.tenantId}'`,
    `update tenant.payment_allocations set amount_minor = 1 where tenant_id = '${client.tenantId}'`,
    `insert into tenant.payment_allocations (tenant_id, payment_id, invoice_id, amount_minor, why, request_key, allocated_on, allocated_by, allocated_at)
      select tenant_id, id, '${invoiceId}', 1, 'applied', 'x', now(), 'x', now() from tenant.payments where tenant_id = '${client.tenantId}'`,
  ]) {
    await expect(admin.unsafe(statement), statement).rejects.toMatchObject({ code: "23001" });
  }
  await owner`select 1`;
});

test("BIL-8 whatever is paid, allocated, given back and credited: no payment pays more than it is, no invoice gets more than it is owed, the book balances", async () => {
  const amount = fc.integer({ min: 1, max: 3_000 });
  const deed = fc.oneof(
    fc.record({ do: fc.constant("pay" as const), amount, at: fc.nat(2), named: fc.boolean() }),
    fc.record({ do: fc.constant("allocate" as const), amount, from: fc.nat(5), at: fc.nat(2) }),
    fc.record({ do: fc.constant("refund" as const), amount, from: fc.nat(5) }),
    fc.record({ do: fc.constant("credit" as const), at: fc.nat(2) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(amount, { minLength: 3, maxLength: 3 }),
      fc.array(deed, { minLength: 1, maxLength: 12 }),
      async (owed, deeds) => {
        const client = await testClient(databases.admin);
        const invoices: string[] = [];
        for (const [month, line] of owed.entries())
          invoices.push(await finalInvoice(databases.admin, db, client, { lines: [line], month }));
        const credited = new Set<number>();
        for (const it of deeds) await play(client, invoices, credited, it);
        await expectSound(client);
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);

type Deed =
  | { do: "pay"; amount: number; at: number; named: boolean }
  | { do: "allocate"; amount: number; from: number; at: number }
  | { do: "refund"; amount: number; from: number }
  | { do: "credit"; at: number };

async function play(client: TestClient, invoices: readonly string[], credited: Set<number>, it: Deed): Promise<void> {
  const local = { ...ctx(), provider: null };
  const requestKey = randomUUID();
  const payments = await paymentsOf(client);
  const invoiceId = "at" in it ? (invoices[it.at] ?? "") : "";
  if (it.do === "pay") {
    const payment = {
      method: "bank_transfer",
      currency: "CNY",
      payer: "",
      reference: "",
      amountMinor: BigInt(it.amount),
      requestKey,
    } as const;
    await recordPayment(local, client.tenantId, { ...payment, invoiceIds: it.named ? [invoiceId] : [] });
  } else if (it.do === "credit") {
    if (credited.has(it.at)) return;
    credited.add(it.at);
    await creditInvoice(databases.admin, db, client, invoiceId);
    await reconcilePayments(local);
  } else {
    const paymentId = payments[it.from % Math.max(1, payments.length)]?.id;
    if (paymentId === undefined) return;
    const asked = { paymentId, amountMinor: BigInt(it.amount), requestKey };
    const done =
      it.do === "refund"
        ? refund(local, client.tenantId, { ...asked, reason: "r" })
        : allocate(local, client.tenantId, { ...asked, invoiceId });
    await done.catch((error: { kind?: string }) => expect(error.kind).toBe("conflict"));
  }
}

async function expectSound(client: TestClient): Promise<void> {
  const payments = await paymentsOf(client);
  const invoices = await inTenant(client, (tx) => invoiceMoney(tx));
  for (const it of payments) expect(it.allocatedMinor + it.refundedMinor).toBeLessThanOrEqual(it.amountMinor);
  for (const it of invoices) {
    expect(it.openMinor).toBeGreaterThanOrEqual(0n);
    expect(it.paidMinor).toBeGreaterThanOrEqual(0n);
  }
  const balances = await ledgerBalances(databases.admin, client.tenantId);
  expect(Object.values(balances).reduce((sum, minor) => sum + minor, 0)).toBe(0);
  const sum = (each: readonly bigint[]) => Number(each.reduce((total, minor) => total + minor, 0n));
  expect(balances.receivable ?? 0).toBe(sum(invoices.map((it) => it.openMinor)));
  const [checked] = (await receivableCheck(db, { tenantId: client.tenantId, actor })).items;
  expect(checked).toMatchObject({ expectedMinor: balances.receivable ?? 0, agrees: true });
  expect(0 - (balances.client_credit ?? 0)).toBe(
    sum(payments.map((it) => it.amountMinor - it.allocatedMinor - it.refundedMinor)),
  );
  expect(balances.cash ?? 0).toBe(sum(payments.map((it) => it.amountMinor - it.refundedMinor)));
}

/** A broken provider is asked again by whoever waits for the page. */
async function eventually<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < 20; tries += 1) {
    const answer = await ask().catch((error: { part?: string }) => {
      if (error.part !== "payments") throw error;
      return null;
    });
    if (answer !== null) return answer;
  }
  throw new Error("never answered");
}
