import type { Charge } from "./charge.ts";

/** What a client has otherwise than the card, by the code of the card's charge; null leaves the charge out. */
export type CardOverrides = { readonly [code: string]: { readonly [field: string]: unknown } | null };

/**
 * What of these charges differs from the card's. The charges themselves are what is charged: a later card changes no
 * contract. Charges that the card does not have are not told.
 */
export function overridesOf(card: readonly Charge[], charges: readonly Charge[]): CardOverrides {
  const own = new Map(charges.map((charge) => [charge.code, charge]));
  return Object.fromEntries(
    card.flatMap((theirs): [string, CardOverrides[string]][] => {
      const ours = own.get(theirs.code);
      if (ours === undefined || ours.model !== theirs.model) return [[theirs.code, null]];
      const before = new Map(Object.entries(theirs).map(([field, value]) => [field, JSON.stringify(value)]));
      const changed = Object.entries(ours).filter(([field, value]) => before.get(field) !== JSON.stringify(value));
      return changed.length === 0 ? [] : [[theirs.code, Object.fromEntries(changed)]];
    }),
  );
}
