import type Stripe from "stripe";
import { type Books, type Charge, type Invoice, totalOf } from "./books.ts";
import type { Params } from "./form.ts";
import { invalidParam, missing, notNow, StripeProblem } from "./problems.ts";
import { balanceJson, chargeJson, intentJson, invoiceJson, invoicePaymentJson, refundJson } from "./resources.ts";

/** What operations work on: the books, the hour, new ids, and the events that go out when the request is done. */
export type Desk = {
  readonly books: Books;
  readonly now: number;
  readonly base: string;
  readonly newId: (prefix: string) => string;
  readonly tell: (type: string, object: object) => void;
};

/** Cards of Stripe's test numbers and what their issuers say. */
const DECLINES: { readonly [number: string]: { readonly code: string; readonly message: string } } = {
  "4000000000000002": { code: "card_declined", message: "Your card was declined." },
  "4000000000009995": { code: "insufficient_funds", message: "Your card has insufficient funds." },
  "4000000000000069": { code: "expired_card", message: "Your card has expired." },
};

/** Stripe takes at most eight digits. */
const AMOUNT_MAX = 99_999_999;
/** Smallest unit a charge may be made in, where it is coarser than the currency's own in Stripe's notation. */
const COARSE: { readonly [currency: string]: number } = { bhd: 10, jod: 10, kwd: 10, omr: 10, tnd: 10, isk: 100 };

export function shownInvoice(desk: Desk, invoice: Invoice): Stripe.Invoice {
  return invoiceJson(invoice, desk.books.find("customer", invoice.customer), desk.base);
}

export function invoiceOf(desk: Desk, id: string): Invoice {
  const invoice = desk.books.find("invoice", id);
  if (invoice === null) throw missing("invoice", id, "invoice");
  return invoice;
}

/** The draft gets its number, its page and the intent that will collect it. An invoice of nothing is paid at once. */
export function finalize(desk: Desk, draft: Invoice): Invoice {
  if (draft.status !== "draft")
    throw notNow(
      "invoice_not_editable",
      "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
    );
  const total = totalOf(draft);
  if (draft.lines.length === 0) throw notNow("invoice_no_customer_line_items", "Nothing to invoice for customer");
  if (total < 0) throw notNow(null, "The total of this invoice is negative.");
  if (total > AMOUNT_MAX) throw notNow("amount_too_large", `Amount must be no more than ${AMOUNT_MAX}.`);
  const coarse = COARSE[draft.currency] ?? 1;
  if (total % coarse !== 0)
    throw invalidParam("amount", `Amounts in ${draft.currency} must be a multiple of ${coarse}.`);
  if (draft.dueDate === null)
    throw notNow(null, "Invoices with `collection_method` set to `send_invoice` need a due date.");
  const paid = total === 0 ? ({ status: "paid", paidAt: desk.now } as const) : ({ status: "open" } as const);
  const invoice: Invoice = {
    ...draft,
    ...paid,
    number: draft.number ?? `${draft.id.slice(3, 11).toUpperCase()}-0001`,
    finalizedAt: desk.now,
    page: desk.newId("pay"),
  };
  desk.books.save(invoice);
  if (total > 0) openIntent(desk, invoice, total);
  desk.tell("invoice.finalized", shownInvoice(desk, invoice));
  return invoice;
}

function openIntent(desk: Desk, invoice: Invoice, amount: number): void {
  const { customer, currency } = invoice;
  const shared = { created: desk.now, invoice: invoice.id, amount, currency };
  const intent = {
    kind: "intent",
    id: desk.newId("pi"),
    customer,
    status: "requires_payment_method",
    latestCharge: null,
    ...shared,
  } as const;
  desk.books.save(intent);
  desk.books.save({
    kind: "invoice_payment",
    id: desk.newId("inpay"),
    intent: intent.id,
    status: "open",
    paidAt: null,
    ...shared,
  });
  desk.tell("payment_intent.created", intentJson(intent, null));
}

export function voidInvoice(desk: Desk, invoice: Invoice): Invoice {
  if (invoice.status !== "open")
    throw notNow("invoice_not_editable", `You can only void an open invoice; this one is ${invoice.status}.`);
  const gone: Invoice = { ...invoice, status: "void", voidedAt: desk.now };
  desk.books.save(gone);
  for (const intent of desk.books.all("intent", invoice.id)) desk.books.save({ ...intent, status: "canceled" });
  for (const payment of desk.books.all("invoice_payment", invoice.id))
    desk.books.save({ ...payment, status: "canceled" });
  desk.tell("invoice.voided", shownInvoice(desk, gone));
  return gone;
}

/** Somebody pays on the page. The charge that comes of it has succeeded or was declined; null where nothing is to be paid. */
export function pay(desk: Desk, invoice: Invoice, card: string): Charge | null {
  const intent = desk.books.all("intent", invoice.id)[0];
  if (invoice.status !== "open" || intent === undefined) return null;
  const declined = DECLINES[card] ?? null;
  const { amount, currency, customer } = intent;
  const id = desk.newId("ch");
  const balance = declined === null ? desk.newId("txn") : null;
  const charge: Charge = {
    kind: "charge",
    id,
    created: desk.now,
    intent: intent.id,
    customer,
    amount,
    currency,
    declined,
    balance,
    refunded: 0,
    last4: card.slice(-4),
  };
  desk.books.save(charge);
  if (balance === null) return decline(desk, invoice, charge);
  desk.books.save({
    kind: "balance",
    id: balance,
    created: desk.now,
    amount,
    fee: feeOf(amount),
    currency,
    source: id,
    type: "charge",
  });
  const done = { ...intent, status: "succeeded", latestCharge: id } as const;
  desk.books.save(done);
  const payment = desk.books.all("invoice_payment", invoice.id)[0];
  const paid: Invoice = {
    ...invoice,
    status: "paid",
    amountPaid: amount,
    attempts: invoice.attempts + 1,
    paidAt: desk.now,
  };
  desk.books.save(paid);
  desk.tell("charge.succeeded", chargeJson(charge, balance));
  desk.tell("payment_intent.succeeded", intentJson(done, id));
  if (payment !== undefined) {
    const settled = { ...payment, status: "paid", paidAt: desk.now } as const;
    desk.books.save(settled);
    desk.tell("invoice_payment.paid", invoicePaymentJson(settled));
  }
  for (const type of ["invoice.updated", "invoice.paid", "invoice.payment_succeeded"])
    desk.tell(type, shownInvoice(desk, paid));
  return charge;
}

function decline(desk: Desk, invoice: Invoice, charge: Charge): Charge {
  const tried: Invoice = { ...invoice, attempts: invoice.attempts + 1 };
  desk.books.save(tried);
  desk.tell("charge.failed", chargeJson(charge, null));
  desk.tell("invoice.payment_failed", shownInvoice(desk, tried));
  return charge;
}

/** What Stripe keeps of a charge: 2.9 per cent and thirty of the smallest unit. */
function feeOf(amount: number): number {
  return Math.min(amount, Math.round((amount * 29) / 1_000) + 30);
}

export function refund(desk: Desk, params: Params): Stripe.Refund {
  const intentId = params.needed("payment_intent");
  const intent = desk.books.find("intent", intentId);
  if (intent === null) throw missing("payment_intent", intentId, "payment_intent");
  const charge = intent.latestCharge === null ? null : desk.books.find("charge", intent.latestCharge);
  if (charge === null)
    throw notNow(null, `This PaymentIntent (${intentId}) does not have a successful charge to refund.`);
  const left = charge.amount - charge.refunded;
  if (left === 0) throw notNow("charge_already_refunded", `Charge ${charge.id} has already been refunded.`);
  const amount = params.whole("amount") ?? left;
  if (amount <= 0) throw invalidParam("amount", "Invalid positive integer", "parameter_invalid_integer");
  if (amount > left) {
    throw invalidParam("amount", `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`);
  }
  const reason = params.text("reason");
  if (reason !== null && !["duplicate", "fraudulent", "requested_by_customer"].includes(reason)) {
    throw invalidParam("reason", `Invalid reason: ${reason}`);
  }
  const id = desk.newId("re");
  const balance = desk.newId("txn");
  const { currency } = charge;
  const made = {
    kind: "refund",
    id,
    created: desk.now,
    amount,
    currency,
    charge: charge.id,
    intent: intentId,
    reason,
    balance,
    status: "succeeded",
    metadata: params.metadata(),
  } as const;
  desk.books.save(made);
  desk.books.save({
    kind: "balance",
    id: balance,
    created: desk.now,
    amount: -amount,
    fee: 0,
    currency,
    source: id,
    type: "refund",
  });
  const after: Charge = { ...charge, refunded: charge.refunded + amount };
  desk.books.save(after);
  desk.tell("refund.created", refundJson(made));
  desk.tell("charge.refunded", chargeJson(after, after.balance));
  desk.tell("refund.updated", refundJson(made));
  return refundJson(made);
}

/** `latest_charge` and what hangs on it, as far as the caller asks for it. */
export function shownIntent(desk: Desk, id: string, expand: readonly string[]): Stripe.PaymentIntent {
  const intent = desk.books.find("intent", id);
  if (intent === null) throw missing("payment_intent", id, "intent");
  for (const path of expand) {
    if (path === "latest_charge" || path === "latest_charge.balance_transaction") continue;
    throw new StripeProblem(400, "invalid_request_error", null, `This property cannot be expanded (${path}).`);
  }
  const charge = intent.latestCharge === null ? null : desk.books.find("charge", intent.latestCharge);
  if (charge === null || expand.length === 0) return intentJson(intent, charge?.id ?? null);
  const balance = charge.balance === null ? null : desk.books.find("balance", charge.balance);
  const deep = expand.includes("latest_charge.balance_transaction") && balance !== null;
  return intentJson(intent, chargeJson(charge, deep ? balanceJson(balance) : charge.balance));
}
