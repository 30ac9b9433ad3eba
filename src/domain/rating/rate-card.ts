import { usageKindOf } from "./allot.ts";
import type { Charge } from "./charge.ts";

/**
 * What a client has otherwise than the card, by the code of the card's charge: a field takes the place of the card's field
 * whole, a field that is null is left out; null in place of the fields leaves the charge out.
 */
export type CardOverrides = { readonly [code: string]: { readonly [field: string]: unknown } | null };

/** A card's prices from a local date on, until its next version begins. */
export type CardVersion = { readonly version: number; readonly validFrom: string; readonly charges: readonly Charge[] };

/** Where a charge of a contract comes from: the card as it stands, the card with prices of the client's own, or the client. */
export type TermOrigin = "card" | "changed" | "own";

/**
 * What of these charges differs from the card's. The charges themselves are what is charged: a later card changes no
 * contract. Charges that the card does not have are told by `ownOf`.
 */
export function overridesOf(card: readonly Charge[], charges: readonly Charge[]): CardOverrides {
  const own = new Map(charges.map((charge) => [charge.code, charge]));
  return Object.fromEntries(
    card.flatMap((theirs): [string, CardOverrides[string]][] => {
      const ours = own.get(theirs.code);
      if (ours === undefined || ours.model !== theirs.model) return [[theirs.code, null]];
      const changed = changedFields(theirs, ours);
      return Object.keys(changed).length === 0 ? [] : [[theirs.code, changed]];
    }),
  );
}

/** Charges that the card does not have, or has under another model. */
export function ownOf(card: readonly Charge[], charges: readonly Charge[]): Charge[] {
  return charges.filter((charge) => originOf(card, charge) === "own");
}

export function originOf(card: readonly Charge[], charge: Charge): TermOrigin {
  const theirs = card.find(({ code }) => code === charge.code);
  if (theirs === undefined || theirs.model !== charge.model) return "own";
  return Object.keys(changedFields(theirs, charge)).length === 0 ? "card" : "changed";
}

/** A charge as card and override make it, not yet checked: an override may say anything. */
export type Merged = { readonly [field: string]: unknown };

/**
 * Card + overrides + the client's own charges = the charges of a contract. An own charge with the code of one of the card's
 * takes its place. One that counts what a charge of the card counts as well comes before the card's, because usage is charged by
 * the first that asks for it, and what was agreed with one client goes before what is for all; the rest follow the card.
 */
export function resolveCard(card: readonly Charge[], overrides: CardOverrides, own: readonly Charge[]): Merged[] {
  const taken = new Map(own.map((charge) => [charge.code, charge]));
  const codes = new Set(card.map(({ code }) => code));
  const counted = new Set(card.map(usageKindOf));
  const theirs = card.flatMap((charge): Merged[] => {
    const mine = taken.get(charge.code);
    if (mine !== undefined) return [mine];
    const fields = overrides[charge.code];
    if (fields === null) return [];
    return [Object.fromEntries(Object.entries({ ...charge, ...fields }).filter(([, value]) => value !== null))];
  });
  const besides = own.filter(({ code }) => !codes.has(code));
  const first = (charge: Charge) => usageKindOf(charge) !== null && counted.has(usageKindOf(charge));
  return [...besides.filter(first), ...theirs, ...besides.filter((charge) => !first(charge))];
}

/** The card that is in force on a local date (YYYY-MM-DD); null before its first version. */
export function cardOn(versions: readonly CardVersion[], date: string): CardVersion | null {
  return versions.filter(({ validFrom }) => validFrom <= date).at(-1) ?? null;
}

/** Versions of a card that begin while a contract's terms hold: after their first day and before the next terms' (`null`: no end). */
export function cardsWithin(versions: readonly CardVersion[], from: string, until: string | null): CardVersion[] {
  return versions.filter(({ validFrom }) => validFrom > from && (until === null || validFrom < until));
}

function changedFields(before: Charge, after: Charge): { readonly [field: string]: unknown } {
  const theirs = new Map<string, unknown>(Object.entries(before));
  const ours = new Map<string, unknown>(Object.entries(after));
  const changed = [...ours].filter(([field, value]) => !same(theirs.get(field), value));
  const gone = [...theirs.keys()].filter((field) => ours.get(field) === undefined && theirs.get(field) !== undefined);
  return Object.fromEntries([
    ...changed.filter(([, value]) => value !== undefined),
    ...gone.map((field) => [field, null]),
  ]);
}

/** Equal as data: the order of keys does not matter, that of a list does, and a field that is undefined is not there. */
export function same(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [fieldsOf(a), fieldsOf(b)];
  return left.size === right.size && [...left].every(([key, value]) => right.has(key) && same(value, right.get(key)));
}

function fieldsOf(value: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(value).filter(([, field]) => field !== undefined));
}
