import fc from "fast-check";
import { expect, test } from "vitest";
import { addDays, addMonths, daysBetween } from "../kernel/calendar-days.ts";
import {
  add,
  compare,
  decimalText,
  equal,
  exact,
  exactText,
  multiply,
  negate,
  type Rational,
  rational,
  subtract,
  sum,
  ZERO,
} from "../kernel/rational.ts";
import { Refusal } from "../kernel/trouble.ts";
import { anniversaries, billDayOf, cycleStartAfter, cycleStartFrom } from "./billing-periods.ts";
import { blocksOfAllTiers, packsOf } from "./blocks.ts";
import { bound, NO_BOUNDS, trueUpTo } from "./bounds.ts";
import { priceOfSlots, spendFreeSeconds } from "./call-slots.ts";
import { dayRate, dayRates } from "./day-rate.ts";
import { bookings, change, type Pricing, periodBookings } from "./delta.ts";
import { graduatedAmount } from "./graduated.ts";
import { percentageOfEach, percentageOfTotal, rateOfBand, runningTotals } from "./percentage.ts";
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
import { proratedSeats } from "./seat-changes.ts";
import { seatsAboveHighWaterMark } from "./seat-month.ts";
import { clawback, codPayable, owedOfSales } from "./settlement.ts";
import { slaCredit } from "./sla-credit.ts";
import {
  creditNotes,
  creditOfDiscountedLine,
  discountOverLines,
  insideGross,
  taxGroups,
  taxOfLines,
  taxOn,
} from "./tax.ts";
import { tierRanges } from "./tiers.ts";
import { volumeAmount, volumeCliffs } from "./volume.ts";

const price = fc.nat(99_999).map((it) => rational(it, 1000));
const quantity = fc.nat(60).map((it) => rational(it));
const rate = fc.nat(3000).map((it) => rational(it, 10_000));
const day = fc.integer({ min: -3000, max: 20_000 }).map((it) => addDays("2000-01-01", it));
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

test("rounding an amount and its credit mirror each other to the end", () => {
  fc.assert(
    fc.property(fc.bigInt(-99_999n, 99_999n), rate, (net, tax) => {
      expect(taxOn(-net, tax)).toBe(-taxOn(net, tax));
      expect(equal(negate(subtract(ZERO, rational(net))), rational(net))).toBe(true);
    }),
  );
});
