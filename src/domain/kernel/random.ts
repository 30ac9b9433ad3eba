/**
 * Chance as an argument. A generator is a plain closure over 128 bits of state (sfc32, Chris Doty-Humphrey's PractRand
 * generator), so a run is fully named by its seed and a failing seed replays on any machine.
 */
export type Random = {
  /** Uniform in [0, 1), 32 bits of resolution. */
  readonly next: () => number;
  /** A generator of its own for a part of the run, so that one part drawing more does not shift another. */
  readonly fork: (name: string) => Random;
};

export function seededRandom(seed: number | string): Random {
  let [a, b, c, d] = hash128(String(seed));
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 0x1_0000_0000;
  };
  for (let warm = 0; warm < 15; warm += 1) next();
  return { next, fork: (name) => seededRandom(`${seed}/${name}`) };
}

/** Whole number in [0, bound). */
export function randomInt(random: Random, bound: number): number {
  return Math.floor(random.next() * bound);
}

/** One of a non-empty list, each as likely as the other. */
export function randomPick<T>(random: Random, list: readonly [T, ...T[]]): T {
  return list[randomInt(random, list.length)] ?? list[0];
}

/** True with the given probability. */
export function chance(random: Random, probability: number): boolean {
  return random.next() < probability;
}

/** Exponential with the given mean: the gap between arrivals, the patience of callers. */
export function randomExponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random.next());
}

/** Standard normal (Box-Muller; the second variate is not kept, so each draw uses exactly two numbers). */
export function randomNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}

/** Lognormal with the given mean and coefficient of variation: handle times. */
export function randomLognormal(random: Random, mean: number, cv: number): number {
  const sigma2 = Math.log(1 + cv * cv);
  return Math.exp(Math.log(mean) - sigma2 / 2 + Math.sqrt(sigma2) * randomNormal(random));
}

/** Four 32-bit words from text (MurmurHash3's finaliser over four lanes): spreads close seeds far apart. */
function hash128(text: string): [number, number, number, number] {
  let h1 = 1779033703;
  let h2 = 3144134277;
  let h3 = 1013904242;
  let h4 = 2773480762;
  for (let i = 0; i < text.length; i += 1) {
    const k = text.charCodeAt(i);
    h1 = h2 ^ Math.imul(h1 ^ k, 597399067);
    h2 = h3 ^ Math.imul(h2 ^ k, 2869860233);
    h3 = h4 ^ Math.imul(h3 ^ k, 951274213);
    h4 = h1 ^ Math.imul(h4 ^ k, 2716044179);
  }
  h1 = Math.imul(h3 ^ (h1 >>> 18), 597399067);
  h2 = Math.imul(h4 ^ (h2 >>> 22), 2869860233);
  h3 = Math.imul(h1 ^ (h3 >>> 17), 951274213);
  h4 = Math.imul(h2 ^ (h4 >>> 19), 2716044179);
  return [h1 ^ h2 ^ h3 ^ h4, h2 ^ h1, h3 ^ h1, h4 ^ h1];
}
