import { expect, test } from "vitest";
import { levelOf, totalsOf, worstFirst } from "./live-floor.ts";

const agent = (agentId: string, state: "ready" | "on_contact" | "off_shift") => ({
  agentId,
  name: agentId,
  state,
  reason: null,
  since: 0,
  tenantId: null,
  brand: null,
  contactId: null,
});
const queue = (
  queueId: string,
  numbers: { waiting: number; longestSince: number | null; answered: number; abandoned: number; withinTarget: number },
) => ({
  queueId,
  tenantId: "t",
  name: queueId,
  brand: { name: "b", color: "#123456" },
  offered: numbers.answered + numbers.abandoned,
  shortAbandoned: 0,
  overflowed: 0,
  target: { share: 0.8, withinS: 20 },
  ...numbers,
});

test("MON-1 totals count an agent once and the longest wait is the oldest", () => {
  const totals = totalsOf({
    agents: [agent("a", "ready"), agent("a", "ready"), agent("b", "on_contact"), agent("c", "off_shift")],
    queues: [
      queue("q1", { waiting: 2, longestSince: 5_000, answered: 8, abandoned: 2, withinTarget: 7 }),
      queue("q2", { waiting: 1, longestSince: 2_000, answered: 0, abandoned: 0, withinTarget: 0 }),
    ],
  });
  expect(totals).toMatchObject({ ready: 1, talking: 1, off: 1, waiting: 3, longestSince: 2_000, level: 0.7 });
});

test("hang-ups that the short-abandon rule leaves out do not lower the level", () => {
  const numbers = { waiting: 0, longestSince: null, answered: 8, abandoned: 4, withinTarget: 8 };
  expect(levelOf({ ...queue("q", numbers), shortAbandoned: 2 })).toBe(0.8);
});

test("a queue without countable calls has no service level, not a perfect one", () => {
  expect(
    levelOf(queue("q", { waiting: 0, longestSince: null, answered: 0, abandoned: 0, withinTarget: 0 })),
  ).toBeNull();
});

test("MON-1 the worst queue comes first: below target, then the longest wait, then by name", () => {
  const good = { waiting: 0, longestSince: null, answered: 10, abandoned: 0, withinTarget: 10 };
  const order = worstFirst(
    [
      queue("quiet", { ...good, answered: 0, withinTarget: 0 }),
      queue("fine", good),
      queue("waits", { ...good, waiting: 1, longestSince: 9_000 }),
      queue("waits longer", { ...good, waiting: 1, longestSince: 4_000 }),
      queue("bad", { ...good, withinTarget: 7 }),
      queue("worse", { ...good, withinTarget: 5 }),
    ],
    "en",
  );
  expect(order.map(({ queueId }) => queueId)).toEqual(["worse", "bad", "waits longer", "waits", "fine", "quiet"]);
});
