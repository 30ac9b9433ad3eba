import { z } from "zod";

/** The book on the wire. Amounts are whole minor units of the named currency. */

/** A day of the client's calendar. */
export const DaySchema = z.iso.date();

/** A month of the client's calendar. */
export const PeriodSchema = z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/, "a period is written YYYY-MM");

const name = z.object({ zh: z.string(), en: z.string() });

export const BalanceSchema = z.object({
  accountId: z.string(),
  /** A kind of domain/ledger: `receivable`, `revenue`, `carrier_payable` … */
  kind: z.string(),
  class: z.enum(["asset", "liability", "revenue", "expense"]),
  /** Whose or what for: a party, an agent, a service; empty where the kind has one account a currency. */
  subject: z.string(),
  /** What people call the subject; null where it has no name of its own. */
  name: name.nullable(),
  currency: z.string(),
  decimals: z.int(),
  debitMinor: z.int(),
  creditMinor: z.int(),
  /** Positive on the side that makes the account grow. */
  balanceMinor: z.int(),
});

/** Debits and credits of one currency: equal, or something is wrong with the book. */
export const CurrencyTotalSchema = z.object({
  currency: z.string(),
  decimals: z.int(),
  debitMinor: z.int(),
  creditMinor: z.int(),
  balanced: z.boolean(),
});

export const TrialBalanceSchema = z.object({
  /** Up to and including this day; null for all days. */
  on: z.string().nullable(),
  accounts: z.array(BalanceSchema),
  totals: z.array(CurrencyTotalSchema),
});

export const HouseBalanceSchema = z.object({
  on: z.string().nullable(),
  /** Summed over all clients, by kind: the house's own position, without any client's name. */
  kinds: z.array(BalanceSchema.omit({ accountId: true, subject: true, name: true })),
  totals: z.array(CurrencyTotalSchema),
  tenants: z.array(z.object({ tenantId: z.string(), tenantName: z.string(), balanced: z.boolean() })),
});

const accountName = z.object({ accountId: z.string(), kind: z.string(), subject: z.string(), name: name.nullable() });

/** What a deed was about, as people know it: a document by its number, a payment by its day and amount, a statement by its month. */
export const DeedAboutSchema = z.object({
  what: z.enum(["document", "payment", "prepaid", "commission_statement", "settlement_statement", "sale", "month"]),
  /** Of an invoice or credit note. */
  number: z.string().nullable(),
  /** Whose it is, or the reference it came with: an agent, a partner, a contract, an order, the words of the bank. */
  name: name.nullable(),
  /** The day of a payment. */
  on: z.string().nullable(),
  /** The month of a statement or an accrual. */
  period: z.string().nullable(),
  /** All of a payment, of which the deed may be a part. */
  money: z.object({ amountMinor: z.int(), currency: z.string(), decimals: z.int() }).nullable(),
});

export const AccountStatementSchema = z.object({
  account: accountName.extend({ currency: z.string(), decimals: z.int() }),
  /** Days included; null for all. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** Before the first entry, and after the last of the range (not of this page). */
  openingMinor: z.int(),
  closingMinor: z.int(),
  items: z.array(
    z.object({
      txnId: z.string(),
      position: z.int(),
      bookedOn: z.string(),
      event: z.string(),
      /** What it was about: an invoice, a payment, a statement. */
      ref: z.string(),
      /** The same as people know it; null where it has no name. */
      about: DeedAboutSchema.nullable(),
      side: z.enum(["debit", "credit"]),
      amountMinor: z.int(),
      /** What stands on the account after this entry. */
      balanceMinor: z.int(),
      /** The account on the other side. */
      other: z.object({ kind: z.string(), subject: z.string(), name: name.nullable() }),
      reversesId: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
});

export const LedgerTxnSchema = z.object({
  txnId: z.string(),
  event: z.string(),
  ref: z.string(),
  bookedOn: z.string(),
  occurredAt: z.number(),
  bookedAt: z.number(),
  /** `kind:id` of who booked it. */
  actor: z.string(),
  reversesId: z.string().nullable(),
  reversedBy: z.string().nullable(),
  entries: z.array(
    z.object({
      debit: accountName,
      credit: accountName,
      currency: z.string(),
      decimals: z.int(),
      amountMinor: z.int(),
    }),
  ),
});

export const LedgerTxnPageSchema = z.object({ items: z.array(LedgerTxnSchema), next: z.string().nullable() });

export const RevenueReportSchema = z.object({
  from: z.string(),
  to: z.string(),
  items: z.array(
    z.object({
      /** The code of the charge that earned it. */
      service: z.string(),
      label: z.object({ zh: z.string(), en: z.string() }).nullable(),
      model: z.string().nullable(),
      currency: z.string(),
      decimals: z.int(),
      earnedMinor: z.int(),
      slaCreditMinor: z.int(),
      netMinor: z.int(),
    }),
  ),
});

export const ReceivableCheckSchema = z.object({
  items: z.array(
    z.object({
      currency: z.string(),
      decimals: z.int(),
      invoicedMinor: z.int(),
      prepaidDrawnMinor: z.int(),
      creditedMinor: z.int(),
      writtenOffMinor: z.int(),
      /** What payments are allocated to invoices, less what was released or refunded: below zero when money came in. */
      moneyMinor: z.int(),
      expectedMinor: z.int(),
      ledgerMinor: z.int(),
      agrees: z.boolean(),
    }),
  ),
});

export const MonthEndSchema = z.object({
  items: z.array(
    z.object({
      contractId: z.string(),
      txnId: z.string(),
      currency: z.string(),
      decimals: z.int(),
      amountMinor: z.int(),
      /** False when the month had been accrued before: it is then what was booked. */
      fresh: z.boolean(),
    }),
  ),
});

export type DeedAbout = z.infer<typeof DeedAboutSchema>;
export type AccountStatement = z.infer<typeof AccountStatementSchema>;
export type LedgerTxnPage = z.infer<typeof LedgerTxnPageSchema>;
export type ReceivableCheck = z.infer<typeof ReceivableCheckSchema>;
export type RevenueReport = z.infer<typeof RevenueReportSchema>;
export type BalanceView = z.infer<typeof BalanceSchema>;
export type CurrencyTotal = z.infer<typeof CurrencyTotalSchema>;
export type TrialBalance = z.infer<typeof TrialBalanceSchema>;
export type HouseBalance = z.infer<typeof HouseBalanceSchema>;
