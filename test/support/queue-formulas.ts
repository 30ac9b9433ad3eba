/** Formulas of the textbooks that the product has no use for; its acceptance cases are measured against them. */

export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/** Φ by its series about nought, which converges for every x that occurs here. */
export function normalBelow(x: number): number {
  let [term, sum] = [x, x];
  for (let k = 3; Math.abs(term) > 1e-18; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + normalDensity(x) * sum;
}

const hazard = (x: number): number => normalDensity(x) / (1 - normalBelow(x));

/** Chance to wait in a large patient queue with n = a + β√a seats (Halfin and Whitt 1981). */
export function halfinWhitt(beta: number): number {
  return 1 / (1 + (beta * normalBelow(beta)) / normalDensity(beta));
}

/** The same where callers give up at θ and are served at μ (Garnett, Mandelbaum and Reiman 2002). */
export function garnett(beta: number, mu: number, theta: number): number {
  return 1 / (1 + (Math.sqrt(theta / mu) * hazard(beta * Math.sqrt(mu / theta))) / hazard(-beta));
}

/** Mean waits of classes in strict priority with one handle time (Cobham 1954). `delay` is W0 = C(n, a)·h/n. */
export function cobham(loads: readonly number[], seats: number, delay: number): number[] {
  let before = 0;
  return loads.map((load) => {
    const upTo = before + load / seats;
    const wait = delay / ((1 - before) * (1 - upTo));
    before = upTo;
    return wait;
  });
}

/**
 * Long-run chances of 0, 1, 2 … callers in the house, solved step by step from birth and death rates: no formula in it, so
 * it checks the formulas.
 */
export function census(arrivals: number, leave: (inside: number) => number, most: number): number[] {
  const chances = [1];
  let sum = 1;
  for (let inside = 1; inside <= most; inside++) {
    chances.push(((chances[inside - 1] ?? 0) * arrivals) / leave(inside));
    sum += chances[inside] ?? 0;
    if (sum > 1e100) {
      for (let at = 0; at < chances.length; at++) chances[at] = (chances[at] ?? 0) / sum;
      sum = 1;
    }
  }
  return chances.map((chance) => chance / sum);
}

/**
 * Chance that a caller who must wait is served within the limit, by the chain of those ahead of him, step by step
 * (uniformization, Jensen 1953): `ahead[k]` is the chance that k are. Somebody is served every `serveS` seconds in the mean;
 * he and each of those ahead give up after `patienceS`.
 */
export function servedWithin(
  ahead: readonly number[],
  { serveS, patienceS }: { readonly serveS: number; readonly patienceS: number },
  withinS: number,
): number {
  const [serve, leave] = [1 / serveS, 1 / patienceS];
  const rate = serve + ahead.length * leave;
  let here = [...ahead];
  let [served, total] = [0, 0];
  // Poisson chances of so many steps by the limit, from the largest term's logarithm so that none underflows.
  let logTerm = -rate * withinS;
  for (let steps = 0; steps < 10 * rate * withinS + 200; steps++) {
    const term = Math.exp(logTerm);
    total += term * served;
    served += ((here[0] ?? 0) * serve) / rate;
    here = here.map((chance, k) => {
      const stays = 1 - (serve + (k + 1) * leave) / rate;
      return chance * stays + ((here[k + 1] ?? 0) * (serve + (k + 1) * leave)) / rate;
    });
    logTerm += Math.log((rate * withinS) / (steps + 1));
  }
  return total;
}

/**
 * Chance of a class in strict priority to be served within the limit, exact: those before a caller who waits are geometric
 * (cuts of the busy house), and he waits until they and all more urgent ones who come meanwhile are gone: first passage of
 * a chain, step by step (the law of Kella and Yechiali 1985). `waits` is Erlang C's, `loads` begin with the most urgent.
 */
export function inTimeByPriority(
  loads: readonly number[],
  index: number,
  { seats, handleS, waits }: { readonly seats: number; readonly handleS: number; readonly waits: number },
  withinS: number,
): number {
  const loadOf = (classes: readonly number[]) => classes.reduce((sum, load) => sum + load, 0);
  const upTo = loadOf(loads.slice(0, index + 1)) / seats;
  const [serve, overtake] = [seats / handleS, loadOf(loads.slice(0, index)) / handleS];
  const rate = serve + overtake;
  let here = Array.from({ length: 1_000 }, (_, before) => (1 - upTo) * upTo ** before);
  let [served, total] = [0, 0];
  let logTerm = -rate * withinS;
  for (let steps = 0; steps < 10 * rate * withinS + 200; steps++) {
    total += Math.exp(logTerm) * served;
    served += ((here[0] ?? 0) * serve) / rate;
    here = here.map((_, k) => ((here[k + 1] ?? 0) * serve + (here[k - 1] ?? 0) * overtake) / rate);
    logTerm += Math.log((rate * withinS) / (steps + 1));
  }
  return 1 - waits * (1 - total);
}
