import { type Random, randomExponential, randomLognormal, randomNormal } from "../../../domain/kernel/random.ts";
import type { SimOptions } from "./options.ts";

/** How one client's callers arrive on one day. */
export type TenantDay = {
  /** Seconds of the day at which a call arrives after this one; null when the day is over. */
  readonly next: (afterS: number) => number | null;
};

/** Good and bad days: a gamma factor of this coefficient of variation, drawn anew for each client and day. */
const DAY_CV = 0.2;
/** One client in ten has half of all calls. */
const LARGE_SHARE = 0.5;
const LARGE_EVERY = 10;
const HANDLE_CV = 0.7;
/** Clients live in so many zones, an hour apart; the house's own is the middle one. */
const ZONES = 5;
const ZONE_S = 3_600;
/** Points at which the course of a day is looked at for its mean and its peak. */
const POINTS = 200;

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
  const course = courseOf(options, tenant);
  const most = perS * sizeOf(options, tenant) * randomGamma(random, DAY_CV) * course.peak;
  return {
    next: (afterS) => {
      // Thinning: candidates come at the day's highest rate, and each counts as often as the moment's rate says.
      for (let at = afterS; ; ) {
        at += randomExponential(random, 1 / most);
        if (at >= endS) return null;
        if (random.next() * course.peak < course.at(at / endS)) return at;
      }
    },
  };
}

export function handleMs(options: SimOptions, random: Random): number {
  const mean = options.handleS * 1_000;
  return options.demand === "flat" ? randomExponential(random, mean) : randomLognormal(random, mean, HANDLE_CV);
}

/** Busiest moment of the whole house on an ordinary day, against the clients' own added up: what sharing the floor saves. */
export function peaksOf(options: SimOptions): { readonly ofSum: number; readonly summed: number } {
  const whole = options.erlangs * options.tenants;
  if (options.demand === "flat") return { ofSum: whole, summed: whole };
  const courses = Array.from({ length: options.tenants }, (_, tenant) => ({
    erlangs: options.erlangs * sizeOf(options, tenant),
    course: courseOf(options, tenant % ZONES),
  }));
  const moments = Array.from({ length: POINTS }, (_, point) =>
    courses.reduce((sum, { erlangs, course }) => sum + erlangs * course.at(point / POINTS), 0),
  );
  return {
    ofSum: Math.max(...moments),
    summed: courses.reduce((sum, { erlangs, course }) => sum + erlangs * course.peak, 0),
  };
}

function sizeOf(options: SimOptions, tenant: number): number {
  const large = Math.max(1, Math.floor(options.tenants / LARGE_EVERY));
  if (options.tenants < LARGE_EVERY) return 1;
  const share = tenant < large ? LARGE_SHARE / large : (1 - LARGE_SHARE) / (options.tenants - large);
  return share * options.tenants;
}

type Course = { readonly at: (share: number) => number; readonly peak: number };

/** A morning and an afternoon hump in the client's own zone, mean 1 over the hours in which the house is open. */
function courseOf(options: SimOptions, tenant: number): Course {
  const ahead = (((tenant % ZONES) - Math.floor(ZONES / 2)) * ZONE_S) / (options.hours * 3_600);
  const points = Array.from({ length: POINTS }, (_, point) => humps(point / POINTS + ahead));
  const mean = points.reduce((sum, value) => sum + value, 0) / POINTS;
  return { at: (share) => humps(share + ahead) / mean, peak: (1.01 * Math.max(...points)) / mean };
}

function humps(share: number): number {
  const bump = (middle: number, width: number) => Math.exp(-(((share - middle) / width) ** 2));
  return 0.25 + 0.95 * bump(0.28, 0.16) + 0.75 * bump(0.72, 0.16);
}

/** Gamma with mean 1 and this coefficient of variation (Marsaglia and Tsang 2000; the shape is above 1). */
function randomGamma(random: Random, cv: number): number {
  const shape = 1 / (cv * cv);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = randomNormal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v) / shape;
  }
}
