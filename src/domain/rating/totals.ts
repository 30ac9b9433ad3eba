import { add, type Rational, ZERO } from "../kernel/rational.ts";
import type { Worth } from "./worth.ts";

/**
 * What all usage of one charge comes to: all that its lines are made from. A month of a million records is these few
 * numbers, added up as records come or read from the database as sums, and the lines are the same.
 */
export type Totals = {
  readonly records: number;
  readonly quantity: bigint;
  /** The largest quantity of one record: the most seats of any day. */
  readonly most: number;
  /** Seconds charged and seconds the carrier charges us, after increments. */
  readonly billedS: bigint;
  readonly costS: bigint;
  readonly amount: Rational;
  readonly cost: Rational;
  readonly saleMinor: bigint;
};

export const NOTHING: Totals = {
  records: 0,
  quantity: 0n,
  most: 0,
  billedS: 0n,
  costS: 0n,
  amount: ZERO,
  cost: ZERO,
  saleMinor: 0n,
};

/** Totals of a charge, whole and by the key its model tells records apart by (a project's milestones). */
export type ChargeTotals = { readonly all: Totals; readonly byKey: ReadonlyMap<string, Totals> };

export const NO_USAGE: ChargeTotals = { all: NOTHING, byKey: new Map() };

export function withWorth(totals: Totals, worth: Worth): Totals {
  return {
    records: totals.records + 1,
    quantity: totals.quantity + BigInt(worth.quantity),
    most: Math.max(totals.most, worth.quantity),
    billedS: totals.billedS + BigInt(worth.billedS ?? 0),
    costS: totals.costS + BigInt(worth.costS ?? 0),
    amount: worth.amount === null ? totals.amount : add(totals.amount, worth.amount),
    cost: worth.cost === null ? totals.cost : add(totals.cost, worth.cost),
    saleMinor: totals.saleMinor + BigInt(worth.saleMinor ?? 0),
  };
}

export function together(a: Totals, b: Totals): Totals {
  return {
    records: a.records + b.records,
    quantity: a.quantity + b.quantity,
    most: Math.max(a.most, b.most),
    billedS: a.billedS + b.billedS,
    costS: a.costS + b.costS,
    amount: add(a.amount, b.amount),
    cost: add(a.cost, b.cost),
    saleMinor: a.saleMinor + b.saleMinor,
  };
}

/** Adds records up one by one, without keeping them. */
export function totalsOf(worths: Iterable<Worth>): ChargeTotals {
  let all = NOTHING;
  const byKey = new Map<string, Totals>();
  for (const worth of worths) {
    all = withWorth(all, worth);
    if (worth.key !== null) byKey.set(worth.key, withWorth(byKey.get(worth.key) ?? NOTHING, worth));
  }
  return { all, byKey };
}
