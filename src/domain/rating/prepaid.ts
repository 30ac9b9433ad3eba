import type { LocalDate } from "../kernel/calendar-days.ts";

/** Credit bought in advance and what is left of it. */
export type PrepaidCredit = {
  readonly id: string;
  readonly leftMinor: bigint;
  readonly boughtOn: LocalDate;
  /** The first day on which it pays nothing any more; null for credit without end. */
  readonly expiresOn: LocalDate | null;
  /** Lower is drawn earlier. */
  readonly priority: number;
};

export const PREPAID_ORDERS = ["first_to_expire", "first_bought", "priority"] as const;
export type PrepaidOrder = (typeof PREPAID_ORDERS)[number];
export type PrepaidDraw = { readonly creditId: string; readonly amountMinor: bigint };

/**
 * What an invoice draws from each credit, in the order that the client's terms state. Ties go to what was bought first and
 * then to the id, so that a second reckoning draws the same.
 */
export function drawPrepaid(
  credits: readonly PrepaidCredit[],
  dueMinor: bigint,
  { on, order }: { readonly on: LocalDate; readonly order: PrepaidOrder },
): PrepaidDraw[] {
  let left = dueMinor;
  const usable = credits.filter((it) => it.expiresOn === null || it.expiresOn > on);
  return usable.toSorted(byOrder(order)).flatMap(({ id, leftMinor }) => {
    const amountMinor = lesser(leftMinor, left);
    if (amountMinor <= 0n) return [];
    left -= amountMinor;
    return [{ creditId: id, amountMinor }];
  });
}

/** Credits whose last day is over, with what was never used. */
export function expiredPrepaid(credits: readonly PrepaidCredit[], on: LocalDate): PrepaidDraw[] {
  return credits
    .filter((it) => it.leftMinor > 0n && it.expiresOn !== null && it.expiresOn <= on)
    .map(({ id, leftMinor }) => ({ creditId: id, amountMinor: leftMinor }));
}

function byOrder(order: PrepaidOrder): (a: PrepaidCredit, b: PrepaidCredit) => number {
  const bought = (a: PrepaidCredit, b: PrepaidCredit) => text(a.boughtOn, b.boughtOn) || text(a.id, b.id);
  const expiry = (a: PrepaidCredit, b: PrepaidCredit) => text(a.expiresOn ?? "9999", b.expiresOn ?? "9999");
  if (order === "first_bought") return bought;
  if (order === "first_to_expire") return (a, b) => expiry(a, b) || bought(a, b);
  return (a, b) => a.priority - b.priority || expiry(a, b) || bought(a, b);
}

function lesser(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

function text(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
