import Stripe from "stripe";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BureauStage, openBureau, SECRET_KEY, until } from "./bureau-stage.ts";

/** What the official client of Stripe makes of the sandbox: its requests are typed by it, its errors are its classes. */
let bureau: BureauStage;
let stripe: Stripe;
const key = () => crypto.randomUUID();
const inAMonth = () => Math.floor(Date.now() / 1_000) + 30 * 86_400;

beforeAll(async () => {
  bureau = await openBureau();
  stripe = bureau.client();
});
afterAll(() => bureau?.close());

async function openInvoice(amounts: readonly number[], currency = "cny") {
  const customer = await stripe.customers.create({ name: "Client", metadata: { tenant_id: "t" } });
  const draft = await stripe.invoices.create({
    customer: customer.id,
    currency,
    collection_method: "send_invoice",
    auto_advance: false,
    due_date: inAMonth(),
    pending_invoice_items_behavior: "exclude",
    metadata: { mark: key() },
  });
  await stripe.invoices.addLines(draft.id, {
    lines: amounts.map((amount) => ({ amount, description: `line ${amount}` })),
  });
  return stripe.invoices.finalizeInvoice(draft.id, { auto_advance: false });
}

test("BIL-8 an invoice is made of our integer lines, gets a page when final, and is paid there by card", async () => {
  const invoice = await openInvoice([120_000, -20_000, 6_000]);
  expect(invoice).toMatchObject({ status: "open", total: 106_000, amount_due: 106_000, currency: "cny" });
  expect(invoice.lines.data.map((line) => line.amount)).toEqual([120_000, -20_000, 6_000]);
  const url = invoice.hosted_invoice_url ?? "";
  const chinese = await (await fetch(url, { headers: { "accept-language": "zh-CN" } })).text();
  expect(chinese).toContain("应付金额");
  expect(chinese).toContain("¥1,060.00");
  const declined = await fetch(url, { method: "POST", body: new URLSearchParams({ card: "4000 0000 0000 0002" }) });
  expect(declined.status).toBe(402);
  expect(await declined.text()).toContain("card_declined");
  expect((await stripe.invoices.retrieve(invoice.id)).status).toBe("open");
  const paid = await fetch(url, { method: "POST", body: new URLSearchParams({ card: "4242 4242 4242 4242" }) });
  expect(await paid.text()).toContain("The payment has been received");
  expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({
    status: "paid",
    amount_paid: 106_000,
    amount_remaining: 0,
  });
});

test("BIL-8 a paid invoice leads to its payment, charge, fee and refunds, and what is refunded is never more than was paid", async () => {
  const invoice = await openInvoice([10_000]);
  await bureau.control("POST", `invoices/${invoice.id}/pay`, { card: "4242424242424242" });
  const [payment] = (await stripe.invoicePayments.list({ invoice: invoice.id, status: "paid" })).data;
  const intentId = String(payment?.payment.payment_intent);
  const intent = await stripe.paymentIntents.retrieve(intentId, { expand: ["latest_charge.balance_transaction"] });
  expect(intent).toMatchObject({
    status: "succeeded",
    latest_charge: { paid: true, balance_transaction: { fee: 320, net: 9_680 } },
  });
  await stripe.refunds.create({ payment_intent: intentId, amount: 4_000, metadata: { mark: "m" } });
  await expect(stripe.refunds.create({ payment_intent: intentId, amount: 6_001 })).rejects.toMatchObject({
    param: "amount",
  });
  await stripe.refunds.create({ payment_intent: intentId });
  expect((await stripe.refunds.list({ payment_intent: intentId })).data.map((it) => it.amount)).toEqual([6_000, 4_000]);
  await expect(stripe.refunds.create({ payment_intent: intentId })).rejects.toMatchObject({
    code: "charge_already_refunded",
  });
});

test("a key that comes again is answered as before; with other parameters it is refused; what failed for its parameters left it free", async () => {
  const idempotencyKey = key();
  const first = await stripe.customers.create({ name: "A" }, { idempotencyKey });
  const again = await stripe.customers.create({ name: "A" }, { idempotencyKey });
  expect(again.id).toBe(first.id);
  expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
  await expect(stripe.customers.create({ name: "B" }, { idempotencyKey })).rejects.toBeInstanceOf(
    Stripe.errors.StripeIdempotencyError,
  );
  const other = key();
  const wrong = { customer: "cus_none", currency: "cny", collection_method: "send_invoice" } as const;
  await expect(stripe.invoices.create(wrong, { idempotencyKey: other })).rejects.toMatchObject({
    code: "resource_missing",
  });
  await expect(stripe.customers.create({ name: "C" }, { idempotencyKey: other })).resolves.toMatchObject({ name: "C" });
});

test("a 500 after its effect is kept under its key: the same key never tells, a list does", async () => {
  const customer = await stripe.customers.create({ name: "Broken" });
  const made = {
    customer: customer.id,
    currency: "cny",
    collection_method: "send_invoice",
    due_date: inAMonth(),
  } as const;
  const idempotencyKey = key();
  await bureau.faults({ http500After: 1 });
  await expect(stripe.invoices.create(made, { idempotencyKey })).rejects.toBeInstanceOf(Stripe.errors.StripeAPIError);
  await bureau.faults({});
  await expect(stripe.invoices.create(made, { idempotencyKey })).rejects.toBeInstanceOf(Stripe.errors.StripeAPIError);
  expect((await stripe.invoices.list({ customer: customer.id })).data).toHaveLength(1);
  await bureau.faults({ http500Before: 1 });
  await expect(stripe.invoices.create(made)).rejects.toBeInstanceOf(Stripe.errors.StripeAPIError);
  await bureau.faults({ http429: 1 });
  await expect(stripe.invoices.list()).rejects.toBeInstanceOf(Stripe.errors.StripeRateLimitError);
  await bureau.faults({});
  expect((await stripe.invoices.list({ customer: customer.id })).data).toHaveLength(1);
});

test("lists are cut into pages, newest first, and the client walks them", async () => {
  const customer = await stripe.customers.create({ name: "Pages" });
  const made: string[] = [];
  for (let at = 0; at < 5; at += 1) {
    const { id } = await stripe.invoices.create({
      customer: customer.id,
      currency: "cny",
      collection_method: "send_invoice",
      due_date: inAMonth(),
    });
    made.unshift(id);
  }
  const walked: string[] = [];
  for await (const invoice of stripe.invoices.list({ customer: customer.id, limit: 2 })) walked.push(invoice.id);
  expect(walked).toEqual(made);
});

test.each([
  [
    "a wrong key",
    () =>
      new Stripe("sk_test_wrong_key_entirely", {
        host: "127.0.0.1",
        port: new URL(bureau.url).port,
        protocol: "http",
        maxNetworkRetries: 0,
      }).invoices.list(),
    "StripeAuthenticationError",
  ],
  ["a parameter it does not honour", () => stripe.customers.create({ phone: "1" }), "StripeInvalidRequestError"],
  ["a thing that is not there", () => stripe.invoices.retrieve("in_none"), "StripeInvalidRequestError"],
  [
    "an invoice without lines",
    async () => {
      const { id } = await stripe.customers.create({});
      const draft = await stripe.invoices.create({
        customer: id,
        currency: "cny",
        collection_method: "send_invoice",
        due_date: inAMonth(),
      });
      return stripe.invoices.finalizeInvoice(draft.id);
    },
    "StripeInvalidRequestError",
  ],
  ["thousandths that cannot be charged", () => openInvoice([1_005], "kwd"), "StripeInvalidRequestError"],
  ["more digits than Stripe takes", () => openInvoice([100_000_000]), "StripeInvalidRequestError"],
] as const)("refuses %s in Stripe's words", async (_what, ask, type) => {
  await expect(ask()).rejects.toMatchObject({ type });
});

test("another version of the interface is refused, and so is a request without a key", async () => {
  const ask = (headers: Record<string, string>) => fetch(`${bureau.url}/v1/invoices`, { headers });
  const old = await ask({ authorization: `Bearer ${SECRET_KEY}`, "stripe-version": "2019-01-01" });
  expect([old.status, (await ask({})).status]).toEqual([400, 401]);
  expect(await old.json()).toMatchObject({
    error: { type: "invalid_request_error", message: expect.stringContaining("2019-01-01") },
  });
});

test("events are signed and in order; faults double, reverse and lose them and send unknown ones", async () => {
  const heardOf = async (faults: Record<string, number>, awaited: number) => {
    const invoice = await openInvoice([5_000]);
    await until(
      "earlier events heard",
      async () => ((await (await bureau.control("GET", "ledger")).json()) as { waiting: number }).waiting === 0,
    );
    bureau.heard.length = 0;
    await bureau.faults(faults);
    await bureau.control("POST", `invoices/${invoice.id}/pay`, { card: "4242424242424242" });
    await until("events", () => bureau.heard.length >= awaited);
    await bureau.faults({});
    return [...bureau.heard];
  };
  const order = [
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice_payment.paid",
    "invoice.updated",
    "invoice.paid",
    "invoice.payment_succeeded",
  ];
  const plain = await heardOf({}, 6);
  expect(plain.map(({ type }) => type)).toEqual(order);
  expect(plain.every(({ signed }) => signed)).toBe(true);
  expect((await heardOf({ reverse: 1 }, 6)).map(({ type }) => type)).toEqual(order.toReversed());
  const doubled = await heardOf({ duplicate: 1 }, 12);
  expect(new Set(doubled.map(({ id }) => id)).size).toBe(6);
  expect((await heardOf({ unknown: 1 }, 12)).filter(({ type }) => type === "treasury.parrot.repeated")).toHaveLength(6);
});
