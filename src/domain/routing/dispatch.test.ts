import { expect, test } from "vitest";
import { asId, type BrandId, type ReservationId } from "../kernel/ids.ts";
import { MINUTE_MS, SECOND_MS } from "../kernel/instant.ts";
import { agentId, contactId, type SmallWorld, smallTicket, smallWorld, tenantId } from "./fixture.ts";
import { brokenPromise } from "./invariants.ts";

const offered = (world: SmallWorld, index: number) => {
  const { at } = world.agent(index);
  return at.is === "reserved" ? at.reservation.ticket.contactId : at.is;
};
const decline = (world: SmallWorld, index: number) =>
  world.send({ type: "decline", agentId: agentId(index), reservationId: world.held(index) });
const rest = (world: SmallWorld, index: number, to: "ready" | "not_ready") =>
  world.send({ type: "set_state", agentId: agentId(index), to, reason: to === "ready" ? null : "lunch" });
const leave = (world: SmallWorld, name: string) =>
  world.send({ type: "withdraw", contactId: contactId(name), why: "left", attempt: null });
const endTalk = (world: SmallWorld, index: number, name: string) =>
  world.send({ type: "talk_ended", contactId: contactId(name), reservationId: world.held(index), wrapUpS: 0 });

test("ACD-5 when a client falls below its cap, seats that stood idle take its callers at once, up to the cap", () => {
  const world = smallWorld({ agents: 5, seats: [{ tenantId: tenantId(0), guaranteed: 0, burst: 2 }] });
  world.ready(0, 1, 2, 3, 4);
  for (const name of ["a", "b", "c", "d", "e"]) world.wait(name);
  expect([0, 1, 2, 3, 4].map((index) => offered(world, index))).toEqual(["ca", "cb", "ready", "ready", "ready"]);
  world.talk(0, "a");
  // He who is done goes to lunch, so the seat that is taken is another's.
  rest(world, 0, "not_ready");
  endTalk(world, 0, "a");
  expect([0, 1, 2, 3, 4].map((index) => offered(world, index))).toEqual(["not_ready", "cb", "cc", "ready", "ready"]);
  expect(brokenPromise(world.pool, world.now)).toBeNull();
});

test("ACD-5 below the cap again, a caller whom the idle seats have declined is passed by for the next", () => {
  const world = smallWorld({ agents: 2, tenants: 1, seats: [{ tenantId: tenantId(0), guaranteed: 0, burst: 1 }] });
  world.ready(0);
  world.wait("first");
  decline(world, 0);
  expect(offered(world, 0)).toBe("ready");
  world.wait("second");
  expect(offered(world, 0)).toBe("csecond");
  world.ready(1);
  expect(offered(world, 1), "at the cap").toBe("ready");
  rest(world, 0, "not_ready");
  leave(world, "second");
  expect(offered(world, 1)).toBe("cfirst");
});

test("ACD-3 of callers as old and as urgent the first that came is served, whichever queue was known first", () => {
  const world = smallWorld({ agents: 1, tenants: 3 });
  for (const tenant of [2, 1]) {
    world.wait(`before${tenant}`, tenant);
    leave(world, `before${tenant}`);
  }
  for (const tenant of [0, 1, 2]) world.wait(`w${tenant}`, tenant);
  world.ready(0);
  expect(offered(world, 0)).toBe("cw0");
});

test("ACD-7 an agent who declined is not offered the caller again for half a minute, whoever else declined too", () => {
  const world = smallWorld({ agents: 3 });
  world.ready(0, 1);
  world.wait("x");
  const start = world.now;
  decline(world, 0);
  world.now += 10 * SECOND_MS;
  decline(world, 1);
  for (const index of [0, 1]) {
    rest(world, index, "not_ready");
    rest(world, index, "ready");
    expect(offered(world, index)).toBe("ready");
  }
  world.now = start + 30 * SECOND_MS - 1;
  rest(world, 0, "not_ready");
  rest(world, 0, "ready");
  expect(offered(world, 0)).toBe("ready");
  world.now = start + 30 * SECOND_MS;
  rest(world, 0, "not_ready");
  rest(world, 0, "ready");
  expect(offered(world, 0)).toBe("cx");
});

test("ACD-7 when one decline is over those that are not yet are kept", () => {
  const world = smallWorld({ agents: 2 });
  world.ready(0, 1);
  world.wait("x");
  decline(world, 0);
  world.ring(1);
  world.pass(10 * SECOND_MS);
  decline(world, 1);
  rest(world, 0, "not_ready");
  world.pass(30 * SECOND_MS - 1);
  expect(offered(world, 1)).toBe("ready");
  world.pass(1);
  expect(offered(world, 1)).toBe("cx");
});

test("ACD-7 who has not declined takes the caller whom others have", () => {
  const world = smallWorld({ agents: 3 });
  world.ready(0);
  world.wait("x");
  decline(world, 0);
  world.ready(1);
  expect([offered(world, 0), offered(world, 1)]).toEqual(["ready", "cx"]);
});

/** A pool whose agent 0 has been offered somebody of each client: all queues are known, and nobody waits in any. */
function knownQueues(settings: Parameters<typeof smallWorld>[0]): SmallWorld {
  const world = smallWorld(settings);
  world.ready(0);
  for (let tenant = 0; tenant < (settings?.tenants ?? 0); tenant++) {
    world.wait(`before${tenant}`, tenant);
    leave(world, `before${tenant}`);
  }
  rest(world, 0, "not_ready");
  return world;
}
const listed = (world: SmallWorld) => world.pool.waitingClasses.map(({ queue }) => queue.queueId);

test("ACD-2 a free seat looks past callers it may not serve, however few wait and however many queues it serves", () => {
  const brands = [1, 2, 3, 4].map((index) => asId<BrandId>(`b${index}`));
  const world = knownQueues({ agents: 2, tenants: 5, profile: (index) => (index === 1 ? { brands } : {}) });
  world.wait("foreign", 0);
  world.ready(1);
  expect(offered(world, 1)).toBe("ready");
  world.wait("own", 3);
  expect(offered(world, 1)).toBe("cown");
  rest(world, 0, "ready");
  expect(offered(world, 0)).toBe("cforeign");
  expect(brokenPromise(world.pool, world.now)).toBeNull();
});

test("ACD-2 a queue whose callers have all gone is looked at no more, and again when the next one waits", () => {
  const world = knownQueues({ agents: 1, tenants: 5 });
  expect(listed(world)).toEqual([]);
  for (let turn = 0; turn < 2; turn++) {
    for (const tenant of [0, 1, 2]) world.wait(`${turn}-${tenant}`, tenant);
    for (const tenant of [0, 2]) leave(world, `${turn}-${tenant}`);
    expect(listed(world)).toEqual(["q1"]);
    rest(world, 0, "ready");
    expect(offered(world, 0)).toBe(`c${turn}-1`);
    expect(listed(world), "it is being rung").toEqual([]);
    rest(world, 0, "not_ready");
    leave(world, `${turn}-1`);
    rest(world, 0, "ready");
    expect(listed(world), "nobody waits anywhere").toEqual([]);
    rest(world, 0, "not_ready");
  }
});

test("ACD-4 slack: of two who are both too late for the target the older is served", () => {
  const world = smallWorld({ agents: 1, tenants: 2 });
  world.send({ type: "configure", config: { ...world.pool.config, version: 2, policy: "slack" } });
  world.wait("late", 0);
  world.pass(SECOND_MS);
  world.wait("young", 0);
  world.pass(20 * SECOND_MS);
  world.ready(0);
  expect(offered(world, 0)).toBe("clate");
});

test.each([
  [19_999, 2],
  [20_000, 1],
])(
  "ACD-4 slack: after %i ms of 20 s the younger one of a queue is compared beside the oldest: %i in line",
  (ms, candidates) => {
    const world = smallWorld({ agents: 1 });
    world.send({ type: "configure", config: { ...world.pool.config, version: 2, policy: "slack" } });
    world.wait("late");
    world.pass(SECOND_MS);
    world.wait("young");
    world.now += ms;
    world.send({ type: "device_joined", agentId: agentId(0), deviceId: "d0" });
    rest(world, 0, "ready");
    const told = world.pool.out.messages.map(({ message }) => message);
    expect(told).toMatchObject([{ kind: "seat_reserved", decision: { contact: { candidates } } }]);
    leave(world, "late");
    leave(world, "young");
    expect(brokenPromise(world.pool, world.now)).toBeNull();
  },
);

test("ACD-8 a status chosen meanwhile can be taken back, and is then not taken", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait("x");
  world.talk(0, "x");
  rest(world, 0, "not_ready");
  expect(world.send({ type: "cancel_next_state", agentId: agentId(0) })).toEqual({ is: "done" });
  expect(world.pool.out.agents).toEqual([world.agent(0)]);
  endTalk(world, 0, "x");
  expect(world.state(0)).toBe("ready");
  expect(world.send({ type: "cancel_next_state", agentId: agentId(0) })).toEqual({ is: "ignored", why: "none chosen" });
});

test("ACD-8 who says ready without a device waits for one, for ten minutes and no longer", () => {
  const world = smallWorld();
  world.send({ type: "set_state", agentId: agentId(0), to: "ready", reason: null });
  expect(world.state(0)).toBe("not_ready");
  world.pass(10 * MINUTE_MS - 1);
  expect(world.state(0)).toBe("not_ready");
  world.pass(1);
  expect(world.state(0)).toBe("off_shift");
});

test("ACD-8 a pause does not make an agent idle longer, and going ready does anew", () => {
  const world = smallWorld();
  world.ready(0);
  const { idleSince } = world.agent(0).figures;
  world.pass(SECOND_MS);
  rest(world, 0, "not_ready");
  expect(world.agent(0).figures.idleSince).toBe(idleSince);
  world.pass(SECOND_MS);
  rest(world, 0, "ready");
  expect(world.agent(0).figures.idleSince).toBe(world.now);
});

test("ACD-7 a word about a seat that is another contact's, or about no offer of the contact, mends nothing", () => {
  const world = smallWorld({ agents: 2 });
  world.ready(0, 1);
  world.wait("x");
  world.talk(0, "x");
  world.wait("y");
  const foreign = { contactId: contactId("y"), reservationId: world.held(0) };
  expect(world.send({ type: "held", ...foreign })).toEqual({ is: "ignored", why: "no such seat" });
  expect(world.send({ type: "contact_said", ...foreign, stage: "over" })).toEqual({
    is: "ignored",
    why: "no such offer",
  });
  expect([world.state(0), offered(world, 1)]).toEqual(["on_contact", "cy"]);
  const unknown = { contactId: contactId("y"), reservationId: asId<ReservationId>("r9") };
  expect(world.send({ type: "contact_said", ...unknown, stage: "over" })).toEqual({
    is: "ignored",
    why: "no such offer",
  });
  // Its own offer it may say is over: then the caller has gone, and is no abandoned one.
  const own = { contactId: contactId("y"), reservationId: world.held(1) };
  expect(world.send({ type: "contact_said", ...own, stage: "over" })).toEqual({ is: "done" });
  expect(world.state(1)).toBe("ready");
  expect([...world.pool.queues.values()][0]?.today).toMatchObject({ offered: 2, abandoned: 0 });
});

test("ACD-7 a step leaves what it changed to be stored, each once, and nothing of the step before", () => {
  const world = smallWorld({ agents: 1 });
  world.ready(0);
  world.wait("x");
  const { out } = world.pool;
  const changed: readonly (readonly unknown[])[] = [out.agents, out.tickets, out.queues];
  expect(changed.map((list) => new Set(list).size)).toEqual([1, 1, 1]);
  expect(changed.map((list) => list.length)).toEqual([1, 1, 1]);
  world.send({ type: "tick" });
  expect([...changed, out.messages, out.facts].map((list) => list.length)).toEqual([0, 0, 0, 0, 0]);
  world.send({ type: "wait", ticket: smallTicket("x", world.now - 1, 0, {}, 1) });
  leave(world, "x");
  expect(out.tickets.length).toBe(1);
});
