import { expect, test } from "vitest";
import { asId, type BrandId } from "../kernel/ids.ts";
import type { PoolConfig } from "./config.ts";
import { createPool } from "./configure.ts";
import { parseNeed } from "./demand.ts";
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

const publish = (world: SmallWorld, change: Partial<PoolConfig>, version = world.pool.config.version + 1) =>
  world.send({ type: "configure", config: { ...world.pool.config, ...change, version } });
const team = (agents: number) => smallConfig({ agents }).agents;

test.each([
  ["zh", { skill: "zh", level: 1 }],
  ["zh>=3", { skill: "zh", level: 3 }],
  [" zh >= 2.5 ", { skill: "zh", level: 2.5 }],
  ["zh>=much", { skill: "zh", level: 1 }],
  ["zh>=0", { skill: "zh", level: 0 }],
])("ACD-2 the need %j is read as %j", (text, need) => {
  expect(parseNeed(text)).toEqual(need);
});

test("ACD-2 an older configuration that comes late changes nothing", () => {
  const world = smallWorld({ agents: 2 });
  publish(world, { agents: team(1) }, 5);
  expect(publish(world, { agents: team(3) }, 4)).toEqual({ is: "ignored", why: "an older configuration" });
  expect(world.pool.config).toMatchObject({ version: 5, agents: [{ agentId: "a0" }] });
  expect(publish(world, { agents: team(3) }, 5), "the same version again").toEqual({ is: "done" });
  expect([...world.pool.agents.keys()].sort()).toEqual(["a0", "a1", "a2"]);
});

test("ACD-2 who is new may begin at once, and ranks by the place in the team", () => {
  const world = smallWorld({ agents: 1 });
  publish(world, { agents: [...team(2)].reverse() });
  expect([world.agent(1).index, world.agent(0).index]).toEqual([0, 1]);
  world.ready(1);
  world.wait(1);
  expect(world.state(1)).toBe("reserved");
});

test("ACD-2 who has left the team is forgotten when free, and finishes what is in hand", () => {
  const world = smallWorld({ agents: 3 });
  world.ready(0, 1);
  world.wait(1);
  world.talk(0, 1);
  publish(world, { agents: [] });
  expect(world.pool.agents.has(agentId(2)), "was off shift").toBe(false);
  expect(world.state(1), "was ready").toBe("off_shift");
  expect(world.state(0)).toBe("on_contact");
  world.send({ type: "talk_ended", contactId: contactId(1), reservationId: world.held(0), wrapUpS: 0 });
  expect(world.state(0)).toBe("off_shift");
  publish(world, { agents: [] });
  expect(world.pool.agents.size, "nobody is kept").toBe(0);
  world.wait(2);
  expect(world.pool.tickets.get(contactId(2))?.at.is).toBe("waiting");
});

test("ACD-2 seats bought and given back take effect at once", () => {
  const world = smallWorld({ agents: 3, seats: [{ tenantId: tenantId(0), guaranteed: 1, burst: 0 }] });
  world.ready(0, 1, 2);
  for (const name of [1, 2, 3]) world.wait(name);
  const used = () => world.pool.tenants.get(tenantId(0))?.seats;
  expect(used()).toBe(1);
  publish(world, { tenants: [{ tenantId: tenantId(0), guaranteed: 1, burst: 1 }] });
  expect(used()).toBe(2);
  publish(world, { tenants: [] });
  expect(used()).toBe(3);
  expect(world.pool.tenants.get(tenantId(0))).toMatchObject({ guaranteed: 0, cap: Number.POSITIVE_INFINITY });
});

test("ACD-2 a brand taken from an agent is offered to that agent no more, one given at once", () => {
  const world = smallWorld({ agents: 1, tenants: 2 });
  world.ready(0);
  const only = (brand: string) => team(1).map((agent) => ({ ...agent, brands: [asId<BrandId>(brand)] }));
  publish(world, { agents: only("b1") });
  world.wait(1, 0);
  expect(world.state(0)).toBe("ready");
  publish(world, { agents: only("b0") });
  expect(world.state(0)).toBe("reserved");
});

test("ACD-2 those who waited longest are served first when a team comes", () => {
  const world = smallWorld({ agents: 0 });
  world.wait("young", 0, { skills: ["zh"] });
  world.now -= 5_000;
  world.wait("old");
  world.now += 6_000;
  publish(world, { agents: team(1) });
  world.ready(0);
  expect(world.pool.tickets.get(contactId("old"))?.at.is).toBe("offered");
});

test("ACD-2 of those who wait as a team comes the first by age and priority is offered first, then the first that came", () => {
  const world = smallWorld({ agents: 0, tenants: 4 });
  const names = ["plain", "twin", "urgent", "last"];
  names.forEach((name, tenant) => {
    world.wait(name, tenant, { priority: name === "urgent" ? 1 : 0 });
    if (name === "urgent") world.now += 1_000;
  });
  const ready = smallConfig({ agents: 3, tenants: 4 }).agents;
  publish(world, { agents: [] });
  const taken: string[] = [];
  for (const agent of [0, 1, 2]) {
    publish(world, { agents: ready.slice(0, agent + 1) });
    world.ready(agent);
    const { at } = world.agent(agent);
    taken.push(at.is === "reserved" ? at.reservation.ticket.contactId : "nobody");
  }
  expect(taken).toEqual(["curgent", "cplain", "ctwin"]);
});

test("ACD-2 a change of skills brings waiting callers to the seats that stood idle, the first in line first", () => {
  const world = smallWorld({ agents: 1, tenants: 2 });
  const wants = { skills: ["en"] };
  world.ready(0);
  world.wait("young", 0, wants);
  world.now -= 5_000;
  world.wait("old", 1, wants);
  world.now += 5_000;
  publish(world, { agents: smallConfig({ agents: 1, tenants: 2, profile: () => ({ skills: { en: 1 } }) }).agents });
  expect(world.agent(0).at).toMatchObject({ is: "reserved", reservation: { ticket: { contactId: "cold" } } });
});

test("ACD-2 of two as old and as urgent who wait as the team changes the first that came is served, not the first that was known", () => {
  const world = smallWorld({ agents: 1 });
  const wants = { skills: ["en"] };
  world.ready(0);
  const { now } = world;
  world.wait("back", 0, wants);
  world.wait("stays", 0, wants);
  world.send({ type: "withdraw", contactId: contactId("back"), why: "left", attempt: null });
  world.send({ type: "wait", ticket: smallTicket("back", now, 0, wants, 2) });
  publish(world, { agents: smallConfig({ agents: 1, profile: () => ({ skills: { en: 1 } }) }).agents });
  expect(world.agent(0).at).toMatchObject({ is: "reserved", reservation: { ticket: { contactId: "cstays" } } });
});

test("ACD-2 what is published is stored and shown for every agent and queue it touches", () => {
  const world = smallWorld({ agents: 2 });
  world.ready(0);
  world.wait(1);
  const queues = [{ ...smallQueue(0, { name: "New" }), tenantId: tenantId(0), brandId: asId<BrandId>("b0") }];
  publish(world, { agents: team(2).slice(0, 1), queues });
  const { out } = world.pool;
  expect(out.agents.map((agent) => agent.profile.agentId).sort()).toEqual(["a0", "a1"]);
  expect(out.queues.map((queue) => queue.config.name)).toEqual(["New"]);
});

test("ACD-2 a pool begins with nothing to send, and with the queues it is published with", () => {
  const queue = { ...smallQueue(0, { name: "First" }), tenantId: tenantId(0), brandId: asId<BrandId>("b0") };
  const pool = createPool({ ...smallConfig({}), queues: [queue] });
  expect(pool.out).toEqual({ messages: [], facts: [], agents: [], tickets: [], queues: [] });
  expect(pool.seekers).toEqual({ freed: [], seeking: [], uncapped: [] });
  expect([...pool.published.values()].map(({ name }) => name)).toEqual(["First"]);
});

test("ACD-2 who has left answers for no brand any more, and so is offered nobody", () => {
  const world = smallWorld({ agents: 1 });
  world.ready(0);
  world.wait(1);
  world.talk(0, 1);
  publish(world, { agents: [] });
  expect(world.agent(0).profile.brands).toEqual([]);
});

test("SLA-1 midnight begins a new day, and a queue learns from the last how many contacts one brings", () => {
  const world = smallWorld({ agents: 1 });
  world.ready(0);
  world.wait(1);
  world.talk(0, 1);
  const queue = () => [...world.pool.queues.values()][0];
  let days = 20;
  const day = (offered: number) => {
    const today = queue()?.today;
    if (today !== undefined) today.offered = offered;
    days += 1;
    world.midnight(`2026-11-${days}`);
    world.restart();
    return queue()?.expectedToday;
  };
  expect(world.agent(0).figures).toMatchObject({ contactsToday: 1, offersToday: 1 });
  expect([day(100), day(50), day(0), day(25)]).toEqual([100, 75, 75, 50]);
  expect(queue()?.today).toEqual({
    offered: 0,
    answered: 0,
    abandoned: 0,
    shortAbandoned: 0,
    overflowed: 0,
    withinTarget: 0,
  });
  expect(world.agent(0).figures).toMatchObject({ contactsToday: 0, talkMsToday: 0, offersToday: 0 });
});
