import { splitByLargestRemainder } from "../kernel/money.ts";
import {
  add,
  divide,
  equal,
  multiply,
  ONE,
  type Rational,
  rational,
  roundHalfAwayFromZero,
} from "../kernel/rational.ts";

/** Lines as they stand on the invoice, rounded; `rate` is a fraction. */
export type TaxedLine = { readonly netMinor: bigint; readonly rate: Rational };

export type TaxGroup = { readonly rate: Rational; readonly netMinor: bigint; readonly taxMinor: bigint };

/** Tax once for each rate, over the sum of its rounded lines: never line by line. Groups in order of their first line. */
export function taxGroups(lines: readonly TaxedLine[]): TaxGroup[] {
  const groups: { rate: Rational; netMinor: bigint }[] = [];
  for (const line of lines) {
    const group = groups.find((it) => equal(it.rate, line.rate));
    if (group === undefined) groups.push({ rate: line.rate, netMinor: line.netMinor });
    else group.netMinor += line.netMinor;
  }
  return groups.map((group) => ({ ...group, taxMinor: taxOn(group.netMinor, group.rate) }));
}

export function taxOn(netMinor: bigint, rate: Rational): bigint {
  return roundHalfAwayFromZero(multiply(rational(netMinor), rate));
}

/** Each line's part of its group's tax: an allocation of that number, so the parts add up to it. */
export function taxOfLines(lines: readonly TaxedLine[]): bigint[] {
  const taxes = lines.map(() => 0n);
  for (const group of taxGroups(lines)) {
    const members = [...lines.keys()].filter((at) => equal(lines[at]?.rate ?? ONE, group.rate));
    if (group.netMinor === 0n) continue;
    const weights = members.map((at) => rational(lines[at]?.netMinor ?? 0n));
    const parts = splitByLargestRemainder(group.taxMinor, weights);
    for (const [n, at] of members.entries()) taxes[at] = parts[n] ?? 0n;
  }
  return taxes;
}

/** A price that holds its tax. The tax is rounded and the net is the rest, unless a contract rounds the net. */
export function insideGross(gross: Rational, rate: Rational, places: bigint, roundNet = false) {
  const net = divide(gross, add(ONE, rate));
  const grossUnits = roundHalfAwayFromZero(multiply(gross, rational(places)));
  const netUnits = roundHalfAwayFromZero(multiply(net, rational(places)));
  const taxUnits = roundHalfAwayFromZero(multiply(multiply(net, rate), rational(places)));
  return roundNet
    ? { net: rational(netUnits, places), tax: rational(grossUnits - netUnits, places) }
    : { net: rational(grossUnits - taxUnits, places), tax: rational(taxUnits, places) };
}

/** A discount over lines, by their amounts: whole minor units that add up. */
export function discountOverLines(discountMinor: bigint, linesMinor: readonly bigint[]): bigint[] {
  return splitByLargestRemainder(
    discountMinor,
    linesMinor.map((line) => rational(line)),
  );
}

/**
 * Credit notes against one tax group: each carries the tax on all that is credited so far, less what earlier notes gave
 * back. So notes for the whole invoice come to exactly the invoice.
 */
export function creditNotes(netsMinor: readonly bigint[], rate: Rational): { netMinor: bigint; taxMinor: bigint }[] {
  let credited = 0n;
  let taxed = 0n;
  return netsMinor.map((netMinor) => {
    credited += netMinor;
    const cumulative = taxOn(credited, rate);
    const taxMinor = cumulative - taxed;
    taxed = cumulative;
    return { netMinor, taxMinor };
  });
}

/** Crediting part of a discounted line takes the discount back in the same share. */
export function creditOfDiscountedLine(
  lineMinor: bigint,
  discountMinor: bigint,
  creditedGrossMinor: bigint,
  rate: Rational,
) {
  const discountBack = roundHalfAwayFromZero(rational(discountMinor * creditedGrossMinor, lineMinor));
  const netMinor = creditedGrossMinor - discountBack;
  return { discountBack, netMinor, taxMinor: taxOn(netMinor, rate) };
}
