import type { UsageRecord } from "../../domain/rating/usage.ts";

/** A usage row as a page reads it: instants as the database writes them, and in milliseconds for the rules. */
export type UsageRow = {
  readonly id: string;
  readonly kind: UsageRecord["kind"];
  readonly quantity: string;
  readonly contact_id: string | null;
  readonly attrs: string;
  readonly at: string;
  readonly ms: string;
  readonly corrects: boolean;
  readonly minute: number | null;
  readonly weekday: number | null;
};

type Attributes = { readonly [name: string]: unknown };

/** Attributes were checked when they were written; here a value of another type is one that is not known. */
export function recordReader(queueKey: ReadonlyMap<string, string>): (row: UsageRow) => UsageRecord {
  return (row) => {
    const attrs: Attributes = JSON.parse(row.attrs);
    const queueId = text(attrs.queueId);
    return {
      id: row.id,
      kind: row.kind,
      occurredAt: Number(row.ms),
      quantity: Number(row.quantity),
      contactId: row.contact_id,
      attributes: {
        outcome: text(attrs.outcome),
        queue: queueId === undefined ? undefined : queueKey.get(queueId),
        number: text(attrs.number),
        direction: text(attrs.direction),
        party: text(attrs.party),
        disposition: text(attrs.disposition),
        talkS: number(attrs.talkS),
        saleMinor: number(attrs.saleMinor),
        milestone: text(attrs.milestone),
        state: text(attrs.state),
        agents: text(attrs.agents),
        localMinute: row.minute ?? undefined,
        localWeekday: row.weekday ?? undefined,
      },
    };
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
