import { expect, test } from "vitest";
import type { AgentProfile } from "../config.ts";
import { contactId, type SmallWorld, smallWorld } from "../fixture.ts";
import { STRATEGIES, strategyNamed } from "./index.ts";
import type { AgentFigures } from "./strategy.ts";

/** Who is offered contacts in turn, when three agents with these figures are ready and nobody answers. */
function order(
  strategy: string,
  figures: readonly Partial<AgentFigures>[],
  profiles: readonly Partial<AgentProfile>[] = [],
): string {
  const world = smallWorld({ agents: 3, profile: (index) => profiles[index] ?? {} });
  // The figures are set before the agents become ready: a key is computed once, then.
  figures.forEach((part, index) => {
    Object.assign(world.agent(index).figures, part);
  });
  for (const index of [0, 1, 2])
    world.send({ type: "device_joined", agentId: world.agent(index).profile.agentId, deviceId: `d${index}` });
  const idleSince = figures.map((part) => part.idleSince);
  for (const index of [...[0, 1, 2]].sort((a, b) => (idleSince[a] ?? a) - (idleSince[b] ?? b))) {
    world.send({ type: "set_state", agentId: world.agent(index).profile.agentId, to: "ready", reason: null });
    world.now += 1;
  }
  return picks(world, strategy, 3);
}

function picks(world: SmallWorld, strategy: string, count: number): string {
  let picked = "";
  for (let turn = 0; turn < count; turn++) {
    world.wait(`x${turn}`, 0, { strategy });
    const busy = [...world.pool.agents.values()]
      .filter((agent) => agent.at.is === "reserved")
      .map((agent) => agent.index);
    picked += busy.find((index) => !picked.includes(String(index))) ?? "";
  }
  return picked;
}

test.each([
  ["longest_idle", [{ idleSince: 30 }, { idleSince: 10 }, { idleSince: 20 }], [], "120"],
  ["longest_since_contact", [{ lastEndedAt: 3 }, { lastEndedAt: 0 }, { lastEndedAt: 2 }], [], "120"],
  ["longest_ready", [{ readyMs: 10_000 }, { readyMs: 5_000 }, { readyMs: 20_000 }], [], "201"],
  ["round_robin", [{ lastOfferedAt: 30 }, { lastOfferedAt: 10 }, { lastOfferedAt: 20 }], [], "120"],
  ["fewest_contacts", [{ contactsToday: 2 }, { contactsToday: 2 }, { contactsToday: 1 }], [], "201"],
  ["least_talk", [{ talkMsToday: 9 }, { talkMsToday: 1 }, { talkMsToday: 5 }], [], "120"],
  ["most_skilled", [], [{ skills: { zh: 1 } }, { skills: { zh: 3 } }, { skills: { zh: 1, en: 1 } }], "120"],
  ["least_skilled", [], [{ skills: { zh: 5 } }, { skills: { zh: 1, en: 3 } }, { skills: { zh: 1 } }], "210"],
  ["least_skilled", [], [{ skills: { zh: 2 } }, { skills: { zh: 1 } }, { skills: { zh: 3 } }], "102"],
  ["weighted_share", [{}, {}, { offersToday: 9 }], [{ weight: -1 }, { weight: 0 }, { weight: 1 }], "201"],
  ["fixed_order", [], [{ rank: 3 }, { rank: 1 }, {}], "102"],
  ["random", [], [], "012"],
  [
    "weighted_share",
    [{ offersToday: 2 }, { offersToday: 3 }, { offersToday: 0 }],
    [{ weight: 1 }, { weight: 4 }, { weight: 0 }],
    "102",
  ],
] as const)("ACD-1 %s takes them in order", (strategy, figures, profiles, expected) => {
  expect(order(strategy, figures, profiles as readonly Partial<AgentProfile>[])).toBe(expected);
});

test("ACD-1 longest ready: who has been ready longest goes first, when the team is changed, after a restart, on any queue", () => {
  const world = smallWorld({ agents: 3, tenants: 2 });
  world.ready(2, 0, 1);
  world.pass(60_000);
  const leave = (name: string) =>
    world.send({ type: "withdraw", contactId: contactId(name), why: "left", attempt: null });
  world.wait("first", 0, { strategy: "longest_ready" });
  expect([0, 1, 2].map(world.state), "a queue that is called for the first time").toEqual([
    "ready",
    "ready",
    "reserved",
  ]);
  leave("first");
  world.send({ type: "configure", config: { ...world.pool.config, version: 2 } });
  expect(picks(world, "longest_ready", 3), "the team is published anew").toBe("201");
  for (const name of ["x0", "x1", "x2"]) leave(name);
  world.restart();
  world.wait("z", 1, { strategy: "longest_ready" });
  expect([0, 1, 2].map(world.state)).toEqual(["ready", "ready", "reserved"]);
});

test("ACD-1 round robin goes round, whoever was idle longer", () => {
  const world = smallWorld({ agents: 3 });
  world.ready(0, 1, 2);
  let seen = "";
  for (let turn = 0; turn < 6; turn++) {
    world.wait(`r${turn}`, 0, { strategy: "round_robin" });
    const index = [0, 1, 2].find((candidate) => world.state(candidate) === "reserved") ?? -1;
    seen += index;
    world.talk(index, `r${turn}`);
    world.pass(1_000);
    world.send({ type: "talk_ended", contactId: `cr${turn}` as never, reservationId: world.held(index), wrapUpS: 0 });
  }
  expect(seen).toBe("012012");
});

test("ACD-1 weighted share gives twice the offers for twice the weight", () => {
  const world = smallWorld({ agents: 2, profile: (index) => ({ weight: index + 1 }) });
  world.ready(0, 1);
  const taken = [0, 0];
  for (let turn = 0; turn < 30; turn++) {
    world.wait(`w${turn}`, 0, { strategy: "weighted_share" });
    const index = [0, 1].find((candidate) => world.state(candidate) === "reserved") ?? 0;
    taken[index] = (taken[index] ?? 0) + 1;
    world.talk(index, `w${turn}`);
    world.pass(1_000);
    world.send({ type: "talk_ended", contactId: `cw${turn}` as never, reservationId: world.held(index), wrapUpS: 0 });
  }
  expect(taken).toEqual([10, 20]);
});

test("ACD-1 ring all rings every seat that fits; progressive one more each ten seconds", () => {
  const all = smallWorld({ agents: 3 });
  all.ready(0, 1, 2);
  all.wait(1, 0, { strategy: "ring_all" });
  expect([0, 1, 2].map(all.state)).toEqual(["reserved", "reserved", "reserved"]);
  const slow = smallWorld({ agents: 3 });
  slow.ready(0, 1, 2);
  slow.wait(1, 0, { strategy: "progressive", ringTimeoutS: 60 });
  slow.ring(0);
  expect([0, 1, 2].map(slow.state)).toEqual(["ringing", "ready", "ready"]);
  slow.pass(9_999);
  expect(slow.state(1)).toBe("ready");
  slow.pass(1);
  slow.ring(1);
  expect([0, 1, 2].map(slow.state)).toEqual(["ringing", "ringing", "ready"]);
  slow.pass(10_000);
  expect(slow.state(2)).toBe("reserved");
});

test("ACD-1 there are at least ten strategies, each with a name and a version, and an unknown name means longest idle", () => {
  const names = [
    "longest_idle",
    "longest_since_contact",
    "longest_ready",
    "round_robin",
    "fewest_contacts",
    "least_talk",
  ];
  names.push("most_skilled", "least_skilled", "ring_all", "progressive", "fixed_order", "random", "weighted_share");
  expect([...STRATEGIES.keys()]).toEqual(names);
  for (const [name, strategy] of STRATEGIES) expect([strategy.name, strategy.version >= 1]).toEqual([name, true]);
  expect(strategyNamed("no such strategy").name).toBe("longest_idle");
});

test("ACD-1 most skilled counts the levels of the skills that are asked for, and no others", () => {
  const profiles = [{ skills: { zh: 2, en: 9 } }, { skills: { zh: 3 } }, { skills: { zh: 1, tv: 9 } }];
  const world = smallWorld({ agents: 3, profile: (index) => profiles[index] ?? {} });
  world.ready(0, 1, 2);
  world.wait("x", 0, { strategy: "most_skilled", skills: ["zh"] });
  expect([0, 1, 2].map(world.state)).toEqual(["ready", "reserved", "ready"]);
});

test("ACD-1 random goes by the lots that are drawn as agents become ready", () => {
  const lots = [0.9, 0.25, 0.5];
  const key = strategyNamed("random").key;
  const world = smallWorld({ agents: 3 });
  const keys = lots.map((lot) => key(world.agent(0), { random: () => lot, needs: [] }));
  expect(keys).toEqual(lots.map((lot) => Math.floor(lot * 2 ** 32)));
});

test("ACD-1 ring all rings twenty at most, those who were idle longest", () => {
  const world = smallWorld({ agents: 22 });
  const order = [...Array(22).keys()].reverse();
  world.ready(...order);
  world.wait("x", 0, { strategy: "ring_all" });
  const left = order.filter((index) => world.state(index) === "ready");
  expect(left.sort()).toEqual([0, 1]);
});
