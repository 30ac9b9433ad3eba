import { describe, expect, test } from "vitest";
import { asId, type PoolId } from "../kernel/ids.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import { contactId, type SmallWorld, smallConfig, smallTicket, smallWorld } from "./fixture.ts";
import { type Policy, slackBonus } from "./policy.ts";
import type { PoolQueue, PoolTicket } from "./state.ts";

/** A pool with this policy and nobody on shift yet. */
function pool(policy: Policy, tenants = 2): SmallWorld {
  const world = smallWorld({ agents: 1, tenants });
  const config = { ...smallConfig({ agents: 1, tenants }), version: 2, policy, poolId: asId<PoolId>("p") };
  world.send({ type: "configure", config });
  return world;
}

const next = (world: SmallWorld): string => {
  world.ready(0);
  const { at } = world.agent(0);
  return at.is === "reserved" ? at.reservation.ticket.contactId : "nobody";
};

const queue = (world: SmallWorld, tenant: number): PoolQueue => {
  const found = [...world.pool.queues.values()].find((candidate) => candidate.queueId === `q${tenant}`);
  if (found === undefined) throw new Error("no such queue");
  return found;
};

const ticket = (world: SmallWorld, name: string): PoolTicket => world.pool.tickets.get(contactId(name)) as PoolTicket;

describe("ACD-4 whose caller is served first", () => {
  test("fifo: the oldest", () => {
    const world = pool("fifo");
    world.wait("old", 0, { target: { share: 0.8, withinS: 60, shortAbandonS: 0 } });
    world.pass(SECOND_MS);
    world.wait("young", 1, { target: { share: 0.8, withinS: 10, shortAbandonS: 0 } });
    expect(next(world)).toBe("cold");
  });

  test("edf: the one who first leaves its target", () => {
    const world = pool("edf");
    world.wait("old", 0, { target: { share: 0.8, withinS: 60, shortAbandonS: 0 } });
    world.pass(SECOND_MS);
    world.wait("young", 1, { target: { share: 0.8, withinS: 10, shortAbandonS: 0 } });
    expect(next(world)).toBe("cyoung");
  });

  test("slack: of two as old, the one whose day is on the edge; a safe and a lost day count alike", () => {
    for (const [edge, other] of [
      [
        { withinTarget: 78, abandoned: 4 },
        { withinTarget: 100, abandoned: 0 },
      ],
      [
        { withinTarget: 78, abandoned: 4 },
        { withinTarget: 20, abandoned: 40 },
      ],
    ] as const) {
      const world = pool("slack");
      world.wait("other", 1);
      world.wait("edge", 0);
      const day = { offered: 100, answered: 96, shortAbandoned: 0 };
      Object.assign(queue(world, 0).today, day, edge);
      Object.assign(queue(world, 1).today, day, other);
      expect(next(world)).toBe("cedge");
    }
  });

  test("slack: one still in time goes before one just too late, yet nobody is forgotten", () => {
    const world = pool("slack");
    world.wait("late", 0);
    world.pass(5 * SECOND_MS);
    world.wait("inTime", 0);
    world.pass(17 * SECOND_MS);
    expect(next(world)).toBe("cinTime");
    const patient = pool("slack");
    patient.wait("late", 0);
    patient.pass(40 * SECOND_MS);
    patient.wait("inTime", 1);
    expect(next(patient)).toBe("clate");
  });

  test("slack: what it adds to age is bounded, so no contact is overtaken for ever", () => {
    const world = pool("slack");
    world.wait("one", 0);
    for (let abandoned = 0; abandoned < 30; abandoned++) {
      Object.assign(queue(world, 0).today, {
        offered: 60,
        answered: 60 - abandoned,
        abandoned,
        withinTarget: 48 - abandoned,
      });
      for (let waited = 0; waited <= 120; waited += 5) {
        const bonus = slackBonus(ticket(world, "one"), ticket(world, "one").queuedAt + waited * SECOND_MS);
        expect(bonus).toBeGreaterThanOrEqual(0);
        expect(bonus).toBeLessThanOrEqual(116 * SECOND_MS);
      }
    }
  });

  test("a client below its guarantee goes first under every policy", () => {
    for (const policy of ["fifo", "edf", "slack"] as const) {
      const world = pool(policy);
      world.wait("old", 1);
      world.pass(50 * SECOND_MS);
      world.wait("owed", 0);
      const tenant = world.pool.tenants.get(ticket(world, "owed").tenant.tenantId);
      if (tenant !== undefined) tenant.guaranteed = 1;
      expect(next(world)).toBe("cowed");
    }
  });
});

test("ACD-4 a queue learns what a day brings; a holiday teaches nothing", () => {
  const world = smallWorld();
  world.wait("a");
  const only = queue(world, 0);
  only.today.offered = 300;
  world.send({ type: "day_began" });
  expect(only.expectedToday).toBe(300);
  world.send({ type: "day_began" });
  expect(only.expectedToday).toBe(300);
  only.today.offered = 200;
  world.send({ type: "day_began" });
  expect(only.expectedToday).toBe(250);
  world.restart();
  expect(queue(world, 0).expectedToday).toBe(250);
  expect(world.send({ type: "wait", ticket: smallTicket("a", 1_000_000) })).toMatchObject({ is: "wait" });
});
