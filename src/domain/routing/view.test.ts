import { expect, test } from "vitest";
import { asId, type BrandId, type QueueId } from "../kernel/ids.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import {
  agentId,
  contactId,
  type SmallWorld,
  smallConfig,
  smallQueue,
  smallTicket,
  smallWorld,
  tenantId,
} from "./fixture.ts";
import { agentView, floorView, heldTenant, queueView } from "./view.ts";

test("MON-1 a published queue stands on the floor with zeros before its first caller, and once after", () => {
  const outline = { ...smallQueue(0), tenantId: tenantId(0), brandId: asId<BrandId>("b0") };
  const queues = [outline, { ...outline, id: asId<QueueId>("q-quiet"), name: "Quiet" }];
  const world = smallWorld({ agents: 1 });
  world.send({ type: "configure", config: { ...smallConfig({ agents: 1 }), version: 2, queues } });
  expect(floorView(world.pool).queues).toMatchObject([
    { queueId: "q0", name: "Queue 0", brand: { name: "Brand 0" }, waiting: 0, offered: 0, longestSince: null },
    { queueId: "q-quiet", name: "Quiet", target: { share: 0.8, withinS: 20 } },
  ]);
  world.wait(1);
  const after = floorView(world.pool).queues;
  expect(after.map((queue) => queue.queueId).sort()).toEqual(["q-quiet", "q0"]);
  expect(after.find((queue) => queue.queueId === "q0")).toMatchObject({ waiting: 1, offered: 1 });
});

test("MON-1 somebody who was never on shift has no time in that state", () => {
  const world = smallWorld({ agents: 1 });
  const since = () => floorView(world.pool).agents.find((agent) => agent.agentId === agentId(0))?.since;
  expect(since()).toBeNull();
  world.ready(0);
  expect(since()).toBe(world.now - 1);
});

const party = {
  contactId: "c1",
  tenantId: "t0",
  brand: { id: "b0", name: "Brand 0", color: "#123456", greeting: "Hello" },
  queueName: "Queue 0",
  from: "+12015550100",
  to: "+12015550199",
  queuedAt: 1_000_001,
};
const shown = (world: SmallWorld) => agentView(world.pool, world.agent(0), "d0");

test("ACD-8 a desktop shows the state, the brands and what is chosen for afterwards", () => {
  const world = smallWorld({ tenants: 2, profile: () => ({ brands: [asId<BrandId>("b1")] }) });
  world.ready(0);
  expect(shown(world)).toEqual({
    agentId: "a0",
    name: "Agent 0",
    state: "ready",
    reason: null,
    since: 1_000_000,
    nextState: null,
    brands: [{ id: "b1", name: "Brand 1", color: "#123456" }],
    offer: null,
    contact: null,
    extensionsLeft: 0,
    ownsPhone: true,
    telephone: null,
  });
  expect(agentView(world.pool, world.agent(0), "d1").ownsPhone).toBe(false);
  world.send({ type: "set_state", agentId: agentId(0), to: "not_ready", reason: "lunch" });
  expect(shown(world)).toMatchObject({ state: "not_ready", reason: "lunch" });
});

test("ACD-8 an offer on its way shows the ring time it will have, one that rings its own end", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait(1);
  const reservationId = world.held(0);
  expect(shown(world).offer).toEqual({ ...party, reservationId, offeredAt: 1_000_001, deadline: 1_020_001 });
  world.pass(SECOND_MS);
  world.ring(0);
  expect(shown(world).offer).toEqual({ ...party, reservationId, offeredAt: 1_000_001, deadline: 1_021_001 });
  world.send({ type: "set_state", agentId: agentId(0), to: "not_ready", reason: "lunch" });
  expect(shown(world)).toMatchObject({ nextState: { to: "not_ready", reason: "lunch" }, contact: null });
});

test("ACD-8 a contact in hand shows how far it is, from connecting to wrap-up", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait(1);
  world.ring(0);
  world.accept(0);
  const reservationId = world.held(0);
  const about = { contactId: contactId(1), reservationId };
  const contact = {
    ...party,
    reservationId,
    answeredAt: null,
    heldAt: null,
    wrapUpDeadline: null,
    wrapUpKind: "timed",
  };
  expect(shown(world).contact).toEqual({ ...contact, stage: "connecting" });
  world.send({ type: "connected", ...about });
  const answeredAt = world.now;
  expect(shown(world).contact).toEqual({ ...contact, answeredAt, stage: "talking" });
  world.pass(SECOND_MS);
  world.send({ type: "held", ...about });
  expect(shown(world)).toMatchObject({ contact: { answeredAt, heldAt: world.now, stage: "held" }, extensionsLeft: 0 });
  world.send({ type: "talk_ended", ...about, wrapUpS: 20 });
  const wrapUpDeadline = world.now + 20_000;
  expect(shown(world).contact).toEqual({ ...contact, answeredAt, wrapUpDeadline, stage: "wrap_up" });
  expect(shown(world).extensionsLeft).toBe(5);
  world.send({ type: "extend_wrap_up", agentId: agentId(0), reservationId });
  expect(shown(world).extensionsLeft).toBe(4);
});

test("ACD-8 a wrap-up without a time has nothing to extend", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait(1);
  world.talk(0, 1);
  world.send({ type: "talk_ended", contactId: contactId(1), reservationId: world.held(0), wrapUpS: null });
  expect(shown(world).extensionsLeft).toBe(0);
});

test("ISO-2 only the tenant of the contact in hand is told, and only for that contact and that agent", () => {
  const world = smallWorld({ agents: 2 });
  world.ready(0);
  const of = (agent: number, contact: number) => heldTenant(world.pool, agentId(agent), contactId(contact));
  expect(of(0, 1)).toBeNull();
  world.wait(1);
  expect([of(0, 1), of(0, 2), of(1, 1), of(7, 1)]).toEqual(["t0", null, null, null]);
  world.talk(0, 1);
  expect(of(0, 1)).toBe("t0");
});

test("ACD-8 a desktop shows how many wait for this agent, and since when", () => {
  const world = smallWorld({ agents: 2, tenants: 2 });
  world.ready(0);
  expect(queueView(world.agent(0))).toEqual({ waiting: 0, longestSince: null });
  world.wait(1);
  world.pass(SECOND_MS);
  const since = world.now;
  world.wait(2, 1);
  world.pass(SECOND_MS);
  world.wait(3);
  expect(queueView(world.agent(0))).toEqual({ waiting: 2, longestSince: since });
});

test("MON-1 the floor shows every agent with the brand being served, and every queue with its day", () => {
  const world = smallWorld({ agents: 2, tenants: 2 });
  world.ready(0);
  world.wait(1);
  world.talk(0, 1);
  world.pass(SECOND_MS);
  const since = world.now;
  world.wait(2, 1);
  const { agents, queues } = floorView(world.pool);
  const served = { tenantId: "t0", brand: { name: "Brand 0", color: "#123456" }, contactId: "c1" };
  const nobody = { tenantId: null, brand: null, contactId: null, reason: null };
  expect(agents).toEqual([
    { agentId: "a0", name: "Agent 0", state: "on_contact", reason: null, since: 1_000_001, ...served },
    { agentId: "a1", name: "Agent 1", state: "off_shift", since: null, ...nobody },
  ]);
  const day = { offered: 1, abandoned: 0, shortAbandoned: 0, target: { share: 0.8, withinS: 20 } };
  expect(queues).toMatchObject([
    { queueId: "q0", tenantId: "t0", waiting: 0, longestSince: null, ...day, answered: 1, withinTarget: 1 },
    { queueId: "q1", tenantId: "t1", waiting: 1, longestSince: since, ...day, answered: 0, withinTarget: 0 },
  ]);
  expect(queues[1]).toMatchObject({ name: "Queue 1", brand: { name: "Brand 1", color: "#123456" } });
});

test("MON-1 a queue whose brand is not published yet stands there without a name", () => {
  const { id, name } = smallQueue(0);
  const world = smallWorld();
  const queues = [{ ...smallQueue(0), tenantId: tenantId(0), brandId: asId<BrandId>("b9") }];
  world.send({ type: "configure", config: { ...smallConfig({}), version: 2, queues } });
  expect(floorView(world.pool).queues).toEqual([
    {
      queueId: id,
      tenantId: "t0",
      name,
      brand: { name: "", color: "" },
      waiting: 0,
      longestSince: null,
      offered: 0,
      answered: 0,
      abandoned: 0,
      shortAbandoned: 0,
      overflowed: 0,
      withinTarget: 0,
      target: { share: 0.8, withinS: 20 },
    },
  ]);
});

test("MON-1 the floor names the client of an offer from the moment a seat is promised, and a reason as it is chosen", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait(1);
  const seat = () => floorView(world.pool).agents[0];
  const served = { tenantId: "t0", brand: { name: "Brand 0", color: "#123456" }, contactId: "c1", reason: null };
  expect(seat()).toMatchObject({ state: "reserved", ...served });
  world.ring(0);
  expect(seat()).toMatchObject({ state: "ringing", ...served });
  world.talk(0, 1);
  world.send({ type: "talk_ended", contactId: contactId(1), reservationId: world.held(0), wrapUpS: 20 });
  expect(seat()).toMatchObject({ state: "wrap_up", ...served });
  world.send({ type: "set_state", agentId: agentId(0), to: "not_ready", reason: "lunch" });
  world.pass(20_000);
  expect(seat()).toMatchObject({ state: "not_ready", reason: "lunch", tenantId: null, brand: null, contactId: null });
});

test("ACD-8 a contact of a brand that only the house has published is shown under its name, of none without one", () => {
  const world = smallWorld({ tenants: 2 });
  world.ready(0);
  const second = smallWorld({ tenants: 2 });
  second.ready(0);
  const ticket = (w: SmallWorld) => smallTicket(1, w.now);
  world.send({
    type: "wait",
    ticket: { ...ticket(world), brand: { ...ticket(world).brand, id: asId<BrandId>("b1") } },
  });
  world.pool.brands.clear();
  expect(shown(world).offer?.brand).toEqual({ id: "b1", name: "Brand 1", color: "#123456", greeting: "" });
  second.send({ type: "wait", ticket: ticket(second) });
  second.pool.brands.clear();
  second.pool.config = { ...second.pool.config, brands: [] };
  expect(shown(second).offer?.brand).toEqual({ id: "b0", name: "", color: "", greeting: "" });
});
