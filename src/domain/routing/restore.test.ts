import { expect, test } from "vitest";
import { SECOND_MS } from "../kernel/instant.ts";
import { RESTORE_GRACE_MS } from "./config.ts";
import { agentId, type SmallWorld, smallWorld } from "./fixture.ts";

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
