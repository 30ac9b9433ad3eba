import { expect, test } from "vitest";
import { type BookedLeg, doubleBookings } from "./carrier-book.ts";

const leg = (sid: string, to: string, answeredAt: number | null, endedAt: number): BookedLeg => ({
  sid,
  parentSid: null,
  accountSid: "AC1",
  direction: "outbound-api",
  from: "+12065550110",
  to,
  status: "completed",
  startedAt: 0,
  answeredAt,
  endedAt,
  seconds: 1,
});

test.each([
  ["one after the other", [leg("CA1", "client:agent_a", 0, 10), leg("CA2", "client:agent_a", 10, 20)], 0],
  ["two at once", [leg("CA1", "client:agent_a", 0, 11), leg("CA2", "client:agent_a", 10, 20)], 1],
  [
    "two at once under other parameters",
    [leg("CA1", "client:agent_a?x=1", 0, 11), leg("CA2", "client:agent_a?x=2", 10, 20)],
    1,
  ],
  ["two desks", [leg("CA1", "client:agent_a", 0, 11), leg("CA2", "client:agent_b", 10, 20)], 0],
  ["a leg that only rang", [leg("CA1", "client:agent_a", 0, 11), leg("CA2", "client:agent_a", null, 20)], 0],
  ["two callers' legs", [leg("CA1", "+12065550110", 0, 11), leg("CA2", "+12065550110", 10, 20)], 0],
] as const)("a desk with %s", (_what, legs, expected) => {
  expect(doubleBookings(legs)).toHaveLength(expected);
});
