import type { Charge } from "./charge.ts";

/** What a client has otherwise than the card, by the code of the card's charge; null leaves the charge out. */
export type CardOverrides = { readonly [code: string]: { readonly [field: string]: unknown } | null };

/**
 * A card's charges as one client has them: fields named for a charge take the place of the card's, whole. Codes and models
 * stay, because lines are named after them. The result is data still to be checked as charges are.
 */
export function resolvedCard(
  card: readonly Charge[],
  overrides: CardOverrides,
): { readonly [field: string]: unknown }[] {
  return card.flatMap((charge) => {
    const other = overrides[charge.code];
    if (other === null) return [];
    return [{ ...charge, ...other, code: charge.code, model: charge.model }];
  });
}

/** The other way round: what of these charges differs from the card's; charges the card does not have are not told. */
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
