import type Stripe from "stripe";
import {
  type Balance,
  type Charge,
  type Customer,
  type Intent,
  type Invoice,
  type InvoicePayment,
  type Refund,
  totalOf,
} from "./books.ts";

/**
 * Stripe's JSON, typed by Stripe's own client: a field that the client's types have and this lacks does not compile. What
 * the sandbox has no use for is the value that Stripe gives to an account that never touched it.
 */
export function customerJson(it: Customer): Stripe.Customer {
  return {
    id: it.id,
    object: "customer",
    address: null,
    balance: 0,
    created: it.created,
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: it.email,
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: it.metadata,
    name: it.name,
    phone: null,
    preferred_locales: [...it.locales],
    shipping: null,
    tax_exempt: "none",
  };
}

export function invoiceJson(it: Invoice, customer: Customer | null, base: string): Stripe.Invoice {
  const total = totalOf(it);
  const page = it.page === null ? null : `${base}/i/${it.page}`;
  return {
    ...UNUSED_OF_INVOICE,
    id: it.id,
    object: "invoice",
    amount_due: total,
    amount_paid: it.amountPaid,
    amount_remaining: it.status === "void" ? 0 : total - it.amountPaid,
    attempt_count: it.attempts,
    attempted: it.attempts > 0,
    created: it.created,
    currency: it.currency,
    customer: it.customer,
    customer_email: customer?.email ?? null,
    customer_name: customer?.name ?? null,
    description: it.description,
    due_date: it.dueDate,
    effective_at: it.finalizedAt,
    ending_balance: it.finalizedAt === null ? null : 0,
    footer: it.footer,
    hosted_invoice_url: page,
    invoice_pdf: page === null ? null : `${page}/pdf`,
    lines: lineList(it),
    metadata: it.metadata,
    number: it.number,
    period_end: it.created,
    period_start: it.created,
    status: it.status,
    status_transitions: {
      finalized_at: it.finalizedAt,
      marked_uncollectible_at: null,
      paid_at: it.paidAt,
      voided_at: it.voidedAt,
    },
    subtotal: total,
    subtotal_excluding_tax: total,
    total,
    total_excluding_tax: total,
    webhooks_delivered_at: it.finalizedAt,
  };
}

/** An invoice shows its first ten lines; the rest is asked for by list. */
const LINES_SHOWN = 10;

function lineList(it: Invoice): Stripe.ApiList<Stripe.InvoiceLineItem> {
  return {
    object: "list",
    data: it.lines.slice(0, LINES_SHOWN).map((line) => ({
      id: line.id,
      object: "line_item",
      amount: line.amount,
      currency: it.currency,
      description: line.description,
      discount_amounts: [],
      discountable: line.amount >= 0,
      discounts: [],
      invoice: it.id,
      livemode: false,
      metadata: {},
      parent: {
        invoice_item_details: {
          invoice_item: line.itemId,
          proration: false,
          proration_details: { credited_items: null },
          subscription: null,
        },
        subscription_item_details: null,
        type: "invoice_item_details",
      },
      period: { end: it.created, start: it.created },
      pretax_credit_amounts: [],
      pricing: null,
      quantity: 1,
      quantity_decimal: null,
      subscription: null,
      subtotal: line.amount,
      taxes: [],
    })),
    has_more: it.lines.length > LINES_SHOWN,
    url: `/v1/invoices/${it.id}/lines`,
  };
}

const UNUSED_OF_INVOICE = {
  account_country: "US",
  account_name: "Callhouse sandbox",
  account_tax_ids: null,
  amount_overpaid: 0,
  amount_shipping: 0,
  application: null,
  auto_advance: false,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
  automatically_finalizes_at: null,
  billing_reason: "manual",
  collection_method: "send_invoice",
  custom_fields: null,
  customer_account: null,
  customer_address: null,
  customer_phone: null,
  customer_shipping: null,
  customer_tax_exempt: "none",
  customer_tax_ids: [],
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  discounts: [],
  from_invoice: null,
  issuer: { type: "self" },
  last_finalization_error: null,
  latest_revision: null,
  livemode: false,
  next_payment_attempt: null,
  on_behalf_of: null,
  parent: null,
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  starting_balance: 0,
  statement_descriptor: null,
  test_clock: null,
  total_discount_amounts: [],
  total_pretax_credit_amounts: [],
  total_taxes: [],
} satisfies Partial<Stripe.Invoice>;

export function invoicePaymentJson(it: InvoicePayment): Stripe.InvoicePayment {
  return {
    id: it.id,
    object: "invoice_payment",
    amount_paid: it.status === "paid" ? it.amount : null,
    amount_requested: it.amount,
    created: it.created,
    currency: it.currency,
    invoice: it.invoice,
    is_default: true,
    livemode: false,
    payment: { payment_intent: it.intent, type: "payment_intent" },
    status: it.status,
    status_transitions: { canceled_at: null, paid_at: it.paidAt },
  };
}

export function intentJson(it: Intent, charge: string | Stripe.Charge | null): Stripe.PaymentIntent {
  const paid = it.status === "succeeded";
  return {
    id: it.id,
    object: "payment_intent",
    allowed_payment_method_types: null,
    amount: it.amount,
    amount_capturable: 0,
    amount_received: paid ? it.amount : 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic",
    client_secret: `${it.id}_secret_sandbox`,
    confirmation_method: "automatic",
    created: it.created,
    currency: it.currency,
    customer: it.customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: charge,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: paid ? `pm_${it.id.slice(3)}` : null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ["card"],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: it.status,
    transfer_group: null,
  };
}

export function chargeJson(it: Charge, balance: string | Stripe.BalanceTransaction | null): Stripe.Charge {
  const paid = it.declined === null;
  return {
    id: it.id,
    object: "charge",
    amount: it.amount,
    amount_captured: paid ? it.amount : 0,
    amount_refunded: it.refunded,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: balance,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: "CALLHOUSE",
    captured: paid,
    created: it.created,
    currency: it.currency,
    customer: it.customer,
    description: null,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: it.declined?.code ?? null,
    failure_message: it.declined?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: {},
    on_behalf_of: null,
    outcome: null,
    paid,
    payment_intent: it.intent,
    payment_method: `pm_${it.intent.slice(3)}`,
    payment_method_details: null,
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: it.refunded === it.amount,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: paid ? "succeeded" : "failed",
    transfer_data: null,
    transfer_group: null,
  };
}

export function balanceJson(it: Balance): Stripe.BalanceTransaction {
  return {
    id: it.id,
    object: "balance_transaction",
    amount: it.amount,
    available_on: it.created,
    balance_type: "payments",
    created: it.created,
    currency: it.currency,
    description: null,
    exchange_rate: null,
    fee: it.fee,
    fee_details:
      it.fee === 0
        ? []
        : [
            {
              amount: it.fee,
              application: null,
              currency: it.currency,
              description: "Stripe processing fees",
              type: "stripe_fee",
            },
          ],
    net: it.amount - it.fee,
    reporting_category: it.type,
    source: it.source,
    status: "available",
    type: it.type,
  };
}

export function refundJson(it: Refund): Stripe.Refund {
  return {
    id: it.id,
    object: "refund",
    amount: it.amount,
    balance_transaction: it.balance,
    charge: it.charge,
    created: it.created,
    currency: it.currency,
    customer: null,
    customer_account: null,
    metadata: it.metadata,
    payment_intent: it.intent,
    payment_method: `pm_${it.intent.slice(3)}`,
    reason: it.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: it.status,
    transfer_reversal: null,
  };
}

export function listJson<T>(url: string, data: T[], hasMore: boolean): Stripe.ApiList<T> {
  return { object: "list", data, has_more: hasMore, url };
}
