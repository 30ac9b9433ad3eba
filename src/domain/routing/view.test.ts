import { expect, test } from "vitest";
import { asId, type BrandId, type QueueId } from "../kernel/ids.ts";
import { agentId, smallConfig, smallQueue, smallWorld, tenantId } from "./fixture.ts";
import { floorView } from "./view.ts";

test("MON-1 a published queue stands on the floor with zeros before its first caller, and once after", () => {
  const { id, name, target } = smallQueue(0);
  const queues = [
    { id, name, target, tenantId: tenantId(0), brandId: asId<BrandId>("b0") },
    { id: asId<QueueId>("q-quiet"), name: "Quiet", target, tenantId: tenantId(0), brandId: asId<BrandId>("b0") },
  ];
  const world = smallWorld({ agents: 1 });
  world.send({ type: "configure", config: { ...smallConfig({ agents: 1 }), version: 2, queues } });
  expect(floorView(world.pool).queues).toMatchObject([
    { queueId: "q0", name: "Queue 0", brand: { name: "Brand 0" }, waiting: 0, offered: 0, longestSince: null },
    { queueId: "q-quiet", name: "Quiet", target: { share: 0.8, withinS: 20 } },
  ]);
  world.wait(1);
  const after = floorView(world.pool).queues;
  expect(after.map((queue) => queue.queueId).sort()).toEqual(["q-quiet", "q0"]);
  expect(after.find((queue) => queue.queueId === "q0")).toMatchObject({ waiting: 1, offered: 1 });
});

test("MON-1 somebody who was never on shift has no time in that state", () => {
  const world = smallWorld({ agents: 1 });
  const since = () => floorView(world.pool).agents.find((agent) => agent.agentId === agentId(0))?.since;
  expect(since()).toBeNull();
  world.ready(0);
  expect(since()).toBe(world.now - 1);
});
