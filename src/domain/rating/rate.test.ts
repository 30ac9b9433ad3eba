import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "../../../test/support/property-runs.ts";
import { exactText, sum } from "../kernel/rational.ts";
import type { RatingInput } from "./allot.ts";
import type { Charge } from "./charge.ts";
import { canonicalText, rateMonth } from "./rate.ts";
import type { UsageRecord } from "./usage.ts";

fc.configureGlobal({ numRuns: propertyRuns(100) });

const FROM = Date.UTC(2026, 10, 1);
const TO = Date.UTC(2026, 11, 1);
const named = (code: string) => ({ code, label: { zh: code, en: code } });

const SEATS: Charge = { ...named("seats"), model: "seat_month", price: "4800.00", minSeats: 5 };
const CALLS: Charge = { ...named("calls"), model: "unit", usage: "contact", price: "3.33", per: 1, baseCount: 3 };
const TALK: Charge = {
  ...named("talk"),
  model: "carrier_time",
  buy: { perMinute: "0.0123", firstS: 60, nextS: 60 },
  sell: { by: "markup", percent: "15" },
};
const WINS: Charge = { ...named("wins"), model: "commission", pay: { by: "percent", percent: "4.5" } };

function month(charges: readonly Charge[], usage: readonly UsageRecord[], seatsPeak = 0): RatingInput {
  const share = { days: 30, of: 30 };
  const segments = [
    { version: "2026-11-01", from: FROM, to: TO, share, seatsPeak, begins: false, serviceLevel: null, charges },
  ];
  return { currency: "CNY", period: { from: FROM, to: TO }, segments, usage };
}

function contacts(count: number): UsageRecord[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `c${String(at).padStart(4, "0")}`,
    kind: "contact" as const,
    occurredAt: FROM + at * 1000,
    quantity: 1,
    contactId: `contact-${at}`,
    attributes: { outcome: "answered" },
  }));
}

function leg(id: string, quantity: number): UsageRecord {
  return { id, kind: "carrier_leg", occurredAt: FROM, quantity, contactId: null, attributes: { party: "caller" } };
}

const linesOf = (input: RatingInput) =>
  rateMonth(input).lines.map((line) => [line.key.split("@")[0], exactText(line.quantity), line.amountMinor]);

test.each([
  [0, 5, 2_400_000n],
  [5, 5, 2_400_000n],
  [8, 8, 3_840_000n],
])("BIL-1 a peak of %i seats with a minimum of 5 bills %i", (peak, billed, minor) => {
  expect(linesOf(month([SEATS], [], peak))).toEqual([["seats/seats", String(billed), minor]]);
});

test.each([
  [0, [["calls/base-count", "3", 999n]]],
  [
    2,
    [
      ["calls/each", "2", 666n],
      ["calls/base-count", "1", 333n],
    ],
  ],
  [3, [["calls/each", "3", 999n]]],
  [4, [["calls/each", "4", 1332n]]],
])("BIL-1 %i contacts with a base count of 3 pay max(base, used), in the open", (count, expected) => {
  expect(linesOf(month([CALLS], contacts(count)))).toEqual(expected);
});

const BUNDLE: Charge = {
  ...named("bundle"),
  model: "package",
  usage: "contact",
  fee: "100.00",
  included: 3,
  overflow: "1.005",
};

test.each([
  [0, [["bundle/fee", "1", 10_000n]]],
  [
    3,
    [
      ["bundle/fee", "1", 10_000n],
      ["bundle/included", "3", 0n],
    ],
  ],
  [
    5,
    [
      ["bundle/fee", "1", 10_000n],
      ["bundle/included", "3", 0n],
      ["bundle/overflow", "2", 201n],
    ],
  ],
])("BIL-1 a package of 3 with %i contacts: fee, included, overflow", (count, expected) => {
  expect(linesOf(month([BUNDLE], contacts(count)))).toEqual(expected);
});

test("the earliest contacts are the included ones, whatever order they came in", () => {
  const overflow = rateMonth(month([BUNDLE], contacts(5).reverse())).lines.find((line) =>
    line.key.includes("overflow"),
  );
  expect(overflow?.items.map((item) => item.contactId)).toEqual(["contact-3", "contact-4"]);
});

test.each([
  [60, 60, 61, 120, "0.0246"],
  [60, 60, 60, 60, "0.0123"],
  [6, 6, 61, 66, "0.01353"],
  [6, 6, 0, 0, "0"],
  [1, 1, 61, 61, "0.012505"],
  [60, 1, 61, 61, "0.012505"],
])("BIL-6 increments %i/%i: a leg of %i s bills %i s at 0.0123 a minute", (firstS, nextS, seconds, billedS, amount) => {
  const tariff = { perMinute: "0.0123", firstS, nextS };
  const charge: Charge = { ...named("talk"), model: "carrier_time", buy: tariff, sell: { by: "tariff", ...tariff } };
  const item = rateMonth(month([charge], [leg("a", seconds)])).lines[0]?.items[0];
  expect([item?.billedS, exactText(item?.amount ?? { num: -1n, den: 1n })]).toEqual([billedS, amount]);
});

test("BIL-6 a mark-up is taken on the exact cost and rounded once for the line, not once a call", () => {
  const line = rateMonth(
    month(
      [TALK],
      Array.from({ length: 1000 }, (_, at) => leg(`l${at}`, 61)),
    ),
  ).lines[0];
  expect([line?.amountMinor, exactText(line?.exact ?? { num: 0n, den: 1n })]).toEqual([2829n, "28.29"]);
  expect(line?.detail).toMatchObject({ calls: 1000, seconds: 61_000, billedS: 120_000, cost: "24.6", margin: "3.69" });
});

test("BIL-2 commission is a share of each sale, rounded once for the period", () => {
  const sale = (id: string): UsageRecord => ({
    id,
    kind: "success",
    occurredAt: FROM,
    quantity: 1,
    contactId: null,
    attributes: { saleMinor: 12_990 },
  });
  expect(linesOf(month([WINS], ["a", "b", "c"].map(sale)))).toEqual([["wins/success", "3", 1754n]]);
});

test("a version of part of the month bills its part of fees and base counts, and its own usage", () => {
  const cheap = { ...CALLS, price: "1.00", baseCount: 30 };
  const dear = { ...CALLS, price: "2.00", baseCount: 30 };
  const middle = FROM + 10 * 86_400_000;
  const usage = contacts(2).map((record, at) => ({ ...record, occurredAt: at === 0 ? middle - 1 : middle }));
  const rating = rateMonth({
    currency: "CNY",
    period: { from: FROM, to: TO },
    usage,
    segments: [
      {
        version: "2026-01-01",
        from: FROM,
        to: middle,
        share: { days: 10, of: 30 },
        seatsPeak: 0,
        begins: false,
        serviceLevel: null,
        charges: [cheap],
      },
      {
        version: "2026-11-11",
        from: middle,
        to: TO,
        share: { days: 20, of: 30 },
        seatsPeak: 0,
        begins: true,
        serviceLevel: null,
        charges: [dear],
      },
    ],
  });
  expect(rating.lines.map((line) => [line.key, line.amountMinor])).toEqual([
    ["calls/each@2026-01-01", 100n],
    ["calls/base-count@2026-01-01", 900n],
    ["calls/each@2026-11-11", 200n],
    ["calls/base-count@2026-11-11", 3800n],
  ]);
});

test("usage that nothing charges is named with its reason", () => {
  const [first, second] = contacts(2);
  const usage = [{ ...(first as UsageRecord), occurredAt: TO }, leg("leg", 5), second as UsageRecord];
  const conflict = [...usage, { ...(second as UsageRecord), quantity: 7 }];
  expect(rateMonth(month([CALLS], conflict)).unrated).toEqual([
    { usageId: "c0000", reason: "outside_period" },
    { usageId: "c0001", reason: "conflict" },
    { usageId: "leg", reason: "no_charge" },
  ]);
});

const tariffs = fc.record({
  perMinute: fc.integer({ min: 0, max: 99_999 }).map((it) => `0.${String(it).padStart(5, "0")}`),
  firstS: fc.constantFrom(1, 6, 30, 60),
  nextS: fc.constantFrom(1, 6, 60),
});
const price = fc
  .integer({ min: 0, max: 999_999 })
  .map((it) => `${Math.floor(it / 1000)}.${String(it % 1000).padStart(3, "0")}`);
const charges = fc
  .tuple(
    price,
    price,
    price,
    fc.nat(20),
    fc.nat(40),
    tariffs,
    tariffs,
    fc.constantFrom("unit", "graduated", "volume", "package"),
  )
  .map(([a, b, c, base, included, buy, sell, model]): Charge[] => {
    const tiers = [
      { upTo: "3", price: a, flat: b },
      { upTo: "9", price: c },
      { upTo: null, price: b, flat: a },
    ];
    const counted = { ...named("counted"), usage: "contact" as const };
    const ofContacts: Charge =
      model === "unit"
        ? { ...counted, model, price: a, per: 1, baseCount: base }
        : model === "package"
          ? { ...counted, model, fee: b, included, overflow: c }
          : { ...counted, model: model as "graduated" | "volume", tiers };
    return [
      SEATS,
      ofContacts,
      { ...TALK, buy, sell: { by: "tariff", ...sell } },
      { ...WINS, pay: { by: "fixed", amount: c } },
    ];
  });
const stream = fc.array(
  fc.tuple(
    fc.constantFrom("contact", "carrier_leg", "success"),
    fc.integer({ min: FROM - 5, max: TO + 5 }),
    fc.nat(400),
  ),
  { maxLength: 40 },
);
const usageOf = (events: readonly (readonly [string, number, number])[]): UsageRecord[] =>
  events.map(([kind, occurredAt, quantity], at) => ({
    id: `u${at}`,
    kind: kind as UsageRecord["kind"],
    occurredAt,
    quantity: kind === "carrier_leg" ? quantity : 1,
    contactId: null,
    attributes: {},
  }));

test("order, repeats and batches of the same usage make no difference to the outcome", () => {
  fc.assert(
    fc.property(charges, stream, fc.array(fc.nat()), (terms, events, picks) => {
      const usage = usageOf(events);
      const repeated =
        usage.length === 0 ? [] : picks.map((pick) => structuredClone(usage[pick % usage.length] as UsageRecord));
      const shuffled = [...repeated, ...[...usage].reverse(), ...repeated];
      expect(canonicalText(rateMonth(month(terms, shuffled, 7)))).toBe(
        canonicalText(rateMonth(month(terms, usage, 7))),
      );
    }),
  );
});

test("sums agree on every level, and every usage record is charged once or named", () => {
  fc.assert(
    fc.property(charges, stream, (terms, events) => {
      const usage = usageOf(events);
      const rating = rateMonth(month(terms, usage, 7));
      expect(rating.lines.reduce((total, line) => total + line.amountMinor, 0n)).toBe(rating.totalMinor);
      const seen = new Set<string>(rating.unrated.map((it) => it.usageId));
      for (const line of rating.lines) {
        const cents = Number((line.exact.num * 100_000n) / line.exact.den) / 1000;
        expect(Math.abs(Number(line.amountMinor) - cents)).toBeLessThanOrEqual(
          line.completes === undefined ? 0.501 : 1.001,
        );
        if (line.items.length === 0) continue;
        expect(exactText(sum(line.items.map((item) => item.amount)))).toBe(exactText(line.exact));
        for (const item of line.items) seen.add(item.usageId);
      }
      expect(new Set(rating.lines.map((line) => line.key)).size).toBe(rating.lines.length);
      expect([...seen].sort()).toEqual(usage.map((record) => record.id).sort());
    }),
  );
});

test("graduated prices and packages never fall as usage grows", () => {
  fc.assert(
    fc.property(charges, fc.nat(20), (terms, count) => {
      const charge = terms[1] as Charge;
      fc.pre(charge.model !== "volume");
      const total = (n: number) => rateMonth(month([charge], contacts(n))).totalMinor;
      expect(total(count + 1) >= total(count)).toBe(true);
    }),
  );
});

test("billed seconds are at least the seconds spoken, and less than one increment over", () => {
  fc.assert(
    fc.property(tariffs, fc.integer({ min: 0, max: 5000 }), (tariff, seconds) => {
      const charge: Charge = { ...TALK, buy: tariff, sell: { by: "tariff", ...tariff } };
      const billed = rateMonth(month([charge], [leg("a", seconds)])).lines[0]?.items[0]?.billedS ?? -1;
      expect(billed).toBeGreaterThanOrEqual(seconds);
      expect(billed).toBeLessThan(Math.max(seconds, 1) + Math.max(tariff.nextS, tariff.firstS));
      if (seconds > tariff.firstS) expect(billed).toBeLessThan(seconds + tariff.nextS);
    }),
  );
});

test("one client's usage never changes another's outcome", () => {
  fc.assert(
    fc.property(charges, stream, stream, (terms, mine, theirs) => {
      const alone = canonicalText(rateMonth(month(terms, usageOf(mine))));
      rateMonth(month(terms, usageOf(theirs)));
      expect(canonicalText(rateMonth(month(terms, usageOf(mine))))).toBe(alone);
    }),
  );
});
