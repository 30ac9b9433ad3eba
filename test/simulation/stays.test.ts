import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { step } from "../../src/domain/routing/step.ts";
import { PRODUCT, type Rules, StaysWorld } from "./stays-world.ts";

const STEPS = 400;
const QUIET_EVERY = 50;

/** One walk; what does not agree at its first quiet moment that shows it. */
function walk(seed: number, rules: Rules = PRODUCT): { readonly told: string | null; readonly stays: number } {
  const world = new StaysWorld(seed, rules);
  for (let steps = 1; steps <= STEPS; steps++) {
    world.happen();
    if (steps % QUIET_EVERY !== 0) continue;
    world.settle();
    const told = world.disagreement();
    if (told !== null) return { told: `seed ${seed}, step ${steps}: ${told}`, stays: world.stays() };
  }
  return { told: null, stays: world.stays() };
}

describe("REP-1 MON-1 pools, live boards and facts agree at every quiet moment, across midnight in two zones", () => {
  test("by lot, with words lost, doubled, late and out of order, restarts, sites and numbers outside", () => {
    let stays = 0;
    const told = Array.from({ length: 300 }, (_, seed) => {
      const walked = walk(seed);
      stays += walked.stays;
      return walked.told;
    }).filter((one) => one !== null);
    expect(told).toEqual([]);
    expect(stays).toBeGreaterThan(5_000);
  }, 120_000);

  test("from any seed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 2 ** 31 - 1 }), (seed) => {
        expect(walk(seed).told).toBeNull();
      }),
      { numRuns: 100 },
    );
  }, 120_000);

  /** What was wrong once, and what could easily be: each must be found out. */
  const MISTAKES: readonly [string, Rules][] = [
    [
      "forgets who hangs up before his wish to wait has arrived",
      pool((send, event) => send(event.type === "withdraw" ? { ...event, stay: without(event.stay) } : event)),
    ],
    [
      "counts waits by the pool's clock",
      pool((send, event) => {
        if (event.type === "connected") return send({ ...event, waitedMs: undefined as unknown as number });
        if (event.type !== "withdraw" || event.stay == null) return send(event);
        return send({ ...event, stay: { ...event.stay, waitedMs: undefined as unknown as number } });
      }),
    ],
    ["counts by the site's day", { ...PRODUCT, dayOf: (at) => PRODUCT.dayOf(at, "Europe/Paris") }],
    [
      "offers to the new day who waits at midnight",
      pool((send, event, open) => {
        const reply = send(event);
        if (event.type === "client_day_began" && reply.is === "done") open();
        return reply;
      }),
    ],
  ];
  test.each(MISTAKES)("a house that %s is found out", (_, rules) => {
    const found = Array.from({ length: 60 }, (_, seed) => walk(seed, rules).told).find((told) => told !== null);
    expect(found).toMatch(/the (pools count|board counts)|counts \d+ offered/);
  });
});

type Send = (event: Parameters<typeof step>[1]) => ReturnType<typeof step>;
type Mistake = (send: Send, event: Parameters<typeof step>[1], open: () => void) => ReturnType<typeof step>;

function pool(mistake: Mistake): Rules {
  const stepPool: typeof step = (at, event, now, chance) =>
    mistake(
      (other) => step(at, other, now, chance),
      event,
      () => {
        for (const { queue, stay } of at.tickets.values())
          if (stay !== null && stay.date !== queue.date) queue.today.offered += 1;
      },
    );
  return { ...PRODUCT, stepPool };
}

function without(stay: { readonly waitedMs: number } | null | undefined): { readonly waitedMs: number } | null {
  return stay == null ? null : { waitedMs: stay.waitedMs };
}
