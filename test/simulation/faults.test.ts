import { describe, expect, test } from "vitest";
import { PRODUCT } from "../../src/entry/cli/sim/faults/machines.ts";
import { faultWorld, faultWorldUnder } from "./fault-world.ts";
import { PLANTED_BUGS } from "./planted-bugs.ts";

/** So many seeds, and no more, may a mistake take to be noticed. */
const SEEDS_TO_CATCH = 200;

describe("ACD-7 under faults", () => {
  test("1,000 seeds end without a broken promise", () => {
    const report = faultWorld("--seed", "1", "--seeds", "1000");
    expect(report.failures.map(({ seed, promise, replay }) => ({ seed, promise, replay }))).toEqual([]);
    expect(report).toMatchObject({ invariantsBroken: 0, firstBroken: null, tenantDays: 3_000 });
    // The storm must not keep the house from working, or nothing would be put to the test.
    expect(report.decisions).toBeGreaterThan(30_000);
    expect(report.contacts).toBeGreaterThan(90_000);
  }, 400_000);

  test("ACD-2 150 seeds with numbers outside the house end without a broken promise, and are used", () => {
    const report = faultWorld("--outside", "--seed", "1", "--seeds", "150");
    expect(report.failures.map(({ seed, promise, replay }) => ({ seed, promise, replay }))).toEqual([]);
    expect(report).toMatchObject({ invariantsBroken: 0, firstBroken: null });
    const without = faultWorld("--seed", "1", "--seeds", "20");
    expect(faultWorld("--outside", "--seed", "1", "--seeds", "20").ledgerHash).not.toBe(without.ledgerHash);
  }, 400_000);

  test("SL-4 a pool that takes a contact put aside for one that has left is caught: its figures are not the facts'", () => {
    const stepPool: typeof PRODUCT.stepPool = (pool, event, now, chance) => {
      const isAside = event.type === "withdraw" && event.why === "aside";
      return PRODUCT.stepPool(pool, isAside ? { ...event, why: "left" } : event, now, chance);
    };
    const plant = () => ({ ...PRODUCT, stepPool });
    const { failures } = faultWorldUnder(plant, "--outside", "--seed", "1", "--seeds", "20");
    expect(failures.length).toBeGreaterThan(0);
    for (const { promise, replay } of failures) {
      expect(promise).toMatch(/the pool counts \d+ \w+, the facts \d+/);
      expect(replay).toContain("--faults --outside --seed");
    }
  });

  test("the same seed gives the same history, another seed another", () => {
    const first = faultWorld("--seed", "11");
    const { wallSeconds: _w, rssMiB: _r, decisionsPerSecond: _d, ...told } = faultWorld("--seed", "11");
    expect(first).toMatchObject(told);
    expect(faultWorld("--seed", "12").ledgerHash).not.toBe(first.ledgerHash);
  });

  test("there are at least ten planted bugs, each under a name of its own", () => {
    expect(new Set(PLANTED_BUGS.map((bug) => bug.is)).size).toBe(PLANTED_BUGS.length);
    expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(10);
  });

  test.each(PLANTED_BUGS)(
    "a planted bug is caught within 200 seeds: $is",
    ({ plant, promise }) => {
      for (let seed = 1; seed <= SEEDS_TO_CATCH; seed++) {
        const report = faultWorldUnder(plant, "--seed", String(seed));
        const [failure] = report.failures;
        if (failure === undefined) continue;
        expect(failure.promise).toMatch(promise);
        expect(failure.replay).toContain(`--faults --seed ${seed}`);
        expect(failure.trace.length, "what happened is told").toBeGreaterThan(0);
        return;
      }
      throw new Error(`not caught in ${SEEDS_TO_CATCH} seeds`);
    },
    60_000,
  );
});
