import type { Currency } from "../domain/kernel/currency.ts";
import type { Instant } from "../domain/kernel/instant.ts";
import type { Language } from "../domain/kernel/language.ts";
import { Outage, Refusal } from "../domain/kernel/trouble.ts";

/**
 * The payment provider: what the house asks of whoever collects card payments, in the trade's words. Stripe is the only
 * implementation that ships; the sandbox bureau speaks Stripe's protocol, so the same adapter talks to both.
 *
 * Amounts are whole minor units of the currency as ISO 4217 has it; the adapter translates to the provider's notation and
 * refuses (`amount_not_chargeable`) what the provider cannot charge exactly. Every write carries a key that the caller has
 * saved before: a repeat with the same key has no second effect for a day.
 */
export type PaymentProvider = {
  createPayer(payer: NewPayer): Promise<{ readonly payerId: string }>;
  /** A payable invoice with exactly these lines, ready to be paid on its page. Steps that were done before are not repeated. */
  openInvoice(invoice: NewPayableInvoice): Promise<PayableInvoice>;
  /** An invoice of this payer that carries the mark, whatever became of it; null when there is none. */
  findInvoice(payerId: string, mark: string, since: Instant): Promise<PayableInvoice | null>;
  /** What has happened to the invoice up to now: its payments with their fees and refunds. Null when it does not exist. */
  standing(invoiceId: string): Promise<InvoiceStanding | null>;
  /** No longer to be paid; a draft is deleted. What is paid already stays so, and the answer says it. */
  withdraw(invoiceId: string, key: string): Promise<PayableInvoice>;
  refund(refund: NewProviderRefund): Promise<ProviderRefund>;
  refundsOf(paymentId: string): Promise<readonly ProviderRefund[]>;
  /** Payments taken since, oldest page last: for comparing with our own. */
  paymentsSince(since: Instant): Promise<readonly TakenPayment[]>;
  /** The invoice that a payment paid. */
  invoiceOf(paymentId: string): Promise<string | null>;
};

export type NewPayer = {
  readonly key: string;
  readonly name: string;
  readonly email: string | null;
  readonly language: Language;
  readonly tenantId: string;
};

export type NewPayableInvoice = {
  /** Saved before; the steps derive theirs from it. */
  readonly key: string;
  /** Written on the invoice: by it, a request whose answer was lost is found again. */
  readonly mark: string;
  readonly payerId: string;
  readonly tenantId: string;
  readonly ourInvoiceId: string;
  readonly currency: Currency;
  readonly number: string;
  /** When it must be paid, as an instant in the future. */
  readonly dueAt: Instant;
  readonly lines: readonly { readonly description: string; readonly amountMinor: bigint }[];
  /** An invoice found by its mark, to be carried on with. */
  readonly begun: PayableInvoice | null;
};

export type PayableState = "draft" | "open" | "paid" | "void";

export type PayableInvoice = {
  readonly invoiceId: string;
  readonly state: PayableState;
  readonly currency: Currency;
  readonly totalMinor: bigint;
  /** Where it is paid; null for a draft. */
  readonly payUrl: string | null;
  readonly mark: string | null;
};

export type ProviderPayment = {
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly takenAt: Instant;
  /** What the provider keeps of it; null where it settles in another currency or has not said yet. */
  readonly feeMinor: bigint | null;
  readonly refunds: readonly ProviderRefund[];
};

export type ProviderRefund = {
  readonly refundId: string;
  readonly amountMinor: bigint;
  readonly state: "pending" | "succeeded" | "failed";
  readonly at: Instant;
  /** The mark that was given when it was asked for here; null for one made elsewhere. */
  readonly mark: string | null;
};

export type InvoiceStanding = PayableInvoice & {
  /** Written on it when it was made. */
  readonly tenantId: string | null;
  readonly ourInvoiceId: string | null;
  readonly payments: readonly ProviderPayment[];
};

export type NewProviderRefund = {
  readonly key: string;
  readonly mark: string;
  readonly paymentId: string;
  readonly currency: Currency;
  readonly amountMinor: bigint;
};

export type TakenPayment = { readonly paymentId: string; readonly amountMinor: bigint; readonly currency: Currency };

/** A verified message of the provider: what it is about, and nothing of its content, which is asked for anew. */
export type ProviderEvent = {
  readonly eventId: string;
  readonly type: string;
  readonly createdAt: Instant;
  readonly about:
    | { readonly kind: "invoice"; readonly invoiceId: string }
    | { readonly kind: "payment"; readonly paymentId: string }
    /** A type that means nothing to us. */
    | null;
};

/** The provider could not be reached, is busy or broke; the request may or may not have had its effect. */
export class PaymentsOutage extends Outage {
  constructor(message: string, more: { retryAfterMs?: number | null; cause?: unknown } = {}) {
    super("payments", message, more);
    this.name = "PaymentsOutage";
  }
}

/** The provider said no to what was asked. `providerCode` is its own word for why. */
export class PaymentsRefusal extends Refusal {
  readonly providerCode: string | null;

  constructor(code: string, message: string, providerCode: string | null = null) {
    super("conflict", code, message);
    this.name = "PaymentsRefusal";
    this.providerCode = providerCode;
  }
}
