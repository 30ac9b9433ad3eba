import { expect, test } from "vitest";
import { rational } from "../../src/domain/kernel/rational.ts";
import { compareWith, type RatingCase } from "../../src/entry/cli/rating/case.ts";
import { verdictOn } from "../../src/entry/cli/rating/solve.ts";
import file from "./cases.json" with { type: "json" };

const cases = file.cases as unknown as readonly RatingCase[];

test.each(cases.filter((it) => it.group !== "barter").map((it) => [it.id, it.model, it] as const))(
  "%s: %s",
  (_, __, item) => {
    const { got, expected, ok, byDefault } = verdictOn(item);
    expect({ got, byDefault: byDefault?.got, ok }).toEqual({
      got: expect.anything(),
      byDefault: byDefault?.expected,
      ok: true,
    });
    expect(expected).toEqual(item.stance === "anti" ? item.ours : item.expected);
  },
);

test("a model nobody knows is unsupported, never passed over", () => {
  const barter = cases.find((it) => it.group === "barter") as RatingCase;
  expect(verdictOn(barter)).toMatchObject({ ok: false, unsupported: true, got: null });
});

test.each([
  ["a quantity that is no number", "graduated", { tiers: [{ up_to: null, unit: "1" }], quantity: "many" }],
  ["a date that is none", "proration", { start: "2023-02-30", next_cycle: "2023-03-15", period_start: "2023-02-15" }],
  ["a currency nobody bills in", "rounding", { lines: ["1.00"], currency: "XYZ" }],
])("%s spoils its own case, with the reason", (_, group, inputs) => {
  const verdict = verdictOn({ id: "x", group, model: "", inputs, expected: "1", unit: "", stance: "hold" });
  expect(verdict).toMatchObject({ ok: false, unsupported: true, why: expect.any(String) });
});

test.each([
  [rational(1n, 3n), "0.33", true],
  [rational(1n, 3n), "0.34", false],
  [rational(36n, 100n), "0.4", false],
  [rational(5n), 5, true],
  [rational(11n, 2n), 5, false],
  [rational(7n, 31n), "7/31", true],
] as const)(
  "%o against %s is %s: an exact number equals what it rounds to at two decimals or more",
  (main, expected, ok) => {
    expect(compareWith({ main }, expected).ok).toBe(ok);
  },
);

test("a record with none of the expected names is not as expected", () => {
  expect(compareWith({ main: rational(1), values: { other: rational(1) } }, { total: "1" }).ok).toBe(false);
});
