import { divide, exact, multiply, rational, roundHalfAwayFromZero, times } from "../kernel/rational.ts";
import type { Item } from "./statement.ts";

/** What a supplier, courier or dealer agreed to. Amounts are exact decimals in major units. */
export type ParcelTerms = {
  readonly deliveryFee: string;
  readonly returnFee: string;
  /** Of the goods' value, kept by the house. */
  readonly sharePercent: string;
};

/** Something that became true of a parcel, as far as money follows from it. Micros of the goods' value. */
export type ParcelEvent = {
  readonly kind: "delivered" | "returned";
  readonly micros: bigint;
  /** For a return: whether it had been delivered, and so collected. */
  readonly wasDelivered: boolean;
};

const MICROS_PER_MAJOR = 1_000_000n;

/**
 * A delivery is collected at the door, less the fee and the house's share; a return costs its fee and gives back what had
 * been collected, the share on it included. Items that come to nothing are left out.
 */
export function itemsOfParcel(
  event: ParcelEvent,
  terms: ParcelTerms,
): { readonly item: Item; readonly micros: bigint }[] {
  const fee = (text: string) => roundHalfAwayFromZero(times(exact(text), MICROS_PER_MAJOR));
  const share = roundHalfAwayFromZero(
    multiply(rational(event.micros), divide(exact(terms.sharePercent), rational(100))),
  );
  const items: { item: Item; micros: bigint }[] =
    event.kind === "delivered"
      ? [
          { item: "collected", micros: event.micros },
          { item: "delivery_fee", micros: fee(terms.deliveryFee) },
          { item: "share", micros: share },
        ]
      : [
          { item: "return_fee", micros: fee(terms.returnFee) },
          { item: "clawback", micros: event.wasDelivered ? event.micros : 0n },
          { item: "share", micros: event.wasDelivered ? -share : 0n },
        ];
  return items.filter(({ micros }) => micros !== 0n);
}
