import { describe, expect, test } from "vitest";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../kernel/instant.ts";
import { agentId, contactId, type SmallWorld, smallTicket, smallWorld } from "./fixture.ts";
import { brokenPromise } from "./invariants.ts";
import type { WithdrawReason } from "./protocol.ts";

const C1 = contactId(1);
const START = 1_000_000;
const todayOf = (world: SmallWorld, index = 0) => [...world.pool.queues.values()][index]?.today;
const ticket = (world: SmallWorld) => world.pool.tickets.get(C1);
const leave = (world: SmallWorld, why: WithdrawReason, attempt: number | null = null) =>
  world.send({ type: "withdraw", contactId: C1, why, attempt });
const waitAgain = (world: SmallWorld, attempt: number, tenant = 0) =>
  world.send({ type: "wait", ticket: smallTicket(1, START, tenant, {}, attempt) });

const NONE = { offered: 0, answered: 0, abandoned: 0, shortAbandoned: 0, overflowed: 0, withinTarget: 0 };
const ONE = { offered: 1, answered: 0, abandoned: 0, shortAbandoned: 0, overflowed: 0, withinTarget: 0 };

function waiting(tenants = 1): SmallWorld {
  const world = smallWorld({ tenants });
  world.wait(1);
  return world;
}

describe("SLA-1 the day's figures of a queue", () => {
  test.each([
    [4_999, "abandoned", { ...ONE, abandoned: 1, shortAbandoned: 1 }],
    [5_000, "abandoned", { ...ONE, abandoned: 1 }],
    [9_000, "left", { ...ONE, overflowed: 1 }],
  ] as const)("after %i ms a contact that %s", (ms, why, expected) => {
    const world = waiting();
    world.pass(ms);
    expect(leave(world, why)).toEqual({ is: "done" });
    world.restart();
    expect(todayOf(world)).toEqual(expected);
    expect(leave(world, "abandoned"), "counted once").toEqual({ is: "ignored", why: "gone already" });
    expect(todayOf(world)).toEqual(expected);
    expect(ticket(world)?.stay).toBeNull();
  });

  test.each([
    [20_000, 1],
    [20_001, 0],
  ])("answered after %i ms counts %i within 20 s", (ms, within) => {
    const world = waiting();
    world.pass(ms);
    world.ready(0);
    world.now -= 1;
    world.talk(0, 1);
    expect(todayOf(world)).toMatchObject({ answered: 1, withinTarget: within, abandoned: 0 });
  });

  test.each([
    ["abandoned", 1],
    ["left", 0],
    ["aside", 0],
  ] as const)("a contact that %s while the agent is being connected counts %i abandoned", (why, abandoned) => {
    const world = waiting();
    world.pass(10_000);
    world.ready(0);
    world.ring(0);
    world.accept(0);
    leave(world, why);
    expect(todayOf(world)).toMatchObject({ abandoned, answered: 0 });
    expect(world.state(0)).toBe("ready");
  });

  test("a contact that gives up at once while the agent is being connected is a short one, and is stored once", () => {
    const world = waiting();
    world.ready(0);
    world.ring(0);
    world.accept(0);
    leave(world, "abandoned");
    expect(todayOf(world)).toMatchObject({ answered: 0, abandoned: 1, shortAbandoned: 1 });
    expect(world.pool.out.queues).toHaveLength(1);
    expect(new Set(world.pool.out.tickets).size).toBe(world.pool.out.tickets.length);
  });

  test("a contact whose phone failed in mid-talk and that is answered again is answered once", () => {
    const world = waiting();
    world.ready(0);
    world.talk(0, 1);
    world.send({ type: "leg_failed", contactId: C1, reservationId: world.held(0) });
    world.ready(0);
    world.talk(0, 1);
    expect(world.state(0)).toBe("on_contact");
    expect(todayOf(world)).toMatchObject({ offered: 1, answered: 1, withinTarget: 1 });
  });

  test("a contact that goes after the talk was answered is no abandoned one", () => {
    const world = waiting();
    world.ready(0);
    world.talk(0, 1);
    leave(world, "abandoned");
    expect(todayOf(world)).toMatchObject({ answered: 1, abandoned: 0 });
    expect(world.state(0)).toBe("wrap_up");
  });
});

describe("ACD-2 SL-4 a contact that is put aside: its stay goes on, and ends as the contact says later", () => {
  test.each(["waiting", "ringing", "accepted"] as const)("the agent who is %s is free again", (at) => {
    const world = waiting();
    if (at !== "waiting") world.ready(0);
    if (at !== "waiting") world.ring(0);
    if (at === "accepted") world.accept(0);
    expect(leave(world, "aside")).toEqual({ is: "done" });
    if (at !== "waiting") expect(world.state(0)).toBe("ready");
    expect(leave(world, "aside"), "said twice").toEqual({ is: "ignored", why: "gone already" });
    expect([todayOf(world), ticket(world)?.stay]).toMatchObject([ONE, { date: "" }]);
  });

  test.each([
    ["abandoned", { ...ONE, abandoned: 1 }],
    ["left", { ...ONE, overflowed: 1 }],
  ] as const)("then %s: counted so, once, also after a restart", (why, expected) => {
    const world = waiting();
    world.pass(6 * SECOND_MS);
    leave(world, "aside", 1);
    world.restart();
    world.pass(20 * SECOND_MS);
    expect(leave(world, why, 1)).toEqual({ is: "done" });
    expect(leave(world, "left", 1)).toEqual({ is: "ignored", why: "gone already" });
    expect(todayOf(world)).toEqual(expected);
  });

  test("then waits again: the same stay at its old age, and answered it counts", () => {
    const world = waiting();
    leave(world, "aside", 1);
    world.pass(30 * SECOND_MS);
    expect(waitAgain(world, 2)).toMatchObject({ answer: { state: "waiting", waiting: 1 } });
    expect(leave(world, "abandoned", 1), "of the earlier attempt").toMatchObject({ is: "ignored" });
    world.ready(0);
    world.talk(0, 1);
    expect(todayOf(world)).toEqual({ ...ONE, answered: 1 });
  });

  test("held up for hours: the stay is open until the contact says how it ended, and counted then", () => {
    const world = waiting();
    leave(world, "aside", 1);
    world.pass(23 * HOUR_MS);
    world.restart();
    expect([todayOf(world), ticket(world)?.stay]).toMatchObject([ONE, { date: "" }]);
    expect(leave(world, "abandoned", 1)).toEqual({ is: "done" });
    expect(todayOf(world)).toEqual({ ...ONE, abandoned: 1 });
    world.pass(HOUR_MS);
    expect(ticket(world)).toBeUndefined();
  });

  test("never heard of again: forgotten after a day, whose figures nobody is shown any more", () => {
    const world = waiting();
    leave(world, "aside", 1);
    world.pass(24 * HOUR_MS);
    expect(ticket(world)).toBeUndefined();
  });

  test("over midnight it stays the earlier day's, and so does its end", () => {
    const world = waiting();
    leave(world, "aside", 1);
    world.midnight("2026-11-21");
    expect(todayOf(world)).toEqual(NONE);
    leave(world, "abandoned", 1);
    expect(todayOf(world)).toEqual(NONE);
    expect(brokenPromise(world.pool, world.now)).toBeNull();
  });
});

describe("ACD-7 a contact that asks again", () => {
  test("under the same attempt keeps its place and its lease begins anew", () => {
    const world = waiting();
    world.pass(60 * SECOND_MS);
    expect(waitAgain(world, 1)).toMatchObject({ is: "wait", answer: { state: "waiting", position: 1, waiting: 1 } });
    expect(ticket(world)?.arrival).toBe(1);
    world.pass(94_999);
    expect(ticket(world)?.at.is).toBe("waiting");
    world.pass(1);
    expect(ticket(world)?.at.is, "unheard of for 95 s").toBe("gone");
    expect(todayOf(world)).toMatchObject({ offered: 1, abandoned: 0 });
  });

  test("under a higher attempt while it waits is noted, also for after a restart", () => {
    const world = waiting();
    waitAgain(world, 2);
    world.restart();
    expect(ticket(world)).toMatchObject({ attempt: 2, at: { is: "waiting" } });
    expect(leave(world, "left", 1)).toEqual({ is: "ignored", why: "an earlier attempt" });
    expect(leave(world, "left", 2)).toEqual({ is: "done" });
    expect(todayOf(world)?.offered).toBe(1);
  });

  test("after it has gone is told so, and begins anew only under a higher attempt", () => {
    const world = waiting();
    leave(world, "left");
    expect(waitAgain(world, 1)).toMatchObject({ answer: { state: "gone", heldBy: null } });
    expect(ticket(world)?.at.is).toBe("gone");
    expect(waitAgain(world, 2)).toMatchObject({ answer: { state: "waiting", waiting: 1 } });
    expect(waitAgain(world, 1), "a late one").toMatchObject({ answer: { state: "gone" } });
    expect(ticket(world)).toMatchObject({ attempt: 2, at: { is: "waiting" }, stay: { date: "" } });
    expect(todayOf(world), "another stay").toMatchObject({ offered: 2, overflowed: 1 });
  });

  test("while it is offered or served is told by whom it is held", () => {
    const world = waiting();
    world.ready(0);
    const heldBy = world.held(0);
    expect(waitAgain(world, 1)).toMatchObject({ answer: { state: "held", heldBy } });
    world.ring(0);
    world.accept(0);
    expect(waitAgain(world, 1)).toMatchObject({ answer: { state: "held", heldBy } });
    expect(world.state(0)).toBe("on_contact");
    expect(brokenPromise(world.pool, world.now)).toBeNull();
    expect(waitAgain(world, 0), "a late one").toMatchObject({ answer: { state: "gone", heldBy: null } });
    expect(world.state(0)).toBe("on_contact");
  });

  test("for another queue has left the first, and is offered in both", () => {
    const world = waiting(2);
    world.ready(0);
    expect(waitAgain(world, 2, 1)).toMatchObject({ is: "wait", answer: { state: "held" } });
    expect([todayOf(world, 0)?.offered, todayOf(world, 1)?.offered]).toEqual([1, 1]);
    expect(todayOf(world, 0)).toMatchObject({ answered: 0, abandoned: 0 });
    expect([...world.pool.queues.values()].map((queue) => queue.waiting)).toEqual([0, 1]);
    expect(world.pool.tenants.get("t0" as never)?.seats).toBe(0);
    expect(ticket(world)?.queue.queueId).toBe("q1");
  });

  test("for another queue while an agent was being connected gives that agent back", () => {
    const world = waiting(2);
    world.ready(0);
    world.ring(0);
    world.accept(0);
    waitAgain(world, 1, 1);
    expect(ticket(world)?.queue.queueId).toBe("q1");
    expect(world.agent(0).at).toMatchObject({ is: "reserved" });
    expect(todayOf(world, 1)?.offered).toBe(1);
  });
});

describe("ACD-7 a contact that has gone", () => {
  test("is remembered for five minutes, and then forgotten for good", () => {
    const world = waiting();
    leave(world, "abandoned");
    world.pass(5 * MINUTE_MS - 1);
    expect(ticket(world)?.at.is).toBe("gone");
    world.pass(1);
    expect(ticket(world)).toBeUndefined();
    world.restart();
    expect(ticket(world), "its row is gone as well").toBeUndefined();
  });

  test("is remembered as long as somebody wraps it up", () => {
    const world = waiting();
    world.ready(0);
    world.talk(0, 1);
    world.send({ type: "talk_ended", contactId: C1, reservationId: world.held(0), wrapUpS: null });
    world.pass(29 * MINUTE_MS);
    expect(ticket(world)?.at).toEqual({ is: "gone", wrapUp: world.agent(0) });
    world.pass(7 * MINUTE_MS);
    expect(ticket(world)).toBeUndefined();
  });

  test("takes its offer along, and the agent keeps the place among the idle", () => {
    const world = waiting();
    world.ready(0);
    const { idleSince } = world.agent(0).figures;
    world.ring(0);
    world.pass(3_000);
    leave(world, "abandoned");
    expect(world.messages.at(-1)).toMatchObject({ kind: "seat_returned", why: "rescinded" });
    expect(world.agent(0).figures.idleSince).toBe(idleSince);
    expect([...world.pool.queues.values()][0]?.waiting).toBe(0);
  });
});

test("ACD-7 who has declined a contact is not offered it again for half a minute", () => {
  const world = waiting();
  world.ready(0);
  world.send({ type: "decline", agentId: agentId(0), reservationId: world.held(0) });
  expect(world.state(0)).toBe("ready");
  world.pass(29_999);
  expect(world.state(0)).toBe("ready");
  world.restart();
  world.pass(1);
  expect(world.state(0)).toBe("reserved");
  expect(ticket(world)?.declined).toEqual([]);
});

test("ACD-7 with a progressive ring one more seat rings every ten seconds, and none before", () => {
  const world = smallWorld({ agents: 3 });
  world.ready(0, 1, 2);
  world.wait(1, 0, { strategy: "progressive", ringTimeoutS: 60 });
  const ringing = () => [0, 1, 2].filter((index) => world.state(index) !== "ready").length;
  const counts = [0, 9_999, 1, 9_999, 1].map((ms) => {
    world.pass(ms);
    for (const index of [0, 1, 2]) world.ring(index);
    return ringing();
  });
  expect(counts).toEqual([1, 1, 2, 2, 3]);
});
