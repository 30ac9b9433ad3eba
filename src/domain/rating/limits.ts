import type { Currency } from "../kernel/currency.ts";
import { majorText, minorPerMajor, roundToMinor } from "../kernel/money.ts";
import { divide, exact, exactText, multiply, negate, type Rational, rational } from "../kernel/rational.ts";
import { NONE } from "./behind.ts";
import { bound, trueUpTo } from "./bounds.ts";
import { type CommitmentCharge, type Limits, type SlaCreditCharge, USUAL_FORMULA } from "./charge.ts";
import type { LineDetail, LineDraft, ServiceLevel, Share } from "./line.ts";
import { percent } from "./percentage.ts";
import { slaCredit, slaStepCredit } from "./sla-credit.ts";

/** What lines that depend on other lines are made from: rounded amounts, so that they end on whole minor units. */
export type Reached = { readonly minor: bigint; readonly currency: Currency; readonly share: Share };

/** Discount, cap and minimum of one charge, each a line of its own; a limit of part of a month is its part by days. */
export function limitLines(limits: Limits, { minor, currency, share }: Reached): LineDraft[] {
  const major = rational(minor, minorPerMajor(currency));
  const days = rational(share.days, share.of);
  const whole = (amount: Rational) => rational(roundToMinor(amount, currency), minorPerMajor(currency));
  const ofDays = (text: string | undefined) => (text === undefined ? null : whole(multiply(exact(text), days)));
  const discount = whole(multiply(major, percent(exact(limits.discountPercent ?? "0"))));
  const net = rational(minor - roundToMinor(discount, currency), minorPerMajor(currency));
  const minimum = ofDays(limits.minimum);
  const maximum = ofDays(limits.maximum);
  const { capDiscounts, trueUp } = bound([net], {
    discount: rational(0),
    minimum,
    maximum,
    alreadyBilled: rational(0),
    last: true,
  });
  const reached = exactText(net);
  return [
    adjustment("discount", negate(discount), {
      kind: "discount",
      percent: limits.discountPercent ?? "0",
      of: majorText(minor, currency),
    }),
    adjustment("cap", capDiscounts[0] ?? rational(0), { kind: "cap", maximum: limits.maximum ?? "", reached }),
    adjustment("minimum", trueUp, { kind: "minimum", minimum: limits.minimum ?? "", reached, share }),
  ].flat();
}

/**
 * What is missing to the month's commitment, over all that the version's other charges came to; or to the whole term's, in
 * the term's last month, over that and all that its earlier months came to.
 */
export function rateCommitment(charge: CommitmentCharge, reached: Reached, earlierMinor: bigint | null): LineDraft[] {
  const { amount, term } = charge;
  if (term === undefined) {
    return limitLines({ minimum: amount }, reached).map((line) => ({ ...line, component: "commitment" }));
  }
  if (earlierMinor === null) return [];
  const { minor, currency } = reached;
  const missing = trueUpTo(exact(amount), rational(minor + earlierMinor, minorPerMajor(currency)));
  const reachedText = majorText(minor + earlierMinor, currency);
  const earlier = majorText(earlierMinor, currency);
  return adjustment("commitment", missing, { kind: "term", minimum: amount, reached: reachedText, earlier, ...term });
}

/** The credit for a missed service level, with the measurement it rests on. Nothing measured, nothing missed. */
export function rateSlaCredit(
  charge: SlaCreditCharge,
  level: ServiceLevel | null,
  { minor, currency }: Reached,
): LineDraft[] {
  if (level === null || level.counted === 0) return [];
  const achieved = divide(rational(level.within * 100), rational(level.counted));
  const fee = rational(minor, minorPerMajor(currency));
  const capPercent = exact(charge.capPercent);
  const credit =
    charge.steps === undefined
      ? slaCredit(fee, achieved, {
          targetPercent: exact(charge.targetPercent),
          perStartedPointPercent: exact(charge.perStartedPointPercent ?? "0"),
          capPercent,
        })
      : slaStepCredit(fee, achieved, {
          targetPercent: exact(charge.targetPercent),
          steps: charge.steps.map((step) => ({ below: exact(step.belowPercent), credit: exact(step.creditPercent) })),
          capPercent,
        });
  return adjustment("sla", negate(credit), {
    kind: "sla_credit",
    formula: charge.formula ?? USUAL_FORMULA,
    fee: majorText(minor, currency),
    targetPercent: charge.targetPercent,
    achievedPercent: exactText(achieved),
    within: level.within,
    counted: level.counted,
    capPercent: charge.capPercent,
  });
}

/** A line of money alone; none where there is nothing to adjust. */
function adjustment(component: string, amount: Rational, detail: LineDetail): LineDraft[] {
  if (amount.num === 0n) return [];
  return [
    { component, quantity: rational(1), unit: "adjustment", unitPrice: amount, exact: amount, detail, behind: NONE },
  ];
}
