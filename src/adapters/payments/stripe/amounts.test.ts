import { expect, test } from "vitest";
import { CURRENCIES, type Currency } from "../../../domain/kernel/currency.ts";
import { fromStripe, toStripe } from "./amounts.ts";

test.each<[Currency, bigint, number]>([
  ["CNY", 106_000n, 106_000],
  ["JPY", 500n, 500],
  ["KRW", 500n, 500],
  ["VND", 500n, 500],
  ["CLP", 500n, 500],
  ["ISK", 500n, 50_000],
  ["KWD", 5_120n, 5_120],
  ["BHD", -5_120n, -5_120],
  ["TWD", 5_125n, 5_125],
  ["HUF", 5_125n, 5_125],
])("%s: %s of ours is %i of Stripe's", (currency, minor, written) => {
  expect(toStripe(minor, currency)).toBe(written);
  expect(fromStripe(written, currency)).toBe(minor);
});

test.each<[Currency, bigint]>([
  ["KWD", 5_124n],
  ["JOD", 1n],
  ["CNY", BigInt(Number.MAX_SAFE_INTEGER) + 1n],
])("%s %s cannot be charged exactly and is refused, not rounded", (currency, minor) => {
  expect(() => toStripe(minor, currency)).toThrow(expect.objectContaining({ code: "amount_not_chargeable" }));
});

test("an amount that is no whole unit of ours is refused", () => {
  expect(() => fromStripe(50_050, "ISK")).toThrow(expect.objectContaining({ code: "amount_not_known" }));
});

test("every currency that is billed comes back as it went", () => {
  for (const currency of CURRENCIES) expect(fromStripe(toStripe(1_230n, currency), currency)).toBe(1_230n);
});
