import { describe, expect, test } from "vitest";
import { asId, type PoolId } from "../kernel/ids.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import type { Policy } from "./config.ts";
import { contactId, type SmallWorld, smallConfig, smallTicket, smallWorld } from "./fixture.ts";
import { placeInLine, placeParts, slackBonus } from "./policy.ts";
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
  world.send({ type: "withdraw", contactId: contactId("a"), why: "left", attempt: 1 });
  const only = queue(world, 0);
  only.today.offered = 300;
  world.midnight("2026-11-21");
  expect(only.expectedToday).toBe(300);
  world.midnight("2026-11-22");
  expect(only.expectedToday).toBe(300);
  only.today.offered = 200;
  world.midnight("2026-11-23");
  expect(only.expectedToday).toBe(250);
  world.restart();
  expect(queue(world, 0).expectedToday).toBe(250);
  expect(world.send({ type: "wait", ticket: smallTicket("a", 1_000_000) })).toMatchObject({ is: "wait" });
});

/** One contact of a queue with such a day, and the parts of its place after so long. */
function partsOf(day: Partial<PoolQueue["today"]>, waitedMs: number, expected = 0, share = 0.8) {
  const world = smallWorld();
  world.wait("one", 0, { target: { share, withinS: 20, shortAbandonS: 5 }, priority: 2 });
  const only = queue(world, 0);
  const none = { offered: 0, answered: 0, abandoned: 0, shortAbandoned: 0, overflowed: 0, withinTarget: 0 };
  only.today = { ...none, ...day };
  only.expectedToday = expected;
  only.stake = null;
  const one = ticket(world, "one");
  const now = one.queuedAt + waitedMs;
  const bonus = slackBonus(one, now);
  expect(placeInLine(one, "slack", now)).toBe(one.key - bonus);
  const parts = placeParts(one, "slack", now);
  return { parts: { ...parts, stakeMs: Math.round(parts.stakeMs) }, fifo: placeParts(one, "fifo", now), bonus };
}

/*
 * What a day has at stake, reckoned by hand from the formula of version 2: expected end of the day and its spread, the
 * normal density of the promise there, 1,500 s for the level and 900 s for abandonment, never more than 90 s. Another
 * figure here is another meaning, and wants another version.
 */
test.each([
  ["nothing known yet", {}, 0, 0.8, 90_000, 90_000],
  [
    "a forecast",
    { offered: 120, answered: 100, abandoned: 4, shortAbandoned: 2, withinTarget: 84 },
    300,
    0.8,
    29_038,
    4_491,
  ],
  [
    "many gave up",
    { offered: 400, answered: 380, abandoned: 19, shortAbandoned: 1, withinTarget: 300 },
    0,
    0.8,
    60_595,
    60_595,
  ],
  [
    "another promise",
    { offered: 500, answered: 480, abandoned: 10, shortAbandoned: 4, withinTarget: 450 },
    1000,
    0.9,
    1_377,
    0,
  ],
  ["on the edge", { offered: 100, answered: 97, abandoned: 3, withinTarget: 79 }, 100, 0.8, 90_000, 48_592],
  ["lost", { offered: 100, answered: 90, abandoned: 20, withinTarget: 50 }, 0, 0.8, 0, 0],
  [
    "mixed",
    { offered: 150, answered: 140, abandoned: 9, shortAbandoned: 3, withinTarget: 125 },
    200,
    0.8,
    71_339,
    67_651,
  ],
] as const)(
  "ACD-4 slack, version 2: a day with %s is at stake by its figures",
  (_, day, expected, share, inTime, late) => {
    expect(partsOf(day, 0, expected, share).parts.stakeMs).toBe(inTime);
    expect(partsOf(day, 20_000, expected, share).parts.stakeMs).toBe(late);
  },
);

test.each([
  [0, 10_000, 0],
  [19_999, 10_000, 0],
  [20_000, 0, 0],
  [42_999, 0, 0],
  [43_000, 0, 16_000],
  [59_999, 0, 16_000],
  [60_000, 0, 0],
])("ACD-4 slack after %i ms: in time is worth %i, the tail before a minute %i", (waitedMs, inTimeMs, tailMs) => {
  const { parts, fifo, bonus } = partsOf({ offered: 100, answered: 90, abandoned: 20 }, waitedMs);
  const age = { waitedMs, priorityMs: 60_000 };
  expect(parts).toEqual({ ...age, inTimeMs, stakeMs: 0, tailMs });
  expect(fifo).toEqual({ ...age, inTimeMs: 0, stakeMs: 0, tailMs: 0 });
  expect(bonus).toBeCloseTo(inTimeMs + tailMs, 3);
});

test("ACD-4 who rings somewhere already comes after all who do not, under every policy", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait("rings");
  world.wait("waits");
  for (const policy of ["fifo", "edf", "slack"] as const) {
    const place = (name: string) => placeInLine(ticket(world, name), policy, world.now);
    expect(place("rings") - place("waits")).toBeGreaterThan(900 * 86_400 * SECOND_MS);
  }
});
