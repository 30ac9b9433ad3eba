import { type Rational, times, ZERO } from "../kernel/rational.ts";
import type { UsageRecord } from "./usage.ts";
import type { Worth } from "./worth.ts";

/**
 * Which usage of its charge stands behind a line, and with how much of itself. Told as a rule and not as a list: a month
 * of a million records is then no million rows, and a late record moves a boundary instead of rewriting what follows.
 */
export type Behind =
  /** No event: a fee, a minimum, a discount. */
  | { readonly by: "none" }
  /** Each record with its own amount. */
  | { readonly by: "own" }
  /**
   * The part of the charge's quantity above `above` and up to `upTo`, counted in order of time and then id, at one price.
   * A record across a boundary stands on both sides with its parts. With a key: only records of that key.
   */
  | {
      readonly by: "quantity";
      readonly each: Rational;
      readonly above: bigint;
      readonly upTo: bigint | null;
      readonly key: string | null;
      /**
       * Where the price is that of the month's whole quantity (a volume tier, a band, a capped day): one record more may
       * then change the price of all.
       */
      readonly together?: true;
    };

/** One usage record's part in one line: exact, never rounded. */
export type RatedItem = {
  readonly usageId: string;
  readonly contactId: string | null;
  readonly quantity: number;
  readonly amount: Rational;
  /** What the same event cost us, where the charge has a buy side. */
  readonly cost: Rational | null;
  /** Seconds charged after increments, where the charge is by time. */
  readonly billedS: number | null;
};

export const NONE: Behind = { by: "none" };
export const OWN: Behind = { by: "own" };

/** All of the quantity at one price. */
export function allAt(each: Rational, key: string | null = null): Behind {
  return { by: "quantity", each, above: 0n, upTo: null, key };
}

/** All of the quantity at the one price that this quantity has. The line's quantity is the quantity of its records. */
export function togetherAt(each: Rational): Behind {
  return { by: "quantity", each, above: 0n, upTo: null, key: null, together: true };
}

/** The rule carried out over the records of the charge, in order. */
export function itemsBehind(
  behind: Behind,
  usage: readonly { readonly record: UsageRecord; readonly worth: Worth }[],
): RatedItem[] {
  if (behind.by === "none") return [];
  if (behind.by === "own") {
    return usage.map(({ record, worth }) => ({
      usageId: record.id,
      contactId: record.contactId,
      quantity: worth.quantity,
      amount: worth.amount ?? ZERO,
      cost: worth.cost,
      billedS: worth.billedS,
    }));
  }
  const items: RatedItem[] = [];
  let before = 0n;
  for (const { record, worth } of usage) {
    if (behind.key !== null && behind.key !== worth.key) continue;
    const after = before + BigInt(worth.quantity);
    const from = before > behind.above ? before : behind.above;
    const to = behind.upTo === null || after < behind.upTo ? after : behind.upTo;
    before = after;
    if (to <= from) continue;
    const quantity = Number(to - from);
    const amount = times(behind.each, quantity);
    items.push({ usageId: record.id, contactId: record.contactId, quantity, amount, cost: null, billedS: null });
  }
  return items;
}
