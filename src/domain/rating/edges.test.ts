import { expect, test } from "vitest";
import { exact, exactText, rational, ZERO } from "../kernel/rational.ts";
import { cycleStartBefore, cycleStartFrom, lastDay } from "./billing-periods.ts";
import { blocksOfTopTier } from "./blocks.ts";
import type { Charge } from "./charge.ts";
import { named, rated, record, segment, used } from "./fixture.ts";
import { graduatedAmount } from "./graduated.ts";
import { percentageOfEach, percentageOfTotal, rateOfBand, runningTotals } from "./percentage.ts";
import { cycleParts, daysAfterTrial, overlap, uncovered } from "./proration.ts";
import { slaStepCredit } from "./sla-credit.ts";
import { taxOfLines } from "./tax.ts";
import { graduatedParts, tierOf, tierRanges } from "./tiers.ts";
import { together, totalsOf } from "./totals.ts";
import { volumeAmount, volumeCliffs } from "./volume.ts";
import { worthUnder } from "./worth.ts";

const TIERS = tierRanges([
  { upTo: "10", price: "2", flat: "5" },
  { upTo: "20", price: "1" },
]);

test("BIL-6 nothing used has no price and no flat, unless a contract charges the flat on nothing", () => {
  expect([graduatedAmount(TIERS, ZERO), volumeAmount(TIERS, ZERO)].map(exactText)).toEqual(["0", "0"]);
  expect([graduatedAmount(TIERS, ZERO, true), volumeAmount(TIERS, ZERO, true)].map(exactText)).toEqual(["5", "5"]);
  expect(graduatedParts(TIERS, ZERO)).toEqual([]);
});

test.each([
  [0, "2"],
  [10, "2"],
  [11, "1"],
  [20, "1"],
  [21, "1"],
])("BIL-6 %i are in the tier of %s; past the last tier its price goes on", (quantity, price) => {
  expect(exactText(tierOf(TIERS, rational(quantity))?.price ?? ZERO)).toBe(price);
});

test("BIL-6 a volume price that stays the same across a boundary is no cliff, one that falls by a cent is", () => {
  const across = (price: string) =>
    tierRanges([
      { upTo: "10", price: "1.1" },
      { upTo: null, price },
    ]);
  expect(volumeCliffs(across("1"))).toEqual([]);
  expect(volumeCliffs(across("0.999")).map(exactText)).toEqual(["10"]);
});

const COUNTED = { usage: "contact", price: "1" } as const;
test.each([
  { ...named("seats"), model: "seat_month", price: "1", minSeats: 0 },
  { ...named("each"), model: "unit", ...COUNTED, per: 1, baseCount: 0 },
  { ...named("tiers"), model: "graduated", usage: "contact", tiers: [{ upTo: null, price: "1", flat: "9" }] },
  { ...named("volume"), model: "volume", usage: "contact", tiers: [{ upTo: null, price: "1", flat: "9" }] },
  {
    ...named("talk"),
    model: "carrier_time",
    buy: { perMinute: "1", firstS: 1, nextS: 1 },
    sell: { by: "markup", percent: "1" },
  },
  { ...named("wins"), model: "commission", pay: { by: "fixed", amount: "1" } },
  { ...named("bands"), model: "commission", pay: { by: "bands", bands: [{ upToPercent: null, amount: "1" }] } },
  { ...named("days"), model: "day_rate", price: "1" },
  { ...named("project"), model: "milestone", milestones: [{ code: "live", amount: "1" }] },
  { ...named("held"), model: "recurring", of: "number", price: "1", per: 1, minCount: 0, timing: "arrears" },
  { ...named("ahead"), model: "recurring", of: "number", price: "1", per: 1, minCount: 0, timing: "advance" },
] satisfies readonly Charge[])("BIL-1 a month in which nothing happened has no line of $code", (charge) => {
  expect(rated([], segment([charge], { next: { days: 31, of: 31 } })).lines).toEqual([]);
});

test("BIL-2 each milestone lists the records that reached it, and a line without any lists none", () => {
  const project: Charge = {
    ...named("p"),
    model: "milestone",
    milestones: [
      { code: "built", amount: "10" },
      { code: "live", amount: "20" },
    ],
  };
  const fee: Charge = { ...named("fee"), model: "fee", amount: "1", every: "month" };
  const usage = ["live", "built", "live"].map((code, at) =>
    record(`${code}-${at}`, "milestone", 1, { milestone: code }),
  );
  const { lines } = rated(usage, segment([project, fee]));
  expect(lines.map((line) => [line.component, line.items.map((item) => item.usageId)])).toEqual([
    ["milestone-built", ["built-1"]],
    ["milestone-live", ["live-0", "live-2"]],
    ["fee", []],
  ]);
});

test("BIL-7 sums of parts of a month are the sums of the month", () => {
  const talk: Charge = {
    ...named("talk"),
    model: "carrier_time",
    buy: { perMinute: "0.6", firstS: 60, nextS: 60 },
    sell: { by: "tariff", perMinute: "1.2", firstS: 1, nextS: 1 },
  };
  const sale: Charge = { ...named("sale"), model: "commission", pay: { by: "percent", percent: "10" } };
  const worths = [
    ...used("carrier_leg", 5, 65, 7).map(worthUnder(talk, 100n)),
    record("s", "success", 1, { saleMinor: 700 }),
  ].map((it) => ("attributes" in it ? worthUnder(sale, 100n)(it) : it));
  const all = totalsOf(worths).all;
  for (const cut of [0, 1, 2, 3, 4]) {
    const [a, b] = [totalsOf(worths.slice(0, cut)).all, totalsOf(worths.slice(cut)).all];
    const sum = together(a, b);
    expect({ ...sum, amount: exactText(sum.amount), cost: exactText(sum.cost) }).toEqual({
      records: 4,
      quantity: 78n,
      most: 65,
      billedS: 77n,
      costS: 240n,
      amount: "2.24",
      cost: "2.4",
      saleMinor: 700n,
    });
  }
  expect(all.records).toBe(4);
});

test("BIL-6 a quantity in blocks of the tier it reaches; past the last tier in blocks of that", () => {
  const tiers = [
    { block: rational(10), blocksMax: rational(2), price: rational(7) },
    { block: rational(100), blocksMax: rational(1), price: rational(50) },
  ];
  const at = (used: number) => exactText(blocksOfTopTier(tiers, rational(used)));
  expect([at(0), at(1), at(20), at(21), at(120), at(121)]).toEqual(["0", "7", "14", "50", "100", "100"]);
  const endless = [{ block: rational(10), blocksMax: null, price: rational(7) }];
  expect([9, 1000].map((used) => exactText(blocksOfTopTier([...endless, ...tiers], rational(used))))).toEqual([
    "7",
    "700",
  ]);
  expect(blocksOfTopTier([], rational(5))).toEqual(ZERO);
});

const PERCENT = { rate: exact("0.1"), fixed: rational(1), minEach: null, maxEach: null };
test.each([
  [null, null, [100, 50], "17"],
  [1, null, [100, 50], "6"],
  [5, null, [100, 50], "0"],
  [null, 100, [100, 50], "6"],
  [null, 99, [100, 50], "7.1"],
  [null, 500, [100, 50], "0"],
  [1, 120, [100, 50], "6"],
  [2, 120, [100, 50], "4"],
  [0, 120, [100, 50], "17"],
  [3, 120, [100, 50], "4"],
  [null, null, [], "0"],
  [2, 50, [], "0"],
])("BIL-9 a percentage with %j events and %j of value free, of %j, comes to %s", (events, amount, sales, total) => {
  const terms = { ...PERCENT, freeEvents: events, freeAmount: amount === null ? null : rational(amount) };
  const values = sales.map((it) => rational(it));
  expect(exactText(percentageOfTotal(terms, runningTotals(values)))).toBe(total);
});

test.each([
  [null, null, ["11", "6"]],
  [1, null, ["0", "6"]],
  [null, 120, ["0", "4"]],
  [1, 60, ["5", "6"]],
  [null, 100, ["0", "6"]],
  [2, 120, ["0", "4"]],
])("BIL-9 a percentage of each with %j events and %j of value free comes to %j", (events, amount, each) => {
  const terms = { ...PERCENT, freeEvents: events, freeAmount: amount === null ? null : rational(amount) };
  expect(percentageOfEach(terms, [rational(100), rational(50)]).map(exactText)).toEqual(each);
});

test("BIL-2 a rate above the last band that ends is paid by the last band; sales run up in order", () => {
  const bands = [10, 20].map((upTo) => ({ upTo: rational(upTo), rate: rational(upTo + 1) }));
  expect([10, 11, 99].map((ratio) => exactText(rateOfBand(bands, rational(ratio))))).toEqual(["11", "21", "21"]);
  expect(runningTotals([1, 2, 3].map((it) => rational(it))).map(exactText)).toEqual(["1", "3", "6"]);
});

test("BIL-10 at or above the target no step credits anything, whatever the steps say", () => {
  const terms = {
    targetPercent: rational(90),
    steps: [{ below: rational(99), credit: rational(5) }],
    capPercent: rational(10),
  };
  const credit = (achieved: number) => exactText(slaStepCredit(rational(100), rational(achieved), terms));
  expect([89, 90, 95].map(credit)).toEqual(["5", "0", "0"]);
});

test("BIL-8 lines that cancel each other carry no tax, and others of the invoice theirs", () => {
  const lines = [500n, -500n, 1000n].map((netMinor, at) => ({ netMinor, rate: exact(at < 2 ? "0.06" : "0.13") }));
  expect(taxOfLines(lines)).toEqual([0n, 0n, 130n]);
});

const MONTHLY = { day: 31, month: null };
test.each([
  ["2026-03-31", "2026-03-31"],
  ["2026-04-01", "2026-04-30"],
  ["2026-02-28", "2026-02-28"],
  ["2026-12-31", "2026-12-31"],
])("BIL-6 from %s a cycle of the 31st begins on %s", (date, start) => {
  expect(cycleStartFrom(date, MONTHLY)).toBe(start);
});

test("BIL-6 a yearly cycle begins on its day of this year or of the next, and the one before a year earlier", () => {
  const yearly = { day: 29, month: 2 };
  expect(["2026-02-28", "2026-03-01", "2027-12-31"].map((date) => cycleStartFrom(date, yearly))).toEqual([
    "2026-02-28",
    "2027-02-28",
    "2028-02-29",
  ]);
  expect([cycleStartBefore("2028-02-29", yearly), cycleStartBefore("2026-03-31", MONTHLY)]).toEqual([
    "2027-02-28",
    "2026-02-28",
  ]);
  expect(lastDay({ from: "2026-01-01", to: "2026-03-01" })).toBe("2026-02-28");
});

test.each([
  ["on its bill day, one whole cycle", "2026-03-15", "2026-03-15", ["1"]],
  ["before its bill day, a part", "2026-03-10", "2026-03-14", ["5/28"]],
  ["to the day it begins, the part is due", "2026-03-10", "2026-03-10", ["5/28"]],
  ["not before it begins", "2026-03-10", "2026-03-09", []],
  ["two cycles on", "2026-03-10", "2026-04-15", ["5/28", "1", "1"]],
])("BIL-6 a service charged in advance %s", (_, start, target, parts) => {
  const billDay = { day: 15, month: null };
  expect(cycleParts({ start, billDay, target, end: null }).map(exactText)).toEqual(parts);
});

test("BIL-6 the part before a first yearly cycle is of the year before it, by the clamped day where a contract says so", () => {
  const input = { start: "2026-02-18", billDay: { day: 28, month: 2 }, target: "2026-02-18", end: null };
  expect(cycleParts(input).map(exactText)).toEqual(["2/73"]);
  expect(cycleParts({ ...input, leadFromClampedDay: true }).map(exactText)).toEqual(["2/73"]);
  const monthly = { start: "2026-02-18", billDay: MONTHLY, target: "2026-02-18", end: null };
  expect(cycleParts(monthly).map(exactText)).toEqual(["5/14"]);
  const clamped = cycleParts({
    ...monthly,
    start: "2026-03-01",
    target: "2026-03-01",
    billDay: { day: 30, month: null },
  });
  expect(clamped.map(exactText)).toEqual(["29/30"]);
});

test("BIL-6 ranges that only touch share no day, and what is billed leaves no empty rest", () => {
  const range = { from: "2026-03-01", to: "2026-04-01" };
  expect(overlap(range, { from: "2026-04-01", to: "2026-05-01" })).toBeNull();
  expect(overlap(range, { from: "2026-03-31", to: "2026-05-01" })).toEqual({ from: "2026-03-31", to: "2026-04-01" });
  expect(uncovered(range, [{ from: "2026-03-01", to: "2026-03-11" }])).toEqual([
    { from: "2026-03-11", to: "2026-04-01" },
  ]);
  expect(uncovered(range, [range])).toEqual([]);
  expect([daysAfterTrial("2026-03-25", 3), daysAfterTrial("2026-03-25", 9)]).toEqual([4, 0]);
});
