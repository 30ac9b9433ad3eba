import type { Currency } from "../kernel/currency.ts";

/**
 * Business deeds as the ledger hears of them. `id` names the deed for ever: with its type it is the idempotency key, so
 * the same deed told twice is booked once. Amounts are whole minor units of `currency`; a negative amount runs the other
 * way, zero books nothing.
 */
export type LedgerEvent = { readonly id: string; readonly currency: Currency } & (
  | InvoiceEvent
  | PaymentEvent
  | PrepaidEvent
  | CostEvent
  | CommissionEvent
  | SettlementEvent
  | ExchangeEvent
);

/** Net amount of one service, which is the code of the charge that earned it. */
export type ServiceAmount = {
  readonly service: string;
  readonly amountMinor: bigint;
  /** Money back for a missed service level: shown as contra-revenue. `amountMinor` is negative then. */
  readonly slaCredit?: boolean;
};

export type InvoiceEvent =
  /** An invoice got its number. `id`: the invoice. Net lines plus tax are what the client now owes. */
  | { readonly type: "invoice_finalized"; readonly lines: readonly ServiceAmount[]; readonly taxMinor: bigint }
  /** `id`: the credit note. Amounts as on the note, positive for what is given back. */
  | { readonly type: "credit_note_issued"; readonly lines: readonly ServiceAmount[]; readonly taxMinor: bigint }
  /** `id`: the write-off. `taxMinor` is the part of `amountMinor` that need not be paid on as tax; zero where law has none. */
  | { readonly type: "write_off"; readonly amountMinor: bigint; readonly taxMinor: bigint }
  /** `id`: contract and month. Booked on the month's last day and reversed on the first of the next. */
  | { readonly type: "revenue_accrued"; readonly lines: readonly ServiceAmount[] };

export type MoneyPlace = "cash" | "stripe_clearing";

export type PaymentEvent =
  /** `id`: the payment. What no invoice claims (`amountMinor - allocatedMinor`) stays the client's credit. */
  | {
      readonly type: "payment_received";
      readonly into: MoneyPlace;
      readonly amountMinor: bigint;
      readonly allocatedMinor: bigint;
    }
  /** `id`: the allocation. Credit that was left over pays an invoice, or (negative) is taken off it again. */
  | { readonly type: "client_credit_applied"; readonly amountMinor: bigint }
  /** `id`: the refund. `reopenedMinor` of it is owed again on invoices; the rest came out of the client's credit. */
  | {
      readonly type: "payment_refunded";
      readonly from: MoneyPlace;
      readonly amountMinor: bigint;
      readonly reopenedMinor: bigint;
    }
  /** `id`: the payout. Stripe sent what it held to the bank. */
  | { readonly type: "stripe_paid_out"; readonly amountMinor: bigint }
  /** `id`: the payment or payout that the fee belongs to. */
  | { readonly type: "stripe_fee"; readonly amountMinor: bigint };

export type PrepaidEvent =
  /** `id`: the purchase. `on`: what it was paid with, or `receivable` when it was invoiced. Tax is on top of the amount. */
  | {
      readonly type: "prepaid_bought";
      readonly on: MoneyPlace | "receivable";
      readonly amountMinor: bigint;
      readonly taxMinor: bigint;
    }
  /** `id`: the draw. It pays a final invoice, or, where no invoice shows the usage, is revenue of that service. */
  | { readonly type: "prepaid_drawn"; readonly amountMinor: bigint; readonly pays: PrepaidPays }
  /** `id`: the balance that ran out. What was never used is earned. */
  | { readonly type: "prepaid_expired"; readonly amountMinor: bigint };
export type PrepaidPays = { readonly by: "invoice" } | { readonly by: "service"; readonly service: string };

export type CostEvent =
  /** `id`: carrier and month, or a correction of it. */
  | { readonly type: "carrier_cost_accrued"; readonly carrier: string; readonly amountMinor: bigint }
  /** `id`: agent and month. Hours at the house's own cost rate. */
  | { readonly type: "agent_cost_accrued"; readonly agentId: string; readonly amountMinor: bigint };

/** Whose commission: an agent's is a cost, the house's own is revenue from the client. */
export type Beneficiary = { readonly kind: "agent"; readonly agentId: string } | { readonly kind: "house" };

export type CommissionEvent = { readonly to: Beneficiary; readonly amountMinor: bigint } & (
  | { readonly type: "commission_accrued" }
  /** The sale has reached the stage at which the plan pays. */
  | { readonly type: "commission_confirmed" }
  /** `id`: the statement. */
  | { readonly type: "commission_paid" }
  /** `was`: how far it had come when the goods came back. */
  | { readonly type: "commission_clawed_back"; readonly was: "pending" | "payable" }
  /** A statement closed below zero: what the agent owes is carried, and (negative) set off when earned again. */
  | { readonly type: "commission_debt_carried" }
);

export type SettlementParty = { readonly kind: PartyKind; readonly partyId: string };
export type PartyKind = "supplier" | "courier" | "dealer" | "carrier";
export const PARTY_KINDS = ["supplier", "courier", "dealer", "carrier"] as const satisfies readonly PartyKind[];

/** What a statement's line is about. `adjustment` is agreed by people; all others come from deeds. */
export type SettlementItem =
  | "collected"
  | "delivery_fee"
  | "return_fee"
  | "share"
  | "carrier_rate"
  | "clawback"
  | "adjustment";

export type SettlementEvent =
  /** `id`: the statement. Sums of its accepted lines, each positive in the sense of its name; adjustments are signed. */
  | {
      readonly type: "settlement_booked";
      readonly party: SettlementParty;
      readonly sums: readonly { readonly item: SettlementItem; readonly amountMinor: bigint }[];
    }
  /** `id`: the statement. Positive: paid to a supplier or carrier, received from a courier or dealer. */
  | { readonly type: "settlement_paid"; readonly party: SettlementParty; readonly amountMinor: bigint };

export type ExchangeEvent =
  /** `id`: the exchange. Money left one currency (`currency`) and arrived in another. */
  | {
      readonly type: "fx_converted";
      readonly amountMinor: bigint;
      readonly into: { readonly currency: Currency; readonly amountMinor: bigint };
    }
  /** `id`: the exchange. What the exchange lost; negative for a gain. */
  | { readonly type: "fx_difference"; readonly lossMinor: bigint };

export type LedgerEventType = LedgerEvent["type"];

/** The same deed has the same key however often it is told. */
export function keyOf(event: LedgerEvent): string {
  return `${event.type}:${event.id}`;
}
