import { ceil, compare, max, min, multiply, type Rational, rational, subtract, ZERO } from "../kernel/rational.ts";

/** Service level missed by started points, each worth a part of the fee, up to a cap. Percentages as numbers: 95, 91.2. */
export type SlaTerms = {
  readonly targetPercent: Rational;
  readonly perStartedPointPercent: Rational;
  readonly capPercent: Rational;
};

/** The credit for a period, positive; it stands on the invoice as a negative line. */
export function slaCredit(fee: Rational, achievedPercent: Rational, terms: SlaTerms): Rational {
  const missed = max(ZERO, subtract(terms.targetPercent, achievedPercent));
  const earned = multiply(rational(ceil(missed)), terms.perStartedPointPercent);
  return multiply(fee, multiply(min(earned, terms.capPercent), rational(1, 100)));
}

export type SlaSteps = {
  readonly targetPercent: Rational;
  /** Below so much, so much of the fee; the lowest step that was reached holds. */
  readonly steps: readonly { readonly below: Rational; readonly credit: Rational }[];
  readonly capPercent: Rational;
};

/** The credit by steps: none at or above the target, whatever the steps say. */
export function slaStepCredit(fee: Rational, achievedPercent: Rational, terms: SlaSteps): Rational {
  if (compare(achievedPercent, terms.targetPercent) >= 0) return ZERO;
  const reached = terms.steps.filter((step) => compare(achievedPercent, step.below) < 0);
  const earned = reached.reduce((most, step) => max(most, step.credit), ZERO);
  return multiply(fee, multiply(min(earned, terms.capPercent), rational(1, 100)));
}
