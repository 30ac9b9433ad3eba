import fc from "fast-check";
import { expect, test } from "vitest";
import { exact, rational } from "../kernel/rational.ts";
import { type ComparedInvoice, type ComparedLine, compareInvoices } from "./compare.ts";

const line = (code: string, quantity: string, price: string, amount: bigint, more: Partial<ComparedLine> = {}) => ({
  code,
  model: "unit",
  component: "each",
  kind: "charge" as const,
  quantity: exact(quantity),
  unitPrice: exact(price),
  amountMinor: amount,
  ...more,
});
const invoice = (lines: readonly ComparedLine[], taxMinor = 0n): ComparedInvoice => ({ lines, taxMinor });
const told = (before: ComparedInvoice, after: ComparedInvoice) =>
  compareInvoices(before, after, "CNY").map((it) => [it.kind, it.code, it.amountMinor]);

test("BIL-7 more calls at a higher price: usage at the old price, the rest is the price", () => {
  expect(
    told(invoice([line("calls", "100", "2.00", 20_000n)]), invoice([line("calls", "150", "2.50", 37_500n)])),
  ).toEqual([
    ["usage", "calls", 10_000n],
    ["price", "calls", 7500n],
  ]);
});

test("BIL-7 a minimum, a missed service level, late usage, a new and a gone charge and tax each have their name", () => {
  const before = invoice(
    [
      line("calls", "10", "1", 1000n),
      line("calls", "5", "1", 500n, { component: "base-count" }),
      line("old", "1", "7", 700n),
    ],
    132n,
  );
  const after = invoice(
    [
      line("calls", "10", "1", 1000n),
      line("level", "1", "-2", -200n, { model: "sla_credit", component: "sla" }),
      line("calls", "3", "1", 300n, { kind: "adjustment" }),
      line("new", "1", "9", 900n),
      line("calls", "1", "-1", -100n, { component: "discount" }),
    ],
    114n,
  );
  expect(told(before, after)).toEqual([
    ["new_charge", "new", 900n],
    ["gone_charge", "old", -700n],
    ["minimum", "calls", -500n],
    ["late_usage", "calls", 300n],
    ["sla_credit", "level", -200n],
    ["discount", "calls", -100n],
    ["tax", null, -18n],
  ]);
});

const anyLine = fc
  .record({
    code: fc.constantFrom("a", "b", "c"),
    model: fc.constantFrom("unit", "sla_credit", "package"),
    component: fc.constantFrom("each", "base-count", "discount", "fee", "tier-1"),
    kind: fc.constantFrom("charge" as const, "adjustment" as const),
    quantity: fc.integer({ min: -50, max: 500 }),
    price: fc.option(fc.tuple(fc.integer({ min: -999, max: 99_999 }), fc.constantFrom(1, 3, 100, 10_000)), {
      nil: null,
    }),
    amountMinor: fc.bigInt({ min: -100_000n, max: 1_000_000n }),
  })
  .map(
    ({ quantity, price, ...rest }): ComparedLine => ({
      ...rest,
      quantity: rational(quantity),
      unitPrice: price === null ? null : rational(price[0], price[1]),
    }),
  );
const anyInvoice = fc.record({
  lines: fc.array(anyLine, { maxLength: 12 }),
  taxMinor: fc.bigInt({ min: -999n, max: 9999n }),
});

test("BIL-7 whatever two invoices hold, the causes sum exactly to the difference of their totals", () => {
  const total = ({ lines, taxMinor }: ComparedInvoice) => lines.reduce((sum, it) => sum + it.amountMinor, taxMinor);
  fc.assert(
    fc.property(
      anyInvoice,
      anyInvoice,
      fc.constantFrom("CNY" as const, "JPY" as const, "KWD" as const),
      (before, after, currency) => {
        const causes = compareInvoices(before, after, currency);
        expect(causes.reduce((sum, it) => sum + it.amountMinor, 0n)).toBe(total(after) - total(before));
        expect(
          compareInvoices(before, before, currency).filter((it) => it.kind !== "price" && it.kind !== "usage"),
        ).toEqual([]);
      },
    ),
  );
});

test.each([
  ["base-count", "minimum"],
  ["minimum", "minimum"],
  ["commitment", "minimum"],
  ["discount", "discount"],
  ["cap", "discount"],
])("BIL-7 a line of %s that came is a %s", (component, kind) => {
  const each = line("calls", "1", "1", 100n);
  expect(told(invoice([each]), invoice([each, line("calls", "1", "1", 50n, { component })]))).toEqual([
    [kind, "calls", 50n],
  ]);
});

test("BIL-7 a price is compared part by part of its charge, summed exactly and rounded once", () => {
  const parts = (first: string, second: string, amount: bigint) =>
    invoice([
      line("calls", "7", first, amount, { component: "tier-1" }),
      line("calls", "3", second, 0n, { component: "tier-2" }),
      line("calls", "9", "9", 0n, { component: "tier-3", unitPrice: null }),
    ]);
  // 7 x 1/3 more and 3 x 1/7 less: 2.3333 - 0.4286 = 1.9048.
  expect(told(parts("1", "1", 1000n), parts("4/3", "6/7", 1190n))).toEqual([["price", "calls", 190n]]);
  // A part that was not there before has no price to compare with.
  const more = invoice([line("calls", "7", "1", 700n), line("calls", "3", "5", 1500n, { component: "tier-2" })]);
  expect(told(invoice([line("calls", "7", "1", 700n)]), more)).toEqual([["usage", "calls", 1500n]]);
});

test("BIL-7 causes of one size stand in the order of the lines, whatever their sign", () => {
  const [a, b, c] = ["a", "b", "c"].map((code, at) => line(code, "1", "1", at === 1 ? -100n : 100n));
  const lines = [a, b, c] as ComparedLine[];
  expect(told(invoice([]), invoice(lines)).map(([, code]) => code)).toEqual(["a", "b", "c"]);
  expect(told(invoice([]), invoice([...lines].reverse())).map(([, code]) => code)).toEqual(["c", "b", "a"]);
});
