import { expect, test } from "vitest";
import { MINUTE_MS, SECOND_MS } from "../kernel/instant.ts";
import { agentId, contactId, smallTicket, smallWorld } from "./fixture.ts";

test("ACD-8 a socket lost on a contact and back within a minute changes nothing; later the contact is told", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait(1);
  world.talk(0, 1);
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d0" });
  world.pass(59 * SECOND_MS);
  world.send({ type: "device_joined", agentId: agentId(0), deviceId: "d0b" });
  world.pass(10 * SECOND_MS);
  expect(world.state(0)).toBe("on_contact");
  expect(world.agent(0).phone).toBe("d0b");
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d0b" });
  world.pass(60 * SECOND_MS);
  expect(world.messages.at(-1)).toMatchObject({ kind: "agent_gone" });
  world.pass(10 * MINUTE_MS);
  expect(
    world.messages.filter((message) => message.kind === "agent_gone"),
    "once",
  ).toHaveLength(1);
  expect(world.state(0), "his telephone may be up still").toBe("on_contact");
  world.restart(false);
  world.pass(MINUTE_MS);
  expect(
    world.messages.filter((message) => message.kind === "agent_gone"),
    "also after a restart",
  ).toHaveLength(1);
  world.send({ type: "talk_ended", contactId: contactId(1), reservationId: world.held(0), wrapUpS: 0 });
  expect(world.agent(0).at).toMatchObject({ is: "not_ready", reason: "device" });
  world.pass(10 * MINUTE_MS);
  expect(world.state(0)).toBe("off_shift");
});

test("ACD-7 an agent whose desktop was gone for long and is back in mid-talk is offered no second call", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait(1);
  world.talk(0, 1);
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d0" });
  world.pass(70 * SECOND_MS);
  world.wait(2);
  world.ready(0);
  expect(world.state(0)).toBe("on_contact");
  world.send({ type: "talk_ended", contactId: contactId(1), reservationId: world.held(0), wrapUpS: 0 });
  expect(world.state(0)).toBe("reserved");
});

test("ACD-7 a contact queued by a clock that runs before the pool's is offered a seat at once", () => {
  const world = smallWorld();
  world.ready(0);
  const ticket = smallTicket(1, world.now + 400, 0, { strategy: "progressive" });
  world.send({ type: "wait", ticket });
  expect(world.state(0)).toBe("reserved");
});

test("ACD-8 a clock that is set back makes no state last less than nothing", () => {
  const world = smallWorld();
  world.ready(0);
  world.wait(1);
  world.talk(0, 1);
  world.send({ type: "talk_ended", contactId: contactId(1), reservationId: world.held(0), wrapUpS: 30 });
  world.now -= 20_000;
  world.send({
    type: "wrapped_up",
    contactId: contactId(1),
    reservationId: world.held(0),
    then: { to: "ready", reason: null },
  });
  const times = world.facts.map((fact) => fact.at);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(world.agent(0).figures.talkMsToday).toBeGreaterThanOrEqual(0);
});

test("ACD-8 a ready agent without a device is offered nothing, and is ready again when it is back", () => {
  const world = smallWorld();
  world.ready(0);
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d0" });
  world.wait(1);
  expect(world.state(0)).toBe("not_ready");
  world.send({ type: "device_joined", agentId: agentId(0), deviceId: "d0" });
  expect(world.state(0)).toBe("reserved");
});

test("ACD-8 a desktop joins once, leaves once, and only one that is there may take the phone", () => {
  const world = smallWorld();
  const join = (deviceId: string) => world.send({ type: "device_joined", agentId: agentId(0), deviceId });
  const leave = (deviceId: string) => world.send({ type: "device_left", agentId: agentId(0), deviceId });
  const take = (deviceId: string) => world.send({ type: "use_here", agentId: agentId(0), deviceId });
  expect(join("d0")).toEqual({ is: "done" });
  expect(join("d0")).toEqual({ is: "ignored", why: "joined already" });
  expect(join("d1")).toEqual({ is: "done" });
  expect(world.agent(0)).toMatchObject({ devices: ["d0", "d1"], phone: "d0", lostAt: null });
  expect(take("d9")).toEqual({ is: "refused", code: "phone_elsewhere" });
  expect(take("d0")).toEqual({ is: "ignored", why: "here already" });
  expect(take("d1")).toEqual({ is: "done" });
  expect(world.pool.out.agents, "it is stored").toHaveLength(1);
  expect(leave("d0")).toEqual({ is: "done" });
  expect(world.agent(0).phone, "another desktop went").toBe("d1");
  expect(leave("d0")).toEqual({ is: "ignored", why: "not here" });
  expect(leave("d1")).toEqual({ is: "done" });
  expect(world.agent(0)).toMatchObject({ devices: [], phone: null, lostAt: world.now });
  expect(world.pool.out.agents, "it is stored").toHaveLength(1);
  const lost = { type: "devices_lost", agentId: agentId(0) } as const;
  expect(world.send(lost)).toEqual({ is: "ignored", why: "lost already" });
});

test("ACD-8 the phone stays where the call is, and goes to the next desktop with the one that leaves", () => {
  const world = smallWorld();
  world.ready(0);
  world.send({ type: "device_joined", agentId: agentId(0), deviceId: "d1" });
  world.wait(1);
  world.talk(0, 1);
  expect(world.send({ type: "use_here", agentId: agentId(0), deviceId: "d1" })).toEqual({
    is: "refused",
    code: "busy",
  });
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d0" });
  expect(world.agent(0)).toMatchObject({ phone: "d1", lostAt: null, at: { is: "on_contact" } });
});

test("ACD-8 who lost the desktop while ready is ready again with the next; who took a break is not", () => {
  const world = smallWorld({ agents: 2 });
  world.ready(0, 1);
  world.send({ type: "set_state", agentId: agentId(1), to: "not_ready", reason: "lunch" });
  for (const index of [0, 1]) {
    world.send({ type: "device_left", agentId: agentId(index), deviceId: `d${index}` });
    expect(world.agent(index).at).toMatchObject({ is: "not_ready", reason: index === 0 ? "device" : "lunch" });
    world.send({ type: "device_joined", agentId: agentId(index), deviceId: "new" });
  }
  expect([world.state(0), world.state(1)]).toEqual(["ready", "not_ready"]);
  world.pass(20 * MINUTE_MS);
  expect(world.state(1), "he has a desktop: his shift goes on").toBe("not_ready");
});
