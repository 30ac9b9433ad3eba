import type { Currency } from "../kernel/currency.ts";
import { roundToMinor } from "../kernel/money.ts";
import { add, equal, multiply, type Rational, subtract, ZERO } from "../kernel/rational.ts";

/** A line as two invoices are compared by: what it charges, not which version of the price did. */
export type ComparedLine = {
  readonly code: string;
  readonly model: string;
  readonly component: string;
  readonly kind: "charge" | "adjustment";
  readonly quantity: Rational;
  readonly unitPrice: Rational | null;
  readonly amountMinor: bigint;
};

export type ComparedInvoice = { readonly lines: readonly ComparedLine[]; readonly taxMinor: bigint };

/** Why a charge came to more or less than before. */
export type CauseKind =
  /** More or less of it was used, at the price of before. */
  | "usage"
  /** The price is another, for what is used now. */
  | "price"
  /** A minimum, a base count or a commitment had to be filled up, or no longer. */
  | "minimum"
  /** A discount or a cap. */
  | "discount"
  /** The service level was missed, or met again. */
  | "sla_credit"
  /** Late or corrected usage of an earlier month. */
  | "late_usage"
  | "new_charge"
  | "gone_charge"
  | "tax";

export type Cause = { readonly kind: CauseKind; readonly code: string | null; readonly amountMinor: bigint };

const MINIMUMS: ReadonlySet<string> = new Set(["base-count", "minimum", "commitment"]);
const REDUCTIONS: ReadonlySet<string> = new Set(["discount", "cap"]);

/**
 * Why one invoice is higher or lower than another: causes by charge, the largest first. They sum exactly to the difference
 * of the two totals with tax, because each charge's difference is cut into parts and none is reckoned by itself.
 */
export function compareInvoices(before: ComparedInvoice, after: ComparedInvoice, currency: Currency): Cause[] {
  const codes = new Set([...before.lines, ...after.lines].map((line) => line.code));
  const causes = [...codes].flatMap((code) =>
    causesOf(
      code,
      before.lines.filter((line) => line.code === code),
      after.lines.filter((line) => line.code === code),
      currency,
    ),
  );
  causes.push({ kind: "tax", code: null, amountMinor: after.taxMinor - before.taxMinor });
  return causes.filter((it) => it.amountMinor !== 0n).toSorted(bySize);
}

function causesOf(
  code: string,
  before: readonly ComparedLine[],
  after: readonly ComparedLine[],
  currency: Currency,
): Cause[] {
  const causes: Cause[] = [];
  const because = (kind: CauseKind, amountMinor: bigint) => causes.push({ kind, code, amountMinor });
  const special = ["late_usage", "sla_credit", "minimum", "discount"] as const;
  for (const kind of special) {
    const of = (lines: readonly ComparedLine[]) => sumMinor(lines.filter((line) => kindOf(line) === kind));
    because(kind, of(after) - of(before));
  }
  const [was, is] = [before.filter((line) => kindOf(line) === null), after.filter((line) => kindOf(line) === null)];
  const difference = sumMinor(is) - sumMinor(was);
  if (was.length === 0) because("new_charge", difference);
  else if (is.length === 0) because("gone_charge", difference);
  else {
    const price = priceEffect(was, is, currency);
    because("price", price);
    because("usage", difference - price);
  }
  return causes;
}

function kindOf(line: ComparedLine): "late_usage" | "sla_credit" | "minimum" | "discount" | null {
  if (line.kind === "adjustment") return "late_usage";
  if (line.model === "sla_credit") return "sla_credit";
  if (MINIMUMS.has(line.component)) return "minimum";
  return REDUCTIONS.has(line.component) ? "discount" : null;
}

/** What is used now costs so much more than at the prices of before, part by part of the charge. */
function priceEffect(was: readonly ComparedLine[], is: readonly ComparedLine[], currency: Currency): bigint {
  let effect = ZERO;
  for (const now of is) {
    const then = was.find((line) => line.component === now.component);
    if (then?.unitPrice == null || now.unitPrice === null || equal(then.unitPrice, now.unitPrice)) continue;
    const more = multiply(subtract(now.unitPrice, then.unitPrice), now.quantity);
    effect = add(effect, more);
  }
  return roundToMinor(effect, currency);
}

function sumMinor(lines: readonly ComparedLine[]): bigint {
  return lines.reduce((sum, line) => sum + line.amountMinor, 0n);
}

function bySize(a: Cause, b: Cause): number {
  const [left, right] = [size(a.amountMinor), size(b.amountMinor)];
  return left === right ? 0 : left > right ? -1 : 1;
}

function size(minor: bigint): bigint {
  return minor < 0n ? -minor : minor;
}
