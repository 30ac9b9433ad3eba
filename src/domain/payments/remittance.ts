import type { Currency } from "../kernel/currency.ts";

/** Money on the house's bank account, as the bank's statement has it. */
export type Remittance = {
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly payer: string;
  readonly reference: string;
};

/** A final invoice that is not paid whole. */
export type OpenInvoice = {
  readonly tenantId: string;
  readonly invoiceId: string;
  readonly series: string;
  readonly number: number;
  readonly currency: Currency;
  readonly openMinor: bigint;
  /** Names of the client as it may stand on a statement. */
  readonly names: readonly string[];
};

export type Reason = "number" | "amount" | "sum" | "payer";

export type Suggestion = {
  readonly tenantId: string;
  readonly invoices: readonly { readonly invoiceId: string; readonly amountMinor: bigint }[];
  readonly because: readonly Reason[];
};

export type Match = {
  /** Nothing is left to decide: the reference names invoices of one client that together owe exactly this. */
  readonly exact: Suggestion | null;
  /** Best first, for a person to choose from; the exact one is among them. */
  readonly suggestions: readonly Suggestion[];
};

/** A person reads so many. */
const SUGGESTIONS_MAX = 5;
/** A part of a name must be so long to say who pays: `Ltd` says nothing. */
const NAME_PART_MIN = 4;

/**
 * Which invoices a transfer pays. The number in the reference says most, then the amount, then the payer's name. Without a
 * number nothing is exact: two clients may owe the same. What is allocated never exceeds what came nor what is open.
 */
export function matchRemittance(remittance: Remittance, open: readonly OpenInvoice[]): Match {
  const payable = open.filter((it) => it.currency === remittance.currency && it.openMinor > 0n);
  const named = payable.filter((it) => names(remittance.reference, it));
  const found = [...bySum(remittance, named), ...payable.flatMap((it) => bySingle(remittance, it, named.includes(it)))];
  const suggestions = found.toSorted((a, b) => weight(b) - weight(a)).slice(0, SUGGESTIONS_MAX);
  const exact = suggestions.filter(({ because }) => because.includes("sum"));
  return { exact: exact.length === 1 ? (exact[0] ?? null) : null, suggestions };
}

/** All invoices that the reference names, where they are one client's and owe exactly what came. */
function bySum({ amountMinor, payer }: Remittance, named: readonly OpenInvoice[]): Suggestion[] {
  const [first] = named;
  if (first === undefined || named.some(({ tenantId }) => tenantId !== first.tenantId)) return [];
  if (named.reduce((sum, { openMinor }) => sum + openMinor, 0n) !== amountMinor) return [];
  const invoices = named.map(({ invoiceId, openMinor }) => ({ invoiceId, amountMinor: openMinor }));
  const because: Reason[] = ["number", "sum", ...(isPayer(payer, first) ? (["payer"] as const) : [])];
  return [{ tenantId: first.tenantId, invoices, because }];
}

function bySingle({ amountMinor, payer }: Remittance, invoice: OpenInvoice, isNamed: boolean): Suggestion[] {
  const because: Reason[] = [];
  if (isNamed) because.push("number");
  if (invoice.openMinor === amountMinor) because.push("amount");
  if (isPayer(payer, invoice)) because.push("payer");
  if (because.length === 0) return [];
  const paid = amountMinor < invoice.openMinor ? amountMinor : invoice.openMinor;
  return [{ tenantId: invoice.tenantId, invoices: [{ invoiceId: invoice.invoiceId, amountMinor: paid }], because }];
}

const WEIGHTS: { readonly [reason in Reason]: number } = { sum: 8, number: 4, amount: 2, payer: 1 };

function weight({ because }: Suggestion): number {
  return because.reduce((sum, reason) => sum + WEIGHTS[reason], 0);
}

/**
 * The number however it is written: with or without hyphens, spaces and leading zeros; never as a part of a longer one. The
 * series is letters, digits and hyphens, so nothing in it has a meaning of its own in a pattern.
 */
function names(reference: string, { series, number }: OpenInvoice): boolean {
  const apart = "[^A-Z0-9]*";
  const written = series
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, "")
    .split("")
    .join(apart);
  return new RegExp(`(?<![A-Z])${written}${apart}0*${number}(?![0-9])`).test(reference.toUpperCase());
}

function isPayer(payer: string, { names: known }: OpenInvoice): boolean {
  const text = payer.toUpperCase().replaceAll(/\s+/g, " ").trim();
  if (text === "") return false;
  return known.some((name) => {
    const whole = name.toUpperCase().replaceAll(/\s+/g, " ").trim();
    if (whole === "") return false;
    if (text.includes(whole) || (text.length >= NAME_PART_MIN && whole.includes(text))) return true;
    const parts = whole.split(" ").filter((part) => part.length >= NAME_PART_MIN);
    return parts.length >= 2 && parts.slice(0, 2).every((part) => text.includes(part));
  });
}
