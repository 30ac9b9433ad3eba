import fc from "fast-check";
import { expect, test } from "vitest";
import { platformClock, sandboxClock } from "./clock.ts";

test("the platform clock's alarms are set to the instant itself", () => {
  expect(platformClock.realInstant(1_700_000_000_000)).toBe(1_700_000_000_000);
});

test("a minute passes in a second at speed 60", () => {
  let real = 5_000;
  const clock = sandboxClock({ originMs: 1_000_000, realOriginMs: 5_000, speed: 60 }, () => real);
  expect(clock.now()).toBe(1_000_000);
  real += 1_000;
  expect(clock.now()).toBe(1_060_000);
});

test("an alarm set through realInstant never goes off before its instant", () => {
  const ms = fc.integer({ min: 0, max: 2_000_000_000_000 });
  fc.assert(
    fc.property(ms, ms, fc.integer({ min: 1, max: 600 }), ms, (originMs, realOriginMs, speed, waitMs) => {
      const setting = { originMs, realOriginMs, speed };
      const at = originMs + waitMs;
      const rings = sandboxClock(setting).realInstant(at);
      expect(sandboxClock(setting, () => rings).now()).toBeGreaterThanOrEqual(at);
    }),
  );
});
