import type { Instant } from "../domain/kernel/instant.ts";
import type { Clock } from "../ports/clock.ts";

/** The platform's own time: what production runs on. */
export const platformClock: Clock = {
  now: () => Date.now(),
  realInstant: (at) => at,
};

/** A clock that showed `originMs` when the platform's showed `realOriginMs`, and runs `speed` times as fast since. */
export type ClockSetting = { readonly originMs: Instant; readonly realOriginMs: number; readonly speed: number };

/** The sandbox environment's time. Every process of one run is given the same setting, so all show the same instant. */
export function sandboxClock(setting: ClockSetting, realNow: () => number = Date.now): Clock {
  const { originMs, realOriginMs, speed } = setting;
  return {
    now: () => Math.floor(originMs + (realNow() - realOriginMs) * speed),
    // Rounded up: an alarm must not go off before the clock shows its instant.
    realInstant: (at) => Math.ceil(realOriginMs + (at - originMs) / speed),
  };
}
