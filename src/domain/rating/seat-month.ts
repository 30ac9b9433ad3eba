import { exact, multiply, rational, times } from "../kernel/rational.ts";
import { NONE } from "./behind.ts";
import type { SeatMonthCharge } from "./charge.ts";
import type { ChargeContext, LineDraft } from "./line.ts";

/**
 * Seats by the month: the highest number entitled on any day, never fewer than the minimum, for the days the version was
 * in force. No event stands behind the line; its detail says which of peak and minimum decided.
 */
export function rateSeatMonth(charge: SeatMonthCharge, context: ChargeContext): LineDraft[] {
  const billed = Math.max(charge.minSeats, context.seatsPeak);
  if (billed === 0) return [];
  const { share } = context;
  const unitPrice = multiply(exact(charge.price), rational(share.days, share.of));
  const detail = {
    kind: "seats",
    price: charge.price,
    peak: context.seatsPeak,
    minSeats: charge.minSeats,
    billed,
    share,
  } as const;
  const quantity = rational(billed);
  return [
    { component: "seats", quantity, unit: "seat", unitPrice, exact: times(unitPrice, billed), detail, behind: NONE },
  ];
}

/** Seats paid in advance: each rise above the highest number already paid is charged, a fall or a return below it is not. */
export function seatsAboveHighWaterMark(sequence: readonly number[]): number[] {
  let paid = sequence[0] ?? 0;
  return sequence.slice(1).map((seats) => {
    const rise = Math.max(0, seats - paid);
    paid += rise;
    return rise;
  });
}
