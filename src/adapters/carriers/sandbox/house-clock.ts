import type { Instant } from "../../../domain/kernel/instant.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Settings } from "./env.ts";

/** The house clock: the platform's own unless the three CLOCK values set it off at another speed. */
export type HouseClock = Clock & { readonly speed: number };

export function houseClock(settings: Settings): HouseClock {
  const speed = settings.CLOCK_SPEED ?? 1;
  const realOrigin = settings.CLOCK_REAL_ORIGIN_MS ?? 0;
  const origin = settings.CLOCK_ORIGIN_MS ?? realOrigin;
  return {
    speed,
    now: (): Instant => Math.floor(origin + (Date.now() - realOrigin) * speed),
    // Rounded up: an alarm must not go off before the clock shows its instant.
    realInstant: (at) => Math.ceil(realOrigin + (at - origin) / speed),
  };
}
