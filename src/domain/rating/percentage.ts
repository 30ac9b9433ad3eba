import {
  add,
  compare,
  max,
  min,
  multiply,
  type Rational,
  rational,
  subtract,
  sum,
  times,
  ZERO,
} from "../kernel/rational.ts";

/** A percentage of value with a fixed part for each event. `rate` is a fraction: 1.3 % is 0.013. */
export type PercentageTerms = {
  readonly rate: Rational;
  readonly fixed: Rational;
  /** Events that are free, and value that is free; where both are given the first limit reached ends the freedom. */
  readonly freeEvents: number | null;
  readonly freeAmount: Rational | null;
  /** Bounds of one event's charge, its fixed part inside them. */
  readonly minEach: Rational | null;
  readonly maxEach: Rational | null;
};

/** Charges the sum of a period's events. `running` is the value after each event, in order. */
export function percentageOfTotal(terms: PercentageTerms, running: readonly Rational[]): Rational {
  const total = running.at(-1) ?? ZERO;
  const { freeEvents, freeAmount } = terms;
  const eventsInAmount =
    freeAmount === null ? running.length : running.filter((value) => compare(value, freeAmount) <= 0).length;
  const anyFree = freeEvents !== null || freeAmount !== null;
  const events = anyFree ? Math.min(freeEvents ?? running.length, eventsInAmount, running.length) : 0;
  const endedByEvents = freeEvents !== null && eventsInAmount >= freeEvents;
  const covered = !anyFree ? ZERO : endedByEvents ? (running[events - 1] ?? ZERO) : min(freeAmount ?? total, total);
  return add(multiply(max(ZERO, subtract(total, covered)), terms.rate), times(terms.fixed, running.length - events));
}

/** Charges each event by itself, within its bounds. An event that free value covers in part pays for the rest of it. */
export function percentageOfEach(terms: PercentageTerms, values: readonly Rational[]): Rational[] {
  let amountLeft = terms.freeAmount;
  return values.map((value, at) => {
    const mayBeFree = terms.freeEvents === null ? amountLeft !== null : at < terms.freeEvents;
    const covered = !mayBeFree ? ZERO : amountLeft === null ? value : min(value, amountLeft);
    if (amountLeft !== null) amountLeft = subtract(amountLeft, covered);
    const rest = subtract(value, covered);
    if (mayBeFree && rest.num === 0n) return ZERO;
    const charge = add(multiply(rest, terms.rate), terms.fixed);
    const raised = terms.minEach === null ? charge : max(charge, terms.minEach);
    return terms.maxEach === null ? raised : min(raised, terms.maxEach);
  });
}

/** A rate by how well it went: the band of the ratio prices all of the quantity. Bands rise; the last has no end. */
export function rateOfBand(
  bands: readonly { readonly upTo: Rational | null; readonly rate: Rational }[],
  ratio: Rational,
): Rational {
  const band = bands.find((it) => it.upTo === null || compare(ratio, it.upTo) <= 0) ?? bands.at(-1);
  return band?.rate ?? ZERO;
}

export function runningTotals(values: readonly Rational[]): Rational[] {
  return values.map((_, at) => sum(values.slice(0, at + 1)));
}

export function percent(text: Rational): Rational {
  return multiply(text, rational(1, 100));
}
