import { describe, expect, test } from "vitest";
import type { QueueConfig, QueueRules } from "../call/line-config.ts";
import { asId, type BrandId } from "../kernel/ids.ts";
import { type AgentProfile, PLAIN_RULES, type PoolConfig } from "./config.ts";
import { createPool } from "./configure.ts";
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
import { brokenPromise } from "./invariants.ts";
import type { SeatClass } from "./state.ts";
import { queueView } from "./view.ts";

const brand = (index: number) => asId<BrandId>(`b${index}`);
const rules = (over: Partial<QueueRules>): { rules: QueueRules } => ({ rules: { ...PLAIN_RULES, ...over } });
const house = (...profiles: Partial<AgentProfile>[]): SmallWorld =>
  smallWorld({ agents: profiles.length, tenants: 2, profile: (index) => profiles[index] ?? {} });
const states = (world: SmallWorld): string => [...world.pool.agents.values()].map((agent) => agent.at.is).join(" ");
const leave = (world: SmallWorld, name: string) =>
  world.send({ type: "withdraw", contactId: contactId(name), why: "left", attempt: null });
const publish = (world: SmallWorld, change: Partial<PoolConfig>) =>
  world.send({
    type: "configure",
    config: { ...world.pool.config, ...change, version: world.pool.config.version + 1 },
  });
const published = (over: Partial<QueueConfig>) => [
  { ...smallQueue(0, over), tenantId: tenantId(0), brandId: brand(0) },
];
const classOf = (world: SmallWorld, name: string): SeatClass => {
  const ticket = world.pool.tickets.get(contactId(name));
  if (ticket === undefined) throw new Error(`no contact ${name}`);
  return ticket.seatClass;
};
const sound = (world: SmallWorld): void => expect(brokenPromise(world.pool, world.now)).toBeNull();

describe("ACD-2 what counts of a queue", () => {
  test("is what the newest contact brings, where the house has published nothing", () => {
    const world = house({}, { skills: { zh: 5 } });
    world.ready(0, 1);
    world.wait("plain");
    expect(states(world)).toBe("reserved ready");
    leave(world, "plain");
    world.wait("hard", 0, { skills: ["zh>=5"] });
    expect(states(world)).toBe("ready reserved");
    leave(world, "hard");
    world.wait("plain again");
    expect(states(world)).toBe("reserved ready");
  });

  test("is what the house publishes, and no longer when it publishes the queue no more", () => {
    const world = house({});
    world.ready(0);
    publish(world, { queues: published({ skills: ["en"] }) });
    world.wait("x");
    expect(states(world)).toBe("ready");
    leave(world, "x");
    publish(world, { queues: [] });
    world.wait("y");
    expect(states(world)).toBe("reserved");
  });

  test("is nothing of a pool that is published without queues", () => {
    expect(createPool(smallConfig({})).published.size).toBe(0);
  });

  test("goes by the brand of the number that was called, where two lead to one queue", () => {
    const world = house({ brands: [brand(0)] }, { brands: [brand(1)] });
    world.ready(0, 1);
    const call = (name: string, of: number) => {
      const ticket = smallTicket(name, world.now);
      world.send({ type: "wait", ticket: { ...ticket, brand: { ...ticket.brand, id: brand(of) } } });
    };
    call("x", 0);
    expect(states(world)).toBe("reserved ready");
    leave(world, "x");
    call("y", 1);
    expect(states(world)).toBe("ready reserved");
    leave(world, "y");
    call("z", 0);
    expect(states(world)).toBe("reserved ready");
    for (const [name, of] of [
      ["one waits", 0],
      ["another waits", 1],
    ] as const) {
      call(name, of);
      if (of === 0) publish(world, {});
    }
    world.talk(0, "z");
    publish(world, {});
    expect([classOf(world, "one waits").brandId, classOf(world, "another waits").brandId]).toEqual(["b0", "b1"]);
  });
});

describe("ACD-2 who may be asked", () => {
  test("stands under each of his brands, groups and his extension, and under nothing else", () => {
    const world = house({}, { brands: [brand(0)], groups: ["overflow"], extension: "101" });
    const crews = [...world.pool.crews].map(([name, crew]) => [name, crew.map((agent) => agent.agentId).join()]);
    expect(crews).toEqual([
      ["b0", "a0,a1"],
      ["b1", "a0"],
      ["group overflow", "a1"],
      ["extension 101", "a1"],
    ]);
  });

  test("of those who are lent only the group that is named comes", () => {
    const world = house({ brands: [], groups: ["sales"] }, { brands: [], groups: ["overflow"] });
    world.ready(0, 1);
    world.wait("x", 0, rules({ relax: [{ afterS: 0, do: "lend", group: "overflow" }] }));
    expect(states(world)).toBe("ready reserved");
  });

  test("a group that nobody is in lends nobody, and the queue's own people come all the same", () => {
    const world = house({});
    world.ready(0);
    world.wait("x", 0, rules({ relax: [{ afterS: 0, do: "lend", group: "nobody's" }] }));
    expect(states(world)).toBe("reserved");
  });

  test("own and lent people stand in the order of the team, each once", () => {
    const lent = { brands: [], groups: ["overflow"] };
    const world = house(lent, {}, { groups: ["overflow"] }, lent);
    world.wait("x", 0, rules({ relax: [{ afterS: 0, do: "lend", group: "overflow" }] }));
    expect(classOf(world, "x").members.map((agent) => agent.agentId)).toEqual(["a0", "a1", "a2", "a3"]);
  });

  test("whom a change of the team concerns is asked by skill as before, and counted once", () => {
    const world = house({}, { skills: { zh: 5 } });
    world.ready(0, 1);
    world.wait("before", 0, { skills: ["zh>=5"] });
    expect(states(world)).toBe("ready reserved");
    world.talk(1, "before");
    for (let time = 0; time < 2; time++) publish(world, {});
    world.wait("x", 0, { skills: ["zh>=5"] });
    expect(states(world), "who lacks the level is not asked").toBe("ready on_contact");
    expect([queueView(world.agent(0)), queueView(world.agent(1))]).toEqual([
      { waiting: 0, longestSince: null },
      { waiting: 1, longestSince: world.now },
    ]);
    expect(world.agent(1).classes).toEqual([classOf(world, "x")]);
    sound(world);
  });
});

/** Calls by somebody whom a0 has served; he waits for a0 alone for 15 s. */
const known = (world: SmallWorld, name: string) =>
  world.send({
    type: "wait",
    ticket: {
      ...smallTicket(name, world.now, 0, rules({ lastAgent: { patienceS: 15, withinDays: 30 } })),
      caller: { tier: "standard", lastAgentId: agentId(0) },
    },
  });

describe("ACD-3 when nobody waits for one agent alone any more", () => {
  /** a0 talks, a1 is away. */
  function busy(...profiles: Partial<AgentProfile>[]): SmallWorld {
    const world = house(...profiles);
    world.ready(0);
    world.wait("busy", 0, rules({ lastAgent: { patienceS: 15, withinDays: 30 } }));
    world.talk(0, "busy");
    return world;
  }

  test("nothing of it is kept, by the pool, the queue, the client or the agent", () => {
    const world = busy({}, {});
    const kept = () => {
      const { queue, tenant } = classOf(world, "busy");
      return [world.pool.classes.size, queue.classes.length, tenant.classes.length, world.agent(0).classes.length];
    };
    expect(kept()).toEqual([1, 1, 1, 1]);
    known(world, "k");
    expect(kept()).toEqual([2, 2, 2, 2]);
    expect(world.agent(1).classes).toHaveLength(1);
    world.pass(15_000);
    expect(kept()).toEqual([1, 1, 1, 1]);
    expect(classOf(world, "k").queue.classes).toEqual([classOf(world, "k")]);
    expect(world.agent(0).classes).toEqual([classOf(world, "k")]);
    sound(world);
  });

  test("he stands behind others where he lacks a wish, as he did before", () => {
    const world = busy({ skills: {} }, { skills: { en: 1 } });
    known(world, "k");
    world.wait("wishes", 1, rules({ preferred: ["en"] }));
    expect(world.agent(0).behind).toEqual([0, 0, 1]);
    world.pass(15_000);
    expect(world.agent(0).behind).toEqual([0, 1]);
    leave(world, "k");
    leave(world, "wishes");
    world.send({ type: "talk_ended", contactId: contactId("busy"), reservationId: world.held(0), wrapUpS: 0 });
    world.pass(1_000);
    world.ready(1);
    world.wait("x", 1, rules({ preferred: ["en"] }));
    expect(states(world)).toBe("ready reserved");
  });

  test("one who was out on an offer meanwhile forgets nothing that others wait in now", () => {
    const world = busy({}, {});
    known(world, "older");
    world.pass(5_000);
    known(world, "younger");
    world.send({ type: "talk_ended", contactId: contactId("busy"), reservationId: world.held(0), wrapUpS: 0 });
    expect(world.agent(0).at).toMatchObject({ reservation: { ticket: { contactId: "colder" } } });
    world.send({ type: "decline", agentId: agentId(0), reservationId: world.held(0) });
    expect(world.agent(0).at).toMatchObject({ reservation: { ticket: { contactId: "cyounger" } } });
    world.ring(0);
    // The older one's patience ends while the younger one rings: nobody waits for a0 alone, and the class is forgotten.
    world.pass(10_000);
    expect([world.pool.classes.size, classOf(world, "older").only, classOf(world, "younger").only]).toEqual([
      1,
      null,
      agentId(0),
    ]);
    known(world, "newcomer");
    const theirs = classOf(world, "newcomer");
    expect(theirs.only).toBe(agentId(0));
    world.send({ type: "decline", agentId: agentId(0), reservationId: world.held(0) });
    expect([classOf(world, "younger"), world.pool.classes.get(theirs.key)]).toEqual([theirs, theirs]);
    expect(theirs.queue.classes).toEqual([classOf(world, "older"), theirs]);
    expect(world.agent(0).classes).toEqual([classOf(world, "older"), theirs]);
    sound(world);
  });

  test("an agent who stands behind nowhere keeps no list of it, and one who does has a place for each class", () => {
    const world = house({}, { skills: {} });
    world.wait("plain");
    expect([world.agent(0).behind, world.agent(1).behind]).toEqual([null, null]);
    world.wait("wishes", 1, rules({ preferred: ["zh"] }));
    world.wait("more", 0, { skills: ["zh>=0"] });
    expect([world.agent(0).behind, world.agent(1).behind]).toEqual([null, [0, 1, 0]]);
  });
});
