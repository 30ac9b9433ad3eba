import type { Instant } from "../kernel/instant.ts";

/** Time in which a seat was at work for a client; the end is not part of it, and null while it lasts. */
export type SeatStay = { readonly from: Instant; readonly to: Instant | null };

export type SeatPeak = {
  readonly seats: number;
  /** When so many were first reached. */
  readonly at: Instant;
};

/**
 * Most seats at work at one instant between `from` and `to`; null where there was none. A seat that ends as another begins
 * is never counted twice, so an agent who goes from ringing to talking is one.
 */
export function seatPeak(stays: readonly SeatStay[], from: Instant, to: Instant): SeatPeak | null {
  const moves = stays.flatMap((stay) => {
    const [start, end] = [Math.max(from, stay.from), Math.min(to, stay.to ?? to)];
    return end <= start
      ? []
      : [
          { at: start, by: 1 },
          { at: end, by: -1 },
        ];
  });
  moves.sort((a, b) => a.at - b.at || a.by - b.by);
  let seats = 0;
  let peak: SeatPeak | null = null;
  for (const { at, by } of moves) {
    seats += by;
    if (seats > (peak?.seats ?? 0)) peak = { seats, at };
  }
  return peak;
}
