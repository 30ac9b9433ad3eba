import type Stripe from "stripe";
import { type Currency, isCurrency } from "../../../domain/kernel/currency.ts";
import {
  type InvoiceStanding,
  type NewPayableInvoice,
  type PayableInvoice,
  type PayableState,
  type PaymentProvider,
  PaymentsOutage,
  PaymentsRefusal,
  type ProviderPayment,
  type ProviderRefund,
  type TakenPayment,
} from "../../../ports/payments.ts";
import { fromStripe, toStripe } from "./amounts.ts";

export type StripeAccess = {
  readonly secretKey: string;
  /** Another address than Stripe's own: the sandbox bureau's. */
  readonly baseUrl: string | null;
};

/** Longer than Stripe's slowest normal answer, shorter than a browser waits. */
const TIMEOUT_MS = 20_000;
/** A list is read so far; ten thousand things of one client or one day are more than this house has. */
const PAGES_MAX = 100;
const PAGE = 100;
/** Stripe takes no more lines on an invoice; what is beyond is summed in the last. */
const LINES_MAX = 250;
const TEXT_MAX = 500;

/** The official client, on Stripe itself or on the sandbox: adapter code cannot tell. Loaded at the first payment. */
export function stripeProvider(access: StripeAccess): PaymentProvider {
  let opened: Promise<Stripe> | undefined;
  const client = () => {
    opened ??= open(access);
    return opened;
  };
  return {
    createPayer: async (payer) => {
      const stripe = await client();
      const params: Stripe.CustomerCreateParams = {
        name: payer.name,
        ...(payer.email === null ? {} : { email: payer.email }),
        preferred_locales: [payer.language],
        metadata: { tenant_id: payer.tenantId },
      };
      const made = await told(() => stripe.customers.create(params, { idempotencyKey: payer.key }));
      return { payerId: made.id };
    },
    openInvoice: async (invoice) => openInvoice(await client(), invoice),
    findInvoice: async (payerId, mark, since) => {
      const stripe = await client();
      const asked = { customer: payerId, created: { gte: Math.floor(since / 1_000) - 60 }, limit: PAGE };
      const found = await all((after) => stripe.invoices.list({ ...asked, ...after }));
      const marked = found.find((it) => it.metadata?.mark === mark);
      return marked === undefined ? null : payableOf(marked);
    },
    standing: async (invoiceId) => standingOf(await client(), invoiceId),
    withdraw: async (invoiceId, key) => withdraw(await client(), invoiceId, key),
    refund: async ({ key, mark, paymentId, currency, amountMinor }) => {
      const stripe = await client();
      const amount = toStripe(amountMinor, currency);
      const params: Stripe.RefundCreateParams = { payment_intent: paymentId, amount, metadata: { mark } };
      return refundOf(await told(() => stripe.refunds.create(params, { idempotencyKey: key })));
    },
    refundsOf: async (paymentId) => refundsOf(await client(), paymentId),
    paymentsSince: async (since) => {
      const stripe = await client();
      const created = { gte: Math.floor(since / 1_000) };
      const charges = await all((after) => stripe.charges.list({ created, limit: PAGE, ...after }));
      return charges.filter((it) => it.paid).map(takenOf);
    },
    invoiceOf: async (paymentId) => {
      const stripe = await client();
      const payment = { type: "payment_intent", payment_intent: paymentId } as const;
      const found = await told(() => stripe.invoicePayments.list({ payment, limit: 1 }));
      const invoice = found.data[0]?.invoice;
      return invoice === undefined ? null : idOf(invoice);
    },
  };
}

async function open({ secretKey, baseUrl }: StripeAccess): Promise<Stripe> {
  const { default: Client } = await import("stripe");
  const address = baseUrl === null ? null : new URL(baseUrl);
  return new Client(secretKey, {
    httpClient: Client.createFetchHttpClient(),
    timeout: TIMEOUT_MS,
    // A lost connection is asked again with the same key; a 500 is not, because Stripe would say the same again.
    maxNetworkRetries: 1,
    telemetry: false,
    ...(address === null
      ? {}
      : { protocol: address.protocol === "https:" ? "https" : "http", host: address.hostname, port: address.port }),
  });
}

/** Reads before it writes: whatever an earlier try has done is carried on with. */
async function openInvoice(stripe: Stripe, asked: NewPayableInvoice): Promise<PayableInvoice> {
  const lines = linesOf(asked);
  const wanted = lines.reduce((sum, line) => sum + (line.amount ?? 0), 0);
  let invoice =
    asked.begun === null
      ? await create(stripe, asked)
      : await told(() => stripe.invoices.retrieve(asked.begun?.invoiceId ?? ""));
  if (invoice.status === "draft" && invoice.lines.data.length === 0) {
    invoice = await told(() =>
      stripe.invoices.addLines(invoice.id, { lines }, { idempotencyKey: `${asked.key}:lines` }),
    );
  }
  if (invoice.status === "draft" && invoice.total === wanted) {
    const idempotencyKey = `${asked.key}:finalize`;
    invoice = await told(() =>
      stripe.invoices.finalizeInvoice(invoice.id, { auto_advance: false }, { idempotencyKey }),
    );
  }
  return payableOf(invoice);
}

function create(stripe: Stripe, asked: NewPayableInvoice): Promise<Stripe.Invoice> {
  const params: Stripe.InvoiceCreateParams = {
    customer: asked.payerId,
    currency: asked.currency.toLowerCase(),
    collection_method: "send_invoice",
    auto_advance: false,
    due_date: Math.floor(asked.dueAt / 1_000),
    description: asked.number,
    pending_invoice_items_behavior: "exclude",
    metadata: { tenant_id: asked.tenantId, invoice_id: asked.ourInvoiceId, number: asked.number, mark: asked.mark },
  };
  return told(() => stripe.invoices.create(params, { idempotencyKey: `${asked.key}:create` }));
}

/**
 * Our integers, line by line. Where a currency can be charged in coarser steps than it is billed in, one line with the
 * total stands for all: a line that had to be rounded would make another total.
 */
function linesOf({ lines, currency, number }: NewPayableInvoice): Stripe.InvoiceAddLinesParams.Line[] {
  const total = lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const whole = { amount: toStripe(total, currency), description: number };
  try {
    const each = lines.map((line) => ({
      amount: toStripe(line.amountMinor, currency),
      description: line.description.slice(0, TEXT_MAX),
    }));
    if (each.length <= LINES_MAX) return each;
    const shown = each.slice(0, LINES_MAX - 1);
    const rest = each.slice(LINES_MAX - 1).reduce((sum, { amount }) => sum + amount, 0);
    return [...shown, { amount: rest, description: `${number} +${each.length - shown.length}` }];
  } catch (error) {
    if (error instanceof PaymentsRefusal) return [whole];
    throw error;
  }
}

async function withdraw(stripe: Stripe, invoiceId: string, key: string): Promise<PayableInvoice> {
  const now = await told(() => stripe.invoices.retrieve(invoiceId));
  if (now.status === "draft") {
    await told(() => stripe.invoices.del(invoiceId));
    return { ...payableOf(now), state: "void" };
  }
  if (now.status !== "open") return payableOf(now);
  return payableOf(await told(() => stripe.invoices.voidInvoice(invoiceId, {}, { idempotencyKey: key })));
}

async function standingOf(stripe: Stripe, invoiceId: string): Promise<InvoiceStanding | null> {
  const invoice = await told(() => stripe.invoices.retrieve(invoiceId)).catch(nothingIfMissing);
  if (invoice === null) return null;
  const asked = { invoice: invoiceId, status: "paid", limit: PAGE } as const;
  const paid = await all((after) => stripe.invoicePayments.list({ ...asked, ...after }));
  const payments: ProviderPayment[] = [];
  for (const { payment, amount_paid } of paid) {
    const id = payment.payment_intent === undefined ? null : idOf(payment.payment_intent);
    // Marked as paid outside of Stripe: no money came through it.
    if (id === null || amount_paid === null) continue;
    payments.push(await paymentOf(stripe, id, amount_paid));
  }
  const { tenant_id: tenantId = null, invoice_id: ourInvoiceId = null } = invoice.metadata ?? {};
  return { ...payableOf(invoice), tenantId, ourInvoiceId, payments };
}

async function paymentOf(stripe: Stripe, id: string, amountPaid: number): Promise<ProviderPayment> {
  const expand = ["latest_charge.balance_transaction"];
  const intent = await told(() => stripe.paymentIntents.retrieve(id, { expand }));
  const currency = currencyOf(intent.currency);
  const charge = typeof intent.latest_charge === "object" ? intent.latest_charge : null;
  const balance = charge !== null && typeof charge.balance_transaction === "object" ? charge.balance_transaction : null;
  return {
    paymentId: id,
    amountMinor: fromStripe(amountPaid, currency),
    takenAt: (charge?.created ?? intent.created) * 1_000,
    feeMinor: balance !== null && balance.currency === intent.currency ? fromStripe(balance.fee, currency) : null,
    refunds: charge === null || charge.amount_refunded === 0 ? [] : await refundsOf(stripe, id),
  };
}

async function refundsOf(stripe: Stripe, paymentId: string): Promise<ProviderRefund[]> {
  const found = await all((after) => stripe.refunds.list({ payment_intent: paymentId, limit: PAGE, ...after }));
  return found.map(refundOf);
}

function refundOf(it: Stripe.Refund): ProviderRefund {
  const state =
    it.status === "succeeded" ? "succeeded" : it.status === "failed" || it.status === "canceled" ? "failed" : "pending";
  const amountMinor = fromStripe(it.amount, currencyOf(it.currency));
  return { refundId: it.id, amountMinor, state, at: it.created * 1_000, mark: it.metadata?.mark ?? null };
}

function takenOf(it: Stripe.Charge): TakenPayment {
  const currency = currencyOf(it.currency);
  const paymentId = it.payment_intent === null ? it.id : idOf(it.payment_intent);
  return { paymentId, amountMinor: fromStripe(it.amount, currency), currency };
}

const STATES: { readonly [status: string]: PayableState } = {
  draft: "draft",
  open: "open",
  paid: "paid",
  void: "void",
  uncollectible: "open",
};

function payableOf(it: Stripe.Invoice): PayableInvoice {
  const currency = currencyOf(it.currency);
  return {
    invoiceId: it.id,
    state: STATES[it.status ?? "draft"] ?? "draft",
    currency,
    totalMinor: fromStripe(it.total, currency),
    payUrl: it.hosted_invoice_url ?? null,
    mark: it.metadata?.mark ?? null,
  };
}

function currencyOf(written: string): Currency {
  const code = written.toUpperCase();
  if (!isCurrency(code))
    throw new PaymentsRefusal("currency_not_known", `Stripe tells of ${code}, which is billed nowhere`);
  return code;
}

function idOf(reference: string | { readonly id: string }): string {
  return typeof reference === "string" ? reference : reference.id;
}

/** Every page of a list, to its limit. */
async function all<T extends { id: string }>(
  page: (after: { starting_after?: string }) => Promise<Stripe.ApiList<T>>,
): Promise<T[]> {
  const found: T[] = [];
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const last = found.at(-1)?.id;
    const { data, has_more } = await told(() => page(last === undefined ? {} : { starting_after: last }));
    found.push(...data);
    if (!has_more) return found;
  }
  throw new PaymentsOutage(`Stripe's list did not end after ${PAGES_MAX} pages`);
}

/** Stripe's errors on our three roads. What is in them of ours stays out of logs: only their type and code are told. */
async function told<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const { type = "", code = null, statusCode = null, headers = {} } = cause as StripeTrouble;
    const what = `Stripe answered ${statusCode ?? "nothing"} (${type}${code === null ? "" : ` ${code}`})`;
    switch (type) {
      case "StripeInvalidRequestError":
      case "StripeCardError":
      case "StripeIdempotencyError":
        throw new PaymentsRefusal(code === "resource_missing" ? "payment_missing" : "payment_refused", what, code);
      case "StripeRateLimitError": {
        const seconds = Number(headers["retry-after"] ?? 1);
        throw new PaymentsOutage(what, { retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : 1_000, cause });
      }
      case "StripeAPIError":
      case "StripeConnectionError":
      case "StripeAuthenticationError":
      case "StripePermissionError":
        throw new PaymentsOutage(what, { cause });
      default:
        throw cause;
    }
  }
}

type StripeTrouble = {
  type?: string;
  code?: string | null;
  statusCode?: number | null;
  headers?: Record<string, string>;
};

function nothingIfMissing(error: unknown): null {
  if (error instanceof PaymentsRefusal && error.code === "payment_missing") return null;
  throw error;
}
