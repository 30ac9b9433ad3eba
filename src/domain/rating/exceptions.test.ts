import { expect, test } from "vitest";
import type { Unrated } from "./allot.ts";
import type { Charge } from "./charge.ts";
import { exceptionsOf, notChargedByKind } from "./exceptions.ts";
import { FROM, named, record, segment, TO } from "./fixture.ts";

const MIDDLE = Date.UTC(2026, 10, 11);
const wins = (by: "percent" | "fixed"): Charge => ({
  ...named("wins"),
  model: "commission",
  pay: by === "percent" ? { by, percent: "5" } : { by, amount: "5" },
});
const fee: Charge = { ...named("fee"), model: "fee", amount: "1", every: "month" };

test.each([
  ["outside_period", "contact", []],
  ["nothing_used", "message", []],
  ["no_charge", "contact", []],
  ["no_charge", "milestone", ["unknown_milestone"]],
  ["no_contract", "contact", ["no_contract"]],
  ["conflict", "contact", ["conflict"]],
  ["negative_quantity", "message", ["negative_quantity"]],
] satisfies readonly (readonly [Unrated["reason"], "contact" | "message" | "milestone", readonly string[]])[])(
  "BIL-7 usage left out for %s (%s) waits for a person: %j",
  (reason, kind, expected) => {
    const found = exceptionsOf([segment([fee])], [record("a", kind)], [{ usageId: "a", reason }]);
    expect(found).toEqual(expected.map((why) => ({ usageId: "a", reason: why })));
  },
);

test("BIL-7 a record that is no longer there is no unknown milestone", () => {
  expect(exceptionsOf([], [], [{ usageId: "gone", reason: "no_charge" }])).toEqual([]);
  expect(notChargedByKind([], [{ usageId: "gone", reason: "no_charge" }])).toEqual({});
});

test.each([
  ["under a percentage", [segment([fee, wins("percent")])], ["no-value", "late"]],
  ["under a fixed amount", [segment([fee, wins("fixed")])], []],
  ["without a commission", [segment([fee])], []],
  [
    "of the days under a percentage",
    [segment([wins("percent")], { to: MIDDLE }), segment([wins("fixed")], { version: "v2", from: MIDDLE })],
    ["no-value"],
  ],
  [
    "of either version under one",
    [segment([wins("percent")], { to: MIDDLE }), segment([wins("percent")], { version: "v2", from: MIDDLE })],
    ["no-value", "late"],
  ],
] as const)("BIL-9 sales without a value %s: %#", (_, segments, expected) => {
  const at = (id: string, occurredAt: number, saleMinor?: number) => ({
    ...record(id, "success", 1, saleMinor === undefined ? {} : { saleMinor }),
    occurredAt,
  });
  const usage = [
    at("no-value", FROM),
    at("worth", FROM, 100),
    at("worthless", FROM, 0),
    record("contact", "contact"),
    at("late", MIDDLE),
    at("next-month", TO),
    at("last-month", FROM - 1),
  ];
  const missing = expected.map((usageId) => ({ usageId, reason: "missing_sale" }));
  expect(exceptionsOf(segments, usage, [])).toEqual(missing);
});

test("BIL-7 what no charge asks for is counted by kind; a milestone and what has another reason is not", () => {
  const usage = [
    ...["a", "b", "c"].map((id) => record(id, "contact")),
    record("d", "message"),
    record("e", "milestone"),
    record("f", "message"),
  ];
  const unrated = usage.map(({ id }): Unrated => ({ usageId: id, reason: id === "f" ? "conflict" : "no_charge" }));
  expect(notChargedByKind(usage, unrated)).toEqual({ contact: 3, message: 1 });
});
