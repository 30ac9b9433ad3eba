import { type Random, randomInt, seededRandom } from "../../../domain/kernel/random.ts";

export type Interval = { readonly median: number; readonly low: number; readonly high: number };
/** `within`: from `value` to `most`. */
export type Gate =
  | { readonly at: "least" | "most"; readonly value: number }
  | { readonly at: "within"; readonly value: number; readonly most: number };
/** What a gate says of an interval: `unsure` when the gate lies inside it, which is no failure. */
export type Verdict = "met" | "unsure" | "missed" | "told";

/** One row of the table. */
export type Figure = {
  readonly id: string;
  readonly what: string;
  readonly against: string;
  /** Null for what is told and not gated. */
  readonly gate: Gate | null;
  readonly aim: number | null;
  readonly unit: "×" | "× time" | "ms above" | "bytes" | "facts" | "slope" | "s";
  readonly measured: Interval;
  readonly samples: number;
  /** What was counted beside the ratio: rates, percentiles. */
  readonly beside: { readonly [name: string]: number };
};

const RESAMPLES = 2_000;

/** The median of the samples with the interval in which 95 % of the medians of resampled samples lie. */
export function bootstrap(samples: readonly number[], random: Random = seededRandom(1)): Interval {
  const medians = Array.from({ length: RESAMPLES }, () => quantile(resample(samples, random), 0.5));
  return { median: quantile(samples, 0.5), low: quantile(medians, 0.025), high: quantile(medians, 0.975) };
}

/** How far a quantile of the one lies above that of the other, each resampled by itself. */
export function bootstrapAbove(
  ours: readonly number[],
  theirs: readonly number[],
  share: number,
  random: Random = seededRandom(1),
): Interval {
  const gaps = Array.from(
    { length: RESAMPLES },
    () => quantile(resample(ours, random), share) - quantile(resample(theirs, random), share),
  );
  const median = quantile(ours, share) - quantile(theirs, share);
  return { median, low: quantile(gaps, 0.025), high: quantile(gaps, 0.975) };
}

export function resample(samples: readonly number[], random: Random): number[] {
  return samples.map(() => samples[randomInt(random, samples.length)] ?? Number.NaN);
}

/** Interpolated between neighbours, so that an even number of samples has a middle. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export function exactly(value: number): Interval {
  return { median: value, low: value, high: value };
}

/** Missed only when the whole interval misses: noise of the machine must not fail a run. */
export function verdictOn({ gate, measured: { low, high } }: Pick<Figure, "gate" | "measured">): Verdict {
  if (gate === null) return "told";
  const least = gate.at === "most" ? Number.NEGATIVE_INFINITY : gate.value;
  const most = gate.at === "within" ? gate.most : gate.at === "most" ? gate.value : Number.POSITIVE_INFINITY;
  if (low >= least && high <= most) return "met";
  return high >= least && low <= most ? "unsure" : "missed";
}

/** Runs two things in turn, AB BA AB …: what disturbs the machine disturbs both. */
export async function inTurn<Ours, Theirs>(
  pairs: number,
  ours: () => Promise<Ours>,
  theirs: () => Promise<Theirs>,
): Promise<{ readonly ours: Ours[]; readonly theirs: Theirs[] }> {
  const results: { readonly ours: Ours[]; readonly theirs: Theirs[] } = { ours: [], theirs: [] };
  for (let pair = 0; pair < pairs; pair++) {
    if (pair % 2 === 0) results.ours.push(await ours());
    results.theirs.push(await theirs());
    if (pair % 2 === 1) results.ours.push(await ours());
  }
  return results;
}
