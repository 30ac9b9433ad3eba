import fc from "fast-check";
import { expect, test } from "vitest";
import { rational } from "../kernel/rational.ts";
import { chargeKey, type Segment } from "./allot.ts";
import { stepReached, stepToTell, usedUpAt } from "./allowance.ts";
import type { Charge } from "./charge.ts";
import { forecastMonth } from "./forecast.ts";
import { rateTotals } from "./rate.ts";
import { type ChargeTotals, NO_USAGE, NOTHING } from "./totals.ts";

const DAY = 86_400_000;
const FROM = Date.UTC(2026, 10, 1);
const TO = FROM + 30 * DAY;
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const CALLS: Charge = { ...named("calls"), model: "unit", usage: "contact", price: "2.00", per: 1, baseCount: 0 };
const PACK: Charge = {
  ...named("pack"),
  model: "package",
  usage: "contact",
  fee: "100.00",
  included: 1_000,
  overflow: "1.00",
};
const FEE: Charge = { ...named("fee"), model: "fee", amount: "300.00", every: "month" };
const LEAST: Charge = { ...named("least"), model: "commitment", amount: "500.00" };
const TALK: Charge = {
  ...named("talk"),
  model: "carrier_time",
  buy: { perMinute: "0.01", firstS: 60, nextS: 60 },
  sell: { by: "markup", percent: "10" },
};
const STONE: Charge = { ...named("stone"), model: "milestone", milestones: [{ code: "go", amount: "50.00" }] };

function segment(charges: readonly Charge[], more: Partial<Segment> = {}): Segment {
  const share = { days: 30, of: 30 };
  return {
    version: "v1",
    from: FROM,
    to: TO,
    share,
    seatsPeak: 0,
    begins: false,
    serviceLevel: null,
    charges,
    ...more,
  };
}

const used = (quantity: number, more = {}): ChargeTotals => ({
  all: { ...NOTHING, records: quantity, quantity: BigInt(quantity), most: 1, ...more },
  byKey: new Map(),
});

function reckoning(of: Readonly<Record<string, ChargeTotals>>) {
  return { totals: (key: string) => of[key] ?? NO_USAGE, contacts: () => 0 };
}

const forecast = (segments: readonly Segment[], of: Readonly<Record<string, ChargeTotals>>, day: number) =>
  forecastMonth("CNY", segments, reckoning(of), FROM + day * DAY);
const amounts = (found: ReturnType<typeof forecast>) =>
  Object.fromEntries((found?.lines ?? []).map((line) => [`${line.code}/${line.component}`, line.amountMinor]));

test.each([
  ["a third of the month tells of three times as much", [CALLS], 100, 10, { "calls/each": 60_000n }],
  ["the last day tells of the month as it is", [CALLS], 100, 30, { "calls/each": 20_000n }],
  [
    "a package is overrun in the forecast before it is in fact",
    [PACK],
    600,
    15,
    { "pack/fee": 10_000n, "pack/included": 0n, "pack/overflow": 20_000n },
  ],
  ["a fee is the whole month's at once and not scaled", [FEE], 0, 10, { "fee/fee": 30_000n }],
  [
    "a commitment is topped up only by what the whole month will lack",
    [CALLS, LEAST],
    50,
    15,
    { "calls/each": 20_000n, "least/commitment": 30_000n },
  ],
] as const)("BIL-8 forecast: %s", (_, charges, quantity, day, lines) => {
  const key = chargeKey({ version: "v1" }, charges[0]);
  expect(amounts(forecast([segment(charges)], { [key]: used(quantity) }, day))).toEqual(lines);
});

test("BIL-8 forecast: money of calls is scaled exactly, milestones are not expected", () => {
  const talk = used(3, { billedS: 180n, amount: rational(1, 3), cost: rational(1, 4) });
  const stone: ChargeTotals = { ...used(1), byKey: new Map([["go", used(1).all]]) };
  const found = forecast([segment([TALK, STONE])], { "talk@v1": talk, "stone@v1": stone }, 10);
  const [line] = found?.lines ?? [];
  expect([line?.exact.num, line?.exact.den].map((it) => Number(it)).reduce((a, b) => a / b)).toBe(1);
  expect(amounts(found)["stone/milestone-go"]).toBe(5_000n);
  expect(found?.assumes.map((it) => it.kind)).toEqual(["even_pace", "no_more_milestones"]);
});

test("BIL-8 forecast: no forecast before a whole day was seen", () => {
  expect(forecast([segment([CALLS])], { "calls@v1": used(9) }, 0.9)).toBeNull();
  expect(forecast([segment([CALLS])], { "calls@v1": used(9) }, 1)).not.toBeNull();
});

test("BIL-8 forecast: prices to come are reckoned on the pace of before, and said", () => {
  const dearer: Charge = { ...CALLS, price: "3.00" };
  const share = { days: 15, of: 30 };
  const half = FROM + 15 * DAY;
  const parts = [segment([CALLS], { to: half, share }), segment([dearer, PACK], { version: "v2", from: half, share })];
  const found = forecast(parts, { "calls@v1": used(50) }, 5);
  expect(amounts(found)).toEqual({ "calls/each": 45_000n, "pack/fee": 5_000n });
  expect(found?.lines.filter((it) => it.code === "calls").map((it) => it.amountMinor)).toEqual([30_000n, 45_000n]);
  expect(found?.assumes).toEqual([
    { kind: "even_pace" },
    { kind: "prices_change", at: half },
    { kind: "unseen_charges", codes: ["pack"] },
  ]);
});

test("BIL-8 forecast: a version that ended stays as it was, only the one in force is scaled", () => {
  const share = { days: 15, of: 30 };
  const half = FROM + 15 * DAY;
  const parts = [segment([CALLS], { to: half, share }), segment([CALLS], { version: "v2", from: half, share })];
  const found = forecast(parts, { "calls@v1": used(70), "calls@v2": used(10) }, 20);
  expect(found?.lines.map((it) => it.amountMinor)).toEqual([14_000n, 6_000n]);
});

test("BIL-8 forecast: at the month's end it is the month, and more usage never makes it less", () => {
  const parts = [segment([CALLS, PACK, FEE, LEAST])];
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5_000 }),
      fc.integer({ min: 0, max: 5_000 }),
      fc.integer({ min: 1, max: 30 }),
      (a, b, day) => {
        const of = (quantity: number) => ({ "calls@v1": used(quantity), "pack@v1": used(quantity) });
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const total = (quantity: number) => forecast(parts, of(quantity), day)?.totalMinor ?? -1n;
        expect(total(less) <= total(more)).toBe(true);
        expect(forecast(parts, of(a), 30)?.totalMinor).toBe(rateTotals("CNY", parts, reckoning(of(a))).totalMinor);
      },
    ),
  );
});

test.each([
  [0n, 100n, null],
  [49n, 100n, null],
  [50n, 100n, 50],
  [79n, 100n, 50],
  [80n, 100n, 80],
  [99n, 100n, 80],
  [100n, 100n, 100],
  [250n, 100n, 100],
  [1n, 0n, 100],
  [0n, 0n, null],
] as const)("BIL-8 %i of %i reaches the step %s", (usedUp, of, step) => {
  expect(stepReached({ used: usedUp, of })).toBe(step);
});

test.each([
  ["nothing told yet", 85n, [], 80],
  ["below the first step", 49n, [], null],
  ["the same step told", 85n, [{ step: 80, of: 100n }], null],
  ["a lower step told", 85n, [{ step: 50, of: 100n }], 80],
  ["a higher one told, and a correction took some back", 55n, [{ step: 80, of: 100n }], null],
  ["the step told of a limit of another size", 85n, [{ step: 80, of: 50n }], 80],
] as const)("BIL-8 %s: %i of a hundred tells %s", (_, usedUp, told, step) => {
  expect(stepToTell({ used: usedUp, of: 100n }, told)).toBe(step);
});

test.each([
  ["half used after ten days is gone after twenty", 500n, 1_000n, 10, 20],
  ["too slow to be used up this month", 100n, 1_000n, 10, null],
  ["nothing used", 0n, 1_000n, 10, null],
  ["used up already", 1_000n, 1_000n, 10, 10],
  ["more than used up already", 2_000n, 1_000n, 10, 10],
  ["used up as the month ends", 500n, 1_500n, 10, null],
  ["no time has passed", 500n, 1_000n, 0, null],
] as const)("BIL-8 an allowance: %s", (_, usedUp, of, day, gone) => {
  const at = usedUpAt({ used: usedUp, of }, { from: FROM, now: FROM + day * DAY, to: TO });
  expect(at).toBe(gone === null ? null : FROM + gone * DAY);
});

const at = (day: number) => FROM + day * DAY;
/** Versions that begin on these days, each with these charges. */
const versions = (...parts: readonly (readonly [day: number, charges: readonly Charge[]])[]) =>
  parts.map(([day, charges], index) => {
    const end = parts[index + 1]?.[0] ?? 30;
    const share = { days: Math.ceil(end - day), of: 30 };
    return segment(charges, { version: `v${index + 1}`, from: at(day), to: at(end), share });
  });

test("BIL-8 forecast: a version to come goes on as the last one of which a day was seen", () => {
  const parts = versions([0, [CALLS]], [10, [CALLS]], [20, [CALLS]]);
  const seen = { "calls@v1": used(10), "calls@v2": used(50) };
  const quantities = (day: number) => forecast(parts, seen, day)?.lines.map((it) => Number(it.quantity.num));
  // Half a day of the second says nothing yet; after a day of it, it tells of itself and of the third.
  expect(quantities(10.5)).toEqual([10, 10, 10]);
  expect(quantities(11)).toEqual([10, 500, 500]);
  expect(quantities(20)).toEqual([10, 50, 50]);
});

test("BIL-8 forecast: a version of less than a day tells of none that follows, one of a day does", () => {
  expect(forecast(versions([0, [CALLS]], [0.5, [CALLS]]), { "calls@v1": used(9) }, 1)).toBeNull();
  const day = forecast(versions([0, [CALLS]], [1, [CALLS]]), { "calls@v1": used(1) }, 1.5);
  expect(day?.lines.map((it) => Number(it.quantity.num))).toEqual([1, 29]);
});

test.each([
  ["of another kind of price", { ...PACK, code: "calls" }],
  ["of other usage", { ...CALLS, usage: "message" }],
  ["of another code", { ...CALLS, code: "more" }],
] satisfies readonly (readonly [string, Charge])[])(
  "BIL-8 forecast: a later charge %s has not been seen",
  (_, charge) => {
    const found = forecast(versions([0, [CALLS]], [15, [charge, FEE]]), { "calls@v1": used(50) }, 10);
    expect(found?.assumes.at(-1)).toEqual({ kind: "unseen_charges", codes: [charge.code] });
  },
);

test("BIL-8 forecast: a success rate is of as many contacts as the month will have", () => {
  const bands = [{ upToPercent: null, amount: "1.00" }];
  const wins: Charge = { ...named("wins"), model: "commission", pay: { by: "bands", bands } };
  const totals = (key: string) => (key === "wins@v1" ? used(5) : NO_USAGE);
  const found = forecastMonth("CNY", [segment([wins])], { totals, contacts: () => 20 }, at(10));
  expect(found?.lines[0]?.detail).toMatchObject({ successes: 15, contacts: 60, ratePercent: "25" });
});

test.each([
  ["a fee alone", [FEE], []],
  ["usage", [FEE, CALLS], ["even_pace"]],
  ["seats", [{ ...named("seats"), model: "seat_month", price: "1", minSeats: 1 }], ["stocks_hold"]],
  [
    "numbers",
    [{ ...named("n"), model: "recurring", of: "number", price: "1", per: 1, minCount: 1, timing: "arrears" }],
    ["stocks_hold"],
  ],
  [
    "a service level",
    [
      FEE,
      { ...named("level"), model: "sla_credit", targetPercent: "80", perStartedPointPercent: "1", capPercent: "9" },
    ],
    ["service_level_holds"],
  ],
  ["milestones", [STONE], ["even_pace", "no_more_milestones"]],
] satisfies readonly (readonly [string, readonly Charge[], readonly string[]])[])(
  "BIL-8 forecast: %s takes for granted no more than it rests on",
  (_, charges, kinds) => {
    expect(forecast([segment(charges)], {}, 10)?.assumes.map((it) => it.kind)).toEqual(kinds);
    // What has ended is known, and at the end of the month everything is.
    const over = versions([0, charges], [15, [FEE]]);
    expect(forecast(over, {}, 15)?.assumes).toEqual([]);
    expect(forecast([segment(charges)], {}, 30)?.assumes).toEqual([]);
  },
);
