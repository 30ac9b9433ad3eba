import { expect, test } from "vitest";
import { asId, type BrandId, type QueueId } from "../kernel/ids.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import type { AgentProfile, Policy } from "./config.ts";
import { agentId, contactId, type SmallWorld, smallWorld, tenantId } from "./fixture.ts";
import { brokenPromise } from "./invariants.ts";

/** Several seats become free at one moment, or a client's cap falls while seats stand idle: who takes whom. */

const offers = (world: SmallWorld): string =>
  [...world.pool.agents.values()]
    .map(({ at }) => (at.is === "reserved" ? at.reservation.ticket.contactId : at.is))
    .join(" ");
const rest = (world: SmallWorld, index: number, to: "ready" | "not_ready" = "not_ready") =>
  world.send({ type: "set_state", agentId: agentId(index), to, reason: null });
const decline = (world: SmallWorld, index: number) =>
  world.send({ type: "decline", agentId: agentId(index), reservationId: world.held(index) });
const endTalk = (world: SmallWorld, index: number, name: string) =>
  world.send({ type: "talk_ended", contactId: contactId(name), reservationId: world.held(index), wrapUpS: 0 });
const sound = (world: SmallWorld): void => expect(brokenPromise(world.pool, world.now)).toBeNull();

/** A caller rings at a2, a0 and a1; a2 has served five today. When a1 answers, a2 and a0 are free at once, a2 first. */
function ringing(profile: (index: number) => Partial<AgentProfile> = () => ({})): SmallWorld {
  const world = smallWorld({ agents: 3, tenants: 3, profile });
  world.agent(2).figures.contactsToday = 5;
  world.ready(2, 0, 1);
  world.wait("rings", 0, { strategy: "ring_all" });
  for (const index of [2, 0, 1]) world.ring(index);
  return world;
}

test("ACD-1 of seats that become free at once the one that the strategy puts first takes the caller, and the other the next", () => {
  const world = ringing();
  for (const name of ["x", "y"]) world.wait(name, 1, { strategy: "fewest_contacts" });
  world.accept(1);
  expect(offers(world)).toBe("cx on_contact cy");
  sound(world);
});

test("ACD-1 the better seat takes who stands first in its own line, and the first freed the caller it was passed by for", () => {
  const [b0, b1, b2] = [0, 1, 2].map((index) => asId<BrandId>(`b${index}`)) as [BrandId, BrandId, BrandId];
  const world = ringing((index) => ({ brands: index === 0 ? [b0, b1, b2] : [b0, b1] }));
  world.wait("older", 2);
  world.now += SECOND_MS;
  world.wait("x", 1, { strategy: "fewest_contacts" });
  world.accept(1);
  expect(offers(world)).toBe("colder on_contact cx");
  const why = world.pool.out.messages.flatMap(({ message }) =>
    message.kind === "seat_reserved" ? [message.decision.contact] : [],
  );
  expect(why).toMatchObject([
    { when: "seat_became_free", candidates: 2, others: [{ behindMs: SECOND_MS, why: "came_later" }] },
    { when: "seat_became_free", candidates: 1, others: [] },
  ]);
  sound(world);
});

test("ACD-1 where every seat is as good the first that became free is taken", () => {
  const world = ringing();
  world.agent(2).figures.contactsToday = 0;
  world.wait("x", 1);
  world.accept(1);
  expect(offers(world)).toBe("ready on_contact cx");
});

test("ACD-5 a client whose cap falls by more than one seat takes as many that stood idle", () => {
  const world = smallWorld({ agents: 4, seats: [{ tenantId: tenantId(0), guaranteed: 0, burst: 2 }] });
  world.ready(0, 1, 2, 3);
  world.wait("rings", 0, { strategy: "ring_all" });
  for (const name of ["x", "y"]) world.wait(name);
  expect(offers(world)).toBe("crings crings ready ready");
  for (const index of [0, 1]) rest(world, index);
  world.send({ type: "withdraw", contactId: contactId("rings"), why: "left", attempt: null });
  expect(offers(world)).toBe("not_ready not_ready cx cy");
  sound(world);
});

/** A client at its cap of one seat, with two queues that other seats serve: a1 the first, a2 the second. */
function twoQueues(policy: Policy | null, first: [number, number], second: [number, number]): SmallWorld {
  const skills = [{ a: 1, b: 1 }, { a: 1 }, { b: 1 }];
  const world = smallWorld({
    agents: 3,
    seats: [{ tenantId: tenantId(0), guaranteed: 0, burst: 1 }],
    profile: (index) => ({ skills: skills[index] ?? {} }),
  });
  if (policy !== null) world.send({ type: "configure", config: { ...world.pool.config, version: 2, policy } });
  world.ready(0, 1, 2);
  world.wait("served", 0, { skills: ["a"] });
  world.talk(0, "served");
  const wait = (name: string, [priority, withinS]: [number, number]) => {
    const target = { share: 0.8, withinS, shortAbandonS: 0 };
    world.wait(name, 0, { id: asId<QueueId>(`q ${name}`), skills: [name], priority, target });
    world.now += SECOND_MS;
  };
  wait("a", first);
  wait("b", second);
  expect(offers(world)).toBe("on_contact ready ready");
  rest(world, 0);
  endTalk(world, 0, "served");
  sound(world);
  return world;
}

test.each([
  [null, [0, 20], [0, 20], "not_ready ca ready"],
  [null, [0, 20], [1, 20], "not_ready ready cb"],
  ["fifo", [0, 60], [0, 10], "not_ready ca ready"],
  ["edf", [0, 60], [0, 10], "not_ready ready cb"],
  ["edf", [0, 10], [0, 60], "not_ready ca ready"],
] as const)(
  "ACD-5 below its cap again a client's first in line by %s is served, with %j and %j: %s",
  (policy, first, second, expected) => {
    expect(offers(twoQueues(policy, [...first], [...second]))).toBe(expected);
  },
);

test("ACD-5 below the cap again, a caller whom all idle seats have declined waits, and the next is served", () => {
  const world = smallWorld({ agents: 2, seats: [{ tenantId: tenantId(0), guaranteed: 0, burst: 1 }] });
  world.ready(0, 1);
  world.wait("declined");
  for (const index of [0, 1]) decline(world, index);
  world.wait("served");
  world.talk(0, "served");
  world.wait("next");
  expect(offers(world)).toBe("on_contact ready");
  rest(world, 0);
  endTalk(world, 0, "served");
  expect(offers(world)).toBe("not_ready cnext");
  sound(world);
});

test("ACD-3 an older caller of little urgency is not first because it came first, whichever queue was known first", () => {
  const world = smallWorld({ agents: 1, tenants: 2 });
  for (const tenant of [1, 0]) {
    world.wait(`before${tenant}`, tenant);
    world.send({ type: "withdraw", contactId: contactId(`before${tenant}`), why: "left", attempt: null });
  }
  world.wait("old", 0);
  world.wait("urgent", 1, { priority: 1 });
  world.ready(0);
  expect(offers(world)).toBe("curgent");
});
