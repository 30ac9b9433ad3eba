import { expect, test } from "vitest";
import type { Segment, Unrated } from "./allot.ts";
import type { Charge, UsageFilter, UsageKind } from "./charge.ts";
import { FROM, named, rated, record, segment, TO } from "./fixture.ts";
import { matches, minuteOf, type UsageAttributes, type UsageRecord } from "./usage.ts";

test.each([
  ["outcomes", { outcomes: ["answered", "voicemail"] }, { outcome: "answered" }, { outcome: "failed" }],
  ["queues", { queues: ["orders"] }, { queue: "orders" }, { queue: "returns" }],
  ["numbers", { numbers: ["+862155550100"] }, { number: "+862155550100" }, { number: "+862155550101" }],
  ["directions", { directions: ["inbound"] }, { direction: "inbound" }, { direction: "outbound" }],
  ["parties", { parties: ["caller"] }, { party: "caller" }, { party: "agent" }],
  ["parties", { parties: ["outside"] }, { party: "outside" }, { party: "agent" }],
  ["dispositions", { dispositions: ["sold"] }, { disposition: "sold" }, { disposition: "no" }],
  ["states", { states: ["wrap_up"] }, { state: "wrap_up" }, { state: "pause" }],
  ["agents", { agents: ["dedicated"] }, { agents: "dedicated" }, { agents: "shared" }],
  ["talk of ten seconds", { minTalkS: 10 }, { talkS: 10 }, { talkS: 9 }],
  [
    "hours",
    { hours: { from: "08:30", to: "20:00" } },
    { localMinute: 510, localWeekday: 1 },
    { localMinute: 509, localWeekday: 1 },
  ],
  [
    "hours to the minute",
    { hours: { from: "08:30", to: "20:15" } },
    { localMinute: 1214, localWeekday: 1 },
    { localMinute: 1215, localWeekday: 1 },
  ],
  [
    "hours that are none",
    { hours: { from: "22:00", to: "06:00", weekdays: [5] } },
    { localMinute: 1320, localWeekday: 5 },
    { localMinute: 1320, localWeekday: 6 },
  ],
] satisfies readonly (readonly [string, UsageFilter, UsageAttributes, UsageAttributes])[])(
  "BIL-6 a charge that asks for %s counts only what it asks for, and nothing of which it is not known",
  (_, filter, asked, other) => {
    expect(matches(filter, asked)).toBe(true);
    expect(matches(filter, other)).toBe(false);
    expect(matches(filter, {})).toBe(false);
    // Every named condition must hold, and one that is not named is none.
    expect(matches({ ...filter, numbers: ["+1"] }, asked)).toBe(false);
    expect(matches({}, other)).toBe(true);
    expect(matches(undefined, other)).toBe(true);
  },
);

test("BIL-6 hours need both the minute and the weekday of the client's wall", () => {
  const hours = { hours: { from: "00:00", to: "24:00" } };
  expect(matches(hours, { localMinute: 0, localWeekday: 1 })).toBe(true);
  expect(matches(hours, { localMinute: 0 })).toBe(false);
  expect(matches(hours, { localWeekday: 1 })).toBe(false);
});

test.each([
  ["00:00", 0],
  ["00:59", 59],
  ["13:05", 785],
  ["24:00", 1440],
])("%s is minute %i", (time, minute) => {
  expect(minuteOf(time)).toBe(minute);
});

const MIDDLE = Date.UTC(2026, 10, 11);
const unit = (code: string, usage: UsageKind, where?: UsageFilter): Charge => ({
  ...named(code),
  model: "unit",
  usage,
  where,
  price: "1",
  per: 1,
  baseCount: 0,
});
const contact = (id: string, more: Partial<UsageRecord> = {}): UsageRecord => ({ ...record(id, "contact"), ...more });

/** Which lines a record stands behind, or why behind none. */
function placesOf(usage: readonly UsageRecord[], ...segments: readonly Segment[]): { [id: string]: string } {
  const { lines, unrated } = rated(usage, ...segments);
  return Object.fromEntries([
    ...lines.flatMap((line) => line.items.map((item) => [item.usageId, line.key] as const)),
    ...unrated.map((it) => [it.usageId, it.reason] as const),
  ]);
}

test.each([
  ["the first instant of the month", FROM, "calls/each@v1"],
  ["the last", TO - 1, "calls/each@v2"],
  ["just before", FROM - 1, "outside_period"],
  ["the first of the next", TO, "outside_period"],
  ["the last instant of a version", MIDDLE - 1, "calls/each@v1"],
  ["the first of the version after it", MIDDLE, "calls/each@v2"],
] as const)("BIL-6 usage of %s is charged by the version in force then", (_, occurredAt, place) => {
  const calls = [unit("calls", "contact")];
  const versions = [segment(calls, { to: MIDDLE }), segment(calls, { version: "v2", from: MIDDLE })];
  expect(placesOf([contact("a", { occurredAt })], ...versions)).toEqual({ a: place });
});

test("BIL-6 days without a version charge nothing and say so", () => {
  const late = segment([unit("calls", "contact")], { from: MIDDLE });
  expect(placesOf([contact("a")], late)).toEqual({ a: "no_contract" });
});

test.each([
  ["less than nothing", contact("a", { quantity: -1 }), "negative_quantity"],
  ["nothing", contact("a", { quantity: 0 }), "nothing_used"],
  ["what nobody asks for", record("a", "message"), "no_charge"],
  ["what a filter leaves to the next", contact("a", { attributes: { queue: "x" } }), "rest/each@v1"],
  ["what the first filter asks for", contact("a", { attributes: { queue: "orders" } }), "orders/each@v1"],
] satisfies readonly (readonly [string, UsageRecord, string])[])(
  "BIL-7 %s has one place in the month",
  (_, usage, place) => {
    const charges = [unit("orders", "contact", { queues: ["orders"] }), unit("rest", "contact")];
    expect(placesOf([usage], segment(charges))).toEqual({ a: place });
  },
);

test.each([
  ["kind", { kind: "message" as const }],
  ["time", { occurredAt: FROM + 1 }],
  ["quantity", { quantity: 2 }],
  ["contact", { contactId: "another" }],
  ["attributes", { attributes: { queue: "x" } }],
])("BIL-7 the same id with another %s is charged to nobody until a person has looked", (_, other) => {
  const usage = [contact("a"), contact("b"), contact("a", other)];
  const reasons = { a: "conflict", b: "calls/each@v1" };
  const versions = [segment([unit("calls", "contact")])];
  expect(placesOf(usage, ...versions)).toEqual(reasons);
  expect(rated(usage, ...versions).lines.flatMap((line) => line.items.map((item) => item.usageId))).toEqual(["b"]);
});

test("BIL-7 a repeat whose attributes come in another order, or with one left open, is the same record", () => {
  const usage = [
    contact("a", { attributes: { queue: "x", outcome: "answered" } }),
    contact("a", { attributes: { outcome: "answered", queue: "x", party: undefined } }),
  ];
  expect(placesOf(usage, segment([unit("calls", "contact")]))).toEqual({ a: "calls/each@v1" });
});

test("BIL-7 records are counted by time and then id, and what is unrated is told by id", () => {
  const pack: Charge = { ...named("p"), model: "package", usage: "contact", fee: "0", included: 2, overflow: "1" };
  const usage = ["d", "b", "c", "a"].map((id) => contact(id, { occurredAt: id === "a" ? FROM + 1 : FROM }));
  const others = ["z", "x", "y"].map((id) => record(id, "message"));
  for (const list of [[...usage, ...others], [...others, ...usage].reverse()]) {
    const { lines, unrated } = rated(list, segment([pack]));
    expect(lines.map((line) => line.items.map((it) => it.usageId))).toEqual([[], ["b", "c"], ["d", "a"]]);
    const reason: Unrated["reason"] = "no_charge";
    expect(unrated).toEqual(["x", "y", "z"].map((usageId) => ({ usageId, reason })));
  }
});
