import { chance, type Random } from "../../../domain/kernel/random.ts";
import type { SimOptions } from "./options.ts";

/** One agent's day: whether he comes, and when he is on a break, as shares of the day. */
export type Shift = {
  readonly comes: boolean;
  readonly breaks: readonly { readonly from: number; readonly until: number }[];
};

/** Of agents on the plan, so many do not come. */
const NO_SHOWS = 0.05;
/** Two short breaks and a long one; each begins somewhere in its window, so that the floor does not empty at once. */
const BREAKS = [
  { earliest: 0.15, latest: 0.35, lasts: 0.025 },
  { earliest: 0.42, latest: 0.58, lasts: 0.05 },
  { earliest: 0.68, latest: 0.88, lasts: 0.025 },
] as const;
const ALL_DAY: Shift = { comes: true, breaks: [] };

/** With flat demand everybody works all day: the case that closed forms describe. */
export function shiftOf(options: SimOptions, random: Random): Shift {
  if (options.demand === "flat") return ALL_DAY;
  const comes = !chance(random, NO_SHOWS);
  const breaks = BREAKS.map(({ earliest, latest, lasts }) => {
    const from = earliest + (latest - earliest) * random.next();
    return { from, until: from + lasts };
  });
  return { comes, breaks };
}
