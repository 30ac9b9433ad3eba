import { describe, expect, test } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../kernel/instant.ts";
import { contactId, type SmallWorld, smallTicket, smallWorld } from "./fixture.ts";
import { brokenPromise } from "./invariants.ts";
import type { WithdrawReason } from "./protocol.ts";
import { sharedTerms } from "./stays.ts";

const C1 = contactId(1);
const START = 1_000_000;
const NONE = { offered: 0, answered: 0, abandoned: 0, shortAbandoned: 0, overflowed: 0, withinTarget: 0 };
const ONE = { ...NONE, offered: 1 };
const todayOf = (world: SmallWorld, index = 0) => [...world.pool.queues.values()][index]?.today;
const ticket = (world: SmallWorld) => world.pool.tickets.get(C1);

describe("SLA-1 REP-1 how a stay is counted", () => {
  const day = (date: string) => ({ date, timeZone: "Asia/Shanghai" });
  const wish = (attempt = 1, tenant = 0) => ({ ...smallTicket(1, START, tenant, {}, attempt), day: day("2026-11-20") });
  const ends = (world: SmallWorld, why: WithdrawReason, attempt = 1, tenant = 0, waitedMs = 4_999) =>
    world.send({ type: "withdraw", contactId: C1, why, attempt, stay: { waitedMs, ticket: wish(attempt, tenant) } });

  test.each([
    ["abandoned", { ...ONE, abandoned: 1, shortAbandoned: 1 }],
    ["left", { ...ONE, overflowed: 1 }],
    ["moved", NONE],
  ] as const)("%s before its wish to wait has arrived: once, and the wish finds nothing to do", (why, expected) => {
    const world = smallWorld({ agents: 1 });
    world.ready(0);
    expect(ends(world, why)).toEqual({ is: "done" });
    expect(ends(world, why)).toEqual({ is: "ignored", why: "gone already" });
    world.restart();
    expect(world.send({ type: "wait", ticket: wish() })).toMatchObject({ answer: { state: "gone" } });
    expect([todayOf(world), world.state(0)]).toEqual([expected, "ready"]);
    expect(brokenPromise(world.pool, world.now)).toBeNull();
  });

  test("a second stay that is over before it is heard of counts beside the first, in its own queue", () => {
    const world = smallWorld({ tenants: 2 });
    world.send({ type: "wait", ticket: wish() });
    ends(world, "left");
    ends(world, "abandoned", 2);
    ends(world, "abandoned", 3, 1);
    expect([todayOf(world), todayOf(world, 1)]).toEqual([
      { ...ONE, offered: 2, overflowed: 1, abandoned: 1, shortAbandoned: 1 },
      { ...ONE, abandoned: 1, shortAbandoned: 1 },
    ]);
  });

  test("a stay that the pool let go of ends as the same stay, whichever wait it was under", () => {
    const world = smallWorld();
    world.send({ type: "wait", ticket: wish() });
    world.pass(95 * SECOND_MS);
    expect(ends(world, "abandoned", 2, 0, 96_000)).toEqual({ is: "done" });
    world.restart();
    expect(ends(world, "abandoned", 2, 0, 96_000), "said again").toEqual({ is: "ignored", why: "gone already" });
    expect(todayOf(world)).toEqual({ ...ONE, abandoned: 1 });
  });

  test.each([
    ["its own wait, not the pool's", 20_000, { ...ONE, answered: 1, withinTarget: 1 }],
    ["too late by a millisecond", 20_001, { ...ONE, answered: 1 }],
  ] as const)("an answer is graded by %s, and by the target owed when the stay began", (_, waitedMs, expected) => {
    const world = smallWorld({ agents: 1 });
    world.send({ type: "wait", ticket: wish() });
    const stricter = { ...wish().queue, tenantId: wish().tenantId, brandId: wish().brand.id };
    const queues = [{ ...stricter, target: { share: 0.9, withinS: 5, shortAbandonS: 0 } }];
    world.send({ type: "configure", config: { ...world.pool.config, version: 2, queues } });
    world.restart();
    world.ready(0);
    world.ring(0);
    world.accept(0);
    world.pass(40 * SECOND_MS);
    world.send({ type: "connected", contactId: C1, reservationId: world.held(0), waitedMs });
    expect(todayOf(world)).toEqual(expected);
  });

  test("the first contact of a new day begins it, and one of the day before changes nothing any more", () => {
    const world = smallWorld();
    world.send({ type: "wait", ticket: wish() });
    world.send({ type: "wait", ticket: { ...smallTicket(2, START), day: day("2026-11-21") } });
    expect([todayOf(world), [...world.pool.queues.values()][0]?.expectedToday]).toEqual([ONE, 1]);
    ends(world, "abandoned");
    world.send({ type: "wait", ticket: { ...smallTicket(3, START), day: day("2026-11-20") } });
    expect(todayOf(world)).toEqual(ONE);
    expect(brokenPromise(world.pool, world.now)).toBeNull();
    expect(world.send({ type: "client_day_began", day: day("2026-11-21") })).toEqual({
      is: "ignored",
      why: "so already",
    });
    expect(world.send({ type: "client_day_began", day: { date: "2026-11-22", timeZone: "UTC" } })).toMatchObject({
      is: "ignored",
    });
    expect(world.send({ type: "client_day_began", day: day("2026-11-22") })).toEqual({ is: "done" });
    expect(todayOf(world)).toEqual(NONE);
  });

  test("a stay that moves to another site was never offered here, also after a restart, and is when it comes back", () => {
    const world = smallWorld();
    world.send({ type: "wait", ticket: wish() });
    expect(ends(world, "moved")).toEqual({ is: "done" });
    world.restart();
    expect([todayOf(world), ticket(world)?.at.is, ticket(world)?.stay]).toEqual([NONE, "gone", null]);
    world.send({ type: "wait", ticket: wish(2) });
    world.restart();
    expect(todayOf(world)).toEqual(ONE);
  });

  test("the midnights of a client's zone are the pool's from its first stay on", () => {
    const world = smallWorld({ tenants: 2 });
    world.send({ type: "wait", ticket: wish() });
    expect([...world.pool.zones]).toEqual(["Asia/Shanghai"]);
    const newYork = { date: "2026-11-20", timeZone: "America/New_York" };
    world.send({ type: "wait", ticket: { ...smallTicket(2, START, 1), day: newYork } });
    expect([...world.pool.zones]).toEqual(["Asia/Shanghai", "America/New_York"]);
  });

  const owed = { share: 0.8, withinS: 20, shortAbandonS: 5 };
  test.each([
    ["day and target", "2026-11-20", {}, true],
    ["another day", "2026-11-21", {}, false],
    ["another share", "2026-11-20", { share: 0.9 }, false],
    ["other seconds", "2026-11-20", { withinS: 30 }, false],
    ["another short abandon", "2026-11-20", { shortAbandonS: 0 }, false],
  ])("stays keep their terms once for all that have the same: %s", (_, date, over, shared) => {
    const world = smallWorld();
    world.send({ type: "wait", ticket: wish() });
    const [queue] = world.pool.queues.values();
    if (queue === undefined) throw new Error("a ticket has brought its queue");
    const first = sharedTerms(queue, "2026-11-20", owed);
    const second = sharedTerms(queue, date, { ...owed, ...over });
    expect(second).toEqual({ date, target: { ...owed, ...over } });
    expect(second === first).toBe(shared);
    expect(first).toEqual({ date: "2026-11-20", target: owed });
  });

  test.each([
    ["that has ended", "abandoned", 0, 5 * MINUTE_MS],
    ["that has ended", "abandoned", 4 * MINUTE_MS, 5 * MINUTE_MS],
    ["that is open", "aside", 4 * MINUTE_MS, DAY_MS],
    ["that is open", "aside", 5 * MINUTE_MS, DAY_MS],
    ["that is open", "aside", 23 * HOUR_MS, DAY_MS],
  ] as const)(
    "a stay %s (%s) is forgotten on time by a pool restarted after %i ms",
    (_, why, restartMs, forgottenMs) => {
      const world = smallWorld();
      world.send({ type: "wait", ticket: wish() });
      world.send({ type: "withdraw", contactId: C1, why, attempt: 1 });
      world.pass(restartMs);
      world.restart();
      world.pass(forgottenMs - restartMs - 1);
      expect(ticket(world)?.at.is).toBe("gone");
      world.pass(1);
      expect(ticket(world)).toBeUndefined();
    },
  );

  test("a pool that comes back watches its clients' midnights as before", () => {
    const world = smallWorld();
    const newYork = { date: "2026-11-20", timeZone: "America/New_York" };
    world.send({ type: "wait", ticket: { ...wish(), day: newYork } });
    world.restart();
    expect([...world.pool.zones]).toContain("America/New_York");
    expect(world.send({ type: "client_day_began", day: { ...newYork, date: "2026-11-21" } })).toEqual({ is: "done" });
  });
});
