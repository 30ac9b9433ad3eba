import { expect, test } from "vitest";
import { lookAgainMs } from "./look-again.ts";

const live = { endedAt: null, answeredAt: null, wrappedUpAt: null };

test.each([
  ["that cannot be read", 0, null, false],
  ["just opened", 1, { ...live, endedAt: 5 }, 3_000],
  ["that still waits", 20, live, 5_000],
  ["in talk", 20, { ...live, answeredAt: 3 }, 5_000],
  ["in wrap-up", 20, { ...live, answeredAt: 3, endedAt: 5 }, 5_000],
  ["wrapped up", 20, { answeredAt: 3, endedAt: 5, wrappedUpAt: 9 }, false],
  ["that no agent took", 20, { ...live, endedAt: 5 }, false],
] as const)("a page of a contact %s, looked at %i times", (_what, looks, contact, again) => {
  expect(lookAgainMs(looks, contact)).toBe(again);
});
