import { exact, multiply, type Rational, rational, reduced, sum } from "../kernel/rational.ts";
import { NONE } from "./behind.ts";
import { type RecurringCharge, STOCK_UNITS } from "./charge.ts";
import type { ChargeContext, LineDraft, Share } from "./line.ts";

type Run = { readonly days: number; readonly count: number; readonly measured: number };

/** Seats, numbers, agents or storage by the month, in arrears by days or in advance over the highest number so far. */
export function rateRecurring(charge: RecurringCharge, context: ChargeContext): LineDraft[] {
  const levels = context.stocks[charge.of];
  const measured = levels?.days ?? [{ days: context.share.days, count: 0 }];
  const runs = measured.map(({ days, count }) => ({ days, count: Math.max(count, charge.minCount), measured: count }));
  const price = reduced(multiply(exact(charge.price), rational(1, charge.per)));
  if (charge.timing === "arrears") return inArrears(charge, runs, price, context.share);
  return inAdvance(charge, runs, price, context, levels?.next ?? 0);
}

/** Each for the days it was there, of the days of the month. */
function inArrears(charge: RecurringCharge, runs: readonly Run[], price: Rational, share: Share): LineDraft[] {
  const quantity = sum(runs.map(({ days, count }) => rational(days * count, share.of)));
  if (quantity.num === 0n) return [];
  return [lineOf(charge, { component: "held", quantity: reduced(quantity), price, runs, share })];
}

/**
 * What was not paid before the month began, and the month that follows. The first month of a version pays for itself; a
 * rise is paid for what is left of the price, whole, once; the sum over all months is price times the highest number.
 */
function inAdvance(
  charge: RecurringCharge,
  runs: readonly Run[],
  price: Rational,
  { share, begins, next }: ChargeContext,
  nextMeasured: number,
): LineDraft[] {
  const peak = Math.max(...runs.map(({ count }) => count));
  const paid = begins ? 0 : (runs[0]?.count ?? 0);
  const own = multiply(price, rational(share.days, share.of));
  const lines: LineDraft[] = [];
  if (peak > paid) {
    const component = begins ? "first" : "rise";
    lines.push(lineOf(charge, { component, quantity: rational(peak - paid), price: own, runs, share }));
  }
  const ahead = Math.max(nextMeasured, charge.minCount);
  if (next !== null && ahead > 0) {
    const ofNext = [{ days: next.days, count: ahead, measured: nextMeasured }];
    const nextPrice = multiply(price, rational(next.days, next.of));
    lines.push(
      lineOf(charge, { component: "ahead", quantity: rational(ahead), price: nextPrice, runs: ofNext, share: next }),
    );
  }
  return lines;
}

type Part = {
  readonly component: string;
  readonly quantity: Rational;
  readonly price: Rational;
  readonly runs: readonly Run[];
  readonly share: Share;
};

function lineOf(charge: RecurringCharge, { component, quantity, price, runs, share }: Part): LineDraft {
  const { of, per, timing } = charge;
  const detail = { kind: "recurring", of, price: charge.price, per, timing, days: runs, share } as const;
  const unit = STOCK_UNITS[of];
  return { component, quantity, unit, unitPrice: price, exact: multiply(quantity, price), detail, behind: NONE };
}
