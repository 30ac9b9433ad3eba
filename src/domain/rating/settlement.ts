import { add, multiply, negate, type Rational, subtract } from "../kernel/rational.ts";

/**
 * What a partner is still owed of its share of net sales: sales that stand, after refunds. What was paid out comes off,
 * also where it was paid for a sale since refunded, so a refund takes back what was paid for it and nothing twice.
 * Negative when more was paid than is earned: the debt is carried, never clamped away.
 */
export function owedOfSales(netSales: Rational, share: Rational, paid: Rational): Rational {
  return subtract(multiply(netSales, share), paid);
}

/** A sale that is returned gives its commission back at the rate it was earned at, whatever the rate is now. */
export function clawback(earned: Rational): Rational {
  return negate(earned);
}

/** What a courier owes for parcels paid at the door: collected, less its fees. May be negative and is then carried. */
export function codPayable(input: {
  readonly collected: Rational;
  readonly deliveries: Rational;
  readonly deliveryFee: Rational;
  readonly returns: Rational;
  readonly returnFee: Rational;
  readonly opening: Rational;
}): Rational {
  const fees = add(multiply(input.deliveries, input.deliveryFee), multiply(input.returns, input.returnFee));
  return subtract(add(input.opening, input.collected), fees);
}
