import type { Instant } from "../kernel/instant.ts";

/** The life of a sale. Each stage includes those before it; `returned` may come at any of them. */
export const STAGES = ["sold", "confirmed", "delivered", "paid"] as const;
export type Stage = (typeof STAGES)[number];
export type SaleEventKind = Stage | "returned";
export const SALE_EVENT_KINDS = [...STAGES, "returned"] as const;

/** Something that became true of a sale. Unique by `id` for ever; a repeat is the same event. */
export type SaleEvent = {
  readonly id: string;
  readonly kind: SaleEventKind;
  readonly at: Instant;
  /** Net value in minor units: of the whole sale, or for `returned` of what came back. Null where the source did not say. */
  readonly amountMinor: bigint | null;
  /** The event that this one takes the place of; with `isVoid` nothing stands in its place. */
  readonly corrects: string | null;
  readonly isVoid: boolean;
};

/** What all events of a sale come to, whatever their order and however often each was told. */
export type Sale = {
  /** Null while nobody has said that it was sold. */
  readonly soldAt: Instant | null;
  readonly stage: Stage | null;
  readonly amountMinor: bigint;
  /** Never more than the amount. */
  readonly returnedMinor: bigint;
  /** All of it came back, also where it had no amount. */
  readonly isReturned: boolean;
};

export function saleOf(events: readonly SaleEvent[]): Sale {
  const standing = standingEvents(events);
  const sold = standing.filter((event) => event.kind === "sold");
  const amountMinor = latest(standing.filter((event) => event.kind !== "returned" && event.amountMinor !== null));
  const whole = amountMinor?.amountMinor ?? 0n;
  const returns = standing.filter((event) => event.kind === "returned");
  const all = returns.some((event) => event.amountMinor === null);
  const back = all ? whole : returns.reduce((sum, event) => sum + (event.amountMinor ?? 0n), 0n);
  return {
    soldAt: sold.length === 0 ? null : Math.min(...sold.map((event) => event.at)),
    stage: STAGES.findLast((stage) => standing.some((event) => event.kind === stage)) ?? null,
    amountMinor: whole,
    returnedMinor: back < whole ? back : whole,
    isReturned: all || (back > 0n && back >= whole),
  };
}

/** Once each, without those that a later row corrects, and without rows that only take something back. */
function standingEvents(events: readonly SaleEvent[]): SaleEvent[] {
  const corrected = new Set(events.flatMap((event) => (event.corrects === null ? [] : [event.corrects])));
  const once = new Map(events.map((event) => [event.id, event]));
  return [...once.values()].filter((event) => !corrected.has(event.id) && !event.isVoid);
}

/** The last word on the amount; two at one instant by their ids, so that every order of telling agrees. */
function latest(events: readonly SaleEvent[]): SaleEvent | undefined {
  return events.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)).at(-1);
}
