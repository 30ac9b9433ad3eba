import { expect, test } from "vitest";
import { SECOND_MS } from "../kernel/instant.ts";
import { nextDeadline } from "./deadlines.ts";
import { agentId, contactId, type SmallWorld, smallWorld, tenantId } from "./fixture.ts";
import { brokenPromise } from "./invariants.ts";

const choose = (world: SmallWorld, to: "ready" | "not_ready" | "off_shift", reason: string | null = null) =>
  world.send({ type: "set_state", agentId: agentId(0), to, reason });
const end = (world: SmallWorld, name: string) =>
  world.send({ type: "talk_ended", contactId: contactId(name), reservationId: world.held(0), wrapUpS: 0 });

function ringing(): SmallWorld {
  const world = smallWorld();
  world.ready(0);
  world.wait("x");
  world.ring(0);
  return world;
}

test.each([
  [null, "not_ready", "missed"],
  ["ready", "not_ready", "missed"],
  ["not_ready", "not_ready", "lunch"],
  ["off_shift", "off_shift", undefined],
] as const)("ACD-8 who chose %j while it rang and misses the offer is %s (%s)", (chosen, is, reason) => {
  const world = ringing();
  if (chosen !== null) choose(world, chosen, "lunch");
  world.pass(20 * SECOND_MS);
  expect(world.agent(0).at).toMatchObject(reason === undefined ? { is } : { is, reason });
  expect(world.agent(0).next).toBeNull();
});

test("ACD-8 a pause without a reason is a break", () => {
  const world = smallWorld();
  world.ready(0);
  choose(world, "not_ready");
  expect(world.agent(0).at).toEqual({ is: "not_ready", reason: "break", back: false });
});

test("ACD-8 the time an agent is ready adds up, and a clock that is set back takes nothing from it", () => {
  const world = smallWorld();
  world.ready(0);
  world.now += 4_999;
  choose(world, "not_ready");
  expect(world.agent(0).figures.readyMs).toBe(5_000);
  choose(world, "ready");
  world.now -= 3_000;
  choose(world, "not_ready");
  expect(world.agent(0).figures.readyMs).toBe(5_000);
});

test("ACD-8 each change is a fact with its number, its moment, both states and whose contact it was", () => {
  const world = ringing();
  const { out, config } = world.pool;
  expect(out.facts).toEqual([
    {
      poolId: config.poolId,
      agentId: agentId(0),
      seq: 3,
      at: world.now,
      v: 1,
      body: {
        type: "agent_state_changed",
        from: "reserved",
        to: "ringing",
        reason: null,
        tenantId: tenantId(0),
        contactId: contactId("x"),
      },
    },
  ]);
  world.pass(20 * SECOND_MS);
  expect(out.facts.map(({ seq, body }) => [seq, body])).toEqual([
    [
      4,
      {
        type: "agent_state_changed",
        from: "ringing",
        to: "not_ready",
        reason: "missed",
        tenantId: null,
        contactId: null,
      },
    ],
  ]);
  choose(world, "not_ready", "missed");
  expect(out.facts, "no change").toEqual([]);
  choose(world, "not_ready", "lunch");
  expect(out.facts.map(({ body }) => [body.from, body.to, body.reason])).toEqual([["not_ready", "not_ready", "lunch"]]);
});

test("ACD-5 a seat that stood idle has passed nobody over, and its fact names none", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait("x");
  expect(world.pool.out.facts.map(({ body }) => body.to)).toEqual(["reserved"]);
  for (const { body } of world.pool.out.facts) expect(body).not.toHaveProperty("passedOver");
});

test("ACD-5 a client that is served at its cap is looked at again as its seat is freed, and one below it is not", () => {
  const world = smallWorld({ agents: 2, seats: [{ tenantId: tenantId(0), guaranteed: 1, burst: 0 }] });
  world.ready(0, 1);
  world.wait("x");
  world.wait("y");
  expect([world.state(0), world.state(1)]).toEqual(["reserved", "ready"]);
  world.talk(0, "x");
  choose(world, "off_shift");
  end(world, "x");
  expect([world.state(0), world.state(1)]).toEqual(["off_shift", "reserved"]);
  expect(brokenPromise(world.pool, world.now)).toBeNull();
});

test("ACD-8 a deadline that is left over in a state that has none passes, and nothing happens", () => {
  const world = smallWorld();
  world.ready(0);
  choose(world, "not_ready", "lunch");
  const agent = world.agent(0);
  agent.deadline = world.now + 1_000;
  world.pool.timers.set(agent, agent.deadline);
  world.pass(1_000);
  expect([agent.at, agent.deadline]).toEqual([{ is: "not_ready", reason: "lunch", back: false }, null]);
  expect(nextDeadline(world.pool)).toBeNull();
});

test("ACD-8 who is done without a desktop is ready as soon as there is one", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait("x");
  world.talk(0, "x");
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d0" });
  end(world, "x");
  expect(world.agent(0).at).toEqual({ is: "not_ready", reason: "device", back: true });
  expect(world.pool.services.size, "nobody is served").toBe(0);
  world.send({ type: "device_joined", agentId: agentId(0), deviceId: "d1" });
  expect(world.state(0)).toBe("ready");
});

test("ACD-8 a desktop that is back in time leaves the contact's own deadline, and one lost early does not bring it forward", () => {
  const world = ringing();
  world.accept(0);
  const asked = world.now + 45 * SECOND_MS;
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d0" });
  world.pass(1_000);
  world.send({ type: "device_joined", agentId: agentId(0), deviceId: "d1" });
  expect([world.agent(0).deadline, world.agent(0).dueAt]).toEqual([asked, asked]);
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d1" });
  const kinds = () => world.messages.slice(2).map(({ kind }) => kind);
  world.pass(45 * SECOND_MS);
  expect(kinds(), "asked, for it is silent").toEqual(["seat_accepted", "seat_accepted"]);
  world.pass(15 * SECOND_MS);
  expect(kinds(), "told after a minute").toEqual(["seat_accepted", "seat_accepted", "agent_gone"]);
});

test("ACD-8 the phone stays with its desktop when another one goes, and goes on to the first that is left", () => {
  const world = smallWorld();
  world.ready(0);
  const device = (type: "device_joined" | "device_left" | "use_here", deviceId: string) =>
    world.send({ type, agentId: agentId(0), deviceId });
  for (const deviceId of ["d1", "d2"]) device("device_joined", deviceId);
  device("use_here", "d1");
  device("device_left", "d2");
  expect(world.agent(0)).toMatchObject({ phone: "d1", devices: ["d0", "d1"] });
  device("device_left", "d1");
  expect(world.agent(0).phone).toBe("d0");
  expect(world.pool.out.agents, "it is stored").toEqual([world.agent(0)]);
});

test("ACD-8 an agent on a break is not at work: nobody waits for him, and there is no wait to tell", () => {
  const world = smallWorld();
  world.ready(0);
  choose(world, "not_ready", "lunch");
  expect(world.wait("x")).toMatchObject({ answer: { estimatedWaitS: null } });
  const waits = world.pool.tickets.get(contactId("x"));
  expect([waits?.seatClass.staffed, waits?.dueAt]).toEqual([0, world.now + 95 * SECOND_MS]);
});

test("ACD-4 an agent who leaves moves no deadline of those who do not wait for him alone", () => {
  const world = ringing();
  world.talk(0, "x");
  world.wait("y");
  const due = world.pool.tickets.get(contactId("y"))?.dueAt;
  choose(world, "off_shift");
  end(world, "x");
  expect([world.state(0), world.pool.tickets.get(contactId("y"))?.dueAt]).toEqual(["off_shift", due]);
});

test("ACD-7 an offer on its way is kept for its three seconds, also over a restart that gives the desktop two", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait("x");
  world.restart(false);
  world.pass(1_000);
  world.send({ type: "device_joined", agentId: agentId(0), deviceId: "d1" });
  world.pass(1_999);
  expect(world.state(0)).toBe("reserved");
  world.pass(1);
  expect(world.agent(0).at).toMatchObject({ is: "not_ready", reason: "device" });
});
