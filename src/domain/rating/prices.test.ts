import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "../../../test/support/property-runs.ts";
import {
  add,
  compare,
  equal,
  exact,
  exactText,
  multiply,
  type Rational,
  rational,
  sum,
  ZERO,
} from "../kernel/rational.ts";
import { blocksOfAllTiers, packsOf } from "./blocks.ts";
import { bound, NO_BOUNDS, trueUpTo } from "./bounds.ts";
import { priceOfSlots, spendFreeSeconds } from "./call-slots.ts";
import { dayRate, dayRates } from "./day-rate.ts";
import { bookings, change, type Pricing, periodBookings } from "./delta.ts";
import { graduatedAmount } from "./graduated.ts";
import { percentageOfEach, percentageOfTotal, rateOfBand, runningTotals } from "./percentage.ts";
import { proratedSeats } from "./seat-changes.ts";
import { seatsAboveHighWaterMark } from "./seat-month.ts";
import { clawback, codPayable, owedOfSales } from "./settlement.ts";
import { slaCredit } from "./sla-credit.ts";
import { tierRanges } from "./tiers.ts";
import { volumeAmount, volumeCliffs } from "./volume.ts";

fc.configureGlobal({ numRuns: propertyRuns(100) });

const price = fc.nat(99_999).map((it) => rational(it, 1000));
const quantity = fc.nat(60).map((it) => rational(it));
const rate = fc.nat(3000).map((it) => rational(it, 10_000));
const tiersOf = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 }),
    fc.array(price, { minLength: 10, maxLength: 10 }),
  )
  .map(([tops, prices]) => {
    const text = (at: number) => exactText(prices[at] ?? ZERO);
    const rising = [...tops].sort((a, b) => a - b);
    const tiers = rising.map((top, at) => ({ upTo: String(top), price: text(at), flat: text(at + 5) }));
    return tierRanges([...tiers, { upTo: null, price: text(4), flat: text(9) }]);
  });
const pricings = fc.oneof(
  tiersOf.map(
    (ranges): Pricing =>
      (used) =>
        graduatedAmount(ranges, used),
  ),
  tiersOf.map(
    (ranges): Pricing =>
      (used) =>
        volumeAmount(ranges, used),
  ),
  fc.tuple(fc.integer({ min: 1, max: 20 }), price).map(
    ([size, each]): Pricing =>
      (used) =>
        multiply(rational(packsOf(used, rational(size))), each),
  ),
  price.map(
    (each): Pricing =>
      (used) =>
        multiply(each, used),
  ),
);
const bigSum = (values: readonly bigint[]) => values.reduce((a, b) => a + b, 0n);

test("BIL-7 deltas of a period sum to the rating of its last snapshot, for every price and also downwards", () => {
  fc.assert(
    fc.property(pricings, fc.array(quantity, { minLength: 1, maxLength: 8 }), (pricing, snapshots) => {
      const booked = bookings(pricing, snapshots, "CNY");
      expect(bigSum(booked)).toBe(bigSum(bookings(pricing, snapshots.slice(-1), "CNY")));
      const steps = snapshots.map((it, at) => change(pricing, snapshots[at - 1] ?? ZERO, it));
      expect(equal(add(pricing(ZERO), sum(steps)), pricing(snapshots.at(-1) ?? ZERO))).toBe(true);
    }),
  );
});

test("BIL-7 late usage is booked on its own period, and the runs together come to each period rated once", () => {
  const runs = fc.array(fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(pricings, runs, (pricing, seen) => {
      const cumulative = seen.map((parts, run) =>
        parts.slice(0, run + 1).map((_, at) => rational(parts.slice(0, at + 1).reduce((a, b) => a + b, 0))),
      );
      const booked = periodBookings(pricing, cumulative).flat();
      const last = cumulative.at(-1) ?? [];
      for (const period of last.keys()) {
        const own = change(pricing, last[period - 1] ?? ZERO, last[period] ?? ZERO);
        const parts = booked.filter((it) => it.period === period).map((it) => it.amount);
        expect(equal(sum(parts), own)).toBe(true);
      }
    }),
  );
});

test("graduated prices and packs never fall; a volume price falls only where the editor warns", () => {
  fc.assert(
    fc.property(tiersOf, fc.nat(60), fc.integer({ min: 1, max: 9 }), (ranges, used, size) => {
      const [here, next] = [rational(used), rational(used + 1)];
      expect(compare(graduatedAmount(ranges, next), graduatedAmount(ranges, here))).toBeGreaterThanOrEqual(0);
      expect(packsOf(next, rational(size)) >= packsOf(here, rational(size))).toBe(true);
      const falls = compare(volumeAmount(ranges, next), volumeAmount(ranges, here)) < 0;
      if (falls) expect(volumeCliffs(ranges).some((cliff) => equal(cliff, here))).toBe(true);
    }),
  );
});

test("minimum and maximum hold after close; a minimum is never due on a bill in between", () => {
  fc.assert(
    fc.property(
      fc.array(price, { maxLength: 5 }),
      price,
      price,
      price,
      rate,
      (lines, least, more, billed, discount) => {
        const maximum = add(least, more);
        const already = compare(billed, maximum) > 0 ? maximum : billed;
        const closed = bound(lines, { discount, minimum: least, maximum, alreadyBilled: already, last: true });
        const whole = add(already, closed.total);
        expect(compare(whole, least)).toBeGreaterThanOrEqual(0);
        expect(compare(whole, maximum)).toBeLessThanOrEqual(0);
        expect(closed.capDiscounts.every((it) => it.num <= 0n)).toBe(true);
        const parts = [closed.gross, closed.percentDiscount, ...closed.capDiscounts, closed.trueUp];
        expect(equal(sum(parts), closed.total)).toBe(true);
        const between = bound(lines, { discount, minimum: least, maximum, alreadyBilled: already, last: false });
        expect(between.trueUp).toEqual(ZERO);
      },
    ),
  );
});

test.each([
  [null, "5", "0"],
  ["9", "5", "4"],
  ["5", "9", "0"],
])("a minimum of %s with %s reached leaves %s to pay", (minimum, reached, missing) => {
  expect(exactText(trueUpTo(minimum === null ? null : exact(minimum), exact(reached)))).toBe(missing);
});

test("without bounds a charge is what its lines come to", () => {
  expect(exactText(bound([exact("1.5"), exact("2")], NO_BOUNDS).total)).toBe("3.5");
});

test("percentages: each event by itself comes to the sum, where nothing is free and nothing bounded", () => {
  const values = fc.array(
    fc.nat(9999).map((it) => rational(it, 10)),
    { minLength: 1, maxLength: 9 },
  );
  fc.assert(
    fc.property(values, rate, price, (sales, share, fixed) => {
      const terms = { rate: share, fixed, freeEvents: null, freeAmount: null, minEach: null, maxEach: null };
      const each = percentageOfEach(terms, sales);
      expect(equal(sum(each), percentageOfTotal(terms, runningTotals(sales)))).toBe(true);
    }),
  );
});

test("an event's charge keeps its bounds, and freedom never makes it dearer", () => {
  const values = fc.array(
    fc.integer({ min: 1, max: 9999 }).map((it) => rational(it)),
    { minLength: 1, maxLength: 9 },
  );
  fc.assert(
    fc.property(values, rate, price, price, fc.nat(5), fc.nat(9999), (sales, share, least, more, events, amount) => {
      const bounds = { minEach: least, maxEach: add(least, more) };
      const terms = { rate: share, fixed: ZERO, freeEvents: null, freeAmount: null, ...bounds };
      const dear = percentageOfEach(terms, sales);
      for (const charge of dear) {
        expect(compare(charge, least) >= 0 && compare(charge, bounds.maxEach) <= 0).toBe(true);
      }
      const free = percentageOfEach({ ...terms, freeEvents: events, freeAmount: rational(amount) }, sales);
      for (const [at, charge] of free.entries()) expect(compare(charge, dear[at] ?? ZERO)).toBeLessThanOrEqual(0);
    }),
  );
});

test.each([
  ["9.99", "5"],
  ["10", "5"],
  ["10.01", "8"],
  ["250", "8"],
])("a success rate of %s per cent pays %s each", (ratio, each) => {
  const bands = [
    { upTo: exact("10"), rate: exact("5") },
    { upTo: null, rate: exact("8") },
  ];
  expect(exactText(rateOfBand(bands, exact(ratio)))).toBe(each);
  expect(rateOfBand([], exact(ratio))).toEqual(ZERO);
});

test("seats in advance: what is charged in all is the highest number, less what was there at the start", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 12 }), (sequence) => {
      const charged = seatsAboveHighWaterMark(sequence).reduce((a, b) => a + b, 0);
      expect(charged).toBe(Math.max(...sequence) - (sequence[0] ?? 0));
    }),
  );
});

test("a seat that joins and leaves on one day costs no days, and a flat once reached stays", () => {
  fc.assert(
    fc.property(
      tiersOf,
      fc.nat(30),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 30 }),
      (ranges, start, by, on) => {
        const total = proratedSeats(
          ranges,
          start,
          [
            { day: on, by },
            { day: on, by: -by },
          ],
          30,
        );
        const entered = ranges.filter(
          ({ above }) => compare(rational(start), above) <= 0 && compare(rational(start + by), above) > 0,
        );
        expect(equal(total, sum(entered.map((range) => range.flat)))).toBe(true);
      },
    ),
  );
});

test("seats from the first day to the last cost their whole price", () => {
  fc.assert(
    fc.property(tiersOf, fc.integer({ min: 1, max: 60 }), (ranges, seats) => {
      const joined = proratedSeats(ranges, 0, [{ day: 1, by: seats }], 30);
      expect(equal(joined, graduatedAmount(ranges, rational(seats)))).toBe(true);
    }),
  );
});

test("rent by the day never passes the price of the month, seat by seat", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(31), { maxLength: 6 }), price, price, (days, perDay, perMonth) => {
      const rents = days.map((it) => dayRate(it, perDay, perMonth));
      for (const rent of rents) expect(compare(rent, perMonth)).toBeLessThanOrEqual(0);
      expect(equal(dayRates(days, perDay, perMonth), sum(rents))).toBe(true);
      expect(equal(dayRate(3, perDay, null), multiply(perDay, rational(3)))).toBe(true);
    }),
  );
});

test("slots of a call: one slot without end is plain increments; seconds billed cover those spoken", () => {
  fc.assert(
    fc.property(
      fc.nat(900),
      fc.constantFrom(1, 6, 60),
      fc.integer({ min: 1, max: 200 }),
      price,
      (seconds, incrementS, lengthS, perSecond) => {
        const plain = priceOfSlots([{ perSecond, incrementS, lengthS: null }], seconds);
        expect(plain.billedS).toBe(Math.ceil(seconds / incrementS) * incrementS);
        const two = priceOfSlots(
          [
            { perSecond, incrementS, lengthS },
            { perSecond, incrementS, lengthS: null },
          ],
          seconds,
        );
        expect(two.billedS).toBeGreaterThanOrEqual(seconds);
        expect(equal(two.amount, multiply(perSecond, rational(two.billedS)))).toBe(true);
      },
    ),
  );
});

test("free seconds are spent once, whatever the calls", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300), { maxLength: 9 }), fc.nat(900), (seconds, free) => {
      const spent = spendFreeSeconds(
        seconds.map((it, at) => ({ id: String(at), seconds: it })),
        free,
      );
      const total = seconds.reduce((a, b) => a + b, 0);
      expect(spent.reduce((sumS, it) => sumS + it.chargedS, 0)).toBe(Math.max(0, total - free));
    }),
  );
});

test("blocks of tiers: a block begun is a block paid, and a full tier passes the rest on", () => {
  const tiers = [
    { block: rational(10), blocksMax: rational(2), price: exact("1") },
    { block: rational(100), blocksMax: null, price: exact("5") },
  ];
  const at = (used: number) => blocksOfAllTiers(tiers, rational(used)).map(exactText);
  expect([at(0), at(1), at(20), at(21), at(121)]).toEqual([[], ["1"], ["2"], ["2", "5"], ["2", "10"]]);
});

test("clawback of every sale brings a commission to nothing; what was paid too much is carried as a debt", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(price, rate), { maxLength: 9 }), (sales) => {
      const earned = sales.map(([sale, share]) => multiply(sale, share));
      expect(equal(sum([...earned, ...earned.map(clawback)]), ZERO)).toBe(true);
    }),
  );
  expect(exactText(owedOfSales(rational(0), exact("0.8"), rational(800)))).toBe("-800");
});

test("a courier's account: opening and collected, less both fees", () => {
  const account = { collected: 1000, deliveries: 4, deliveryFee: 30, returns: 2, returnFee: 7, opening: -100 };
  const parts = Object.fromEntries(Object.entries(account).map(([name, it]) => [name, rational(it)])) as {
    [name in keyof typeof account]: Rational;
  };
  expect(exactText(codPayable(parts))).toBe("766");
});

test.each([
  ["95", "0"],
  ["99", "0"],
  ["94.99", "2000"],
  ["94", "2000"],
  ["91.2", "8000"],
  ["80", "20000"],
])("BIL-10 a service level of %s against 95 credits %s of a fee of 200000, capped at a tenth", (achieved, credit) => {
  const terms = { targetPercent: exact("95"), perStartedPointPercent: exact("1"), capPercent: exact("10") };
  expect(exactText(slaCredit(rational(200_000), exact(achieved), terms))).toBe(credit);
});
