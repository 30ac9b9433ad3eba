import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FORMULAS, noAttainment, noteLeft, noteQueued, serviceLevel } from "./attainment.ts";
import { grade, type QueueOutcome } from "./grade.ts";

const target = { share: 0.8, withinS: 20, shortAbandonS: 5 };

test.each([
  [0, "answered", "within"],
  [20_000, "answered", "within"],
  [20_001, "answered", "late"],
  [0, "abandoned", "short_abandon"],
  [4_999, "abandoned", "short_abandon"],
  [5_000, "abandoned", "abandoned_within"],
  [20_000, "abandoned", "abandoned_within"],
  [20_001, "abandoned", "abandoned_late"],
  [1_000, "flowed_out", "flowed_out"],
] as const)("SLA-1 after %i ms, %s is %s", (waitedMs, outcome, expected) => {
  expect(grade(outcome, waitedMs, target)).toBe(expected);
});

describe("SLA-1 the eight formulas", () => {
  /** 60 in time, 20 late; 4 short, 6 more in time and 10 late abandons; 5 flowed out in time and 5 late; 10 wait yet. */
  const counters = noAttainment();
  const people: readonly [number, QueueOutcome, number][] = [
    [60, "answered", 10_000],
    [20, "answered", 30_000],
    [4, "abandoned", 3_000],
    [6, "abandoned", 15_000],
    [10, "abandoned", 60_000],
    [5, "flowed_out", 20_000],
    [5, "flowed_out", 90_000],
  ];
  for (const [count, outcome, waitedMs] of people) {
    for (let one = 0; one < count; one++) {
      noteQueued(counters);
      noteLeft(counters, outcome, waitedMs, target);
    }
  }
  for (let one = 0; one < 10; one++) noteQueued(counters);

  test.each([
    ["SL-1", 60 / 80],
    ["SL-2", 70 / 100],
    ["SL-3", 60 / 100],
    ["SL-4", 60 / 96],
    ["SL-5", 60 / 110],
    ["SL-6", 60 / 80],
    ["SL-7", 75 / 120],
    ["SL-8", 60 / 90],
  ] as const)("%s is %d", (formula, expected) => {
    expect(serviceLevel(counters, formula)).toBeCloseTo(expected, 12);
  });

  test("nothing counted is no level, neither nought nor one", () => {
    expect(FORMULAS.map((formula) => serviceLevel(noAttainment(), formula))).toEqual(FORMULAS.map(() => null));
  });

  test("every formula stays between nought and one, whatever happens", () => {
    const events = fc.array(
      fc.tuple(fc.constantFrom<QueueOutcome>("answered", "abandoned", "flowed_out"), fc.nat(120_000)),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(events, fc.nat(60), (list, shortAbandonS) => {
        const day = noAttainment();
        for (const [outcome, waitedMs] of list) {
          noteQueued(day);
          noteLeft(day, outcome, waitedMs, { ...target, shortAbandonS });
        }
        for (const formula of FORMULAS.filter((name) => name !== "SL-4")) {
          const level = serviceLevel(day, formula);
          if (level !== null) expect(level >= 0 && level <= 1).toBe(true);
        }
        expect(day.queued).toBe(day.answered + day.abandoned + day.flowedOut);
      }),
    );
  });
});
