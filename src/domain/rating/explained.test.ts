import { expect, test } from "vitest";
import type { Charge } from "./charge.ts";
import { named, rated, record, segment, THIRD, told, used, WHOLE } from "./fixture.ts";

const EACH: Charge = { ...named("each"), model: "unit", usage: "contact", price: "6.00", per: 3, baseCount: 9 };
const TIERS = [
  { upTo: "2", price: "3", flat: "10" },
  { upTo: null, price: "2.5" },
];
const BUY = { perMinute: "0.6", firstS: 60, nextS: 60 };

test("BIL-7 a price each says its price, for how many it is, and the base count that was not used", () => {
  expect(told(rated(used("contact", 1, 1), segment([EACH], { share: THIRD })))).toEqual([
    {
      line: "each",
      of: "2 contact",
      at: "2",
      minor: 400,
      why: { kind: "each", price: "6.00", per: 3, quantity: "2" },
    },
    {
      line: "base-count",
      of: "1 contact",
      at: "2",
      minor: 200,
      why: { kind: "base_count", price: "6.00", base: "3", used: "2", share: THIRD },
    },
  ]);
});

test("BIL-7 seats of a month say peak, minimum and which of them decided, by days in force", () => {
  const seats: Charge = { ...named("seats"), model: "seat_month", price: "90.00", minSeats: 2 };
  expect(told(rated([], segment([seats], { share: THIRD, seatsPeak: 3 })))).toEqual([
    {
      line: "seats",
      of: "3 seat",
      at: "30",
      minor: 9000,
      why: { kind: "seats", price: "90.00", peak: 3, minSeats: 2, billed: 3, share: THIRD },
    },
  ]);
});

test("BIL-7 a package says what is in it, what of it was used, and what went over", () => {
  const bundle: Charge = { ...named("b"), model: "package", usage: "contact", fee: "90", included: 6, overflow: "1.5" };
  const part = segment([bundle], { share: THIRD });
  const fee = {
    line: "fee",
    of: "1 package",
    at: "30",
    minor: 3000,
    why: { kind: "fee", fee: "90", included: 2, used: 3, share: THIRD },
  };
  expect(told(rated(used("contact", 1, 1, 1), part))).toEqual([
    fee,
    { line: "included", of: "2 contact", at: "0", minor: 0, why: { kind: "included", included: 2, used: 2 } },
    {
      line: "overflow",
      of: "1 contact",
      at: "1.5",
      minor: 150,
      why: { kind: "overflow", price: "1.5", included: 2, used: 3 },
    },
  ]);
});

test("BIL-7 tiers say from where to where they go, and a flat is a line of its own", () => {
  const tiers: Charge = { ...named("t"), model: "graduated", usage: "message", tiers: TIERS };
  expect(told(rated(used("message", 3), segment([tiers])))).toEqual([
    {
      line: "tier-1",
      of: "2 segment",
      at: "3",
      minor: 600,
      why: { kind: "tier", above: "0", upTo: "2", price: "3", quantity: "2" },
    },
    {
      line: "tier-1-flat",
      of: "1 tier",
      at: "10",
      minor: 1000,
      why: { kind: "tier_flat", above: "0", upTo: "2", flat: "10" },
    },
    {
      line: "tier-2",
      of: "1 segment",
      at: "2.5",
      minor: 250,
      why: { kind: "tier", above: "2", upTo: null, price: "2.5", quantity: "1" },
    },
  ]);
});

test.each([
  [
    2,
    [
      {
        line: "volume",
        of: "2 segment",
        at: "3",
        minor: 600,
        why: { kind: "tier", above: "0", upTo: "2", price: "3", quantity: "2" },
      },
      {
        line: "volume-flat",
        of: "1 tier",
        at: "10",
        minor: 1000,
        why: { kind: "tier_flat", above: "0", upTo: "2", flat: "10" },
      },
    ],
  ],
  [
    3,
    [
      {
        line: "volume",
        of: "3 segment",
        at: "2.5",
        minor: 750,
        why: { kind: "tier", above: "2", upTo: null, price: "2.5", quantity: "3" },
      },
    ],
  ],
])("BIL-7 a volume price on %i says the tier that was reached, and charges that tier's flat", (count, lines) => {
  const volume: Charge = { ...named("v"), model: "volume", usage: "message", tiers: TIERS };
  expect(told(rated(used("message", count), segment([volume])))).toEqual(lines);
});

test("BIL-11 carrier time says what was spoken, billed and bought, and the margin", () => {
  const marked: Charge = {
    ...named("talk"),
    model: "carrier_time",
    buy: BUY,
    sell: { by: "markup", percent: "50", perMinute: "0.1", minCharge: "1.5" },
  };
  const why = { kind: "carrier_time", calls: 2, seconds: 91, buy: BUY } as const;
  expect(told(rated(used("carrier_leg", 30, 61), segment([marked])))).toEqual([
    {
      line: "time",
      of: "180 second",
      at: null,
      // 1.5 at least for the first minute; two minutes at 0.6 with half on top and 0.1 a minute.
      minor: 350,
      why: { ...why, billedS: 180, costS: 180, cost: "1.8", margin: "1.7", markupPercent: "50" },
    },
  ]);
  const own: Charge = { ...marked, sell: { by: "tariff", perMinute: "1.2", firstS: 6, nextS: 6 } };
  expect(told(rated(used("carrier_leg", 30, 61), segment([own])))[0]).toMatchObject({
    of: "96 second",
    minor: 192,
    why: { ...why, billedS: 96, costS: 180, cost: "1.8", margin: "0.12", markupPercent: null },
  });
});

test("BIL-7 commission says for how many successes, at which rate and of which sales", () => {
  const wins = (pay: Extract<Charge, { model: "commission" }>["pay"]): Charge => ({
    ...named("wins"),
    model: "commission",
    pay,
  });
  const sales = [record("a", "success", 1, { saleMinor: 10_000 }), record("b", "success", 1, { saleMinor: 2000 })];
  const contacts = used("contact", 1, 1, 1, 1, 1, 1, 1, 1);
  const of = "2 success";
  const share = segment([wins({ by: "percent", percent: "5", minEach: "2", maxEach: "4" })]);
  expect(told(rated(sales, share))).toEqual([
    {
      line: "success",
      of,
      at: null,
      minor: 600,
      why: { kind: "commission", successes: 2, rate: "5%", saleMinor: "12000" },
    },
  ]);
  expect(told(rated(sales, segment([wins({ by: "fixed", amount: "7.5" })])))).toEqual([
    {
      line: "success",
      of,
      at: "7.5",
      minor: 1500,
      why: { kind: "commission", successes: 2, rate: "7.5", saleMinor: null },
    },
  ]);
  const bands = wins({ by: "bands", bands: [{ upToPercent: "30", amount: "1.25" }] });
  expect(told(rated([...sales, ...contacts], segment([bands])))).toEqual([
    {
      line: "success",
      of,
      at: "1.25",
      minor: 250,
      why: { kind: "success_band", successes: 2, contacts: 8, ratePercent: "25", amount: "1.25" },
    },
  ]);
});

test("BIL-3 rent by the day says its days and the cap of as many seats as there were on the fullest day", () => {
  const rent: Charge = { ...named("rent"), model: "day_rate", price: "100", monthCap: "250" };
  const [line] = told(rated(used("seat_day", 2, 3), segment([rent])));
  expect(line).toEqual({
    line: "days",
    of: "5 seat-day",
    at: "100",
    minor: 50_000,
    why: { kind: "day_rate", price: "100", seatDays: 5, cap: "750" },
  });
  const uncapped = rated(used("seat_day", 2), segment([{ ...rent, monthCap: undefined }]));
  expect(uncapped.lines[0]?.detail).toMatchObject({ cap: null });
});

test("BIL-2 BIL-5 milestones and fees say their amount and when it is due", () => {
  const project: Charge = { ...named("p"), model: "milestone", milestones: [{ code: "live", amount: "50" }] };
  const fee: Charge = { ...named("f"), model: "fee", amount: "90", every: "month" };
  const reached = [record("m", "milestone", 1, { milestone: "live" })];
  expect(told(rated(reached, segment([project, fee], { share: THIRD })))).toEqual([
    {
      line: "milestone-live",
      of: "1 milestone",
      at: "50",
      minor: 5000,
      why: { kind: "milestone", code: "live", amount: "50" },
    },
    {
      line: "fee",
      of: "1 fee",
      at: "30",
      minor: 3000,
      why: { kind: "fixed", amount: "90", every: "month", share: THIRD },
    },
  ]);
});

test("BIL-3 BIL-5 what is held by the month says its runs of days, as charged and as measured", () => {
  const held: Charge = {
    ...named("h"),
    model: "recurring",
    of: "number",
    price: "30",
    per: 10,
    minCount: 4,
    timing: "advance",
  };
  const days = [
    { days: 10, count: 3 },
    { days: 20, count: 6 },
  ];
  const next = { days: 31, of: 31 };
  const stocks = { number: { days, next: 2 } };
  const why = { kind: "recurring", of: "number", price: "30", per: 10, timing: "advance" } as const;
  const runs = [
    { days: 10, count: 4, measured: 3 },
    { days: 20, count: 6, measured: 6 },
  ];
  const ahead = {
    line: "ahead",
    of: "4 number",
    at: "3",
    minor: 1200,
    why: { ...why, days: [{ days: 31, count: 4, measured: 2 }], share: next },
  };
  expect(told(rated([], segment([held], { stocks, next })))).toEqual([
    { line: "rise", of: "2 number", at: "3", minor: 600, why: { ...why, days: runs, share: WHOLE } },
    ahead,
  ]);
  expect(told(rated([], segment([held], { stocks, next, begins: true })))[0]).toMatchObject({
    line: "first",
    minor: 1800,
  });
  expect(told(rated([], segment([{ ...held, timing: "arrears" }], { stocks, next })))).toEqual([
    {
      line: "held",
      of: "16/3 number",
      at: "3",
      minor: 1600,
      why: { ...why, timing: "arrears", days: runs, share: WHOLE },
    },
  ]);
});
