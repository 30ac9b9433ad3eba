import fc from "fast-check";
import { expect, test } from "vitest";
import { DEEDS, type DunningStep, faultsOf, HOUSE_RULE, standingOf, stepsDue } from "./dunning.ts";

const RULE: readonly DunningStep[] = [
  { day: -3, deed: "remind" },
  { day: 1, deed: "remind" },
  { day: 10, deed: "warn" },
  { day: 20, deed: "stop_outbound" },
  { day: 30, deed: "suspend" },
];
const due = (today: string, taken: readonly DunningStep[] = []) =>
  stepsDue({ dueOn: "2026-10-31", rule: RULE, taken }, today).map(({ day, deed }) => `${deed}@${day}`);

test.each<[string, string, readonly number[], string[]]>([
  ["nothing long before", "2026-10-27", [], []],
  ["a friendly word three days before", "2026-10-28", [], ["remind@-3"]],
  ["nothing twice", "2026-10-29", [0], []],
  ["of two reminders due at once, the later one", "2026-11-01", [], ["remind@1"]],
  ["not the earlier one after the later", "2026-11-01", [1], []],
  ["no reminder that is more than a week late", "2026-11-09", [0], []],
  ["the warning on its day", "2026-11-10", [0, 1], ["warn@10"]],
  ["after a long silence the warning first, not the suspension", "2026-12-31", [], ["warn@10"]],
  ["then one harder step a day", "2026-12-31", [0, 1, 2], ["stop_outbound@20"]],
  ["and the hardest last", "2026-12-31", [0, 1, 2, 3], ["suspend@30"]],
  ["nothing after that", "2027-06-30", [0, 1, 2, 3, 4], []],
])("BIL-8 %s", (_what, today, taken, steps) => {
  expect(
    due(
      today,
      taken.map((at) => RULE[at]).filter((it) => it !== undefined),
    ),
  ).toEqual(steps);
});

test("BIL-8 a client stands by the worst step of what is still unpaid, and well without any", () => {
  expect(standingOf([])).toBe("good");
  expect(standingOf([{ day: 1, deed: "remind" }])).toBe("reminded");
  expect(
    standingOf([
      { day: 30, deed: "suspend" },
      { day: 1, deed: "remind" },
    ]),
  ).toBe("suspended");
});

test("BIL-8 a rule that cuts off without a warning, before the due date, or twice is refused by its place", () => {
  expect(faultsOf(HOUSE_RULE)).toEqual([]);
  expect(faultsOf([{ day: 30, deed: "suspend" }])).toEqual([
    { path: "steps.0", message: "a warning must come on an earlier day" },
  ]);
  expect(faultsOf([{ day: 0, deed: "warn" }]).map(({ path }) => path)).toEqual(["steps.0.day"]);
  expect(
    faultsOf([
      { day: 1, deed: "remind" },
      { day: 1, deed: "remind" },
    ]).map(({ path }) => path),
  ).toEqual(["steps.1"]);
});

test("BIL-8 under any sound rule nobody is stopped or suspended before a warning was taken, day by day", () => {
  const step = fc.record({ day: fc.integer({ min: -10, max: 60 }), deed: fc.constantFrom(...DEEDS) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), fc.integer({ min: 0, max: 90 }), (rule, firstLook) => {
      fc.pre(faultsOf(rule).length === 0);
      const taken: DunningStep[] = [];
      for (let day = firstLook; day < firstLook + 30; day += 1) {
        const today = new Date(Date.UTC(2026, 0, 21 + day)).toISOString().slice(0, 10);
        for (const it of stepsDue({ dueOn: "2026-01-31", rule, taken }, today)) {
          const needsWarning = it.deed === "stop_outbound" || it.deed === "suspend";
          expect(!needsWarning || taken.some(({ deed }) => deed === "warn")).toBe(true);
          taken.push(it);
        }
      }
    }),
  );
});
