import type { Currency } from "../kernel/currency.ts";

/**
 * Kinds of account, each with the side that makes it grow: `debit` for what the house has and spends, `credit` for what
 * it owes and earns. What `subject` means stands in the comment; where none is named it is the empty text.
 */
export const ACCOUNT_KINDS = {
  /** What the client owes for finalised invoices; below zero when it has been credited more than it owed. */
  receivable: { class: "asset", grows: "debit" },
  /** Revenue earned at a month's end and not yet on a final invoice. */
  accrued_revenue: { class: "asset", grows: "debit" },
  /** Money in the bank. */
  cash: { class: "asset", grows: "debit" },
  /** Money that Stripe holds for the house until it pays it out. */
  stripe_clearing: { class: "asset", grows: "debit" },
  /** Between two currencies of one exchange; what is left in it is the exchange difference. */
  fx_position: { class: "asset", grows: "debit" },
  /** Money a courier or dealer took at the door and has not handed over. Subject: the party. */
  cod_clearing: { class: "asset", grows: "debit" },
  /** The house's own commission that the client or its supplier owes. */
  commission_receivable: { class: "asset", grows: "debit" },
  /** Commission paid and since taken back, beyond what the agent has earned again. Subject: the agent. */
  clawback_receivable: { class: "asset", grows: "debit" },
  /** Bought before it is used: the house still owes the service. */
  prepaid: { class: "liability", grows: "credit" },
  /** Money of the client that no invoice has claimed yet. */
  client_credit: { class: "liability", grows: "credit" },
  tax_payable: { class: "liability", grows: "credit" },
  /** Subject: the carrier. */
  carrier_payable: { class: "liability", grows: "credit" },
  /** Subject: the party. */
  supplier_payable: { class: "liability", grows: "credit" },
  /** Fees owed to a courier or dealer. Subject: the party. */
  courier_payable: { class: "liability", grows: "credit" },
  /** Collected at the door and not yet on a supplier's statement; zero when couriers and suppliers agree. */
  cod_due: { class: "liability", grows: "credit" },
  /** Commission on sales that have not reached the stage at which the plan pays. Subject: the agent. */
  commission_pending: { class: "liability", grows: "credit" },
  /** Commission to be paid out; below zero while more was taken back than earned. Subject: the agent. */
  commission_payable: { class: "liability", grows: "credit" },
  /** Subject: the agent. */
  agent_payable: { class: "liability", grows: "credit" },
  /** Subject: the service, which is the code of the charge that earned it. */
  revenue: { class: "revenue", grows: "credit" },
  /** Contra-revenue: service levels missed and paid for. Subject: the service. */
  sla_credit: { class: "revenue", grows: "debit" },
  /** Fees passed on to suppliers. Subject: `delivery_fee`, `return_fee`, `carrier_rate`. */
  fees_recovered: { class: "revenue", grows: "credit" },
  /** Subject: the carrier. */
  carrier_cost: { class: "expense", grows: "debit" },
  /** Subject: `delivery_fee` or `return_fee`. */
  delivery_cost: { class: "expense", grows: "debit" },
  commission_cost: { class: "expense", grows: "debit" },
  agent_cost: { class: "expense", grows: "debit" },
  /** What payment providers keep. Subject: the provider. */
  payment_fees: { class: "expense", grows: "debit" },
  bad_debt: { class: "expense", grows: "debit" },
  /** Losses by exchange; below zero for gains. */
  fx_difference: { class: "expense", grows: "debit" },
  /** Agreed differences on a settlement statement. */
  settlement_difference: { class: "expense", grows: "debit" },
} as const satisfies { readonly [kind: string]: { readonly class: AccountClass; readonly grows: Side } };

export type AccountClass = "asset" | "liability" | "revenue" | "expense";
export type Side = "debit" | "credit";
export type AccountKind = keyof typeof ACCOUNT_KINDS;

export const KINDS = Object.keys(ACCOUNT_KINDS) as readonly AccountKind[];

/** One account of one client's book. */
export type Account = {
  readonly kind: AccountKind;
  /** Whose or what for: a party, an agent, a service; empty where the kind has only one account a currency. */
  readonly subject: string;
  readonly currency: Currency;
};

export function isAccountKind(text: string): text is AccountKind {
  return Object.hasOwn(ACCOUNT_KINDS, text);
}

/** One text for one account, so that equal accounts meet in a map. */
export function accountKey({ kind, subject, currency }: Account): string {
  return `${kind}|${subject}|${currency}`;
}

/** What stands on an account as people read it: positive on the side that makes it grow. */
export function balanceOf(kind: AccountKind, sums: { readonly debit: bigint; readonly credit: bigint }): bigint {
  return ACCOUNT_KINDS[kind].grows === "debit" ? sums.debit - sums.credit : sums.credit - sums.debit;
}
