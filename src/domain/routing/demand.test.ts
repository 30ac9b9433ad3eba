import { expect, test } from "vitest";
import type { QueueConfig, QueueRules, RelaxStep } from "../call/line-config.ts";
import { PLAIN_RULES } from "./config.ts";
import { demandAt, demandKey, nextChange, parseNeed, pointsAt } from "./demand.ts";
import { agentId, smallQueue } from "./fixture.ts";

const queue = (skills: readonly string[], rules: Partial<QueueRules> = {}): QueueConfig =>
  smallQueue(0, { skills, rules: { ...PLAIN_RULES, ...rules } });
const asked = (config: QueueConfig, waitedS: number): string => demandKey(demandAt(config, null, waitedS * 1_000));

test.each([
  ["zh", "zh", 1],
  ["zh>=7", "zh", 7],
  ["tv-orders>=10", "tv-orders", 10],
])("ACD-2 %s asks for %s at level %i", (text, skill, level) => {
  expect(parseNeed(text)).toEqual({ skill, level });
});

const STEPS: readonly RelaxStep[] = [
  { afterS: 20, do: "lower", skill: "orders", level: 5 },
  { afterS: 40, do: "lend", group: "overflow" },
  { afterS: 40, do: "lower", skill: "orders", level: 2 },
  { afterS: 60, do: "drop", skill: "orders" },
  { afterS: 90, do: "raise", points: 3 },
];

test.each([
  [0, "orders>=8,zh>=1||||"],
  [19.999, "orders>=8,zh>=1||||"],
  [20, "orders>=5,zh>=1||||"],
  [39.999, "orders>=5,zh>=1||||"],
  [40, "orders>=2,zh>=1||overflow|"],
  [60, "zh>=1||overflow|"],
  [3_600, "zh>=1||overflow|"],
])("ACD-2 after %s s a contact asks for %s", (waitedS, key) => {
  expect(asked(queue(["zh", "orders>=8"], { relax: STEPS }), waitedS)).toBe(key.replace(/\|\|\|\|$/, "|||"));
});

test("ACD-2 a step never asks for more than before", () => {
  const raised: RelaxStep[] = [{ afterS: 1, do: "lower", skill: "zh", level: 9 }];
  expect(asked(queue(["zh>=3"], { relax: raised }), 5)).toBe("zh>=3|||");
  expect(asked(queue([], { relax: raised }), 5)).toBe("|||");
});

test.each([
  [0, 20_000],
  [20_000, 40_000],
  [40_000, 60_000],
  [89_999, 90_000],
  [90_000, null],
])("ACD-2 having waited %i ms it next changes at %s", (waited, at) => {
  expect(nextChange(queue(["orders>=8"], { relax: STEPS }), null, waited)).toBe(at);
});

test.each([
  ["standard", 0, 2],
  ["silver", 0, 3],
  ["gold", 0, 6],
  ["platinum", 0, 12],
  ["standard", 89, 2],
  ["standard", 90, 5],
  ["gold", 90, 9],
] as const)("ACD-2 a %s caller after %i s has %i points", (tier, waitedS, points) => {
  const tiers = { silver: 1, gold: 4, platinum: 10 };
  const config = { ...queue([], { tiers, relax: STEPS }), priority: 2 };
  expect(pointsAt(config, { tier, lastAgentId: null, namedAgentId: null }, waitedS * 1_000)).toBe(points);
});

test.each([
  [0, "a3"],
  [14_999, "a3"],
  [15_000, null],
])("ACD-3 a caller known to a3 asks after %i ms for %s alone", (waited, only) => {
  const config = queue([], { lastAgent: { patienceS: 15, withinDays: 30 } });
  const caller = { tier: "standard", lastAgentId: agentId(3), namedAgentId: null } as const;
  expect(demandAt(config, caller, waited).only).toBe(only);
  expect(demandAt(config, { ...caller, lastAgentId: null }, waited).only).toBeNull();
});

test.each([
  [0, "a5"],
  [19_999, "a5"],
  [20_000, "a3"],
  [39_999, "a3"],
  [40_000, null],
])("ACD-3 after %i ms a caller who named a5 and is known to a3 asks for %s", (waited, only) => {
  const config = queue([], {
    namedAgent: { patienceS: 20, variable: "extension" },
    lastAgent: { patienceS: 40, withinDays: 30 },
  });
  const caller = { tier: "standard", lastAgentId: agentId(3), namedAgentId: agentId(5) } as const;
  expect(demandAt(config, caller, waited).only).toBe(only);
});

test("ACD-3 a caller who named nobody waits for the agent who knows him, however long named agents are waited for", () => {
  const config = queue([], {
    namedAgent: { patienceS: 20, variable: "extension" },
    lastAgent: { patienceS: 15, withinDays: 30 },
  });
  const caller = { tier: "standard", lastAgentId: agentId(3), namedAgentId: null } as const;
  expect([0, 15_000].map((waited) => demandAt(config, caller, waited).only)).toEqual(["a3", null]);
});

test.each([
  [null, null, 0, 50_000],
  ["a3", null, 0, 15_000],
  ["a3", null, 15_000, 50_000],
  [null, "a5", 0, 20_000],
  ["a3", "a5", 0, 15_000],
  ["a3", "a5", 15_000, 20_000],
  ["a3", "a5", 20_000, 50_000],
  ["a3", "a5", 50_000, null],
] as const)(
  "ACD-3 a caller known to %s who named %s and waited %i ms next asks for less at %s",
  (last, named, waited, at) => {
    const config = queue([], {
      namedAgent: { patienceS: 20, variable: "extension" },
      lastAgent: { patienceS: 15, withinDays: 30 },
      // Going to another pool is the contact's own step, and changes nothing that is asked for here.
      relax: [
        { afterS: 10, do: "move", poolId: "elsewhere" } as unknown as RelaxStep,
        { afterS: 90, do: "raise", points: 1 },
        { afterS: 50, do: "lend", group: "overflow" },
      ].slice(0, waited >= 50_000 ? 1 : 3) as RelaxStep[],
    });
    const caller = { tier: "standard", lastAgentId: last as never, namedAgentId: named as never } as const;
    expect(nextChange(config, caller, waited)).toBe(at);
    if (last === null && named === null) expect(nextChange(config, null, waited)).toBe(at);
  },
);

test("ACD-2 contacts that ask for the same in another order are one class, and for something else another", () => {
  const lend = (...groups: string[]) => groups.map((group): RelaxStep => ({ afterS: 0, do: "lend", group }));
  const key = (skills: readonly string[], preferred: readonly string[], relax: readonly RelaxStep[]) =>
    asked(queue(skills, { preferred, relax }), 1);
  const one = key(["c", "a>=2", "b"], ["z", "x", "y>=3"], lend("n", "m"));
  expect(one).toBe("a>=2,b>=1,c>=1|x>=1,y>=3,z>=1|m,n|");
  expect(key(["b", "c", "a>=2"], ["y>=3", "z", "x"], lend("m", "n", "m"))).toBe(one);
  expect(key(["a>=2", "b", "c"], ["x", "y>=3", "z"], lend("mn"))).not.toBe(one);
  expect(key(["a>=2", "b", "c", "x"], ["y>=3", "z"], lend("m", "n"))).not.toBe(one);
});
