import { expect, test } from "vitest";
import type { QueueRules } from "../call/line-config.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import { PLAIN_RULES } from "./config.ts";
import { nextDeadline } from "./deadlines.ts";
import { agentId, contactId, type SmallWorld, smallTicket, smallWorld } from "./fixture.ts";
import { brokenPromise } from "./invariants.ts";
import type { Ticket } from "./protocol.ts";
import { dumpTicket } from "./rows.ts";
import type { PoolTicket } from "./state.ts";

const rules = (over: Partial<QueueRules>) => ({ rules: { ...PLAIN_RULES, ...over } });
const lastAgent = { patienceS: 15, withinDays: 30 };
const sound = (world: SmallWorld): void => expect(brokenPromise(world.pool, world.now)).toBeNull();
const ticketOf = (world: SmallWorld, name: string): PoolTicket => {
  const ticket = world.pool.tickets.get(contactId(name));
  if (ticket === undefined) throw new Error(`no contact ${name}`);
  return ticket;
};
/** A contact of a queue whose callers wait 15 s for the agent who knows them, or whom they ask for. */
const call = (world: SmallWorld, name: string, over: Partial<Ticket> = {}) => {
  const ticket = smallTicket(
    name,
    world.now,
    0,
    rules({ lastAgent, namedAgent: { ...PLAIN_RULES.namedAgent, patienceS: 15 } }),
  );
  return world.send({ type: "wait", ticket: { ...ticket, ...over } });
};
const knows = (index: number) => ({ caller: { tier: "standard", lastAgentId: agentId(index) } }) as const;

/** a0 talks, so whoever waits for a0 alone waits. */
function busy(agents = 1): SmallWorld {
  const world = smallWorld({ agents, profile: (index) => ({ extension: `10${index}` }) });
  world.ready(0);
  call(world, "busy");
  world.talk(0, "busy");
  return world;
}

test("ACD-7 a contact that says it still waits is given another lease, and nothing has to be stored", () => {
  const world = smallWorld();
  const { now } = world;
  world.wait("x");
  expect(nextDeadline(world.pool)).toBe(now + 95 * SECOND_MS);
  world.pass(30 * SECOND_MS);
  world.send({ type: "wait", ticket: smallTicket("x", now) });
  expect(nextDeadline(world.pool)).toBe(now + 125 * SECOND_MS);
  const { out } = world.pool;
  expect([out.tickets, out.agents, out.queues, out.facts, out.messages]).toEqual([[], [], [], [], []]);
  world.send({ type: "wait", ticket: smallTicket("x", now, 0, {}, 2) });
  expect(out.tickets, "another attempt is stored").toEqual([ticketOf(world, "x")]);
});

test("ACD-7 a contact that comes back after it had gone: the row of its first stay goes, that of the second is stored", () => {
  const world = smallWorld();
  world.wait("x");
  const first = ticketOf(world, "x");
  world.send({ type: "withdraw", contactId: contactId("x"), why: "left", attempt: null });
  const { dueAt } = first;
  world.send({ type: "wait", ticket: smallTicket("x", world.now, 0, {}, 2) });
  const second = ticketOf(world, "x");
  expect(world.pool.out.tickets).toEqual([first, second]);
  expect([dumpTicket(world.pool, first), dumpTicket(world.pool, second)?.attempt]).toEqual([null, 2]);
  expect([dueAt, first.dueAt, world.pool.timers.live], "and is due no more").toEqual([world.now + 300_000, null, 1]);
});

test("ACD-3 what is known of a caller is kept for when the contact comes back and does not say it again", () => {
  const world = busy();
  call(world, "k", { caller: { tier: "gold", lastAgentId: agentId(0) }, extension: "100" });
  const known = { tier: "gold", lastAgentId: agentId(0), namedAgentId: agentId(0) };
  expect(ticketOf(world, "k").caller).toEqual(known);
  world.send({ type: "withdraw", contactId: contactId("k"), why: "left", attempt: null });
  call(world, "k", { attempt: 2 });
  expect(ticketOf(world, "k").caller).toEqual(known);
});

test("ACD-3 who asks for an agent and is otherwise unknown is a standard caller; who asks for nobody is as unknown as before", () => {
  const world = busy();
  call(world, "asks", { extension: "100" });
  expect(ticketOf(world, "asks")).toMatchObject({
    caller: { tier: "standard", lastAgentId: null, namedAgentId: agentId(0) },
    key: world.now,
  });
  call(world, "unknown");
  call(world, "wrong", { extension: "null" });
  expect([ticketOf(world, "unknown").caller, ticketOf(world, "wrong").caller]).toEqual([null, null]);
});

test("ACD-3 of two who wait for one agent one goes to the others when the patience ends, and the other waits on", () => {
  const world = busy();
  call(world, "first", knows(0));
  world.pass(5 * SECOND_MS);
  call(world, "second", knows(0));
  world.pass(10 * SECOND_MS);
  expect([ticketOf(world, "first"), ticketOf(world, "second")].map(({ seatClass }) => seatClass.only)).toEqual([
    null,
    agentId(0),
  ]);
  sound(world);
  world.pass(5 * SECOND_MS);
  expect(ticketOf(world, "second").seatClass.only).toBeNull();
  sound(world);
});

test("ACD-3 published anew as one's patience has ended, the other waits on for the agent", () => {
  const world = busy();
  const start = world.now;
  call(world, "young", { ...knows(0), queuedAt: start });
  call(world, "old", { ...knows(0), queuedAt: start - 14 * SECOND_MS });
  world.now += 2 * SECOND_MS;
  world.send({ type: "configure", config: { ...world.pool.config, version: 2 } });
  expect([ticketOf(world, "young"), ticketOf(world, "old")].map(({ seatClass }) => seatClass.only)).toEqual([
    agentId(0),
    null,
  ]);
  sound(world);
});

test("ACD-4 who is still in time is kept apart for the slack policy alone", () => {
  const world = smallWorld();
  world.wait("x");
  const lives = () => [ticketOf(world, "x").seatClass.waiting.live, ticketOf(world, "x").seatClass.inTarget.live];
  expect(lives()).toEqual([1, 0]);
  world.send({ type: "configure", config: { ...world.pool.config, version: 2, policy: "slack" } });
  expect(lives()).toEqual([1, 1]);
  world.send({ type: "configure", config: { ...world.pool.config, version: 3 } });
  expect(lives(), "the same policy").toEqual([1, 1]);
  sound(world);
  world.send({ type: "configure", config: { ...world.pool.config, version: 4, policy: "fifo" } });
  expect(lives()).toEqual([1, 0]);
});

test("IVR-4 the wait that is told counts those of other clients who want the same seats, also for one who is first", () => {
  const world = smallWorld({ agents: 1, tenants: 2 });
  world.ready(0);
  world.wait("served");
  world.talk(0, "served");
  expect(world.wait("x")).toMatchObject({ answer: { position: 1, waiting: 1, estimatedWaitS: 180 } });
  world.wait("rival", 1);
  const again = world.send({ type: "wait", ticket: smallTicket("x", world.now) });
  expect(again).toMatchObject({ answer: { position: 1, waiting: 1, estimatedWaitS: 360 } });
});

test("IVR-4 who waits for one agent alone is told the wait of the queue, for anybody takes him in the end", () => {
  const world = smallWorld({ agents: 3 });
  world.ready(0, 1, 2);
  for (const index of [0, 1, 2]) {
    call(world, `busy${index}`);
    world.talk(index, `busy${index}`);
  }
  expect(call(world, "k", knows(0))).toMatchObject({ answer: { position: 1, estimatedWaitS: 120 } });
  expect(call(world, "next")).toMatchObject({ answer: { position: 2, waiting: 2 } });
});

test("ACD-3 who waits for one agent alone goes on doing so when the team is published anew", () => {
  const world = busy();
  call(world, "k", knows(0));
  world.send({ type: "configure", config: { ...world.pool.config, version: 2 } });
  expect(ticketOf(world, "k").seatClass.only).toBe(agentId(0));
  sound(world);
});

test("ACD-3 of two whose patience for two agents ends at one moment nothing is kept", () => {
  const world = smallWorld({ agents: 2 });
  world.ready(0, 1);
  for (const index of [0, 1]) {
    call(world, `busy${index}`);
    world.talk(index, `busy${index}`);
  }
  for (const index of [0, 1]) call(world, `k${index}`, knows(index));
  expect(world.pool.classes.size).toBe(3);
  world.pass(15 * SECOND_MS);
  expect(world.pool.classes.size).toBe(1);
  sound(world);
});

test("ACD-1 of one queue's callers who ring one that rings nowhere yet goes before an older one that does", () => {
  const world = smallWorld({ agents: 2 });
  world.ready(0);
  for (const name of ["old", "young"]) world.wait(name, 0, { strategy: "ring_all" });
  expect(world.pool.waitingClasses, "its class is listed once").toEqual([ticketOf(world, "old").seatClass]);
  world.ready(1);
  expect(world.agent(1).at).toMatchObject({ is: "reserved", reservation: { ticket: { contactId: "cyoung" } } });
});

test("ACD-7 a decline brings the end of a lease no nearer and puts it off no further, and one that is over is no date", () => {
  const world = smallWorld();
  const { now } = world;
  world.wait("x");
  world.now += 80 * SECOND_MS;
  world.ready(0);
  world.send({ type: "decline", agentId: agentId(0), reservationId: world.held(0) });
  expect(ticketOf(world, "x").dueAt).toBe(now + 95 * SECOND_MS);
  world.now += 40 * SECOND_MS;
  world.send({ type: "wait", ticket: smallTicket("x", now) });
  expect(ticketOf(world, "x").dueAt).toBe(world.now + 95 * SECOND_MS);
});

test("ACD-7 an offer is shown under its own name alone", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait("x");
  const shown = world.send({ type: "offer_shown", agentId: agentId(0), reservationId: "r9" as never });
  expect(shown).toEqual({ is: "ignored", why: "no such offer undelivered" });
  expect(world.state(0)).toBe("reserved");
});

test("ACD-7 who has accepted has missed nothing, though the caller was gone before they heard each other", () => {
  const world = smallWorld();
  world.ready(0);
  for (const name of ["missed", "gone", "missed again"]) {
    world.wait(name, 0, rules({ missesMax: 2 }));
    world.ring(0);
    if (name === "gone") world.accept(0);
    else world.now += 20 * SECOND_MS;
    world.send({ type: "tick" });
    if (name !== "missed again")
      world.send({ type: "withdraw", contactId: contactId(name), why: "left", attempt: null });
  }
  expect(world.state(0), "offered once more").toBe("reserved");
});

test("ACD-8 a break goes on while there is no desktop, however long", () => {
  const world = smallWorld();
  world.ready(0);
  world.send({ type: "set_state", agentId: agentId(0), to: "not_ready", reason: "lunch" });
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d0" });
  world.pass(1_200 * SECOND_MS);
  expect(world.agent(0).at).toMatchObject({ is: "not_ready", reason: "lunch" });
});

test("ACD-8 news that they hear each other is too late when wrap-up has begun", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait("x");
  world.ring(0);
  world.accept(0);
  const seat = { contactId: contactId("x"), reservationId: world.held(0) };
  world.send({ type: "talk_ended", ...seat, wrapUpS: 30 });
  expect(world.send({ type: "connected", ...seat })).toEqual({ is: "done" });
  expect(world.send({ type: "connected", ...seat })).toEqual({ is: "ignored", why: "connected already" });
  expect(ticketOf(world, "x").queue.today).toMatchObject({ offered: 1, answered: 1 });
  expect([world.state(0), world.agent(0).figures.contactsToday]).toEqual(["wrap_up", 0]);
});

test.each([
  ["left", { abandoned: 0, overflowed: 1 }],
  ["abandoned", { abandoned: 1, overflowed: 0 }],
] as const)(
  "SLA-1 a contact that steps aside and is then said to have %s is counted so once, and takes nobody else out of the line",
  (why, counted) => {
    const world = smallWorld();
    for (const name of ["x", "other"]) world.wait(name);
    const withdraw = (said: "aside" | "left" | "abandoned") =>
      world.send({ type: "withdraw", contactId: contactId("x"), why: said, attempt: null });
    withdraw("aside");
    const { dueAt, queue } = ticketOf(world, "x");
    world.now += SECOND_MS;
    expect([withdraw(why), withdraw(why)]).toEqual([{ is: "done" }, { is: "ignored", why: "gone already" }]);
    expect(queue).toMatchObject({ waiting: 1, today: { offered: 2, ...counted } });
    expect(ticketOf(world, "x").dueAt, "a repeat of the last word is known for as long").toBe(
      Number(dueAt) + SECOND_MS,
    );
    sound(world);
  },
);

test("SLA-1 a contact that steps aside and comes back to another queue has overflowed from the first", () => {
  const world = smallWorld({ tenants: 2 });
  world.wait("x");
  const first = ticketOf(world, "x").queue;
  world.send({ type: "withdraw", contactId: contactId("x"), why: "aside", attempt: null });
  world.send({ type: "wait", ticket: smallTicket("x", world.now, 1, {}, 2) });
  expect([first.today, ticketOf(world, "x").queue.today]).toMatchObject([
    { offered: 1, overflowed: 1 },
    { offered: 1, overflowed: 0 },
  ]);
  sound(world);
});
