import fc from "fast-check";
import { expect, test } from "vitest";
import { addMonths, dateOfDay, dayNumber, daysBetween, isLocalDate } from "./calendar-days.ts";
import { majorText, partition, roundToMinor, splitByLargestRemainder, splitFromTheFirst } from "./money.ts";
import {
  add,
  compare,
  decimalText,
  equal,
  exact,
  exactText,
  parseRational,
  rational,
  reduced,
  roundHalfAwayFromZero,
  sum,
} from "./rational.ts";

const fractions = fc
  .tuple(fc.bigInt(-1_000_000_000_000n, 1_000_000_000_000n), fc.bigInt(1n, 1_000_000n))
  .map(([num, den]) => rational(num, den));

test.each([
  ["12.50", "12.5"],
  ["-0.0246", "-0.0246"],
  ["4/5", "0.8"],
  ["129/434", "129/434"],
  ["0", "0"],
])("%s is read exactly and written back as %s", (text, written) => {
  expect(exactText(exact(text))).toBe(written);
});

test.each(["", "1e3", "1.", ".5", "NaN", "1/0", "0x10", " 1", "9".repeat(61)])("%j is not an exact number", (text) => {
  expect(parseRational(text)).toBeNull();
});

test.each([
  ["0.5", 1n],
  ["-0.5", -1n],
  ["2.4999", 2n],
  ["-2.5", -3n],
  ["68912.5", 68913n],
])("%s rounds to %s: half away from zero", (text, rounded) => {
  expect(roundHalfAwayFromZero(exact(text))).toBe(rounded);
});

test("rounding mirrors around zero and never moves further than half a unit", () => {
  fc.assert(
    fc.property(fractions, (value) => {
      const rounded = roundHalfAwayFromZero(value);
      const away = add(rational(rounded), rational(-value.num, value.den));
      expect(roundHalfAwayFromZero(rational(-value.num, value.den))).toBe(-rounded);
      expect(compare(away, rational(1, 2)) <= 0 && compare(away, rational(-1, 2)) >= 0).toBe(true);
    }),
  );
});

test("a sum does not depend on the order of its parts", () => {
  fc.assert(
    fc.property(fc.array(fractions, { maxLength: 12 }), (parts) => {
      expect(equal(sum(parts), sum([...parts].reverse()))).toBe(true);
      expect(reduced(sum(parts))).toEqual(reduced(sum([...parts].reverse())));
    }),
  );
});

test.each([
  ["12.505", "CNY", 1251n, "12.51"],
  ["333.4", "JPY", 333n, "333"],
  ["1.2345", "KWD", 1235n, "1.235"],
  ["-0.005", "EUR", -1n, "-0.01"],
] as const)("%s %s is %s minor units, written %s", (major, currency, minor, text) => {
  expect(roundToMinor(exact(major), currency)).toBe(minor);
  expect(majorText(minor, currency)).toBe(text);
});

test("decimals for people are rounded and keep their places", () => {
  expect(decimalText(exact("23/31"), 9)).toBe("0.741935484");
  expect(decimalText(exact("3"), 2)).toBe("3.00");
});

test.each([
  [15n, ["4/5", "2/25", "3/25"], [12n, 1n, 2n], [13n, 1n, 1n]],
  [100n, ["1", "1", "1", "0"], [34n, 33n, 33n, 0n], [34n, 33n, 33n, 0n]],
  [-100n, ["1", "1", "1"], [-34n, -33n, -33n], [-34n, -33n, -33n]],
] as const)("%s split by %j", (total, weights, byRemainder, fromFirst) => {
  expect(splitByLargestRemainder(total, weights.map(exact))).toEqual(byRemainder);
  expect(splitFromTheFirst(total, weights.map(exact))).toEqual(fromFirst);
});

test("a split always adds up, and a weight of zero gets nothing", () => {
  const weights = fc
    .array(fc.bigInt(0n, 1000n), { minLength: 1, maxLength: 20 })
    .filter((it) => it.some((w) => w > 0n));
  fc.assert(
    fc.property(fc.bigInt(-100_000n, 100_000n), weights, (total, parts) => {
      const split = splitByLargestRemainder(
        total,
        parts.map((part) => rational(part)),
      );
      expect(split.reduce((a, b) => a + b, 0n)).toBe(total);
      for (const [at, part] of parts.entries()) if (part === 0n) expect(split[at]).toBe(0n);
    }),
  );
});

test("parts of an amount over time add up to its rounded whole", () => {
  expect(
    partition(
      rational(10_000),
      [10, 10, 10].map((it) => rational(it)),
      rational(30),
    ),
  ).toEqual([3333n, 3334n, 3333n]);
  fc.assert(
    fc.property(
      fractions,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }),
      (amount, days) => {
        const whole = days.reduce((a, b) => a + b, 0);
        const parts = partition(
          amount,
          days.map((it) => rational(it)),
          rational(whole),
        );
        expect(parts.reduce((a, b) => a + b, 0n)).toBe(roundHalfAwayFromZero(amount));
      },
    ),
  );
});

test("days count like the calendar, over leap years and centuries", () => {
  expect(daysBetween("2024-02-28", "2024-03-01")).toBe(2);
  expect(daysBetween("1900-02-28", "1900-03-01")).toBe(1);
  expect(dayNumber("1970-01-01")).toBe(0);
  fc.assert(
    fc.property(fc.integer({ min: -200_000, max: 200_000 }), (day) => {
      expect(dateOfDay(day)).toBe(new Date(day * 86_400_000).toISOString().slice(0, 10));
      expect(dayNumber(dateOfDay(day))).toBe(day);
    }),
  );
});

test.each([
  ["2024-01-31", 1, "2024-02-29"],
  ["2024-01-31", 2, "2024-03-31"],
  ["2024-01-31", 12, "2025-01-31"],
  ["2024-02-29", 12, "2025-02-28"],
  ["2024-03-31", -1, "2024-02-29"],
])("%s and %s months is %s: clamped, from the anchor", (anchor, months, date) => {
  expect(addMonths(anchor, months)).toBe(date);
});

test.each(["2023-02-29", "2023-13-01", "2023-1-01", "2023-04-31"])("%s is no date", (text) => {
  expect(isLocalDate(text)).toBe(false);
});
