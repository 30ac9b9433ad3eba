import { z } from "zod";

/** The book on the wire. Amounts are whole minor units of the named currency. */

/** A day of the client's calendar. */
export const DaySchema = z.iso.date();

export const BalanceSchema = z.object({
  accountId: z.string(),
  /** A kind of domain/ledger: `receivable`, `revenue`, `carrier_payable` … */
  kind: z.string(),
  class: z.enum(["asset", "liability", "revenue", "expense"]),
  /** Whose or what for: a party, an agent, a service; empty where the kind has one account a currency. */
  subject: z.string(),
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
  kinds: z.array(BalanceSchema.omit({ accountId: true, subject: true })),
  totals: z.array(CurrencyTotalSchema),
  tenants: z.array(z.object({ tenantId: z.string(), balanced: z.boolean() })),
});

export type BalanceView = z.infer<typeof BalanceSchema>;
export type CurrencyTotal = z.infer<typeof CurrencyTotalSchema>;
export type TrialBalance = z.infer<typeof TrialBalanceSchema>;
export type HouseBalance = z.infer<typeof HouseBalanceSchema>;
