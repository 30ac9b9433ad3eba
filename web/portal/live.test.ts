import { expect, test } from "vitest";
import { freshest, freshestDay, type TodayFrame } from "./live.ts";

const queue = (queueId: string, offered: number, answered: number) => ({
  queueId,
  offered,
  answered,
  abandoned: 1,
  shortAbandoned: 1,
  overflowed: offered - answered - 2,
  withinTarget: answered - 1,
  serviceLevel: null,
});
const frame: TodayFrame = { day: "2026-11-20", contacts: 12, queues: [queue("a", 8, 4), queue("b", 5, 3)] };
const stored = { offered: 11, answered: 6, abandoned: 2, shortAbandoned: 2, serviceLevel: 0.5, day: "2026-11-20" };

test("REP-1 the day's tiles are the sum of its queues, as fresh as they are", () => {
  expect(freshestDay(frame, stored)).toMatchObject({
    offered: 12,
    answered: 7,
    abandoned: 2,
    shortAbandoned: 2,
    serviceLevel: 5 / 9,
  });
});

test.each([
  ["another day's frame", { ...frame, day: "2026-11-21" }],
  ["a frame that is behind the record", { ...frame, contacts: 10 }],
  ["no frame yet", null],
] as const)("REP-1 with %s the record counts", (_, live) => {
  expect(freshestDay(live, stored)).toBe(stored);
});

test("REP-1 a queue shows the socket's numbers, unless they are another day's or behind", () => {
  expect(freshest("2026-11-20", frame, "a", stored)).toBe(stored);
  expect(freshest("2026-11-20", frame, "a", { ...stored, offered: 7 })).toBe(frame.queues[0]);
  expect(freshest("2026-11-21", frame, "a", { ...stored, offered: 0 })).toMatchObject({ offered: 0 });
  expect(freshest("2026-11-20", frame, "c", stored)).toBe(stored);
});
