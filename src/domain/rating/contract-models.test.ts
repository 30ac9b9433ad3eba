import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "../../../test/support/property-runs.ts";
import { exactText, sum } from "../kernel/rational.ts";
import type { RatingInput, Segment } from "./allot.ts";
import type { Charge } from "./charge.ts";
import { canonicalText, rateMonth } from "./rate.ts";
import type { UsageAttributes, UsageRecord } from "./usage.ts";

fc.configureGlobal({ numRuns: propertyRuns(100) });

const FROM = Date.UTC(2026, 10, 1);
const TO = Date.UTC(2026, 11, 1);
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const CALLS: Charge = { ...named("calls"), model: "unit", usage: "contact", price: "10.00", per: 1, baseCount: 0 };

function month(charges: readonly Charge[], usage: readonly UsageRecord[], more: Partial<Segment> = {}): RatingInput {
  const segment: Segment = {
    version: "v1",
    from: FROM,
    to: TO,
    share: { days: 30, of: 30 },
    seatsPeak: 0,
    begins: false,
    serviceLevel: null,
    charges,
    ...more,
  };
  return { currency: "CNY", period: { from: FROM, to: TO }, segments: [segment], usage };
}

function events(
  kind: UsageRecord["kind"],
  count: number,
  quantity = 1,
  attributes: UsageAttributes = {},
): UsageRecord[] {
  return Array.from({ length: count }, (_, at) => {
    return {
      id: `${kind}-${at}-${attributes.milestone ?? ""}`,
      kind,
      occurredAt: FROM + at,
      quantity,
      contactId: null,
      attributes,
    };
  });
}

const linesOf = (input: RatingInput) =>
  rateMonth(input).lines.map((line) => [line.component, Number(line.amountMinor)]);

test.each([
  [{}, [["each", 10_000]]],
  [
    { discountPercent: "12.5" },
    [
      ["each", 10_000],
      ["discount", -1250],
    ],
  ],
  [
    { maximum: "75.00" },
    [
      ["each", 10_000],
      ["cap", -2500],
    ],
  ],
  [
    { minimum: "150.00" },
    [
      ["each", 10_000],
      ["minimum", 5000],
    ],
  ],
  [
    { discountPercent: "50", maximum: "40.00" },
    [
      ["each", 10_000],
      ["discount", -5000],
      ["cap", -1000],
    ],
  ],
  [
    { discountPercent: "50", minimum: "60.00" },
    [
      ["each", 10_000],
      ["discount", -5000],
      ["minimum", 1000],
    ],
  ],
  [{ maximum: "500.00", minimum: "1.00" }, [["each", 10_000]]],
] as const)("limits %j are lines of their own, percentage before cap before minimum", (limits, expected) => {
  expect(linesOf(month([{ ...CALLS, limits }], events("contact", 10)))).toEqual(expected);
});

test("a limit of part of a month is its part by days, in whole minor units", () => {
  const third = { share: { days: 10, of: 30 } };
  expect(linesOf(month([{ ...CALLS, limits: { minimum: "100.00" } }], [], third))).toEqual([["minimum", 3333]]);
  expect(linesOf(month([{ ...CALLS, limits: { maximum: "100.00" } }], events("contact", 10), third))).toEqual([
    ["each", 10_000],
    ["cap", -6667],
  ]);
});

test.each([
  [3, "2000.00", [["days", 60_000]]],
  [30, "2000.00", [["days", 400_000]]],
  [30, undefined, [["days", 600_000]]],
  [0, "2000.00", []],
] as const)("BIL-3 %i days of two seats at 100, at most %s a seat", (days, monthCap, expected) => {
  const rent: Charge = { ...named("rent"), model: "day_rate", price: "100.00", monthCap };
  const rating = rateMonth(month([rent], events("seat_day", days, 2)));
  expect(rating.lines.map((line) => [line.component, Number(line.amountMinor)])).toEqual(expected);
  for (const line of rating.lines) {
    expect(exactText(sum(line.items.map((item) => item.amount)))).toBe(exactText(line.exact));
  }
});

test("BIL-2 a milestone is charged when it is reached; one the contract does not name is said to be unrated", () => {
  const project: Charge = {
    ...named("project"),
    model: "milestone",
    milestones: [
      { code: "kick-off", amount: "5000.00" },
      { code: "live", amount: "20000.00" },
    ],
  };
  const usage = [
    ...events("milestone", 1, 1, { milestone: "live" }),
    ...events("milestone", 1, 1, { milestone: "party" }),
  ];
  const rating = rateMonth(month([project], usage));
  expect(rating.lines.map((line) => [line.component, line.amountMinor, line.items.length])).toEqual([
    ["milestone-live", 2_000_000n, 1],
  ]);
  expect(rating.unrated).toEqual([{ usageId: "milestone-0-party", reason: "no_charge" }]);
});

test.each([
  ["month", false, 30, [["fee", 30_000]]],
  ["month", false, 10, [["fee", 10_000]]],
  ["once", true, 10, [["fee", 30_000]]],
  ["once", false, 30, []],
] as const)("a fee every %s, version beginning %s, %i days in force", (every, begins, days, expected) => {
  const fee: Charge = { ...named("set-up"), model: "fee", amount: "300.00", every };
  expect(linesOf(month([fee], [], { begins, share: { days, of: 30 } }))).toEqual(expected);
});

test.each([
  [
    5,
    [
      ["each", 5000],
      ["commitment", 3000],
    ],
  ],
  [8, [["each", 8000]]],
  [9, [["each", 9000]]],
] as const)("%i contacts at 10.00 under a commitment of 80.00", (count, expected) => {
  const commitment: Charge = { ...named("least"), model: "commitment", amount: "80.00" };
  expect(linesOf(month([CALLS, commitment], events("contact", count)))).toEqual(expected);
});

test("a commitment counts a charge as it is after its own limits", () => {
  const commitment: Charge = { ...named("least"), model: "commitment", amount: "80.00" };
  const calls = { ...CALLS, limits: { discountPercent: "50" } };
  expect(linesOf(month([commitment, calls], events("contact", 10)))).toEqual([
    ["commitment", 3000],
    ["each", 10_000],
    ["discount", -5000],
  ]);
});

test.each([
  [96, 100, []],
  [95, 100, []],
  [949, 1000, [-100]],
  [912, 1000, [-400]],
  [80, 100, [-1000]],
  [0, 0, []],
] as const)("BIL-10 %i of %i within target, 95 agreed: a credit of %j on 100.00", (within, counted, expected) => {
  const sla: Charge = {
    ...named("level"),
    model: "sla_credit",
    targetPercent: "95",
    perStartedPointPercent: "1",
    capPercent: "10",
    of: ["calls"],
  };
  const fee: Charge = { ...named("other"), model: "fee", amount: "500.00", every: "month" };
  const rating = rateMonth(month([CALLS, fee, sla], events("contact", 10), { serviceLevel: { within, counted } }));
  const credits = rating.lines.filter((line) => line.component === "sla");
  expect(credits.map((line) => Number(line.amountMinor))).toEqual(expected);
  for (const { detail } of credits)
    expect(detail).toMatchObject({ kind: "sla_credit", within, counted, fee: "100.00" });
});

test("BIL-10 a month without a measurement credits nothing", () => {
  const terms = { targetPercent: "95", perStartedPointPercent: "1", capPercent: "10" };
  const sla: Charge = { ...named("level"), model: "sla_credit", ...terms };
  expect(linesOf(month([CALLS, sla], events("contact", 1)))).toEqual([["each", 1000]]);
});

test.each([
  [1, 10, 500],
  [2, 10, 1600],
  [3, 2, 2400],
  [3, 0, 2400],
])("BIL-2 %i successes of %i contacts pay by the band of their rate", (successes, contacts, expected) => {
  const bands = [
    { upToPercent: "10", amount: "5.00" },
    { upToPercent: null, amount: "8.00" },
  ];
  const wins: Charge = { ...named("wins"), model: "commission", pay: { by: "bands", bands } };
  const usage = [...events("success", successes), ...events("contact", contacts)];
  expect(linesOf(month([wins], usage))).toEqual([["success", expected]]);
});

test.each([
  [9 * 60, 1, "peak"],
  [8 * 60, 1, "peak"],
  [20 * 60, 1, "calls"],
  [9 * 60, 6, "calls"],
  [23 * 60, 3, "calls"],
])("minute %i of weekday %i is charged as %s", (localMinute, localWeekday, code) => {
  const hours = { from: "08:00", to: "20:00", weekdays: [1, 2, 3, 4, 5] };
  const peak: Charge = { ...CALLS, ...named("peak"), where: { hours } };
  const rating = rateMonth(month([peak, CALLS], events("contact", 1, 1, { localMinute, localWeekday })));
  expect(rating.lines.map((line) => line.code)).toEqual([code]);
});

test("hours over midnight hold on both sides of it; an event whose time is unknown is in no hour class", () => {
  const night: Charge = { ...CALLS, ...named("night"), where: { hours: { from: "22:00", to: "06:00" } } };
  const codeAt = (attributes: UsageAttributes) =>
    rateMonth(month([night, CALLS], events("contact", 1, 1, attributes))).lines[0]?.code;
  expect(
    [23 * 60, 5 * 60 + 59, 6 * 60, 21 * 60 + 59].map((localMinute) => codeAt({ localMinute, localWeekday: 7 })),
  ).toEqual(["night", "night", "calls", "calls"]);
  expect(codeAt({})).toBe("calls");
});

const money = fc.nat(99_999).map((it) => `${Math.floor(it / 100)}.${String(it % 100).padStart(2, "0")}`);

test("whatever the limits, the lines of a charge stay within them and sum to the total", () => {
  const limits = fc.record({ discountPercent: fc.nat(100).map(String), least: fc.nat(50_000), more: fc.nat(50_000) });
  fc.assert(
    fc.property(
      money,
      limits,
      fc.nat(12),
      fc.integer({ min: 1, max: 30 }),
      (price, { discountPercent, least, more }, count, days) => {
        const text = (minor: number) => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;
        const bounds = { discountPercent, minimum: text(least), maximum: text(least + more) };
        const input = month([{ ...CALLS, price, limits: bounds }], events("contact", count), {
          share: { days, of: 30 },
        });
        const { lines, totalMinor } = rateMonth(input);
        const part = (minor: number) => Math.floor((2 * minor * days + 30) / 60);
        expect(Number(totalMinor)).toBeGreaterThanOrEqual(part(least));
        expect(Number(totalMinor)).toBeLessThanOrEqual(part(least + more));
        expect(lines.reduce((total, line) => total + line.amountMinor, 0n)).toBe(totalMinor);
        expect(canonicalText(rateMonth(input))).toBe(
          canonicalText(rateMonth({ ...input, usage: [...input.usage].reverse() })),
        );
      },
    ),
  );
});
