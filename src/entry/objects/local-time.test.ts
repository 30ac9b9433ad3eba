import { expect, test } from "vitest";
import { dayEndsAt } from "./local-time.ts";

test.each([
  ["an ordinary day", "Asia/Shanghai", "2026-11-20T03:12:34.567Z", "2026-11-20T16:00:00Z"],
  ["its first instant", "Asia/Shanghai", "2026-11-20T16:00:00Z", "2026-11-21T16:00:00Z"],
  ["its last", "Asia/Shanghai", "2026-11-20T15:59:59.999Z", "2026-11-20T16:00:00Z"],
  ["a zone of three quarters of an hour", "Asia/Kathmandu", "2026-11-20T12:00:00Z", "2026-11-20T18:15:00Z"],
  ["a day of 23 hours", "America/New_York", "2026-03-08T05:30:00Z", "2026-03-09T04:00:00Z"],
  ["a day of 25 hours", "America/New_York", "2026-11-01T04:30:00Z", "2026-11-02T05:00:00Z"],
  ["a day of 25 hours, after the change", "America/New_York", "2026-11-01T12:00:00Z", "2026-11-02T05:00:00Z"],
  ["a clock set forward at midnight", "America/Havana", "2026-03-07T18:00:00Z", "2026-03-08T05:00:00Z"],
  ["the day that begins at one", "America/Havana", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"],
])("REP-1 where the next day begins: %s", (_, timeZone, at, expected) => {
  expect(new Date(dayEndsAt(Date.parse(at), timeZone)).toISOString()).toBe(new Date(expected).toISOString());
});
