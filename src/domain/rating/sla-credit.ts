import { ceil, max, min, multiply, type Rational, rational, subtract, ZERO } from "../kernel/rational.ts";

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
