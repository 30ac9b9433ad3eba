import { integrate } from "./integral.ts";

/**
 * Closed forms of queueing theory, without factorials: the Erlang B recursion carries all of them and holds at 16,000
 * erlang. Load is in erlang (arrivals × handle time); times are in seconds.
 */

/** Share of calls that find all `servers` busy when nobody waits (Erlang B). */
export function erlangB(load: number, servers: number): number {
  return 1 / inverseErlangB(load, servers);
}

/** 1/B, which stays exact where B itself would vanish. Infinite where no call is ever lost. */
function inverseErlangB(load: number, servers: number): number {
  let inverse = 1;
  for (let k = 1; k <= servers; k++) inverse = 1 + (inverse * k) / load;
  return inverse;
}

export type Waiting = {
  /** Share of calls that wait at all. */
  readonly waits: number;
  /** Mean wait of all calls. */
  readonly meanWaitS: number;
  /** Share of offered calls answered within the target; who gives up is not answered. */
  readonly serviceLevel: number;
  /** Share of seat time spent on calls. */
  readonly occupancy: number;
};

/** Patient callers (Erlang C, M/M/n). With no more seats than load the queue grows for ever: nobody is ever in time. */
export function erlangC(load: number, servers: number, handleS: number, withinS: number): Waiting {
  if (servers <= load) return { waits: 1, meanWaitS: Number.POSITIVE_INFINITY, serviceLevel: 0, occupancy: 1 };
  const blocked = erlangB(load, servers);
  const waits = (servers * blocked) / (servers - load * (1 - blocked));
  return {
    waits,
    meanWaitS: (waits * handleS) / (servers - load),
    serviceLevel: 1 - waits * Math.exp((-(servers - load) * withinS) / handleS),
    occupancy: load / servers,
  };
}

export type WaitingWithAbandonment = Waiting & { readonly abandons: number };

/**
 * Callers with exponential patience (Erlang A, M/M/n+M), by the Baccelli-Hebuterne form: one integral and no truncated
 * sums. J = ∫ exp(g), g(x) = (λ/θ)(1 − e^(−θx)) − nμx; E = 1/B(n − 1).
 */
export function erlangA(
  load: number,
  servers: number,
  handleS: number,
  patienceS: number,
  withinS: number,
): WaitingWithAbandonment {
  const arrivals = load / handleS;
  const departures = servers / handleS;
  const g = (x: number): number => arrivals * patienceS * -Math.expm1(-x / patienceS) - departures * x;
  // The exponent's peak is taken out of every term, so that overload does not overflow.
  const peakAt = Math.max(0, patienceS * Math.log(arrivals / departures));
  const peak = g(peakAt);
  const end = tailEnd(g, peak, peakAt, 1 / departures);
  const J = integrate((x) => Math.exp(g(x) - peak), 0, end, peakAt);
  const one = Math.exp(-peak);
  const E = inverseErlangB(load, servers - 1) * one;
  const all = E + arrivals * J;
  const waits = (arrivals * J) / all;
  const abandons = (one + (arrivals - departures) * J) / all;
  const inTime = integrate((x) => Math.exp(g(x) - peak - x / patienceS), 0, Math.min(withinS, end), peakAt);
  return {
    waits,
    abandons,
    meanWaitS: abandons * patienceS,
    serviceLevel: 1 - waits + (arrivals * inTime) / all,
    occupancy: (arrivals * (1 - abandons)) / departures,
  };
}

/** Where the integrand has fallen below any digit that could matter: e^-50 of its peak. */
function tailEnd(g: (x: number) => number, peak: number, from: number, step: number): number {
  let width = step;
  while (g(from + width) > peak - 50) width *= 2;
  let low = width / 2;
  for (let halvings = 0; halvings < 20; halvings++) {
    const middle = (low + width) / 2;
    if (g(from + middle) > peak - 50) low = middle;
    else width = middle;
  }
  return from + width;
}

/** Least seats whose figures please; `pleases` must stay true once it is. Null when not even `max` seats do. */
export function leastSeats(pleases: (servers: number) => boolean, max: number): number | null {
  if (!pleases(max)) return null;
  let [low, high] = [0, max];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (pleases(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
