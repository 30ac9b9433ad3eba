import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "../../../test/support/property-runs.ts";
import { add, equal, exactText, multiply, subtract, sum, times, ZERO } from "../kernel/rational.ts";
import {
  type Adjustment,
  adjustmentsOf,
  type BookedItem,
  type BookedLine,
  becomesNote,
  bookedTogether,
} from "./adjustment.ts";
import type { Charge } from "./charge.ts";
import { type Rating, rateMonth } from "./rate.ts";
import type { UsageRecord } from "./usage.ts";

fc.configureGlobal({ numRuns: propertyRuns(100) });

const FROM = Date.UTC(2026, 10, 1);
const TO = Date.UTC(2026, 11, 1);
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const tiers = [
  { upTo: "3", price: "2.005", flat: "1" },
  { upTo: "6", price: "1.333" },
  { upTo: null, price: "0.777" },
];
const tariff = { perMinute: "0.0123", firstS: 60, nextS: 6 };
const MODELS: { readonly [name: string]: Charge } = {
  unit: { ...named("m"), model: "unit", usage: "contact", price: "0.333", per: 1, baseCount: 4 },
  graduated: { ...named("m"), model: "graduated", usage: "contact", tiers },
  volume: { ...named("m"), model: "volume", usage: "contact", tiers },
  package: { ...named("m"), model: "package", usage: "contact", fee: "10", included: 3, overflow: "1.005" },
  carrier_time: { ...named("m"), model: "carrier_time", buy: tariff, sell: { by: "markup", percent: "15" } },
  percent: { ...named("m"), model: "commission", pay: { by: "percent", percent: "4.5", minEach: "0.5" } },
  bands: {
    ...named("m"),
    model: "commission",
    pay: {
      by: "bands",
      bands: [
        { upToPercent: "50", amount: "1.111" },
        { upToPercent: null, amount: "2.222" },
      ],
    },
  },
  day_rate: { ...named("m"), model: "day_rate", price: "3.333", monthCap: "10" },
  milestone: { ...named("m"), model: "milestone", milestones: [{ code: "one", amount: "99.995" }] },
  minimum: {
    ...named("m"),
    model: "unit",
    usage: "contact",
    price: "1.005",
    per: 1,
    baseCount: 0,
    limits: { minimum: "5" },
  },
  maximum: {
    ...named("m"),
    model: "unit",
    usage: "contact",
    price: "1.005",
    per: 1,
    baseCount: 0,
    limits: { maximum: "5", discountPercent: "7.5" },
  },
};
const DEPENDENT: readonly Charge[] = [
  { ...named("promise"), model: "commitment", amount: "12.345" },
  { ...named("level"), model: "sla_credit", targetPercent: "80", perStartedPointPercent: "0.7", capPercent: "9" },
];

type Snapshot = { readonly usage: readonly UsageRecord[]; readonly within: number; readonly seats: number };

function ratingOf(charges: readonly Charge[], { usage, within, seats }: Snapshot): Rating {
  const segment = {
    version: "v1",
    from: FROM,
    to: TO,
    share: { days: 30, of: 30 },
    seatsPeak: seats,
    begins: false,
    serviceLevel: { within, counted: 20 },
    charges,
  };
  return rateMonth({ currency: "CNY", period: { from: FROM, to: TO }, segments: [segment], usage });
}

/** What an adjustment books, with the rule of its price carried out: each record that is not listed, by the difference. */
function bookingOf({ key, now, booked, amountMinor, exact, items, repriced }: Adjustment): BookedLine {
  const quantity = subtract(now?.quantity ?? ZERO, booked?.quantity ?? ZERO);
  const parts = new Map(items.map((it) => [it.usageId, it as BookedItem]));
  for (const { usageId, contactId, quantity: of } of repriced === null ? [] : (now?.items ?? [])) {
    if (parts.has(usageId)) continue;
    const amount = times(subtract(repriced?.to ?? ZERO, repriced?.from ?? ZERO), of);
    parts.set(usageId, { contactId, quantity: 0, amount, billedS: null });
  }
  return { key, quantity, exact, amountMinor, items: parts };
}

/** A month billed once for each snapshot of its usage: what stands on all its bookings together. */
function bookAll(charges: readonly Charge[], snapshots: readonly Snapshot[]): BookedLine[] {
  let bookings: BookedLine[] = [];
  for (const snapshot of snapshots) {
    const changes = adjustmentsOf(bookedTogether(bookings), ratingOf(charges, snapshot).lines);
    bookings = [...bookings, ...changes.map(bookingOf)];
  }
  return bookings;
}

const record = fc
  .record({
    n: fc.nat(40),
    kind: fc.constantFrom(
      "contact" as const,
      "carrier_leg" as const,
      "success" as const,
      "seat_day" as const,
      "milestone" as const,
    ),
    quantity: fc.integer({ min: 1, max: 200 }),
    saleMinor: fc.integer({ min: 0, max: 9_999 }),
  })
  .map(
    ({ n, kind, quantity, saleMinor }): UsageRecord => ({
      id: `${kind}${n}`,
      kind,
      occurredAt: FROM + n * 60_000,
      quantity: kind === "carrier_leg" ? quantity : 1,
      contactId: `c${n}`,
      attributes: { saleMinor, milestone: kind === "milestone" ? "one" : undefined },
    }),
  );
/** Each snapshot has its own usage: records come late, are corrected (another quantity) and taken away again. */
const snapshots = fc.array(
  fc.record({
    usage: fc.uniqueArray(record, { selector: (it) => it.id, maxLength: 14 }),
    within: fc.integer({ min: 10, max: 20 }),
    seats: fc.nat(5),
  }),
  { minLength: 1, maxLength: 5 },
);

test.each(Object.keys(MODELS))(
  "BIL-7 %s: all bookings of a month sum to one rating of its last snapshot, line by line",
  (model) => {
    const charges = [MODELS[model] as Charge, ...DEPENDENT];
    fc.assert(
      fc.property(snapshots, (given) => {
        const bookings = bookAll(charges, given);
        const last = ratingOf(charges, given.at(-1) as Snapshot);
        const whole = new Map(bookedTogether(bookings).map((line) => [line.key, line]));
        for (const line of last.lines) {
          expect([line.key, whole.get(line.key)?.amountMinor ?? 0n]).toEqual([line.key, line.amountMinor]);
          if (line.items.length > 0) expect(exactText(whole.get(line.key)?.exact ?? ZERO)).toBe(exactText(line.exact));
          const items = whole.get(line.key)?.items ?? new Map<string, BookedItem>();
          expect([...items.keys()].sort()).toEqual(line.items.map((it) => it.usageId).sort());
          whole.delete(line.key);
        }
        expect([...whole.values()].every((line) => line.amountMinor === 0n)).toBe(true);
        expect(bookings.reduce((total, line) => total + line.amountMinor, 0n)).toBe(last.totalMinor);
      }),
    );
  },
);

test("BIL-7 the change of a line is the sum of the changes of its records", () => {
  fc.assert(
    fc.property(snapshots, fc.constantFrom(...Object.values(MODELS)), (given, charge) => {
      const [first, ...later] = given;
      const booked = bookAll([charge], [first as Snapshot]);
      for (const snapshot of later) {
        for (const it of adjustmentsOf(bookedTogether(booked), ratingOf([charge], snapshot).lines)) {
          const { from, to, quantity } = it.repriced ?? { from: ZERO, to: ZERO, quantity: ZERO };
          const together = multiply(subtract(to, from), quantity);
          const parts = add(sum(it.items.map((item) => item.amount)), together);
          if (it.items.length > 0 || it.repriced !== null) expect(equal(parts, it.exact)).toBe(true);
        }
      }
    }),
  );
});

test.each(["volume", "bands", "day_rate"])(
  "BIL-7 %s: only records that came or went are listed, however many change their price",
  (model) => {
    fc.assert(
      fc.property(snapshots, (given) => {
        const charges = [MODELS[model] as Charge];
        let bookings: BookedLine[] = [];
        let before = new Map<string, number>();
        for (const snapshot of given) {
          const changes = adjustmentsOf(bookedTogether(bookings), ratingOf(charges, snapshot).lines);
          const after = new Map(
            ratingOf(charges, snapshot)
              .lines.flatMap((it) => it.items)
              .map((it) => [it.usageId, it.quantity]),
          );
          const moved = [...new Set([...before.keys(), ...after.keys()])].filter(
            (id) => before.get(id) !== after.get(id),
          );
          expect(changes.flatMap((it) => it.items.map((item) => item.usageId)).sort()).toEqual(moved.sort());
          bookings = [...bookings, ...changes.map(bookingOf)];
          before = after;
        }
      }),
    );
  },
);

test("BIL-7 a late call that reaches the next tier is one correction: old quantity and price, new quantity and price", () => {
  const calls = (count: number) =>
    Array.from({ length: count }, (_, n): UsageRecord => {
      return { id: `c${n}`, kind: "contact", occurredAt: FROM + n, quantity: 1, contactId: null, attributes: {} };
    });
  const of = (count: number) => ({ usage: calls(count), within: 0, seats: 0 });
  const charges = [MODELS.volume as Charge];
  const booked = bookedTogether(bookAll(charges, [of(3)]));
  const changes = adjustmentsOf(booked, ratingOf(charges, of(5)).lines);
  const [volume, ...flat] = changes;
  expect([volume?.key, volume?.amountMinor, volume?.items.map((it) => [it.usageId, exactText(it.amount)])]).toEqual([
    "m/volume@v1",
    // 5 at 1.333, less 3 at 2.005: 6.67 - 6.02.
    65n,
    [
      ["c3", "1.333"],
      ["c4", "1.333"],
    ],
  ]);
  const { from, to, quantity } = volume?.repriced ?? { from: ZERO, to: ZERO, quantity: ZERO };
  expect([exactText(from), exactText(to), exactText(quantity)]).toEqual(["2.005", "1.333", "3"]);
  expect(flat.map((it) => [it.key, it.amountMinor, it.repriced])).toEqual([["m/volume-flat@v1", -100n, null]]);
  const within = adjustmentsOf(bookedTogether(bookAll(charges, [of(4)])), ratingOf(charges, of(5)).lines);
  expect(within.map((it) => [it.items.length, it.repriced])).toEqual([[1, null]]);
});

test("BIL-7 the same snapshot again books nothing", () => {
  fc.assert(
    fc.property(snapshots, fc.constantFrom(...Object.values(MODELS)), (given, charge) => {
      const booked = bookedTogether(bookAll([charge, ...DEPENDENT], given));
      expect(adjustmentsOf(booked, ratingOf([charge, ...DEPENDENT], given.at(-1) as Snapshot).lines)).toEqual([]);
    }),
  );
});

test("BIL-7 0.001 each, 333 then 666: 0.33, then 0.34", () => {
  const calls = (count: number) =>
    Array.from({ length: count }, (_, n): UsageRecord => {
      return { id: `c${n}`, kind: "contact", occurredAt: FROM + n, quantity: 1, contactId: null, attributes: {} };
    });
  const charge: Charge = { ...named("m"), model: "unit", usage: "contact", price: "0.001", per: 1, baseCount: 0 };
  const of = (count: number) => ({ usage: calls(count), within: 0, seats: 0 });
  expect(bookAll([charge], [of(333), of(666)]).map((line) => line.amountMinor)).toEqual([33n, 34n]);
});

test.each([
  ["came down and is still charged", -1n, 10n, 9n, true],
  ["came down to nothing", -10n, 10n, 0n, true],
  ["is gone", -10n, 10n, null, true],
  ["stayed", 0n, 10n, 10n, false],
  ["went up", 1n, 10n, 11n, false],
  ["turned into a credit", -11n, 10n, -1n, false],
  ["was nothing before", -1n, 0n, -1n, false],
  ["was a credit before", -1n, -5n, -6n, false],
  ["was not there before", -1n, null, -1n, false],
  ["was nothing, and nothing is left", -1n, 0n, 0n, false],
] as const)("BIL-8 a line that %s may become a credit note: %#", (_, amountMinor, booked, now, note) => {
  const of = (minor: bigint | null) => (minor === null ? null : { amountMinor: minor });
  expect(becomesNote({ amountMinor, booked: of(booked), now: of(now) } as Adjustment)).toBe(note);
});

const PART = { contactId: "c", quantity: 1, amount: { num: 2n, den: 1n }, billedS: 60 };
const line = (items: { [id: string]: Partial<BookedItem> }, amountMinor = 0n): BookedLine => {
  const parts = Object.entries(items).map(([id, more]) => [id, { ...PART, ...more }] as const);
  return { key: "k", quantity: ZERO, exact: ZERO, amountMinor, items: new Map(parts) };
};
/** What one record's part changes by, from what is booked to what is rated now. */
function changeOf(before: Partial<BookedItem> | null, now: Partial<BookedItem> | null) {
  const rated = [...line(now === null ? {} : { u: now }).items].map(([usageId, item]) => ({
    ...item,
    usageId,
    cost: null,
  }));
  const lines = [{ key: "k", exact: ZERO, amountMinor: 0n, items: rated }] as unknown as Rating["lines"];
  const [change] = adjustmentsOf([line(before === null ? {} : { u: before })], lines);
  const [item] = change?.items ?? [];
  return item === undefined ? null : [item.contactId, item.quantity, exactText(item.amount), item.billedS];
}

test.each([
  ["nothing", {}, {}, null],
  ["its amount", {}, { amount: { num: 5n, den: 2n } }, ["c", 0, "0.5", 0]],
  ["its quantity", {}, { quantity: 3 }, ["c", 2, "0", 0]],
  ["its billed seconds", {}, { billedS: 66 }, ["c", 0, "0", 6]],
  ["what is not by time", { billedS: null }, { billedS: null, quantity: 2 }, ["c", 1, "0", null]],
  ["from not by time", { billedS: null }, {}, ["c", 0, "0", 60]],
  ["to not by time", {}, { billedS: null }, ["c", 0, "0", -60]],
  ["it came late", null, {}, ["c", 1, "2", 60]],
  ["it came late and costs nothing", null, { quantity: 0, amount: ZERO, billedS: null }, ["c", 0, "0", null]],
  ["it is gone", {}, null, ["c", -1, "-2", -60]],
  ["it belongs to no contact", null, { contactId: null }, [null, 1, "2", 60]],
  ["it had no contact when it was booked", { contactId: null }, { quantity: 2 }, ["c", 1, "0", 0]],
] as const)("BIL-7 a record's part changes by %s", (_, before, now, expected) => {
  expect(changeOf(before, now)).toEqual(expected);
});

test("BIL-7 bookings on one line add up part by part, and what was taken away again stands behind it no more", () => {
  const gone = { quantity: -1, amount: { num: -2n, den: 1n }, billedS: -60 };
  const [whole] = bookedTogether([
    line(
      { a: {}, b: {}, c: { billedS: null }, d: {}, e: {}, f: {}, g: { quantity: 0, amount: ZERO, billedS: null } },
      7n,
    ),
    line(
      {
        a: { quantity: 2, billedS: 30 },
        b: gone,
        c: { billedS: 30 },
        d: { ...gone, amount: { num: -1n, den: 1n } },
        e: { ...gone, billedS: -30 },
        f: { ...gone, quantity: 0 },
      },
      5n,
    ),
  ]);
  expect(whole?.amountMinor).toBe(12n);
  expect([...(whole?.items ?? [])].map(([id, it]) => [id, it.quantity, exactText(it.amount), it.billedS])).toEqual([
    ["a", 3, "4", 90],
    ["c", 2, "4", 30],
    ["d", 0, "1", 0],
    ["e", 0, "0", 30],
    ["f", 1, "0", 0],
    ["g", 0, "0", null],
  ]);
  const [untimed] = bookedTogether([line({ a: { billedS: null } }), line({ a: { billedS: null } })]);
  expect(untimed?.items.get("a")?.billedS).toBeNull();
});
