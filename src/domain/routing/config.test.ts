import { expect, test } from "vitest";
import { PLAIN_RULES, rulesOf, SEAT_KINDS, TELEPHONE_RINGS } from "./config.ts";
import { smallQueue, smallWorld } from "./fixture.ts";
import { stepsBehind } from "./rank.ts";
import type { SeatClass } from "./state.ts";

test("ACD-6 kinds of seats stand in the order in which they are kept free", () => {
  expect(SEAT_KINDS).toEqual(["ordinary", "remote", "expert", "team_lead", "supervisor"]);
  const steps = SEAT_KINDS.map((kind) => {
    const world = smallWorld({ profile: () => ({ kind }) });
    return stepsBehind({ preferred: [], brandId: "b0" } as unknown as SeatClass, world.agent(0));
  });
  expect(steps).toEqual([0, 0, 20, 40, 60]);
});

test("ACD-6 an outside telephone rings once the offer is accepted, or with it", () => {
  expect(TELEPHONE_RINGS).toEqual(["on_accept", "at_once"]);
});

test("ACD-1 a queue that names no rules wishes for nothing, grants nothing with time, and is timed in wrap-up", () => {
  expect(rulesOf(smallQueue(0))).toEqual({
    preferred: [],
    relax: [],
    tiers: { silver: 0, gold: 0, platinum: 0 },
    lastAgent: { patienceS: 0, withinDays: 30 },
    namedAgent: { patienceS: 0, variable: "extension" },
    wrapUp: { kind: "timed", extensions: 5, extensionS: 60 },
    missesMax: 1,
    autoAnswer: false,
  });
  const own = { ...PLAIN_RULES, missesMax: 3 };
  expect(rulesOf(smallQueue(0, { rules: own }))).toBe(own);
});
