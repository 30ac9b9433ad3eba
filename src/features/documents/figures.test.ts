import { expect, test } from "vitest";
import { STOCK_UNITS, USAGE_UNITS } from "../../domain/rating/charge.ts";
import { amountText, amountWithCode, numberText, quantityText } from "./figures.ts";

test.each([
  [2_720_000n, "CNY", "27,200.00"],
  [-5n, "CNY", "-0.05"],
  [1_234_567n, "JPY", "1,234,567"],
  [1_250n, "KWD", "1.250"],
  [0n, "EUR", "0.00"],
] as const)("BIL-8 %s minor units of %s are read as %s", (minor, currency, text) => {
  expect(amountText(minor, currency)).toBe(text);
  expect(amountWithCode(minor, currency)).toBe(`${currency} ${text}`);
});

test.each([
  ["1/3", "0.333333"],
  ["0.0123", "0.0123"],
  ["6800", "6,800"],
  ["-12500.50", "-12,500.5"],
  ["1/8", "0.125"],
  ["see annex", "see annex"],
])("an exact %s is shown as %s", (exact, shown) => {
  expect(numberText(exact)).toBe(shown);
});

test("a line that is one amount shows no quantity, and a unit without a word stands as it is", () => {
  expect(quantityText("1", "fee", "en")).toBe("");
  expect(quantityText("4", "seat", "zh")).toBe("4 席");
  expect(quantityText("2", "fortnight", "en")).toBe("2 fortnight");
});

test.each([...new Set([...Object.values(USAGE_UNITS), ...Object.values(STOCK_UNITS)])])(
  "BIL-8 the unit %s is printed in words of the reader's language",
  (unit) => {
    const words = (["zh", "en"] as const).map((language) => quantityText("2", unit, language).slice(2));
    // Megabytes are written the same everywhere; every other unit differs between the languages.
    if (unit === "MB") expect(words).toEqual(["MB", "MB"]);
    else expect(new Set(words).size).toBe(2);
  },
);
