import { expect, test } from "vitest";
import { estimateWaitS } from "./estimate.ts";
import { agentId, contactId, smallWorld } from "./fixture.ts";
import type { SeatClass } from "./state.ts";

/** Two agents on calls of queue 0, whose contacts take 100 s a seat, and one contact waiting. */
function busy(rivals = 0) {
  const world = smallWorld({ agents: 2, tenants: 2 });
  world.ready(0, 1);
  for (const index of [0, 1]) {
    world.wait(index);
    world.talk(index, index);
  }
  const first = [...world.pool.queues.values()][0];
  if (first !== undefined) first.seatTimeMs = 100_000;
  world.wait("own");
  for (let rival = 0; rival < rivals; rival++) world.wait(`rival${rival}`, 1);
  return { world, own: world.pool.tickets.get(contactId("own"))?.seatClass as SeatClass };
}

test.each([
  [1, 0, 50],
  [2, 0, 100],
  [1, 2, 150],
  [3, 1, 300],
])(
  "IVR-4 at position %i, with %i of another client before the same two seats of 100 s, the wait is %i s",
  (position, rivals, expected) => {
    expect(estimateWaitS(busy(rivals).own, position)).toBe(expected);
  },
);

test("IVR-4 rivals count by their share of those who wait, and a part of a second counts as a whole", () => {
  const { world, own } = busy(1);
  world.wait("own2");
  expect(estimateWaitS(own, 1)).toBe(75);
  own.queue.seatTimeMs = 99_000;
  expect(estimateWaitS(own, 1)).toBe(75);
});

test("IVR-4 a queue that has not finished a contact yet counts on three minutes a seat", () => {
  const { own } = busy();
  own.queue.seatTimeMs = 0;
  expect(estimateWaitS(own, 1)).toBe(90);
});

test("IVR-4 nobody at work, or nobody who could, makes no estimate", () => {
  const { world, own } = busy();
  for (const index of [0, 1])
    world.send({ type: "talk_ended", contactId: contactId(index), reservationId: world.held(index), wrapUpS: 0 });
  for (const index of [0, 1]) world.send({ type: "set_state", agentId: agentId(index), to: "off_shift", reason: null });
  world.send({ type: "withdraw", contactId: contactId("own"), why: "abandoned", attempt: null });
  for (const index of [0, 1]) if (world.state(index) !== "off_shift") throw new Error("still at work");
  expect(estimateWaitS(own, 1)).toBeNull();
  const nobody = smallWorld({ agents: 0 });
  expect(nobody.wait(1)).toMatchObject({ is: "wait", answer: { estimatedWaitS: null } });
});
