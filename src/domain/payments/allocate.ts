/** What an invoice still lacks. */
export type Owed = { readonly invoiceId: string; readonly openMinor: bigint };
export type Share = { readonly invoiceId: string; readonly amountMinor: bigint };

/** Hands money out in the order given: each invoice gets what it lacks until nothing is left. Never more than either. */
export function handOut(moneyMinor: bigint, owed: readonly Owed[]): Share[] {
  const shares: Share[] = [];
  let left = moneyMinor;
  for (const { invoiceId, openMinor } of owed) {
    const isWhole = openMinor <= left;
    const amountMinor = isWhole ? openMinor : left;
    if (amountMinor <= 0n) continue;
    shares.push({ invoiceId, amountMinor });
    left -= amountMinor;
  }
  return shares;
}

/** Takes money back from what it was handed out to, the last first. Amounts are positive: what each gives up. */
export function takeBack(moneyMinor: bigint, held: readonly Share[]): Share[] {
  return handOut(
    moneyMinor,
    held.toReversed().map(({ invoiceId, amountMinor }) => ({ invoiceId, openMinor: amountMinor })),
  );
}
