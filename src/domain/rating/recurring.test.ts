import { expect, test } from "vitest";
import { exactText, sum } from "../kernel/rational.ts";
import type { RatingInput, Segment } from "./allot.ts";
import type { Charge, RecurringCharge } from "./charge.ts";
import { rateMonth } from "./rate.ts";
import type { UsageRecord } from "./usage.ts";

const FROM = Date.UTC(2026, 10, 1);
const TO = Date.UTC(2026, 11, 1);
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const seats = (more: Partial<RecurringCharge> = {}): Charge => ({
  ...named("seats"),
  model: "recurring",
  of: "seat",
  price: "100.00",
  per: 1,
  minCount: 0,
  timing: "arrears",
  ...more,
});

function month(
  charges: readonly Charge[],
  more: Partial<Segment> = {},
  usage: readonly UsageRecord[] = [],
): RatingInput {
  const share = { days: 30, of: 30 };
  const segment = {
    version: "v1",
    from: FROM,
    to: TO,
    share,
    seatsPeak: 0,
    begins: false,
    serviceLevel: null,
    charges,
  };
  return { currency: "CNY", period: { from: FROM, to: TO }, segments: [{ ...segment, ...more }], usage };
}

const linesOf = (input: RatingInput) =>
  rateMonth(input).lines.map((line) => [line.component, exactText(line.quantity), Number(line.amountMinor)]);
const levels = (...runs: readonly (readonly [days: number, count: number])[]) =>
  runs.map(([days, count]) => ({ days, count }));

test.each([
  ["ten seats all month", levels([30, 10]), 0, [["held", "10", 100_000]]],
  ["five more for the last ten days", levels([20, 10], [10, 15]), 0, [["held", "35/3", 116_667]]],
  ["never fewer than twelve on any day", levels([20, 10], [10, 15]), 12, [["held", "13", 130_000]]],
  ["none at all", levels([30, 0]), 0, []],
  ["none measured but two agreed at least", levels([30, 0]), 2, [["held", "2", 20_000]]],
] as const)("BIL-3 seats in arrears: %s", (_, days, minCount, expected) => {
  expect(linesOf(month([seats({ minCount })], { stocks: { seat: { days, next: 0 } } }))).toEqual(expected);
});

test.each([
  ["paid for already, and paid ahead", false, levels([30, 10]), 10, [["ahead", "10", 100_000]]],
  [
    "a rise is paid once and whole, a fall gives nothing back",
    false,
    levels([10, 10], [10, 5], [10, 15]),
    15,
    [
      ["rise", "5", 50_000],
      ["ahead", "15", 150_000],
    ],
  ],
  ["back to what was paid is no rise", false, levels([10, 10], [10, 5], [10, 10]), 0, []],
  [
    "the first month pays for itself",
    true,
    levels([10, 10], [20, 12]),
    12,
    [
      ["first", "12", 120_000],
      ["ahead", "12", 120_000],
    ],
  ],
] as const)("BIL-3 seats in advance: %s", (_, begins, days, next, expected) => {
  const input = month([seats({ timing: "advance" })], {
    begins,
    next: { days: 31, of: 31 },
    stocks: { seat: { days, next } },
  });
  expect(linesOf(input)).toEqual(expected);
});

test("BIL-3 in advance: the last month of a version pays nothing ahead, and one that ends in the next its part", () => {
  const at = { stocks: { seat: { days: levels([30, 4]), next: 4 } } };
  const charge = seats({ timing: "advance", minCount: 5 });
  expect(linesOf(month([charge], { ...at, next: null }))).toEqual([]);
  expect(linesOf(month([charge], { ...at, next: { days: 10, of: 31 } }))).toEqual([["ahead", "5", 16_129]]);
});

test.each([
  ["number", "2.00", 1, levels([30, 3]), [["held", "3", 600]]],
  ["burst_seat", "50.00", 1, levels([15, 0], [15, 4]), [["held", "2", 10_000]]],
  // A gigabyte costs 1.20 a month: 1,500 MB for half of it.
  ["recording", "1.20", 1000, levels([15, 0], [15, 1500]), [["held", "750", 90]]],
] as const)("BIL-5 %s by the month at %s for %i", (of, price, per, days, expected) => {
  expect(linesOf(month([seats({ of, price, per })], { stocks: { [of]: { days, next: 0 } } }))).toEqual(expected);
});

test("BIL-4 agents by the month: so many as the contract says, whatever was measured, for the days in force", () => {
  const agents = seats({ of: "agreed", minCount: 6, price: "7500.00" });
  expect(linesOf(month([agents], { share: { days: 10, of: 30 } }))).toEqual([["held", "2", 1_500_000]]);
});

function record(kind: UsageRecord["kind"], quantity: number, attributes: UsageRecord["attributes"] = {}): UsageRecord {
  return { id: `${kind}-${JSON.stringify(attributes)}`, kind, occurredAt: FROM, quantity, contactId: null, attributes };
}

test("BIL-4 agents by the hour: the contract says which of their time the client pays", () => {
  const hours = (code: string, states: readonly ("on_contact" | "wrap_up" | "waiting" | "training")[]): Charge => ({
    ...named(code),
    model: "unit",
    usage: "agent_time",
    where: { states, agents: ["shared"] },
    price: "90.00",
    per: 3600,
    baseCount: 0,
  });
  const usage = [
    record("agent_time", 3600, { state: "on_contact", agents: "shared" }),
    record("agent_time", 1800, { state: "wrap_up", agents: "shared" }),
    record("agent_time", 900, { state: "waiting", agents: "shared" }),
    record("agent_time", 700, { state: "training", agents: "dedicated" }),
  ];
  const rating = rateMonth(month([hours("work", ["on_contact", "wrap_up"])], {}, usage));
  expect(rating.lines.map((line) => [exactText(line.quantity), line.amountMinor])).toEqual([["5400", 13_500n]]);
  expect(rating.unrated.map((it) => it.reason)).toEqual(["no_charge", "no_charge"]);
});

test("nothing of a thing is nothing used and stands behind no line; a call of no seconds is still a call", () => {
  const each: Charge = { ...named("texts"), model: "unit", usage: "message", price: "0.10", per: 1, baseCount: 0 };
  const tariff = { perMinute: "0.6", firstS: 60, nextS: 60 };
  const talk: Charge = { ...named("talk"), model: "carrier_time", buy: tariff, sell: { by: "tariff", ...tariff } };
  const rating = rateMonth(month([each, talk], {}, [record("message", 0), record("carrier_leg", 0)]));
  expect(rating.unrated).toEqual([{ usageId: "message-{}", reason: "nothing_used" }]);
  expect(rating.lines.map((line) => [line.code, line.items.length, line.amountMinor])).toEqual([["talk", 1, 0n]]);
});

const CALLS: Charge = { ...named("calls"), model: "unit", usage: "contact", price: "10.00", per: 1, baseCount: 0 };
const calls = (count: number): UsageRecord[] =>
  Array.from({ length: count }, (_, at) => ({ ...record("contact", 1), id: `c${at}`, occurredAt: FROM + at }));

test.each([
  ["in a month before its last, nothing", undefined, 3, []],
  ["in its last month what is missing over all of it", 95_000n, 3, [["commitment", "1", 2000]]],
  ["nothing when the term was reached", 97_000n, 3, []],
] as const)("BIL-6 a commitment over a term: %s", (_, earlier, count, expected) => {
  const commitment: Charge = {
    ...named("year"),
    model: "commitment",
    amount: "1000.00",
    term: { from: "2025-12-01", months: 12 },
  };
  const earlierMinor = earlier === undefined ? {} : { year: earlier };
  const lines = linesOf(month([CALLS, commitment], { earlierMinor }, calls(count)));
  expect(lines.filter(([component]) => component === "commitment")).toEqual(expected);
});

test.each([
  [96, 0],
  [95, 0],
  [94, -200],
  [90, -200],
  [89, -500],
  [10, -800],
])("BIL-10 service level steps: %i of 100 within target credit %i on 100.00", (within, credit) => {
  const sla: Charge = {
    ...named("level"),
    model: "sla_credit",
    targetPercent: "95",
    steps: [
      { belowPercent: "95", creditPercent: "2" },
      { belowPercent: "90", creditPercent: "5" },
      { belowPercent: "50", creditPercent: "20" },
    ],
    capPercent: "8",
  };
  const input = month([CALLS, sla], { serviceLevel: { within, counted: 100 } }, calls(10));
  const lines = linesOf(input).filter(([component]) => component === "sla");
  expect(lines.map(([, , minor]) => minor)).toEqual(credit === 0 ? [] : [credit]);
});

test("an event across a tier boundary stands in both lines with its parts, and the parts of each line sum to it", () => {
  const tiers = [
    { upTo: "100", price: "0.30" },
    { upTo: null, price: "0.20" },
  ];
  const texts: Charge = { ...named("texts"), model: "graduated", usage: "message", tiers };
  const usage = [70, 50, 10].map((quantity, at) => ({
    ...record("message", quantity),
    id: `m${at}`,
    occurredAt: FROM + at,
  }));
  const rating = rateMonth(month([texts], {}, usage));
  expect(rating.lines.map((line) => line.items.map((item) => [item.usageId, item.quantity]))).toEqual([
    [
      ["m0", 70],
      ["m1", 30],
    ],
    [
      ["m1", 20],
      ["m2", 10],
    ],
  ]);
  for (const line of rating.lines)
    expect(exactText(sum(line.items.map((it) => it.amount)))).toBe(exactText(line.exact));
});
