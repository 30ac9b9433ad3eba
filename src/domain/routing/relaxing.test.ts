import { expect, test } from "vitest";
import type { QueueConfig, QueueRules } from "../call/line-config.ts";
import { asId, type BrandId } from "../kernel/ids.ts";
import { type AgentProfile, PLAIN_RULES, type PoolConfig } from "./config.ts";
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

const rules = (over: Partial<QueueRules>): QueueRules => ({ ...PLAIN_RULES, ...over });
const house = (...profiles: Partial<AgentProfile>[]): SmallWorld =>
  smallWorld({ agents: profiles.length, tenants: 2, profile: (index) => profiles[index] ?? {} });
const sound = (world: SmallWorld): void => expect(brokenPromise(world.pool, world.now)).toBeNull();
const states = (world: SmallWorld): string => [...world.pool.agents.values()].map((agent) => agent.at.is).join(" ");

/** Publishes queue 0 anew, as a supervisor's change does. */
function publish(world: SmallWorld, over: Partial<QueueConfig>): void {
  const queues = [{ ...smallQueue(0, over), tenantId: tenantId(0), brandId: asId<BrandId>("b0") }];
  const { agents, brands } = world.pool.config;
  const config: PoolConfig = { ...smallConfig({}), agents, brands, queues, version: world.pool.config.version + 1 };
  world.send({ type: "configure", config });
}

test("ACD-2 a requirement is lowered, then dropped, each to the second", () => {
  const world = house({ skills: { orders: 3 } }, { skills: {} });
  world.ready(0, 1);
  const relax = [
    { afterS: 20, do: "lower", skill: "orders", level: 3 },
    { afterS: 45, do: "drop", skill: "orders" },
  ] as const;
  world.wait("x", 0, { skills: ["orders>=8"], rules: rules({ relax }) });
  world.pass(19_999);
  expect(states(world)).toBe("ready ready");
  world.pass(1);
  expect(states(world)).toBe("reserved ready");
  world.talk(0, "x");
  world.wait("y", 0, { skills: ["orders>=8"], rules: rules({ relax }) });
  world.pass(44_999);
  expect(world.state(1)).toBe("ready");
  world.pass(1);
  expect(world.state(1)).toBe("reserved");
  sound(world);
});

test("ACD-2 a group is lent after a while and stands behind the queue's own people", () => {
  const lent = { brands: [], groups: ["overflow"] };
  const world = house(lent, {}, lent);
  const relax = [{ afterS: 30, do: "lend", group: "overflow" }] as const;
  world.ready(0);
  world.wait("x", 0, { rules: rules({ relax }) });
  world.pass(29_999);
  expect(world.state(0)).toBe("ready");
  world.pass(1);
  expect(world.state(0)).toBe("reserved");
  world.ring(0);
  world.talk(0, "x");
  world.wait("y", 0, { rules: rules({ relax }) });
  world.pass(30_000);
  world.ready(2);
  expect(world.state(2)).toBe("reserved");
  sound(world);
  const both = house(lent, {});
  both.wait("z", 0, { rules: rules({ relax }) });
  both.pass(31_000);
  both.send({ type: "device_joined", agentId: agentId(1), deviceId: "d1" });
  both.ready(1);
  expect(both.state(1)).toBe("reserved");
});

test("ACD-2 nobody of a lent group is reached before the time, nor by a queue that lends nothing", () => {
  const world = house({ brands: [], groups: ["overflow"] });
  world.ready(0);
  world.wait("x", 0);
  world.pass(60_000);
  expect(world.state(0)).toBe("ready");
});

test.each([
  ["a wished skill goes first, however long the other was idle", [{ skills: {} }, { skills: { en: 2 } }], ["en"], "1"],
  ["a level below the wish is a lack", [{ skills: { en: 2 } }, { skills: { en: 5 } }], ["en>=5"], "1"],
  ["the more wishes the better", [{ skills: { en: 1 } }, { skills: { en: 1, tv: 1 } }], ["en", "tv"], "1"],
  ["without wishes the longest idle", [{ skills: {} }, { skills: { en: 2 } }], [], "0"],
  ["an expert is kept free", [{ kind: "expert" }, {}], [], "1"],
  ["a supervisor comes after an expert", [{ kind: "supervisor" }, { kind: "expert" }], [], "1"],
  ["a team lead comes before a supervisor", [{ kind: "supervisor" }, { kind: "team_lead" }], [], "1"],
  ["a remote seat is like any other", [{ kind: "remote" }, {}], [], "0"],
  [
    "a kind that is kept free counts more than a wish",
    [{ kind: "expert", skills: { en: 9 } }, { skills: {} }],
    ["en"],
    "1",
  ],
] as const)("ACD-6 %s", (_, profiles, preferred, chosen) => {
  const world = house(...(profiles as readonly Partial<AgentProfile>[]));
  world.ready(0, 1);
  world.wait("x", 0, { rules: rules({ preferred }) });
  expect([0, 1].filter((index) => world.state(index) === "reserved").join()).toBe(chosen);
});

test("ACD-6 an agent who answers for several brands is offered callers of each, and of no other", () => {
  const world = smallWorld({
    agents: 1,
    tenants: 5,
    profile: () => ({ brands: [0, 1, 2, 3].map((n) => asId<BrandId>(`b${n}`)) }),
  });
  world.ready(0);
  world.wait("x4", 4);
  expect(world.state(0)).toBe("ready");
  for (const tenant of [0, 1, 2, 3]) {
    world.wait(`x${tenant}`, tenant);
    expect(world.state(0)).toBe("reserved");
    world.send({ type: "withdraw", contactId: contactId(`x${tenant}`), why: "abandoned", attempt: 1 });
  }
  sound(world);
});

const known = (world: SmallWorld, name: string, last: number, patienceS = 15, tenant = 0) =>
  world.send({
    type: "wait",
    ticket: {
      ...smallTicket(name, world.now, tenant, { rules: rules({ lastAgent: { patienceS, withinDays: 30 } }) }),
      caller: { tier: "standard", lastAgentId: agentId(last) },
    },
  });

test("ACD-3 a caller waits for the agent who knows him while the patience lasts, then for anybody", () => {
  const world = house({}, {});
  world.ready(0, 1);
  world.wait("busy");
  world.talk(0, "busy");
  known(world, "k", 0);
  world.pass(14_999);
  expect(world.state(1)).toBe("ready");
  sound(world);
  world.pass(1);
  expect(world.state(1)).toBe("reserved");
  sound(world);
});

test("ACD-3 the agent who knows the caller takes him before one who was idle longer, and at once when he is free", () => {
  const world = house({}, {});
  world.ready(0, 1);
  known(world, "k", 1);
  expect(states(world)).toBe("ready reserved");
  sound(world);
});

test("ACD-3 nobody waits for an agent who is away, does not exist, or does not answer for the brand", () => {
  const away = house({}, {});
  away.ready(0);
  known(away, "k", 1);
  expect(away.state(0)).toBe("reserved");
  const unknown = house({});
  unknown.ready(0);
  known(unknown, "k", 9);
  expect(unknown.state(0)).toBe("reserved");
  const foreign = house({}, { brands: [asId<BrandId>("b1")] });
  foreign.ready(0, 1);
  known(foreign, "k", 1);
  expect(foreign.state(0)).toBe("reserved");
});

test("ACD-3 when the agent who is waited for leaves, the caller waits no longer for him", () => {
  const world = house({}, {});
  world.ready(0, 1);
  world.wait("busy");
  world.talk(0, "busy");
  known(world, "k", 0);
  world.send({ type: "set_state", agentId: agentId(0), to: "off_shift", reason: null });
  world.send({ type: "talk_ended", contactId: contactId("busy"), reservationId: world.held(0), wrapUpS: 0 });
  world.pass(0);
  expect(states(world)).toBe("off_shift reserved");
  sound(world);
});

test("ACD-3 a restart in the middle of the patience keeps it", () => {
  const world = house({}, {});
  world.ready(0, 1);
  world.wait("busy");
  world.talk(0, "busy");
  known(world, "k", 0);
  world.pass(5_000);
  world.restart();
  world.pass(9_999);
  expect(world.state(1)).toBe("ready");
  world.pass(1);
  expect(world.state(1)).toBe("reserved");
  sound(world);
});

test("ACD-2 a gold caller goes before one who came up to four points of 30 s earlier", () => {
  const tiers = { silver: 1, gold: 4, platinum: 10 };
  const world = house({});
  world.wait("old", 0, { rules: rules({ tiers }) });
  world.pass(119_999);
  world.send({ type: "wait", ticket: smallTicket("old", world.now - 119_999, 0, { rules: rules({ tiers }) }) });
  const gold = smallTicket("gold", world.now, 0, { rules: rules({ tiers }) });
  world.send({ type: "wait", ticket: { ...gold, caller: { tier: "gold", lastAgentId: null } } });
  world.ready(0);
  expect(world.held(0)).not.toBe("none");
  expect(world.messages.at(-1)?.contactId).toBe(contactId("gold"));
});

test("ACD-1 a strategy changed while callers wait holds at the next decision", () => {
  const world = house({ rank: 2 }, { rank: 1 });
  world.ready(0, 1);
  world.wait("first");
  expect(states(world)).toBe("reserved ready");
  world.send({ type: "withdraw", contactId: contactId("first"), why: "abandoned", attempt: 1 });
  publish(world, { strategy: "fixed_order" });
  sound(world);
  // The contact still carries the settings its line had when the call began.
  world.wait("second");
  expect(states(world)).toBe("ready reserved");
  expect([...world.pool.classes.values()].map((seatClass) => seatClass.strategy.name)).toEqual(["fixed_order"]);
});

test("ACD-1 callers who wait already feel a change of strategy, skills and priority", () => {
  const world = house({ skills: {} });
  world.wait("x", 0, { skills: ["zh>=3"] });
  world.ready(0);
  expect(world.state(0)).toBe("ready");
  publish(world, { skills: [] });
  expect(world.state(0)).toBe("reserved");
  sound(world);
});

test("ACD-1 ring all published over a lone offer rings the others too, and the losers are told", () => {
  const world = house({}, {}, {});
  world.ready(0, 1, 2);
  world.wait("x");
  expect(states(world)).toBe("reserved ready ready");
  publish(world, { strategy: "ring_all" });
  expect(states(world)).toBe("reserved reserved reserved");
  for (const index of [0, 1, 2]) world.ring(index);
  const lost = world.held(2);
  world.accept(1);
  expect(states(world)).toBe("ready on_contact ready");
  expect(world.messages.filter(({ why }) => why === "rescinded")).toHaveLength(2);
  expect(world.send({ type: "accept", agentId: agentId(2), deviceId: "d2", reservationId: lost })).toEqual({
    is: "refused",
    code: "taken",
  });
  sound(world);
});

test("ACD-3 a caller who typed an agent's extension waits for that agent while the patience lasts", () => {
  const world = house({ extension: "101" }, { extension: "102" });
  world.ready(0, 1);
  const named = { ...PLAIN_RULES, namedAgent: { patienceS: 20, variable: "extension" } };
  const ask = (name: string, extension: string) =>
    world.send({ type: "wait", ticket: { ...smallTicket(name, world.now, 0, { rules: named }), extension } });
  ask("x", "102");
  expect(states(world)).toBe("ready reserved");
  world.talk(1, "x");
  ask("y", "102");
  world.pass(19_999);
  expect(world.state(0)).toBe("ready");
  world.pass(1);
  expect(world.state(0)).toBe("reserved");
  sound(world);
});

test("ACD-3 an extension that nobody has keeps nobody waiting", () => {
  const world = house({ extension: "101" });
  world.ready(0);
  const named = { ...PLAIN_RULES, namedAgent: { patienceS: 20, variable: "extension" } };
  world.send({ type: "wait", ticket: { ...smallTicket("x", world.now, 0, { rules: named }), extension: "999" } });
  expect(world.state(0)).toBe("reserved");
});

test("ACD-2 a lent agent stands behind every own one, whatever the kind of seat, the wishes and the idle time", () => {
  const lent = { brands: [asId<BrandId>("b1")], groups: ["overflow"], skills: { en: 9 } };
  const relax = [{ afterS: 0, do: "lend", group: "overflow" }] as const;
  for (const own of [{ skills: {} }, { skills: {}, kind: "supervisor" as const }]) {
    const world = house(lent, own);
    world.ready(0, 1);
    world.wait("x", 0, { rules: rules({ relax, preferred: ["en"] }) });
    expect(states(world)).toBe("ready reserved");
    world.wait("y", 0, { rules: rules({ relax, preferred: ["en"] }) });
    expect(states(world)).toBe("reserved reserved");
  }
});
