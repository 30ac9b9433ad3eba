import { exact, multiply, type Rational, rational } from "../kernel/rational.ts";
import type { DecimalText } from "./charge.ts";
import { taxOn } from "./tax.ts";

/** UNCL 5305 as EN 16931 uses it: standard, zero, exempt, reverse charge, intra-Community, export, outside of scope. */
export const TAX_CATEGORIES = ["S", "Z", "E", "AE", "K", "G", "O"] as const;
export type TaxCategory = (typeof TAX_CATEGORIES)[number];

/** What a line is taxed at; `rate` in per cent. */
export type TaxClass = { readonly category: TaxCategory; readonly rate: DecimalText };

/** A client's tax terms: one class for all its charges, and others for charges by their code. */
export type TaxTerms = { readonly standard: TaxClass; readonly ofCharge: ReadonlyMap<string, TaxClass> };

export type TaxGroup = TaxClass & { readonly baseMinor: bigint; readonly taxMinor: bigint };

export const NOT_TAXED: TaxClass = { category: "O", rate: "0" };

export function taxClassOf(terms: TaxTerms, chargeCode: string): TaxClass {
  return terms.ofCharge.get(chargeCode) ?? terms.standard;
}

/**
 * Tax once for each category and rate, over the sum of the group's rounded lines (EN 16931 BR-CO-17), in order of category
 * and rate so that the same lines in any order give the same groups. Rates that differ only in writing are one group.
 */
export function taxGroupsOf(lines: readonly (TaxClass & { readonly netMinor: bigint })[]): TaxGroup[] {
  const bases = new Map<string, TaxClass & { baseMinor: bigint }>();
  for (const line of lines) {
    const rate = rateText(line.rate);
    const key = `${line.category} ${rate}`;
    const group = bases.get(key) ?? { category: line.category, rate, baseMinor: 0n };
    group.baseMinor += line.netMinor;
    bases.set(key, group);
  }
  return [...bases.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => ({ ...group, taxMinor: taxOn(group.baseMinor, fractionOf(group.rate)) }));
}

/**
 * Tax that a credit note gives back in one group: the tax on all that is credited of it so far, less what earlier notes
 * gave back. Notes for the whole group come to exactly its tax, however it was cut.
 */
export function creditTaxMinor(
  group: TaxClass,
  { creditedMinor, creditedTaxMinor }: { readonly creditedMinor: bigint; readonly creditedTaxMinor: bigint },
  netMinor: bigint,
): bigint {
  return taxOn(creditedMinor + netMinor, fractionOf(group.rate)) - creditedTaxMinor;
}

/** A rate in one way of writing: `6`, not `6.00`. */
export function rateText(rate: DecimalText): DecimalText {
  return rate.includes(".") ? rate.replace(/0+$/, "").replace(/\.$/, "") : rate;
}

function fractionOf(percent: DecimalText): Rational {
  return multiply(exact(percent), rational(1, 100));
}
