import { expect, test } from "vitest";
import { asId, type BrandId, type ReservationId } from "../kernel/ids.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import type { AgentProfile } from "./config.ts";
import { agentId, contactId, smallTicket, smallWorld, tenantId } from "./fixture.ts";

const none = asId<ReservationId>("none");

test("ACD-7 a free seat is offered a contact at once, and the contact's whole way through the pool", () => {
  const world = smallWorld();
  world.ready(0);
  expect(world.wait(1)).toMatchObject({ is: "wait", answer: { state: "held", heldBy: "r1" } });
  expect(world.state(0)).toBe("reserved");
  world.ring(0);
  expect(world.state(0)).toBe("ringing");
  expect(world.accept(0)).toEqual({ is: "done" });
  expect(world.state(0)).toBe("on_contact");
  world.send({ type: "connected", contactId: contactId(1), reservationId: world.held(0) });
  world.pass(60 * SECOND_MS);
  world.send({ type: "talk_ended", contactId: contactId(1), reservationId: world.held(0), wrapUpS: 30 });
  expect(world.state(0)).toBe("wrap_up");
  world.pass(29 * SECOND_MS);
  expect(world.state(0)).toBe("wrap_up");
  world.pass(1 * SECOND_MS);
  expect(world.state(0)).toBe("ready");
  expect(world.messages.map((message) => message.kind)).toEqual([
    "seat_reserved",
    "seat_rang",
    "seat_accepted",
    "wrap_up_lapsed",
  ]);
  expect(world.facts.map((fact) => fact.to)).toEqual([
    "ready",
    "reserved",
    "ringing",
    "on_contact",
    "wrap_up",
    "ready",
  ]);
  expect(world.facts.map((fact) => fact.seq)).toEqual([1, 2, 3, 4, 5, 6]);
});

test("ACD-1 the longest idle agent who fits is offered the contact, and the decision says why", () => {
  const world = smallWorld({ agents: 3 });
  world.ready(2, 0, 1);
  world.wait(1);
  expect(world.state(2)).toBe("reserved");
  const reserved = world.pool.out.messages[0]?.message;
  expect(reserved).toMatchObject({
    kind: "seat_reserved",
    decision: {
      rule: "longest_idle",
      ruleVersion: 1,
      candidates: 3,
      ranked: [{ agentId: "a2", why: "chosen" }, { agentId: "a0" }, {}],
    },
  });
});

test("ACD-2 only agents with the brand and every skill at its level are offered a contact", () => {
  const world = smallWorld({
    agents: 4,
    tenants: 2,
    profile: (index): Partial<AgentProfile> =>
      [
        { skills: { zh: 1, repair: 2 } },
        { skills: { zh: 1, repair: 3 }, brands: [asId<BrandId>("b1")] },
        { skills: { repair: 3 } },
        { skills: { zh: 1, repair: 3 } },
      ][index] ?? {},
  });
  world.ready(0, 1, 2, 3);
  world.wait(1, 0, { skills: ["zh", "repair>=3"] });
  expect([0, 1, 2, 3].map(world.state)).toEqual(["ready", "ready", "ready", "reserved"]);
});

test("ACD-3 the oldest contact is served first, and priority counts as age", () => {
  const world = smallWorld({ tenants: 2 });
  world.wait("old");
  world.pass(29 * SECOND_MS);
  world.wait("urgent", 1, { priority: 1 });
  world.ready(0);
  expect(world.agent(0).at).toMatchObject({ reservation: { ticket: { contactId: "curgent" } } });
  const patient = smallWorld({ tenants: 2 });
  patient.wait("old");
  patient.pass(31 * SECOND_MS);
  patient.wait("urgent", 1, { priority: 1 });
  patient.ready(0);
  expect(patient.agent(0).at).toMatchObject({ reservation: { ticket: { contactId: "cold" } } });
});

test("ACD-7 an offer not answered in time goes elsewhere, and who missed it is not ready", () => {
  const world = smallWorld({ agents: 2 });
  world.ready(0, 1);
  world.wait(1);
  world.ring(0);
  world.pass(19_999);
  expect(world.state(0)).toBe("ringing");
  world.pass(1);
  expect(world.agent(0).at).toMatchObject({ is: "not_ready", reason: "missed" });
  expect(world.state(1)).toBe("reserved");
  expect(world.messages.at(1)).toMatchObject({ kind: "seat_rang" });
  expect(world.messages.at(2)).toMatchObject({ kind: "seat_returned", why: "missed", reservationId: "r1" });
});

test("ACD-7 a declined contact goes to the next seat and does not come back within the cool-off", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait(1);
  world.ring(0);
  world.send({ type: "decline", agentId: agentId(0), reservationId: world.held(0) });
  expect(world.state(0)).toBe("ready");
  world.wait(2);
  expect(world.agent(0).at).toMatchObject({ reservation: { ticket: { contactId: "c2" } } });
  world.send({ type: "withdraw", contactId: contactId(2), why: "abandoned", attempt: 1 });
  expect(world.state(0)).toBe("ready");
  world.pass(30 * SECOND_MS);
  expect(world.agent(0).at).toMatchObject({ reservation: { ticket: { contactId: "c1" } } });
});

test("ACD-7 of two who answer at once one wins and the other is told that it is taken", () => {
  const world = smallWorld({ agents: 3 });
  world.ready(0, 1, 2);
  world.wait(1, 0, { strategy: "ring_all" });
  for (const index of [0, 1, 2]) world.ring(index);
  const late = world.held(1);
  world.accept(0);
  expect([0, 1, 2].map(world.state)).toEqual(["on_contact", "ready", "ready"]);
  expect(world.send({ type: "accept", agentId: agentId(1), deviceId: "d1", reservationId: late })).toEqual({
    is: "refused",
    code: "taken",
  });
  expect(world.messages.filter((message) => message.kind === "seat_accepted")).toHaveLength(1);
});

test("ACD-7 a socket lost while ringing: the caller keeps the place and is offered again at once", () => {
  const world = smallWorld({ agents: 2 });
  world.ready(0);
  world.wait("first");
  world.pass(SECOND_MS);
  world.wait("second");
  world.ring(0);
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d0" });
  expect(world.agent(0).at).toEqual({ is: "not_ready", reason: "device", back: false });
  world.ready(1);
  expect(world.agent(1).at).toMatchObject({ reservation: { ticket: { contactId: "cfirst" } } });
});

test("ACD-7 an offer that reaches no screen returns within 3 s", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait(1);
  world.pass(3 * SECOND_MS);
  expect(world.agent(0).at).toMatchObject({ is: "not_ready", reason: "device" });
  expect(world.messages.at(-1)).toMatchObject({ kind: "seat_returned", why: "agent_lost" });
});

test("ACD-8 one of several devices owns the phone; only that one accepts, and another may claim it", () => {
  const world = smallWorld();
  world.ready(0);
  world.send({ type: "device_joined", agentId: agentId(0), deviceId: "tab2" });
  world.wait(1);
  world.ring(0);
  expect(world.accept(0, "tab2")).toEqual({ is: "refused", code: "phone_elsewhere" });
  expect(world.send({ type: "use_here", agentId: agentId(0), deviceId: "tab2" })).toEqual({ is: "done" });
  expect(world.accept(0, "tab2")).toEqual({ is: "done" });
  expect(world.send({ type: "use_here", agentId: agentId(0), deviceId: "d0" })).toEqual({
    is: "refused",
    code: "busy",
  });
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "tab2" });
  expect(world.agent(0).phone).toBe("d0");
});

test("ACD-7 a status chosen while busy is taken when the contact is done", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait(1);
  world.talk(0, 1);
  world.send({ type: "set_state", agentId: agentId(0), to: "not_ready", reason: "lunch" });
  expect(world.state(0)).toBe("on_contact");
  world.send({ type: "talk_ended", contactId: contactId(1), reservationId: world.held(0), wrapUpS: 30 });
  expect(world.state(0)).toBe("wrap_up");
  world.pass(30 * SECOND_MS);
  expect(world.agent(0).at).toMatchObject({ is: "not_ready", reason: "lunch" });
});

test("ACD-7 wrap-up ends by the agent's word, may be extended five times, and may overtake the end of the talk", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait(1);
  world.talk(0, 1);
  const id = world.held(0);
  world.send({ type: "talk_ended", contactId: contactId(1), reservationId: id, wrapUpS: 30 });
  for (let asked = 0; asked < 5; asked++) {
    expect(world.send({ type: "extend_wrap_up", agentId: agentId(0), reservationId: id })).toEqual({ is: "done" });
  }
  expect(world.send({ type: "extend_wrap_up", agentId: agentId(0), reservationId: id })).toMatchObject({
    code: "no_more_extensions",
  });
  world.pass(329 * SECOND_MS);
  expect(world.state(0)).toBe("wrap_up");
  world.send({ type: "wrapped_up", contactId: contactId(1), reservationId: id, then: { to: "stay", reason: null } });
  expect(world.state(0)).toBe("wrap_up");
  world.send({ type: "wrapped_up", contactId: contactId(1), reservationId: id, then: { to: "ready", reason: null } });
  expect(world.state(0)).toBe("ready");
  world.wait(2);
  world.talk(0, 2);
  const second = world.held(0);
  world.send({
    type: "wrapped_up",
    contactId: contactId(2),
    reservationId: second,
    then: { to: "ready", reason: null },
  });
  expect(world.state(0)).toBe("ready");
  expect(world.send({ type: "talk_ended", contactId: contactId(2), reservationId: second, wrapUpS: 30 })).toMatchObject(
    { is: "ignored" },
  );
  expect(world.state(0)).toBe("ready");
});

test("ACD-7 a phone that does not take the call: the caller waits on as old as before", () => {
  const world = smallWorld({ agents: 2 });
  world.ready(0);
  world.wait("first");
  world.wait("second");
  world.ring(0);
  world.accept(0);
  world.send({ type: "leg_failed", contactId: contactId("first"), reservationId: world.held(0) });
  expect(world.agent(0).at).toMatchObject({ is: "not_ready", reason: "device" });
  world.ready(1);
  expect(world.agent(1).at).toMatchObject({ reservation: { ticket: { contactId: "cfirst", queuedAt: 1_000_001 } } });
});

test("ACD-5 a client below its guarantee comes first, others borrow meanwhile, and the cap holds", () => {
  const seats = [
    { tenantId: tenantId(0), guaranteed: 1, burst: 0 },
    { tenantId: tenantId(1), guaranteed: 0, burst: null },
  ];
  const world = smallWorld({ agents: 3, tenants: 2, seats });
  world.wait("b1", 1);
  world.wait("b2", 1);
  world.wait("b3", 1);
  world.ready(0, 1);
  expect(world.pool.tenants.get(tenantId(1))?.seats).toBe(2);
  world.wait("a1", 0);
  world.wait("a2", 0);
  world.ready(2);
  // The borrowed seats are given back first: the younger contact of the guaranteed client goes before the older one.
  expect(world.agent(2).at).toMatchObject({ reservation: { ticket: { contactId: "ca1" } } });
  // At its cap that client waits, although seats become free.
  world.talk(0, "b1");
  world.send({ type: "talk_ended", contactId: contactId("b1"), reservationId: world.held(0), wrapUpS: 0 });
  expect(world.agent(0).at).toMatchObject({ reservation: { ticket: { contactId: "cb3" } } });
  world.talk(1, "b2");
  world.send({ type: "talk_ended", contactId: contactId("b2"), reservationId: world.held(1), wrapUpS: 0 });
  expect(world.state(1)).toBe("ready");
  // Below the cap again, it is served by the seat that stood idle.
  world.send({ type: "withdraw", contactId: contactId("a1"), why: "abandoned", attempt: 1 });
  expect(world.pool.tickets.get(contactId("a2"))?.at.is).toBe("offered");
});

test("ACD-4 a contact not heard of for 95 s is dropped; keep-alives hold its place", () => {
  const world = smallWorld();
  world.wait("silent");
  const waiting = world.now;
  world.wait("faithful");
  for (let second = 0; second < 120; second += 30) {
    world.pass(30 * SECOND_MS);
    world.send({ type: "wait", ticket: smallTicket("faithful", waiting) });
  }
  expect(world.pool.tickets.get(contactId("silent"))?.at.is).toBe("gone");
  expect(world.send({ type: "wait", ticket: smallTicket("faithful", waiting) })).toMatchObject({
    answer: { state: "waiting", position: 1, waiting: 1 },
  });
});

test("ACD-7 late repeats find nothing to do", () => {
  const world = smallWorld();
  const queuedAt = world.now;
  world.wait(1);
  world.send({ type: "withdraw", contactId: contactId(1), why: "abandoned", attempt: 1 });
  expect(world.send({ type: "wait", ticket: smallTicket(1, queuedAt) })).toMatchObject({ answer: { state: "gone" } });
  world.ready(0);
  expect(world.state(0)).toBe("ready");
  expect(world.send({ type: "wait", ticket: smallTicket(1, queuedAt, 0, {}, 2) })).toMatchObject({
    answer: { state: "held" },
  });
  expect(world.send({ type: "withdraw", contactId: contactId(1), why: "left", attempt: 1 })).toMatchObject({
    is: "ignored",
  });
  expect(world.send({ type: "connected", contactId: contactId(1), reservationId: none })).toMatchObject({
    is: "ignored",
  });
});

test("ACD-7 a contact that never says it is connected is asked, believed, and at last given up", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait(1);
  world.ring(0);
  world.accept(0);
  world.pass(45 * SECOND_MS);
  expect(world.messages.filter((message) => message.kind === "seat_accepted")).toHaveLength(2);
  world.send({ type: "contact_said", contactId: contactId(1), reservationId: world.held(0), stage: "talking" });
  expect(world.agent(0).at).toMatchObject({ service: { answeredAt: world.now } });
  world.send({ type: "contact_said", contactId: contactId(1), reservationId: world.held(0), stage: "over" });
  expect(world.state(0)).toBe("wrap_up");
  const mute = smallWorld();
  mute.ready(0);
  mute.wait(1);
  mute.ring(0);
  mute.accept(0);
  mute.pass(135 * SECOND_MS);
  expect(mute.agent(0).at).toMatchObject({ is: "not_ready", reason: "device" });
  expect(mute.messages.at(-1)).toMatchObject({ kind: "agent_gone" });
});

test("ACD-2 a changed team takes effect at once and leaves contacts in hand alone", () => {
  const world = smallWorld({ agents: 2 });
  world.ready(0, 1);
  world.wait(1);
  world.talk(0, 1);
  const config = { ...world.pool.config, version: 2, agents: world.pool.config.agents.slice(1) };
  world.send({
    type: "configure",
    config: { ...config, agents: config.agents.map((agent) => ({ ...agent, brands: [] })) },
  });
  world.wait(2);
  expect(world.state(1)).toBe("ready");
  world.send({ type: "configure", config });
  expect(world.state(1)).toBe("reserved");
  world.send({ type: "talk_ended", contactId: contactId(1), reservationId: world.held(0), wrapUpS: 0 });
  expect(world.state(0)).toBe("off_shift");
});

test("SLA-1 the day's figures count each contact once and begin anew at midnight", () => {
  const world = smallWorld();
  world.wait("short");
  world.pass(4_999);
  world.send({ type: "withdraw", contactId: contactId("short"), why: "abandoned", attempt: 1 });
  world.wait("late");
  world.pass(20_001);
  world.ready(0);
  world.talk(0, "late");
  expect([...world.pool.queues.values()][0]?.today).toEqual({
    offered: 2,
    answered: 1,
    abandoned: 1,
    shortAbandoned: 1,
    overflowed: 0,
    withinTarget: 0,
  });
  world.midnight("2026-11-21");
  expect([...world.pool.queues.values()][0]?.today.offered).toBe(0);
});
