import type { TFunction } from "i18next";
import type { InvoiceLineView } from "../../src/features/billing/schema.ts";
import type { Tongue } from "../words/format.ts";
import { count } from "../words/format.ts";

/**
 * An amount given as a decimal in major units, for parts of a line that are finer than the currency's minor unit; with as
 * many decimals as it has, or as many as `decimals` says.
 */
export function decimalMoney(tongue: Tongue, decimal: string, currency: string, decimals?: number): string {
  return new Intl.NumberFormat(tongue === "zh" ? "zh-CN" : "en-GB", {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    maximumFractionDigits: decimals ?? 6,
    ...(decimals === undefined ? {} : { minimumFractionDigits: decimals }),
  }).format(decimal as Intl.StringNumericLiteral);
}

const UNITS = [
  "contact",
  "call",
  "minute",
  "second",
  "seat_month",
  "seat",
  "success",
  "month",
  "message",
  "hour",
  "seat_day",
  "seat_shift",
  "segment",
  "number",
  "agent",
  "mb",
  "piece",
  "milestone",
  "package",
  "fee",
  "tier",
  "adjustment",
] as const;
const COMPONENTS = [
  "each",
  "base-count",
  "fee",
  "included",
  "overflow",
  "time",
  "success",
  "seats",
  "volume",
  "volume-flat",
  "days",
  "held",
  "first",
  "rise",
  "ahead",
  "discount",
  "cap",
  "minimum",
  "commitment",
  "sla",
] as const;

const USAGE_KINDS = ["contact", "carrier_leg", "success", "agent_time", "message"] as const;

/** What was used; a kind that is newer than this console stands as it is. */
export function usageWord(t: TFunction, kind: string): string {
  const known = USAGE_KINDS.find((one) => one === kind);
  return known === undefined ? kind : t(`usage.${known}`);
}

/** The unit of so many; one of a thing has its own word in English. */
export function unitWord(t: TFunction, unit: string, quantity?: string): string {
  const known = UNITS.find((one) => one === unit.replace("-", "_").toLowerCase());
  if (known === undefined) return unit;
  return t(quantity === "1" ? `billing.oneUnit.${known}` : `billing.unit.${known}`);
}

export function componentWord(t: TFunction, component: string): string {
  const [, n, flat] = /^tier-(\d+)(-flat)?$/.exec(component) ?? [];
  if (n !== undefined)
    return flat === undefined ? t("billing.component.tier", { n }) : t("billing.component.tier-flat", { n });
  const [, code] = /^milestone-(.+)$/.exec(component) ?? [];
  if (code !== undefined) return t("billing.component.milestone", { code });
  const known = COMPONENTS.find((one) => one === component);
  return known === undefined ? component : t(`billing.component.${known}`);
}

/** Quantity with its unit. A fraction (`1/3`) stands as it is: it is exact, a decimal would not be. */
export function quantityText(t: TFunction, tongue: Tongue, line: Pick<InvoiceLineView, "quantity" | "unit">): string {
  const number = line.quantity.includes("/") ? line.quantity : count(tongue, line.quantity);
  return `${number} ${unitWord(t, line.unit, line.quantity)}`;
}

export function priceText(tongue: Tongue, price: string | null, currency: string): string {
  if (price === null) return "";
  return price.includes("/") ? `${price} ${currency}` : decimalMoney(tongue, price, currency);
}
