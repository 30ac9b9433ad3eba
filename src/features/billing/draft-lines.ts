import type { Instant } from "../../domain/kernel/instant.ts";
import type { Rational } from "../../domain/kernel/rational.ts";
import { exactText, reduced, subtract, ZERO } from "../../domain/kernel/rational.ts";
import type { Adjustment } from "../../domain/rating/adjustment.ts";
import type { RatedItem } from "../../domain/rating/behind.ts";
import {
  type TaxClass,
  type TaxGroup,
  type TaxTerms,
  taxClassOf,
  taxGroupsOf,
} from "../../domain/rating/invoice-tax.ts";
import type { LineDetail, RatedLine } from "../../domain/rating/line.ts";
import type { LineUsage } from "./rated-totals.ts";
import { chargeRowOf } from "./rating-input.ts";

/** A line as a draft is to have it, whether of its own month or late from an earlier one. */
export type DraftLine = {
  readonly key: string;
  readonly position: number;
  readonly chargeId: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly quantity: Rational;
  readonly unit: string;
  readonly unitPrice: Rational | null;
  readonly amountMinor: bigint;
  readonly exact: Rational;
  readonly detail: { readonly [name: string]: unknown };
  /** Usage that the line lists by itself; empty where a rule names it. */
  readonly items: readonly RatedItem[];
  /** The rule that names the usage behind it; null where it is listed. */
  readonly behind: LineUsage | null;
  /** Of usage that stays behind an earlier month's line: by how much each unit became dearer or cheaper, as of when. */
  readonly repriced: { readonly each: Rational; readonly asOf: Instant } | null;
  readonly tax: TaxClass;
  /** For what belongs to an earlier month: its first day, and the line of its invoice. */
  readonly of: { readonly start: string; readonly line: string | null } | null;
};

/** The month's own lines. */
export function chargeLines(
  lines: readonly RatedLine[],
  rows: ReadonlyMap<string, string>,
  terms: TaxTerms,
  behind: ReadonlyMap<string, LineUsage>,
): DraftLine[] {
  return lines.map((line, position) => ({
    key: line.key,
    position,
    chargeId: chargeRowOf(rows, line),
    label: line.label,
    quantity: line.quantity,
    unit: line.unit,
    unitPrice: line.unitPrice,
    amountMinor: line.amountMinor,
    exact: line.exact,
    detail: detailOf(line, line.detail, behind.get(line.key)),
    items: [],
    behind: behind.get(line.key) ?? null,
    repriced: null,
    tax: taxClassOf(terms, line.code),
    of: null,
  }));
}

/** What is known of the line that an adjustment corrects, from the invoices that booked it. */
export type CorrectedLine = {
  readonly lineId: string;
  readonly chargeId: string;
  readonly label: { readonly zh: string; readonly en: string };
  readonly unit: string;
  readonly code: string;
  readonly model: string;
  readonly component: string;
  readonly tax: TaxClass;
};

/** A correction of an earlier month's line, with the usage that stands behind it. */
export type LateChange = Adjustment & { readonly contacts: number; readonly records: number };

type AdjustedMonth = {
  /** `YYYY-MM`. */
  readonly period: string;
  readonly start: string;
  readonly rows: ReadonlyMap<string, string>;
  readonly corrected: ReadonlyMap<string, CorrectedLine>;
  /** When the month was rated again. */
  readonly cutoff: Instant;
};

/** Lines for what came late of an earlier month, each naming its month and the line it corrects. */
export function adjustmentLines(
  adjustments: readonly LateChange[],
  month: AdjustedMonth,
  terms: TaxTerms,
  from: number,
): DraftLine[] {
  return adjustments.map((it, at): DraftLine => {
    const { now, booked, repriced } = it;
    const known = month.corrected.get(it.key);
    const [code, model, component] = [
      now?.code ?? known?.code ?? "",
      now?.model ?? known?.model ?? "",
      now?.component ?? known?.component ?? "",
    ];
    const label = now?.label ?? known?.label ?? { zh: it.key, en: it.key };
    const side = (of: { quantity: Rational; exact: Rational; amountMinor: bigint } | null) => ({
      quantity: exactText(of?.quantity ?? ZERO),
      exact: exactText(of?.exact ?? ZERO),
      amountMinor: Number(of?.amountMinor ?? 0n),
    });
    return {
      key: `adj/${month.period}/${it.key}`,
      position: from + at,
      chargeId: known?.chargeId ?? chargeRowOf(month.rows, { code, key: it.key }),
      label: { zh: `${label.zh}(${month.period}补记)`, en: `${label.en} (late for ${month.period})` },
      quantity: quantityOf(it),
      unit: now?.unit ?? known?.unit ?? "adjustment",
      unitPrice: null,
      amountMinor: it.amountMinor,
      exact: it.exact,
      detail: {
        kind: "adjustment",
        model,
        code,
        component,
        period: month.period,
        key: it.key,
        before: side(booked),
        after: side(now),
        contacts: it.contacts,
        records: it.records,
        ...repricedDetail(it),
        ...(now === null ? {} : { of: now.detail }),
      },
      items: it.items,
      behind: null,
      repriced: repriced === null ? null : { each: reduced(subtract(repriced.to, repriced.from)), asOf: month.cutoff },
      // The month it belongs to decides the tax, not the month it is told in.
      tax: known?.tax ?? taxClassOf(terms, code),
      of: { start: month.start, line: known?.lineId ?? null },
    };
  });
}

function quantityOf({ now, booked }: Adjustment): Rational {
  const [after, before] = [now?.quantity ?? ZERO, booked?.quantity ?? ZERO];
  return { num: after.num * before.den - before.num * after.den, den: after.den * before.den };
}

function detailOf(
  line: RatedLine,
  detail: LineDetail,
  behind: LineUsage | undefined,
): { readonly [name: string]: unknown } {
  const { model, code, component } = line;
  const { records = 0, contacts = 0, used = 0n } = behind ?? {};
  return { ...detail, model, code, component, contacts, records, usedQuantity: used.toString() };
}

/** The price of the whole quantity before and after, and the quantity of the records that only changed their price. */
function repricedDetail({ repriced }: Adjustment): { readonly [name: string]: unknown } {
  if (repriced === null) return {};
  const { from, to, quantity } = repriced;
  return { price: { before: exactText(from), after: exactText(to) }, repricedQuantity: exactText(quantity) };
}

export function netMinorOf(lines: readonly DraftLine[]): bigint {
  return lines.reduce((total, line) => total + line.amountMinor, 0n);
}

/** No groups at all where nothing is taxed by the house. */
export function taxesOf(profile: string, lines: readonly DraftLine[]): TaxGroup[] {
  if (profile === "none") return [];
  return taxGroupsOf(lines.map((line) => ({ ...line.tax, netMinor: line.amountMinor })));
}
