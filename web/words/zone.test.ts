import { afterEach, expect, test } from "vitest";
import { dateTime } from "./format.ts";
import { dayAt, readInZone, startOfDay } from "./zone.ts";

afterEach(() => readInZone(undefined));

test.each([
  ["2026-11-26", "Asia/Shanghai", "2026-11-25T16:00:00.000Z"],
  ["2026-11-26", "America/Los_Angeles", "2026-11-26T08:00:00.000Z"],
  ["2026-03-29", "Europe/London", "2026-03-29T00:00:00.000Z"], // the day on which summer time begins, an hour later
  ["2026-03-30", "Europe/London", "2026-03-29T23:00:00.000Z"],
  ["2026-10-25", "Europe/London", "2026-10-24T23:00:00.000Z"],
  ["2026-01-01", "Pacific/Kiritimati", "2025-12-31T10:00:00.000Z"],
])("the day %s in %s begins at %s", (day, zone, at) => {
  expect(new Date(startOfDay(day, 0, zone)).toISOString()).toBe(at);
  expect(dayAt(Date.parse(at), zone)).toBe(day);
  expect(dayAt(Date.parse(at) - 1, zone)).not.toBe(day);
});

test("a day after the last of a month is the next month's first", () => {
  expect(startOfDay("2026-02-28", 1, "UTC")).toBe(Date.parse("2026-03-01T00:00:00Z"));
});

test("times are told in the zone that was chosen, unless another is named", () => {
  const at = Date.parse("2026-11-26T11:14:37Z");
  readInZone("Asia/Shanghai");
  expect(dateTime("en", at)).toBe("26 Nov 2026, 19:14:37");
  expect(dateTime("en", at, "America/Los_Angeles")).toBe("26 Nov 2026, 03:14:37");
});
