import type { TFunction } from "i18next";
import { type AccountKind, isAccountKind } from "../../src/domain/ledger/accounts.ts";
import type { LedgerEventType } from "../../src/domain/ledger/events.ts";
import { ITEMS } from "../../src/domain/settlement/statement.ts";
import type { DeedAbout } from "../../src/features/ledger/schema.ts";
import { calendarDay, money, month } from "../words/format.ts";
import { currentTongue } from "../words/words.ts";

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

/** What a deed was about: a number, or amount, day and reference, or whose month, as each is known to people. */
export function aboutText(t: TFunction, about: DeedAbout): string {
  const tongue = currentTongue();
  const { what, number, on, period } = about;
  const name = about.name?.[tongue] ?? (what === "commission_statement" ? t("books.outsourcer") : null);
  const parts = [
    number,
    about.money === null ? null : money(tongue, about.money.amountMinor, about.money.currency),
    on === null ? null : calendarDay(tongue, on),
    what === "sale" && name !== null ? t("books.sale", { ref: name }) : name,
    period === null ? null : month(tongue, period),
  ];
  return parts.filter((part) => part !== null).join(t("app.listComma"));
}
