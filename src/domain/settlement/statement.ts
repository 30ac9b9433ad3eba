import { CURRENCY_DECIMALS, type Currency } from "../kernel/currency.ts";
import { rational, roundHalfAwayFromZero } from "../kernel/rational.ts";
import { unreachable } from "../kernel/step.ts";
import type { MatchState } from "./match.ts";

export const ITEMS = [
  "collected",
  "delivery_fee",
  "return_fee",
  "share",
  "carrier_rate",
  "clawback",
  "adjustment",
] as const;
export type Item = (typeof ITEMS)[number];
export type Decision = "accept_ours" | "accept_theirs" | "dispute";
export const DECISIONS = ["accept_ours", "accept_theirs", "dispute"] as const satisfies readonly Decision[];

/** A line as far as it decides what is agreed. `unmatched`: the partner has sent no file. */
export type StatementLine = {
  readonly item: Item;
  readonly state: MatchState | "unmatched";
  readonly oursMicros: bigint | null;
  readonly theirsMicros: bigint | null;
  readonly decision: Decision | null;
};

/** `open`: somebody must decide. `disputed`: held back, and holds back nothing else. */
export type Agreement =
  | { readonly is: "agreed"; readonly micros: bigint }
  | { readonly is: "disputed" }
  | { readonly is: "open" };

export function agreementOn({ state, oursMicros, theirsMicros, decision }: StatementLine): Agreement {
  switch (decision) {
    case "accept_ours":
      return { is: "agreed", micros: oursMicros ?? 0n };
    case "accept_theirs":
      return { is: "agreed", micros: theirsMicros ?? 0n };
    case "dispute":
      return { is: "disputed" };
    case null:
      return state === "matched" || state === "unmatched" ? { is: "agreed", micros: oursMicros ?? 0n } : { is: "open" };
    default:
      return unreachable(decision);
  }
}

/** Which way an item moves what is owed at the close, for the kind of partner. */
export function signOf(item: Item): 1n | -1n {
  switch (item) {
    case "collected":
    case "carrier_rate":
    case "adjustment":
      return 1n;
    case "delivery_fee":
    case "return_fee":
    case "share":
    case "clawback":
      return -1n;
    default:
      return unreachable(item);
  }
}

export type ItemSum = { readonly item: Item; readonly amountMinor: bigint };
export type Totals = {
  /** Of agreed lines, each rounded once, positive in the sense of its name. */
  readonly sums: readonly ItemSum[];
  readonly closingMinor: bigint;
  readonly open: number;
  readonly disputed: number;
};

/**
 * Opening + collected − fees − share − clawbacks + adjustments, over what is agreed. Below zero it is carried to the next
 * statement, never dropped.
 */
export function totalsOf(openingMinor: bigint, lines: Iterable<StatementLine>, currency: Currency): Totals {
  const micros = new Map<Item, bigint>();
  let [open, disputed] = [0, 0];
  for (const line of lines) {
    const agreement = agreementOn(line);
    if (agreement.is === "open") open += 1;
    else if (agreement.is === "disputed") disputed += 1;
    else micros.set(line.item, (micros.get(line.item) ?? 0n) + agreement.micros);
  }
  const sums = ITEMS.filter((item) => micros.has(item)).map((item) => ({
    item,
    amountMinor: minorOfMicros(micros.get(item) ?? 0n, currency),
  }));
  const closingMinor = sums.reduce((sum, { item, amountMinor }) => sum + signOf(item) * amountMinor, openingMinor);
  return { sums, closingMinor, open, disputed };
}

/** Half away from zero, once for each item of a statement. */
export function minorOfMicros(micros: bigint, currency: Currency): bigint {
  return roundHalfAwayFromZero(rational(micros, microsPerMinor(currency)));
}

export function microsOfMinor(minor: bigint, currency: Currency): bigint {
  return minor * microsPerMinor(currency);
}

function microsPerMinor(currency: Currency): bigint {
  return 10n ** BigInt(6 - CURRENCY_DECIMALS[currency]);
}
