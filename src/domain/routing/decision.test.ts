import { describe, expect, test } from "vitest";
import type { RoutingDecision } from "../call/facts.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import { PLAIN_RULES, type Policy } from "./config.ts";
import { contactId, type SmallWorld, smallConfig, smallTicket, smallWorld, tenantId } from "./fixture.ts";

/** A pool of two clients and three agents, nobody on shift, under this policy. */
function pool(policy: Policy): SmallWorld {
  const settings = { agents: 3, tenants: 2 };
  const world = smallWorld(settings);
  world.send({ type: "configure", config: { ...smallConfig(settings), version: 2, policy } });
  return world;
}

/** The decision that the last step told a contact. */
function decision(world: SmallWorld): { readonly of: string; readonly why: RoutingDecision } {
  for (const { contactId: of, message } of world.pool.out.messages) {
    if (message.kind === "seat_reserved") return { of, why: message.decision };
  }
  throw new Error("nothing was decided");
}

const target = (withinS: number) => ({ target: { share: 0.8, withinS, shortAbandonS: 0 } });

/** An agent becomes ready as the last thing that happens, so that the decision is still in the pool's hands. */
function free(world: SmallWorld, agent: number): void {
  const id = world.agent(agent).profile.agentId;
  world.send({ type: "device_joined", agentId: id, deviceId: `d${agent}` });
  world.send({ type: "set_state", agentId: id, to: "ready", reason: null });
}

describe("ACD-5 a decision explains itself", () => {
  test("the seat: rule, version, candidates and scores of the best, the chosen first", () => {
    const world = pool("fifo");
    world.ready(0, 1, 2);
    world.wait("a");
    const { why } = decision(world);
    expect(why).toMatchObject({ rule: "longest_idle", ruleVersion: 1, candidates: 3 });
    expect(why.ranked.map(({ agentId, why: code }) => [agentId, code])).toEqual([
      ["a0", "chosen"],
      ["a1", "ranked_later"],
      ["a2", "ranked_later"],
    ]);
    expect(why.contact).toEqual({
      when: "seat_was_idle",
      policy: "fifo",
      policyVersion: 1,
      candidates: 1,
      owed: false,
      place: { waitedMs: 0, priorityMs: 0, inTimeMs: 0, stakeMs: 0, tailMs: 0 },
      others: [],
    });
  });

  test("the contact: who was compared and why each came later, without naming anybody", () => {
    const world = pool("fifo");
    world.wait("old", 0, { priority: 1 });
    world.pass(5 * SECOND_MS);
    world.wait("young", 1);
    world.pass(2 * SECOND_MS);
    free(world, 0);
    const { of, why } = decision(world);
    expect(of).toBe("cold");
    expect(why.contact).toMatchObject({
      when: "seat_became_free",
      candidates: 2,
      place: { waitedMs: 7 * SECOND_MS, priorityMs: 30 * SECOND_MS },
      others: [{ sameClient: false, behindMs: 35 * SECOND_MS, why: "lower_priority" }],
    });
    const told = JSON.stringify(why);
    expect(told).not.toContain("young");
    expect(told).not.toContain(tenantId(1));
  });

  test.each([
    ["fifo", { priority: 0 }, { priority: 9 }, "lower_priority", "cyoung"],
    ["edf", target(60), target(10), "later_deadline", "cyoung"],
  ] as const)("%s: an older contact that lost is told the reason", (policy, older, younger, reason, winner) => {
    const world = pool(policy);
    world.wait("old", 0, older);
    world.pass(SECOND_MS);
    world.wait("young", 1, younger);
    free(world, 0);
    const { of, why } = decision(world);
    expect(of).toBe(winner);
    expect(why.contact?.others.map((other) => other.why)).toEqual([reason]);
  });

  test("an older contact that rings at another seat already is told so, and not that it came later", () => {
    const world = pool("fifo");
    world.ready(0);
    world.wait("rings", 0, { strategy: "ring_all" });
    world.pass(SECOND_MS);
    world.wait("waits", 1);
    free(world, 1);
    const { of, why } = decision(world);
    expect(of).toBe("cwaits");
    expect(why.contact?.others.map((other) => other.why)).toEqual(["rings_already"]);
  });

  test.each([
    ["its target is past, the other's is not", 25, 60, 19, 20, "out_of_time"],
    ["the other has waited nearly a minute", 62, 20, 50, 20, "not_near_a_minute"],
  ] as const)("slack: a contact is passed over because %s", (_, oldS, oldWithin, youngS, youngWithin, reason) => {
    const world = pool("slack");
    const within = (withinS: number) => ({ target: { share: 0, withinS, shortAbandonS: 0 } });
    const [older, younger] = reason === "out_of_time" ? [youngWithin, oldWithin] : [oldWithin, youngWithin];
    const start = world.now;
    world.wait("old", 0, within(older));
    world.now = start + (oldS - youngS) * SECOND_MS;
    world.wait("young", 1, within(younger));
    for (const queue of world.pool.queues.values()) queue.stake = { levelMs: 0, abandonMs: 0 };
    world.now = start + oldS * SECOND_MS;
    world.send({ type: "device_joined", agentId: world.agent(0).profile.agentId, deviceId: "d0" });
    world.send({ type: "set_state", agentId: world.agent(0).profile.agentId, to: "ready", reason: null });
    const { of, why } = decision(world);
    expect(of).toBe("cyoung");
    expect(why.contact?.others.map((other) => other.why)).toEqual([reason]);
  });

  test("of a client that comes below its cap the contact longest in line goes to the seat longest idle, and that is told", () => {
    const settings = { agents: 3, tenants: 1, seats: [{ tenantId: tenantId(0), guaranteed: 0, burst: 1 }] };
    const world = smallWorld(settings);
    world.ready(0, 1, 2);
    world.wait("served");
    world.wait("next");
    world.talk(0, "served");
    world.pass(SECOND_MS);
    const served = { contactId: contactId("served"), reservationId: world.held(0) };
    world.send({ type: "talk_ended", ...served, wrapUpS: 0 });
    const { of, why } = decision(world);
    expect(of).toBe("cnext");
    expect(why.contact).toMatchObject({ when: "client_below_cap", candidates: 1 });
    expect(why.ranked.map(({ agentId, why: code }) => [agentId, code])).toEqual([
      ["a1", "chosen"],
      ["a2", "ranked_later"],
      ["a0", "ranked_later"],
    ]);
  });

  test("slack: the parts of the place sum to the score that decided", () => {
    const world = pool("slack");
    world.wait("late", 0);
    const queue = [...world.pool.queues.values()][0];
    if (queue !== undefined) queue.expectedToday = 300;
    world.pass(5 * SECOND_MS);
    world.wait("inTime", 0);
    world.pass(16 * SECOND_MS);
    free(world, 0);
    const { of, why } = decision(world);
    expect(of).toBe("cinTime");
    const { place, others } = why.contact ?? { place: null, others: [] };
    expect(place).toMatchObject({ waitedMs: 16 * SECOND_MS, inTimeMs: 10 * SECOND_MS, tailMs: 0 });
    expect(place?.stakeMs).toBeGreaterThan(0);
    expect(others).toHaveLength(1);
    const lateBonus = queue?.stake?.abandonMs ?? 0;
    const sum = 16 * SECOND_MS + 10 * SECOND_MS + (place?.stakeMs ?? 0);
    expect(others[0]).toMatchObject({ sameClient: true, why: "less_at_stake" });
    expect(others[0]?.behindMs).toBeCloseTo(sum - 21 * SECOND_MS - lateBonus, -1);
  });

  test("a client below its guarantee goes first, and that is the reason told", () => {
    const world = pool("fifo");
    world.wait("old", 1);
    world.pass(50 * SECOND_MS);
    world.wait("owed", 0);
    const tenant = world.pool.tickets.get(contactId("owed"))?.tenant;
    if (tenant !== undefined) tenant.guaranteed = 1;
    free(world, 0);
    const { of, why } = decision(world);
    expect(of).toBe("cowed");
    expect(why.contact).toMatchObject({
      owed: true,
      others: [{ behindMs: -50 * SECOND_MS, why: "client_has_its_seats" }],
    });
  });

  test("of a long line the next three are told, best first", () => {
    const settings = { agents: 1, tenants: 6 };
    const world = smallWorld(settings);
    for (let tenant = 0; tenant < 6; tenant++) {
      world.wait(`w${tenant}`, tenant);
      world.pass(SECOND_MS);
    }
    free(world, 0);
    const { why } = decision(world);
    expect(why.contact?.candidates).toBe(6);
    expect(why.contact?.others.map(({ behindMs }) => behindMs)).toEqual([1_000, 2_000, 3_000]);
  });
});

test("ACD-1 what was asked for by then is told, and who stands behind for a lacking wish or a seat that is kept free", () => {
  const profiles = [{ skills: { zh: 9, en: 1 } }, { skills: { zh: 3 } }, { skills: { zh: 5, en: 5 } }];
  const world = smallWorld({ agents: 3, profile: (index) => profiles[index] ?? {} });
  world.ready(0, 1, 2);
  world.wait("x", 0, { skills: ["zh>=3"], rules: { ...PLAIN_RULES, preferred: ["en>=2"] } });
  const { why } = decision(world);
  expect(why.asked).toEqual({ skills: ["zh>=3"], preferred: ["en>=2"], lent: [], ownAgent: false });
  expect(why.ranked.map(({ agentId, why: code }) => [agentId, code])).toEqual([
    ["a2", "chosen"],
    ["a0", "stands_behind"],
    ["a1", "stands_behind"],
  ]);
});

test("ACD-4 the house alone is told whose contacts came later, in the order of the decision", () => {
  const world = smallWorld({ agents: 1, tenants: 3 });
  for (const tenant of [0, 1, 2]) {
    world.wait(`w${tenant}`, tenant);
    world.pass(SECOND_MS);
  }
  free(world, 0);
  const fact = world.pool.out.facts.at(-1)?.body;
  expect(fact?.passedOver).toEqual([
    { tenantId: tenantId(1), contactId: contactId("w1") },
    { tenantId: tenantId(2), contactId: contactId("w2") },
  ]);
});

test("ACD-5 of many idle seats the chosen and the next three are told", () => {
  const world = smallWorld({ agents: 6 });
  world.ready(0, 1, 2, 3, 4, 5);
  world.wait("x");
  const { why } = decision(world);
  expect(why.candidates).toBe(6);
  expect(why.ranked.map(({ agentId }) => agentId)).toEqual(["a0", "a1", "a2", "a3"]);
});

test("ACD-7 who declined within the half minute is told so, and after it is a seat like any other", () => {
  const world = smallWorld({ agents: 3 });
  world.ready(0, 1, 2);
  world.wait("x");
  const decline = (index: number) =>
    world.send({ type: "decline", agentId: world.agent(index).profile.agentId, reservationId: world.held(index) });
  const whys = () => decision(world).why.ranked.map(({ agentId, why }) => `${agentId} ${why}`);
  const start = world.now;
  decline(0);
  expect(whys()).toEqual(["a1 chosen", "a2 ranked_later", "a0 declined_before"]);
  world.now = start + 29_999;
  decline(1);
  expect(whys()).toEqual(["a2 chosen", "a0 declined_before", "a1 declined_before"]);
  world.now = start + 30_000;
  decline(2);
  expect(whys()).toEqual(["a0 chosen", "a1 declined_before", "a2 declined_before"]);
});

test("ACD-2 what was asked for names skills as the queue does, the groups lent by then and an agent of one's own", () => {
  const world = smallWorld({ agents: 2, profile: () => ({ skills: { zh: 3, tv: 1 }, groups: ["overflow"] }) });
  world.ready(0, 1);
  const relax = [{ afterS: 0, do: "lend", group: "overflow" }] as const;
  world.wait("x", 0, { skills: ["zh", "tv>=1"], rules: { ...PLAIN_RULES, relax, preferred: ["tv"] } });
  expect(decision(world).why.asked).toEqual({
    skills: ["tv", "zh"],
    preferred: ["tv"],
    lent: ["overflow"],
    ownAgent: false,
  });
  const known = smallWorld({ agents: 2 });
  known.ready(0, 1);
  const { agentId } = known.agent(1).profile;
  const rules = { ...PLAIN_RULES, lastAgent: { patienceS: 10, withinDays: 30 } };
  const known1 = { tier: "standard", lastAgentId: agentId } as const;
  known.send({ type: "wait", ticket: { ...smallTicket("y", known.now, 0, { rules }), caller: known1 } });
  expect(decision(known).why.asked?.ownAgent).toBe(true);
  expect(decision(known).why.ranked.map((seat) => seat.agentId)).toEqual(["a1"]);
});

test("ACD-4 a house that has chosen no policy serves by age, and says so; of equals the first that came is told first", () => {
  const world = smallWorld({ agents: 1, tenants: 5 });
  for (const tenant of [0, 1, 2, 3, 4]) world.wait(`w${tenant}`, tenant);
  free(world, 0);
  const { of, why } = decision(world);
  expect(of).toBe("cw0");
  expect(why.contact).toMatchObject({ policy: "fifo", policyVersion: 1, candidates: 5 });
  expect(why.contact?.others).toEqual([1, 2, 3].map(() => ({ sameClient: false, behindMs: 0, why: "came_later" })));
  const passed = world.pool.out.facts.at(-1)?.body.passedOver;
  expect(passed?.map((it) => it.contactId)).toEqual(["cw1", "cw2", "cw3"]);
});

test.each([
  [
    [2, 9, 4, 6, 0],
    [3, 5, 7],
  ],
  [
    [2, 9, 4, 6, 7],
    [2, 3, 5],
  ],
])(
  "ACD-4 of priorities %j the smallest of the places left is told next, wherever it stands in the line",
  (points, behind) => {
    const world = smallWorld({ agents: 1, tenants: 5 });
    for (const [tenant, priority] of points.entries()) world.wait(`w${tenant}`, tenant, { priority });
    free(world, 0);
    const { of, why } = decision(world);
    expect(of).toBe("cw1");
    expect(why.contact?.others.map(({ behindMs }) => behindMs / 30_000)).toEqual(behind);
  },
);
