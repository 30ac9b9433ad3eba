import type { Currency } from "../../domain/kernel/currency.ts";
import { majorText } from "../../domain/kernel/money.ts";
import { decimalText, parseRational } from "../../domain/kernel/rational.ts";
import type { PaperLanguage } from "./words.ts";

/** Exact quantities and prices are shown to so many decimals at most; the exact number stands in the sheet. */
const DECIMALS_SHOWN_MAX = 6;

/** `2720000n` of CNY is `27,200.00`: what a person reads; never parsed again. */
export function amountText(minor: bigint, currency: Currency): string {
  return grouped(majorText(minor, currency));
}

/** With the currency's code, which unlike a symbol means one currency: `CNY 27,200.00`. */
export function amountWithCode(minor: bigint, currency: Currency): string {
  return `${currency} ${amountText(minor, currency)}`;
}

/** An exact number, a decimal or a fraction, as a decimal of at most six places. A text that is no number stays. */
export function numberText(exact: string): string {
  const value = parseRational(exact);
  if (value === null) return exact;
  const text = decimalText(value, DECIMALS_SHOWN_MAX);
  return grouped(text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);
}

function grouped(decimal: string): string {
  const [, sign = "", whole = "", rest = ""] = /^(-?)([0-9]+)(\.[0-9]+)?$/.exec(decimal) ?? [];
  if (whole === "") return decimal;
  return `${sign}${whole.replaceAll(/\B(?=([0-9]{3})+$)/g, ",")}${rest}`;
}

/** What is counted: a word for every unit of `domain/rating`, in the words of the console. */
const UNIT_WORDS: Readonly<Record<string, Readonly<Record<PaperLanguage, string>>>> = {
  contact: { zh: "次", en: "contacts" },
  second: { zh: "秒", en: "s" },
  success: { zh: "单", en: "successes" },
  segment: { zh: "条", en: "messages" },
  seat: { zh: "席", en: "seats" },
  "seat-day": { zh: "席·天", en: "seat-days" },
  "seat-shift": { zh: "席·班", en: "seat-shifts" },
  number: { zh: "个号码", en: "numbers" },
  agent: { zh: "人", en: "agents" },
  MB: { zh: "MB", en: "MB" },
  piece: { zh: "份", en: "×" },
  milestone: { zh: "个里程碑", en: "milestones" },
  package: { zh: "份", en: "×" },
};

/** Units that only say that the line is one amount. */
const NOT_COUNTED = new Set(["fee", "adjustment", "tier"]);

export function quantityText(quantity: string, unit: string, language: PaperLanguage): string {
  if (NOT_COUNTED.has(unit)) return "";
  return `${numberText(quantity)} ${UNIT_WORDS[unit]?.[language] ?? unit}`;
}
