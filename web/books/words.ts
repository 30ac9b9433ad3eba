import type { TFunction } from "i18next";
import { type AccountKind, isAccountKind } from "../../src/domain/ledger/accounts.ts";
import type { LedgerEventType } from "../../src/domain/ledger/events.ts";

export function kindWord(t: TFunction, kind: string): string {
  return isAccountKind(kind) ? t(`books.kind.${kind satisfies AccountKind}`) : kind;
}

/** The house's own kinds of deed; a kind that is newer than this console stands as it is. */
export function eventWord(t: TFunction, event: string): string {
  const key = event as LedgerEventType | "reversal";
  return t(`books.event.${key}`, { defaultValue: event });
}
