import type { Account, AccountKind } from "./accounts.ts";

/** A movement of a deed, before movements between the same two accounts are one and the negative ones are turned. */
export type Move = readonly [debit: Account, credit: Account, amountMinor: bigint];

/** Names an account in the currency of the deed. */
export type AccountOf = (kind: AccountKind, subject?: string) => Account;
