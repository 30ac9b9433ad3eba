import { type Random, randomExponential, randomLognormal, randomNormal } from "../../../domain/kernel/random.ts";
import type { SimOptions } from "./options.ts";

/** How one tenant's callers arrive on one day. */
export type TenantDay = {
  /** Seconds of the day at which a call arrives after this one; null when the day is over. */
  readonly next: (afterS: number) => number | null;
};

/** Good and bad days: a gamma-like factor of this coefficient of variation, drawn anew for each client and day. */
const DAY_CV = 0.15;
/** One client in ten has half of all calls. */
const LARGE_SHARE = 0.5;
const LARGE_EVERY = 10;
/** The tallest hump against the mean of the day: for thinning. */
const HUMP_MAX = 1.6;
const HANDLE_CV = 0.7;

export function tenantDay(options: SimOptions, tenant: number, random: Random): TenantDay {
  const endS = options.hours * 3_600;
  const perS = options.erlangs / options.handleS;
  if (options.demand === "flat") {
    return {
      next: (afterS) => {
        const at = afterS + randomExponential(random, 1 / perS);
        return at < endS ? at : null;
      },
    };
  }
  const mean = perS * sizeOf(options, tenant) * Math.max(0.3, 1 + DAY_CV * randomNormal(random));
  return {
    next: (afterS) => {
      for (let at = afterS; ; ) {
        at += randomExponential(random, 1 / (mean * HUMP_MAX));
        if (at >= endS) return null;
        if (random.next() * HUMP_MAX < humps(at / endS)) return at;
      }
    },
  };
}

export function handleMs(options: SimOptions, random: Random): number {
  const mean = options.handleS * 1_000;
  return options.demand === "flat" ? randomExponential(random, mean) : randomLognormal(random, mean, HANDLE_CV);
}

function sizeOf(options: SimOptions, tenant: number): number {
  const large = Math.max(1, Math.floor(options.tenants / LARGE_EVERY));
  if (options.tenants < LARGE_EVERY) return 1;
  const share = tenant < large ? LARGE_SHARE / large : (1 - LARGE_SHARE) / (options.tenants - large);
  return share * options.tenants;
}

/** A morning and an afternoon hump, mean 1 over the day. */
function humps(share: number): number {
  const bump = (middle: number, width: number) => Math.exp(-(((share - middle) / width) ** 2));
  return (0.25 + 0.95 * bump(0.28, 0.16) + 0.75 * bump(0.72, 0.16)) / 0.7318;
}
