import { add, divide, equal, type Rational, rational, reduced, subtract, ZERO } from "../kernel/rational.ts";
import type { RatedItem } from "./behind.ts";
import type { RatedLine } from "./line.ts";

/** What has been booked on one line of a month, over its invoice and all adjustments since. */
export type BookedLine = {
  /** The line's key in its own month. */
  readonly key: string;
  readonly quantity: Rational;
  readonly exact: Rational;
  readonly amountMinor: bigint;
  readonly items: ReadonlyMap<string, BookedItem>;
};

export type BookedItem = Pick<RatedItem, "contactId" | "quantity" | "amount" | "billedS">;

/** The difference that late or corrected usage makes to one line of a month that is closed. */
export type Adjustment = {
  readonly key: string;
  /** The line as it is rated now; null where nothing of it is left. */
  readonly now: RatedLine | null;
  readonly booked: BookedLine | null;
  /** Rounded whole now, less all that is booked: so bookings of a month sum to one rating of its last snapshot. */
  readonly amountMinor: bigint;
  /** Exact change; where usage stands behind the line, the sum of the items and of what became dearer or cheaper. */
  readonly exact: Rational;
  /** Change of each usage record's part; records that stay as they are, or only change their price together, are left out. */
  readonly items: readonly RatedItem[];
  readonly repriced: Repriced | null;
};

/**
 * The one price of the whole quantity is another now: what late usage does to a volume tier, a band or a capped day. All
 * records that were behind the line and still are change by the difference; they are not listed one by one.
 */
export type Repriced = {
  readonly from: Rational;
  readonly to: Rational;
  /** Quantity of the records that are not listed. */
  readonly quantity: Rational;
};

/**
 * A closed month rated again, against what is booked on it. Lines of minimum, cap, commitment and service-level credit are
 * lines like any other: they are rated on the new whole, so a late call may turn a top-up down.
 */
export function adjustmentsOf(booked: readonly BookedLine[], rated: readonly RatedLine[]): Adjustment[] {
  const bookedOf = new Map(booked.map((line) => [line.key, line]));
  const ratedKeys = new Set(rated.map((line) => line.key));
  const pairs = [
    ...rated.map((now) => ({ key: now.key, now, booked: bookedOf.get(now.key) ?? null })),
    ...booked.filter((line) => !ratedKeys.has(line.key)).map((line) => ({ key: line.key, now: null, booked: line })),
  ];
  return pairs.flatMap((pair) => {
    const amountMinor = (pair.now?.amountMinor ?? 0n) - (pair.booked?.amountMinor ?? 0n);
    const exact = reduced(subtract(pair.now?.exact ?? ZERO, pair.booked?.exact ?? ZERO));
    const { items, repriced } = recordChanges(pair);
    // A late call inside a package costs nothing and still stands behind its line: every record has a place.
    const same = amountMinor === 0n && items.length === 0 && repriced === null;
    return same ? [] : [{ ...pair, amountMinor, exact, items, repriced }];
  });
}

/** True of a line that has one price for its whole quantity, which other usage may change. */
export function isPricedTogether(line: Pick<RatedLine, "behind">): boolean {
  return line.behind.by === "quantity" && line.behind.together === true;
}

function recordChanges({ now, booked }: Pick<Adjustment, "now" | "booked">): Pick<Adjustment, "items" | "repriced"> {
  const before = booked?.items ?? new Map<string, BookedItem>();
  const items = itemChanges(now?.items ?? [], before);
  if (now === null || booked === null || booked.quantity.num <= 0n || !isPricedTogether(now)) {
    return { items, repriced: null };
  }
  const moved = items.filter((it) => it.quantity !== 0 || !before.has(it.usageId));
  // What is booked is the booked quantity at the price it had last, in however many pieces it was booked.
  const from = reduced(divide(booked.exact, booked.quantity));
  const to = now.quantity.num === 0n ? from : reduced(divide(now.exact, now.quantity));
  if (equal(from, to)) return { items: moved, repriced: null };
  const listed = new Set(moved.map((it) => it.usageId));
  const listedNow = now.items.reduce((sum, it) => (listed.has(it.usageId) ? sum + BigInt(it.quantity) : sum), 0n);
  return { items: moved, repriced: { from, to, quantity: subtract(now.quantity, rational(listedNow)) } };
}

function itemChanges(now: readonly RatedItem[], before: ReadonlyMap<string, BookedItem>): RatedItem[] {
  const seen = new Set<string>();
  const changes = now.flatMap((item) => {
    seen.add(item.usageId);
    return changeOf(item.usageId, item, before.get(item.usageId)) ?? [];
  });
  const gone = [...before].filter(([usageId]) => !seen.has(usageId));
  return [...changes, ...gone.flatMap(([usageId, item]) => changeOf(usageId, undefined, item) ?? [])];
}

function changeOf(usageId: string, now: BookedItem | undefined, before: BookedItem | undefined): RatedItem | null {
  const quantity = (now?.quantity ?? 0) - (before?.quantity ?? 0);
  const amount = subtract(now?.amount ?? ZERO, before?.amount ?? ZERO);
  const seconds = now?.billedS ?? before?.billedS;
  const billedS = seconds === null || seconds === undefined ? null : (now?.billedS ?? 0) - (before?.billedS ?? 0);
  const placed = now !== undefined && before === undefined;
  if (!placed && quantity === 0 && amount.num === 0n && (billedS ?? 0) === 0) return null;
  const contactId = now?.contactId ?? before?.contactId ?? null;
  return { usageId, contactId, quantity, amount: reduced(amount), cost: null, billedS };
}

/** A line that was charged and came down; what else goes down stands on the next invoice whatever the terms say. */
export function becomesNote({ amountMinor, booked, now }: Adjustment): boolean {
  return amountMinor < 0n && (booked?.amountMinor ?? 0n) > 0n && (now?.amountMinor ?? 0n) >= 0n;
}

/** The sum of several bookings on one line, in any order. */
export function bookedTogether(lines: readonly BookedLine[]): BookedLine[] {
  const byKey = new Map<string, BookedLine>();
  for (const line of lines) {
    const known = byKey.get(line.key);
    byKey.set(line.key, known === undefined ? line : together(known, line));
  }
  return [...byKey.values()];
}

function together(a: BookedLine, b: BookedLine): BookedLine {
  const items = new Map(a.items);
  for (const [usageId, item] of b.items) {
    const known = items.get(usageId);
    if (known === undefined) items.set(usageId, item);
    else {
      const billedS =
        known.billedS === null && item.billedS === null ? null : (known.billedS ?? 0) + (item.billedS ?? 0);
      const quantity = known.quantity + item.quantity;
      items.set(usageId, { contactId: known.contactId, quantity, amount: add(known.amount, item.amount), billedS });
    }
  }
  // What was taken away again stands behind the line no more.
  for (const [usageId, item] of items) {
    if (
      item.quantity === 0 &&
      item.amount.num === 0n &&
      (item.billedS ?? 0) === 0 &&
      b.items.has(usageId) &&
      a.items.has(usageId)
    ) {
      items.delete(usageId);
    }
  }
  return {
    key: a.key,
    quantity: add(a.quantity, b.quantity),
    exact: reduced(add(a.exact, b.exact)),
    amountMinor: a.amountMinor + b.amountMinor,
    items,
  };
}
