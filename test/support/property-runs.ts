/**
 * How often a property is tried: `usual` times, or as often as `PROPERTY_RUNS` in the environment says. Mutants are tried with
 * a few runs; `PROPERTY_RUNS=10000 npm test` tries each property ten thousand times.
 */
export function propertyRuns(usual: number): number {
  return Number(process.env.PROPERTY_RUNS ?? usual);
}
