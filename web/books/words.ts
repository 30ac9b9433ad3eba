import type { TFunction } from "i18next";
import { type AccountKind, isAccountKind } from "../../src/domain/ledger/accounts.ts";
import type { LedgerEventType } from "../../src/domain/ledger/events.ts";
import { ITEMS } from "../../src/domain/settlement/statement.ts";

export function kindWord(t: TFunction, kind: string): string {
  return isAccountKind(kind) ? t(`books.kind.${kind satisfies AccountKind}`) : kind;
}

/** Fees and payment providers are subjects too, without a name that anybody gave them. */
export function subjectWord(t: TFunction, subject: string): string | null {
  const item = ITEMS.find((one) => one === subject);
  if (item !== undefined) return t(`books.item.${item}`);
  return subject === "stripe" ? "Stripe" : null;
}

/** The house's own kinds of deed; a kind that is newer than this console stands as it is. */
export function eventWord(t: TFunction, event: string): string {
  const key = event as LedgerEventType | "reversal";
  return t(`books.event.${key}`, { defaultValue: event });
}
