import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../domain/kernel/random.ts";
import { type Callers, keysToSomewhere, planCalls, reachesQueue } from "./callers.ts";

const menu = { kind: "menu", say: {}, timeoutS: 5, repeats: 1, otherwise: "bye" } as const;
const queue = { kind: "queue", queue: "orders", music: null, onTimeout: "bye" } as const;

function callersOf(open: boolean): Callers {
  const steps = {
    start: { ...menu, options: { "1": "hours", "2": "bye" } },
    hours: { kind: "hours", calendar: "shop", open: "wait", closed: "bye" },
    wait: { ...queue, announceEveryS: 30, announcePosition: true, announceWait: true, maxWaitS: 600 },
    bye: { kind: "hangup" },
  } as const;
  // Only what callers look at is given; the rest of a flow file does not matter to them.
  const flow = { entry: "start", steps } as unknown as Callers["flow"];
  return { e164: "+12065550110", flow, known: ["+12065550161"], weight: 1, isOpen: () => open };
}

describe("simulated callers", () => {
  test("find a queue only while somebody is there", () => {
    expect(reachesQueue(callersOf(true))).toBe(true);
    expect(reachesQueue(callersOf(false))).toBe(false);
  });

  test("press keys that the menu has, mostly the one that leads to people", () => {
    const random = seededRandom(3);
    const keys = Array.from({ length: 400 }, () => keysToSomewhere(callersOf(true), random).join(""));
    expect(new Set(keys)).toEqual(new Set(["1", "2"]));
    expect(keys.filter((key) => key === "1").length).toBeGreaterThan(260);
  });

  test("the same seed plans the same day, in order of time and inside its window", () => {
    const plan = (seed: number) => planCalls([callersOf(true)], 50, 60_000, seededRandom(seed));
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
    const instants = plan(7).map(({ atMs }) => atMs);
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
    expect(Math.max(...instants)).toBeLessThan(60_000);
  });

  test("ring only from and to numbers that nobody owns", () => {
    for (const { from } of planCalls([callersOf(true)], 200, 60_000, seededRandom(1))) {
      expect(from).toMatch(/^\+1\d{3}55501\d{2}$|^\+266696687$/);
    }
  });
});
