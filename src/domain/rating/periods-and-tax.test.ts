import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "../../../test/support/property-runs.ts";
import { addDays, addMonths, daysBetween } from "../kernel/calendar-days.ts";
import {
  add,
  compare,
  decimalText,
  equal,
  exact,
  exactText,
  negate,
  rational,
  subtract,
  ZERO,
} from "../kernel/rational.ts";
import { Refusal } from "../kernel/trouble.ts";
import { anniversaries, billDayOf, cycleStartAfter, cycleStartFrom } from "./billing-periods.ts";
import {
  cycleParts,
  cyclesCharged,
  dayShare,
  overlap,
  repair,
  sharePerMonth,
  thirtyDayShare,
  uncovered,
} from "./proration.ts";
import {
  creditNotes,
  creditOfDiscountedLine,
  discountOverLines,
  insideGross,
  taxGroups,
  taxOfLines,
  taxOn,
} from "./tax.ts";

fc.configureGlobal({ numRuns: propertyRuns(100) });

const rate = fc.nat(3000).map((it) => rational(it, 10_000));
const day = fc.integer({ min: -3000, max: 20_000 }).map((it) => addDays("2000-01-01", it));
const bigSum = (values: readonly bigint[]) => values.reduce((a, b) => a + b, 0n);

test("periods from an anchor tile time without gap or overlap, and come back to the anchor's day", () => {
  fc.assert(
    fc.property(day, fc.constantFrom(1, 3, 6, 12), (anchor, months) => {
      const periods = anniversaries(anchor, 14, months);
      for (const [at, period] of periods.entries()) {
        expect(period.from < period.to).toBe(true);
        if (at > 0) expect(period.from).toBe(periods[at - 1]?.to);
        expect(Number(period.from.slice(8))).toBeLessThanOrEqual(Number(anchor.slice(8)));
      }
      expect(addMonths(anchor, 48).slice(5)).toBe(anchor.slice(5));
    }),
  );
});

test("bill days: the first on or after a date, and each next one is later", () => {
  fc.assert(
    fc.property(day, day, fc.boolean(), (date, anchor, yearly) => {
      const billDay = billDayOf(anchor, yearly ? 12 : 1);
      const first = cycleStartFrom(date, billDay);
      expect(first >= date).toBe(true);
      expect(daysBetween(date, first)).toBeLessThanOrEqual(yearly ? 366 : 31);
      const next = cycleStartAfter(first, billDay);
      const length = daysBetween(first, next);
      expect(length >= (yearly ? 365 : 28) && length <= (yearly ? 366 : 31)).toBe(true);
    }),
  );
});

test("a service split anywhere into two charges the same cycles as one", () => {
  fc.assert(
    fc.property(
      day,
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 1, max: 400 }),
      day,
      (start, until, more, anchor) => {
        const billDay = billDayOf(anchor, 1);
        const [middle, end] = [addDays(start, until), addDays(start, until + more)];
        const target = addDays(end, 40);
        const whole = cyclesCharged({ start, billDay, target, end });
        const first = until === 0 ? ZERO : cyclesCharged({ start, billDay, target, end: middle });
        const second = cyclesCharged({ start: middle, billDay, target, end });
        expect(exactText(add(first, second))).toBe(exactText(whole));
        expect(
          cycleParts({ start, billDay, target, end }).every((part) => part.num > 0n && compare(part, rational(1)) <= 0),
        ).toBe(true);
      },
    ),
  );
});

test("a share of days lies between nothing and the whole; no days are refused by name", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 }), (days, of) => {
      const share = dayShare(days, of);
      expect(share.num > 0n && compare(share, rational(1)) <= 0).toBe(true);
    }),
  );
  for (const [days, of] of [
    [0, 31],
    [-1, 31],
    [5, 0],
  ] as const) {
    const refused = (() => {
      try {
        return dayShare(days, of);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(Refusal);
    expect(refused).toMatchObject({
      code: "zero_length_period",
      kind: "invalid",
      faults: [{ path: "days", value: days }],
    });
  }
});

test("thirty-day months: a whole month is one, a year is capped at one, the 31st is the 30th", () => {
  expect(thirtyDayShare({ from: "2024-02-01", to: "2024-03-01" })).toEqual(rational(1));
  expect(exactText(thirtyDayShare({ from: "2024-01-31", to: "2024-02-15" }))).toBe("0.5");
  expect(exactText(thirtyDayShare({ from: "2023-01-01", to: "2024-01-01" }))).toBe("1");
});

test("shares per calendar month add up over whole months", () => {
  fc.assert(
    fc.property(day, fc.integer({ min: 1, max: 15 }), (date, months) => {
      const from = `${date.slice(0, 8)}01`;
      expect(equal(sharePerMonth({ from, to: addMonths(from, months) }), rational(months))).toBe(true);
    }),
  );
});

test("what billed ranges leave open and what they cover are together the range", () => {
  const ranges = fc
    .tuple(day, fc.integer({ min: 1, max: 300 }))
    .map(([from, days]) => ({ from, to: addDays(from, days) }));
  fc.assert(
    fc.property(
      ranges,
      fc.integer({ min: -200, max: 200 }),
      fc.integer({ min: 1, max: 200 }),
      (range, offset, days) => {
        const billed = { from: addDays(range.from, offset), to: addDays(range.from, offset + days) };
        const open = uncovered(range, [billed]).reduce((total, it) => total + daysBetween(it.from, it.to), 0);
        const shared = overlap(range, billed);
        expect(open + (shared === null ? 0 : daysBetween(shared.from, shared.to))).toBe(
          daysBetween(range.from, range.to),
        );
      },
    ),
  );
});

test.each([
  ["249.95", "30/31", "10", "-239.95"],
  ["100", "25/365", "0", "-6.85"],
  ["100", "1", "100", "0.00"],
])("giving back %s for %s of its days after %s was given back is %s", (billed, share, before, back) => {
  expect(decimalText(repair(exact(billed), exact(share), exact(before)), 2)).toBe(back);
});

test("credit notes for the whole of an invoice come to exactly its tax, in any parts and order", () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt(0n, 99_999n), { minLength: 1, maxLength: 10 }), rate, (nets, tax) => {
      for (const order of [nets, [...nets].reverse()]) {
        expect(bigSum(creditNotes(order, tax).map((note) => note.taxMinor))).toBe(taxOn(bigSum(nets), tax));
      }
    }),
  );
});

test("tax is rounded once for a rate; the lines' parts add up to each group", () => {
  const lines = fc.array(fc.tuple(fc.bigInt(0n, 99_999n), fc.constantFrom("0", "0.06", "0.2")), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(lines, (rows) => {
      const taxed = rows.map(([netMinor, text]) => ({ netMinor, rate: exact(text) }));
      const groups = taxGroups(taxed);
      expect(bigSum(groups.map((group) => group.netMinor))).toBe(bigSum(rows.map(([net]) => net)));
      expect(bigSum(taxOfLines(taxed))).toBe(bigSum(groups.map((group) => group.taxMinor)));
      for (const group of groups) expect(group.taxMinor).toBe(taxOn(group.netMinor, group.rate));
      expect(new Set(groups.map((group) => exactText(group.rate))).size).toBe(groups.length);
    }),
  );
});

test("a price with its tax inside is split without remainder, whichever part is rounded", () => {
  fc.assert(
    fc.property(fc.nat(999_999), rate, fc.boolean(), (cents, tax, roundNet) => {
      const gross = rational(cents, 100);
      const parts = insideGross(gross, tax, 100n, roundNet);
      expect(equal(add(parts.net, parts.tax), gross)).toBe(true);
    }),
  );
  expect(exactText(insideGross(exact("2.99"), exact("0.04"), 100n).net)).toBe("2.87");
  expect(exactText(insideGross(exact("2.99"), exact("0.04"), 100n, true).net)).toBe("2.88");
});

test("a discount over lines adds up; crediting a discounted line takes its part of the discount back", () => {
  expect(discountOverLines(1000n, [10_000n, 5000n, 3000n, 2000n])).toEqual([500n, 250n, 150n, 100n]);
  const credit = creditOfDiscountedLine(39_900n, 25_000n, 26_260n, exact("0.2"));
  expect(credit).toEqual({ discountBack: 16_454n, netMinor: 9806n, taxMinor: 1961n });
});

test("rounding an amount and its credit mirror each other to the end", () => {
  fc.assert(
    fc.property(fc.bigInt(-99_999n, 99_999n), rate, (net, tax) => {
      expect(taxOn(-net, tax)).toBe(-taxOn(net, tax));
      expect(equal(negate(subtract(ZERO, rational(net))), rational(net))).toBe(true);
    }),
  );
});
