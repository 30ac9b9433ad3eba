import { expect, test } from "vitest";
import type { RoutingDecision } from "../call/facts.ts";
import { asId, type BrandId } from "../kernel/ids.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import { PLAIN_RULES, type Policy } from "./config.ts";
import { agentId, type SmallWorld, smallTicket, smallWorld } from "./fixture.ts";

/** The last decision of the last step. */
function decision(world: SmallWorld): RoutingDecision & { readonly of: string } {
  const told = world.pool.out.messages.flatMap(({ contactId: of, message }) =>
    message.kind === "seat_reserved" ? [{ ...message.decision, of }] : [],
  );
  const last = told.at(-1);
  if (last === undefined) throw new Error("nothing was decided");
  return last;
}

/** An agent becomes ready as the last thing that happens, so that the decision is still in the pool's hands. */
function free(world: SmallWorld, index: number): void {
  world.send({ type: "device_joined", agentId: agentId(index), deviceId: `d${index}` });
  world.send({ type: "set_state", agentId: agentId(index), to: "ready", reason: null });
}

test.each([
  ["random", 2 ** 31, 2 ** 31],
  ["most_skilled", -9, -1],
  ["longest_ready", 0, 0],
  ["longest_idle", 0, 0],
] as const)(
  "ACD-5 %s: the score told is the one that decided, also of a seat far down the line that all others left to it",
  (strategy, first, last) => {
    const world = smallWorld({ agents: 9, profile: (index) => ({ skills: { zh: 9 - index, tv: 9 } }) });
    const start = world.now;
    world.ready(0, 1, 2, 3, 4, 5, 6, 7);
    world.wait("x", 0, { strategy, skills: ["zh"] });
    const moment = strategy.startsWith("longest") ? 1 : 0;
    expect(decision(world).ranked[0]).toEqual({ agentId: "a0", score: first + moment * start, why: "chosen" });
    for (let index = 0; index < 8; index++) {
      expect(world.state(index)).toBe("reserved");
      world.send({ type: "decline", agentId: agentId(index), reservationId: world.held(index) });
    }
    world.now += SECOND_MS;
    free(world, 8);
    const { candidates, ranked } = decision(world);
    expect(candidates).toBe(9);
    expect(ranked[0]).toEqual({ agentId: "a8", score: last + moment * world.now, why: "chosen" });
    expect(ranked.slice(1).map(({ why }) => why)).toEqual(["declined_before", "declined_before", "declined_before"]);
  },
);

test("ACD-6 a seat that stands behind is told by its own score, without the steps, in the class that is asked", () => {
  const profiles = [{ skills: {} }, { skills: { en: 1 } }, { kind: "expert" as const, skills: { en: 1 } }];
  const world = smallWorld({ agents: 3, tenants: 2, profile: (index) => profiles[index] ?? {} });
  const start = world.now;
  world.ready(2, 0, 1);
  const rules = { ...PLAIN_RULES, preferred: ["en"] };
  world.wait("x", 0, { rules });
  expect(decision(world).ranked).toEqual([
    { agentId: "a1", score: start + 2, why: "chosen" },
    { agentId: "a0", score: start + 1, why: "stands_behind" },
    { agentId: "a2", score: start, why: "stands_behind" },
  ]);
  // In another queue, which wishes for nothing, only the expert stands behind.
  world.wait("y", 1);
  expect(decision(world).ranked).toEqual([
    { agentId: "a0", score: start + 1, why: "chosen" },
    { agentId: "a2", score: start, why: "stands_behind" },
  ]);
  world.wait("z", 1);
  expect(decision(world).ranked).toEqual([{ agentId: "a2", score: start, why: "chosen" }]);
});

test("ACD-4 edf: of two with one deadline the first that came goes first, and the older is told that it came here later", () => {
  const world = smallWorld({ agents: 1, tenants: 2 });
  const policy: Policy = "edf";
  world.send({ type: "configure", config: { ...world.pool.config, version: 2, policy } });
  const target = (withinS: number) => ({ target: { share: 0.8, withinS, shortAbandonS: 0 } });
  world.wait("first", 0, target(20));
  const older = smallTicket("older", world.now - 30 * SECOND_MS, 1, target(50));
  world.send({ type: "wait", ticket: older });
  free(world, 0);
  const { of, contact } = decision(world);
  expect(of).toBe("cfirst");
  expect(contact?.others).toEqual([{ sameClient: false, behindMs: 0, why: "reached_later" }]);
});

test("ACD-5 of two that ring already the younger is told that it came later, not that it rings", () => {
  const world = smallWorld({ agents: 3, tenants: 2 });
  free(world, 0);
  world.wait("old", 0, { strategy: "ring_all" });
  world.now += SECOND_MS;
  world.wait("young", 1, { strategy: "ring_all" });
  free(world, 1);
  expect(decision(world).of).toBe("cyoung");
  free(world, 2);
  const { of, contact } = decision(world);
  expect(of).toBe("cold");
  expect(contact?.others).toEqual([{ sameClient: false, behindMs: SECOND_MS, why: "came_later" }]);
});

test("ACD-5 an agent of another brand is no candidate", () => {
  const world = smallWorld({ agents: 2, profile: (index) => (index === 0 ? { brands: [asId<BrandId>("b9")] } : {}) });
  world.ready(0, 1);
  world.wait("x");
  expect(decision(world)).toMatchObject({ candidates: 1, ranked: [{ agentId: "a1", why: "chosen" }] });
});

test.each([
  ["a priority that both have", "slack", 1, 20, 20, 60, 0],
  ["being in time, which both are", "slack", 0, 5, 10, 30, 0],
  ["being near a minute, which both are", "slack", 0, 5, 50, 20, 0],
  ["what both have at stake", "slack", 0, 5, 25, 20, 20_000],
  ["a longer target, which does not count", "fifo", 0, 5, 5, 20, 0],
] as const)(
  "ACD-4 who came later is told that, and not %s",
  (_, policy, priority, apartS, waitedS, withinS, abandonMs) => {
    const world = smallWorld({ agents: 1, tenants: 2 });
    world.send({ type: "configure", config: { ...world.pool.config, version: 2, policy } });
    const over = (within: number) => ({ priority, target: { share: 0.8, withinS: within, shortAbandonS: 0 } });
    world.wait("old", 0, over(withinS));
    world.now += apartS * SECOND_MS;
    world.wait("young", 1, over(policy === "fifo" ? 10 * withinS : withinS));
    world.now += waitedS * SECOND_MS;
    for (const queue of world.pool.queues.values()) queue.stake = { levelMs: 0, abandonMs };
    free(world, 0);
    const { of, contact } = decision(world);
    expect(of).toBe("cold");
    expect(contact?.others).toEqual([{ sameClient: false, behindMs: apartS * SECOND_MS, why: "came_later" }]);
  },
);
