import { expect, test } from "vitest";
import { ORDER, STATES } from "../../../test/support/agent-states.ts";
import { asId, type BrandId, type ReservationId } from "../kernel/ids.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import { PLAIN_RULES, RESTORE_GRACE_MS } from "./config.ts";
import { agentId, contactId, type SmallWorld, smallConfig, smallTicket, smallWorld, tenantId } from "./fixture.ts";
import { brokenPromise } from "./invariants.ts";
import { agentsWithoutDevice, type PoolRows, restorePool } from "./restore.ts";
import { dumpAgent, dumpQueue, dumpTicket } from "./rows.ts";
import type { Pool } from "./state.ts";
import { agentView, floorView } from "./view.ts";

/** A contact rings at a0 (or is on its way to him) and the pool is restarted with no socket left. */
function cutOff(state: "reserved" | "ringing", elapsedMs = SECOND_MS) {
  const world = smallWorld({ agents: 2 });
  world.ready(0);
  world.wait("first");
  if (state === "ringing") world.ring(0);
  world.pass(elapsedMs);
  const offer = { id: world.held(0), deadline: world.agent(0).deadline };
  world.restart(false);
  return { world, offer };
}

const returned = (world: SmallWorld) => world.messages.filter((message) => message.kind === "seat_returned");
const back = (world: SmallWorld) => world.send({ type: "device_joined", agentId: agentId(0), deviceId: "d0b" });

test("ACD-7 a restart while it rings: the desktop that is back in time finds the same offer and its countdown", () => {
  const { world, offer } = cutOff("ringing");
  world.pass(RESTORE_GRACE_MS - 1);
  expect(world.state(0)).toBe("ringing");
  back(world);
  world.pass(SECOND_MS);
  expect(world.held(0)).toBe(offer.id);
  expect(world.agent(0).deadline).toBe(offer.deadline);
  expect(returned(world)).toEqual([]);
  expect(world.accept(0, "d0b")).toEqual({ is: "done" });
  expect(world.state(0)).toBe("on_contact");
});

test("ACD-7 a restart before the offer was seen: it is kept for the desktop and rings its whole time there", () => {
  const { world, offer } = cutOff("reserved", 3 * SECOND_MS - 1);
  world.pass(RESTORE_GRACE_MS - 1);
  back(world);
  expect(world.held(0)).toBe(offer.id);
  world.ring(0);
  expect(world.agent(0).deadline).toBe(world.now + 20 * SECOND_MS);
  expect(returned(world)).toEqual([]);
});

test.each(["reserved", "ringing"] as const)(
  "ACD-7 a restart while %s and nobody comes back: after the grace the caller is offered elsewhere in its place",
  (state) => {
    const { world, offer } = cutOff(state);
    world.wait("second");
    world.pass(RESTORE_GRACE_MS - 1);
    expect(returned(world)).toEqual([]);
    world.pass(1);
    expect(returned(world)).toMatchObject([{ reservationId: offer.id, why: "agent_lost" }]);
    expect(world.agent(0).at).toEqual({ is: "not_ready", reason: "device", back: false });
    world.ready(1);
    expect(world.agent(1).at).toMatchObject({ reservation: { ticket: { contactId: "cfirst" } } });
  },
);

test("ACD-7 a ring time that ends while the desktop is cut off was missed by nobody", () => {
  const { world } = cutOff("ringing", 19 * SECOND_MS);
  world.pass(SECOND_MS);
  expect(returned(world)).toMatchObject([{ why: "agent_lost" }]);
});

test("ACD-7 sockets that outlive the restart and close right after it are given the same grace, later ones none", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait(1);
  world.ring(0);
  world.restart();
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d0" });
  expect(world.state(0)).toBe("ringing");
  back(world);
  world.pass(RESTORE_GRACE_MS);
  expect(world.state(0)).toBe("ringing");
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d0b" });
  expect(world.state(0)).toBe("not_ready");
});

test("ACD-7 a second restart within the grace loses nothing either", () => {
  const { world, offer } = cutOff("ringing");
  world.pass(SECOND_MS);
  world.restart(false);
  world.pass(SECOND_MS);
  back(world);
  expect(world.held(0)).toBe(offer.id);
});

/** All that is stored of a pool, and all that desktops and the floor show of it. */
function seen({ pool }: SmallWorld) {
  const agents = [...pool.agents.values()];
  return structuredClone({
    floor: floorView(pool),
    desktops: agents.map((agent) => agentView(pool, agent, agent.devices[0] ?? "")),
    agents: agents.map(dumpAgent),
    // When a contact was last heard of begins anew: nobody could be heard during the absence.
    tickets: [...pool.tickets.values()].map((ticket) => {
      const { gone, heardAt, ...row } = dumpTicket(pool, ticket) ?? { gone: true, heardAt: 0 };
      return { gone, ...row, heardAt: gone ? heardAt : null };
    }),
    queues: [...pool.queues.values()].map((queue) => dumpQueue(pool, queue)),
    seats: [...pool.tenants.values()].map(({ seats, guaranteed, cap }) => ({ seats, guaranteed, cap })),
    idle: [...pool.classes.values()].map(({ key, idle, waiting, staffed }) => [key, idle.live, waiting.live, staffed]),
    timed: pool.timers.live,
  });
}

test.each(ORDER)("ACD-7 a restart while %s changes nothing that anybody sees or that is stored", (state) => {
  const world = STATES[state]();
  world.send({ type: "wait", ticket: smallTicket(7, world.now, 0, { priority: 3 }) });
  world.pass(SECOND_MS);
  world.send({ type: "set_state", agentId: agentId(0), to: "not_ready", reason: "lunch" });
  const before = seen(world);
  world.restart();
  expect(seen(world)).toEqual(before);
  expect(brokenPromise(world.pool, world.now)).toBeNull();
});

test("ACD-7 after a restart held, extended and asked are as they were, and each contact keeps its place", () => {
  const world = smallWorld({ agents: 3, tenants: 2 });
  world.ready(0, 1);
  const about = (index: number, contact: number) => ({
    contactId: contactId(contact),
    reservationId: world.held(index),
  });
  world.wait(1);
  world.talk(0, 1);
  world.pass(SECOND_MS);
  world.send({ type: "held", ...about(0, 1) });
  world.wait(2, 1);
  world.talk(1, 2);
  world.send({ type: "talk_ended", ...about(1, 2), wrapUpS: 30 });
  world.send({ type: "extend_wrap_up", agentId: agentId(1), reservationId: world.held(1) });
  world.wait(3);
  world.pass(SECOND_MS);
  world.wait(4, 1, { priority: 9 });
  world.wait(5);
  world.send({ type: "withdraw", contactId: contactId(5), why: "abandoned", attempt: 1 });
  const before = seen(world);
  world.restart();
  expect(seen(world)).toEqual(before);
  world.ready(2);
  expect(world.agent(2).at).toMatchObject({ reservation: { ticket: { contactId: "c4" } } });
  world.wait(6);
  expect(world.pool.tickets.get(contactId(6))?.arrival).toBe(6);
});

test("ACD-7 who has left the team and still holds a contact has it after a restart too, and is free of it in the end", () => {
  const world = smallWorld({ agents: 2 });
  world.ready(0);
  world.wait(1);
  world.talk(0, 1);
  const listed = smallConfig({ agents: 2 });
  world.send({ type: "configure", config: { ...listed, version: 2, agents: listed.agents.slice(1) } });
  world.restart();
  expect(world.state(0)).toBe("on_contact");
  expect(world.agent(0).profile).toEqual({ agentId: "a0", name: "", skills: {}, brands: [] });
  world.send({ type: "talk_ended", contactId: contactId(1), reservationId: world.held(0), wrapUpS: 0 });
  expect(world.state(0)).toBe("off_shift");
});

test("ACD-7 of the devices that are left the phone stays where it was, or goes to the oldest", () => {
  const world = smallWorld();
  world.ready(0);
  world.send({ type: "device_joined", agentId: agentId(0), deviceId: "second" });
  world.send({ type: "use_here", agentId: agentId(0), deviceId: "second" });
  world.restart();
  expect(world.agent(0)).toMatchObject({ phone: "second", devices: ["d0", "second"], lostAt: null });
  world.send({ type: "use_here", agentId: agentId(0), deviceId: "d0" });
  world.agent(0).devices.shift();
  world.restart();
  expect(world.agent(0)).toMatchObject({ phone: "second", devices: ["second"] });
});

test("ACD-7 only who was on shift with a device has lost one in a restart", () => {
  const world = smallWorld({ agents: 3 });
  world.ready(0, 1);
  world.send({ type: "device_left", agentId: agentId(1), deviceId: "d1" });
  const since = world.agent(1).lostAt;
  for (const agent of world.pool.agents.values()) agent.devices = [];
  expect(agentsWithoutDevice(world.pool).map((agent) => agent.profile.agentId)).toEqual(["a0"]);
  world.restart(false);
  expect([0, 1, 2].map((index) => world.agent(index).lostAt)).toEqual([world.now, since, null]);
});

test("ACD-7 a pool never restarted gives a desktop that goes no grace", () => {
  const world = smallWorld({ profile: () => ({ brands: [asId<BrandId>("b0")] }) });
  world.ready(0);
  world.wait(1);
  world.ring(0);
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d0" });
  expect(world.state(0)).toBe("not_ready");
});

test("ACD-7 several who ring for one caller ring on after a restart, and the first answer wins", () => {
  const world = smallWorld({ agents: 2 });
  world.ready(0, 1);
  world.wait(1, 0, { strategy: "ring_all" });
  const before = seen(world);
  world.restart();
  expect(seen(world)).toEqual(before);
  expect(brokenPromise(world.pool, world.now)).toBeNull();
  world.ring(1);
  expect(world.accept(1)).toEqual({ is: "done" });
  expect([0, 1].map(world.state)).toEqual(["ready", "on_contact"]);
});

test("ACD-7 seats bought, relaxed demands and a caller's tier hold after a restart", () => {
  const world = smallWorld({ agents: 1, tenants: 2, seats: [{ tenantId: tenantId(1), guaranteed: 0, burst: 2 }] });
  const tiers = { silver: 1, gold: 4, platinum: 10 };
  const rules = { ...PLAIN_RULES, tiers, relax: [{ afterS: 5, do: "drop", skill: "en" } as const] };
  const over = { skills: ["en"], rules };
  world.send({ type: "wait", ticket: smallTicket("plain", world.now, 0, over) });
  world.pass(SECOND_MS);
  const caller = { tier: "gold", lastAgentId: null } as const;
  world.send({ type: "wait", ticket: { ...smallTicket("gold", world.now, 1, over), caller } });
  world.pass(6 * SECOND_MS);
  const before = seen(world);
  world.restart();
  expect(seen(world)).toEqual(before);
  expect(world.pool.tenants.get(tenantId(1))?.cap).toBe(2);
  world.ready(0);
  expect(world.agent(0).at).toMatchObject({ reservation: { ticket: { contactId: "cgold" } } });
});

test("ACD-7 who wraps up a contact that has gone still does so after a restart, and only then is it forgotten", () => {
  const world = STATES.wrap_up();
  expect(world.pool.tickets.get(contactId(1))?.at).toEqual({ is: "gone", wrapUp: world.agent(0) });
  world.restart();
  expect(world.pool.tickets.get(contactId(1))?.at).toEqual({ is: "gone", wrapUp: world.agent(0) });
});

test("ACD-7 rows that do not fit together leave nobody with a contact that is not there", () => {
  const world = STATES.on_contact();
  const agents = [...world.pool.agents.values()].map(dumpAgent);
  const queues = [...world.pool.queues.values()].flatMap((queue) => dumpQueue(world.pool, queue) ?? []);
  const tickets = [...world.pool.tickets.values()].flatMap((ticket) => dumpTicket(world.pool, ticket) ?? []);
  const chance = { random: () => 0, newReservationId: () => asId<ReservationId>("r") };
  const come = (rows: Pick<PoolRows, "queues" | "tickets">) =>
    restorePool({ config: world.pool.config, agents, ...rows }, new Map([["a0", ["d0"]]]), world.now, chance);
  const at = (pool: Pool) => pool.agents.get(agentId(0))?.at;
  expect(at(come({ queues, tickets }))).toMatchObject({ is: "on_contact", service: { letGo: false } });
  for (const rows of [
    { queues, tickets: [] },
    { queues: [], tickets },
  ]) {
    expect(at(come(rows))).toEqual({ is: "not_ready", reason: "device", back: false });
    expect(brokenPromise(come(rows), world.now)).toBeNull();
  }
  const older = tickets.map(({ brandId, caller, ...row }) => row);
  const contact = come({ queues, tickets: older }).tickets.get(contactId(1));
  expect(contact).toMatchObject({ brandId: "b0", caller: null });
});

test("ACD-7 a device that is there again after a restart was not lost", () => {
  const world = smallWorld();
  world.ready(0);
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d0" });
  world.agent(0).devices.push("d1");
  world.restart();
  expect(world.agent(0)).toMatchObject({ lostAt: null, phone: "d1" });
});

test("ACD-7 a contact whose only agent declined before the pool went away is offered again when it is back", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait("x");
  world.ring(0);
  world.send({ type: "decline", agentId: agentId(0), reservationId: world.held(0) });
  expect(world.state(0)).toBe("ready");
  world.now += 31_000;
  world.restart();
  world.pass(0);
  expect(world.state(0)).toBe("reserved");
});
