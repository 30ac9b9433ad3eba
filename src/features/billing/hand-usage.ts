import { sql } from "drizzle-orm";
import { z } from "zod";
import type { TenantTx } from "../../adapters/db/index.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { audit } from "../audit/index.ts";
import { storeUsage } from "./usage-store.ts";

const SOURCE = "hand";
/** A hundred years of milliseconds from 1970 on: instants that a date can hold. */
const InstantSchema = z.int().min(0).max(4_102_444_800_000);
const CountSchema = z.int().min(0).max(1_000_000);
const KeySchema = z.string().regex(/^[A-Za-z0-9._:-]{1,100}$/, "a key is letters, digits and . _ : -, at most 100");
/** Rented for longer than this is a contract of its own. */
const RENT_MS_MAX = 400 * 86_400_000;

const head = {
  /** Names the event for ever: sent again it changes nothing. */
  key: KeySchema,
  /** The key of an event that this one takes the place of; with a quantity of 0 it makes it void. */
  corrects: KeySchema.optional(),
};

/** Usage that no fact tells of. Time is told as two instants: a clock change makes a shift longer or shorter by itself. */
export const HandUsageSchema = z.discriminatedUnion("kind", [
  z.strictObject({ ...head, kind: z.literal("seat_day"), at: InstantSchema, seats: CountSchema }),
  z.strictObject({ ...head, kind: z.literal("seat_shift"), at: InstantSchema, seats: CountSchema }),
  z.strictObject({ ...head, kind: z.literal("seat_time"), from: InstantSchema, to: InstantSchema, seats: CountSchema }),
  z.strictObject({
    ...head,
    kind: z.literal("service_time"),
    from: InstantSchema,
    to: InstantSchema,
    people: CountSchema,
  }),
  z.strictObject({ ...head, kind: z.literal("message"), at: InstantSchema, segments: CountSchema }),
  z.strictObject({
    ...head,
    kind: z.literal("milestone"),
    at: InstantSchema,
    milestone: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "the code of a milestone of the contract"),
    reached: z.boolean().default(true),
  }),
]);

export const HandUsageStoredSchema = z.object({ stored: z.boolean(), quantity: z.int() });

/** Stores the event once. The same key with another content is refused: a correction has a key of its own. */
export async function recordByHand(tx: TenantTx, usage: z.infer<typeof HandUsageSchema>) {
  const { at, quantity, attrs } = measured(usage);
  const correctsId = usage.corrects === undefined ? null : await rowOf(tx, usage.corrects);
  const row = {
    source: SOURCE,
    sourceEventId: usage.key,
    kind: usage.kind,
    occurredAt: at,
    quantity,
    contactId: null,
    attrs,
    correctsId,
  };
  const { stored, rivals } = await storeUsage(tx, [row]);
  if (rivals.length > 0) {
    throw new Refusal(
      "conflict",
      "usage_differs",
      "this key was recorded with another content; a correction needs a key of its own",
    );
  }
  if (stored > 0) await audit(tx, "usage_recorded", { kind: "usage", id: usage.key }, { ...usage, quantity });
  return { stored: stored > 0, quantity };
}

type Measured = {
  readonly at: number;
  readonly quantity: number;
  readonly attrs: { readonly [name: string]: unknown };
};

function measured(usage: z.infer<typeof HandUsageSchema>): Measured {
  switch (usage.kind) {
    case "seat_day":
    case "seat_shift":
      return { at: usage.at, quantity: usage.seats, attrs: {} };
    case "message":
      return { at: usage.at, quantity: usage.segments, attrs: {} };
    case "milestone":
      return { at: usage.at, quantity: usage.reached ? 1 : 0, attrs: { milestone: usage.milestone } };
    case "seat_time":
      return {
        at: usage.from,
        quantity: elapsedS(usage) * usage.seats,
        attrs: { from: usage.from, to: usage.to, seats: usage.seats },
      };
    case "service_time":
      return {
        at: usage.from,
        quantity: elapsedS(usage) * usage.people,
        attrs: { from: usage.from, to: usage.to, people: usage.people },
      };
  }
}

/** Whole seconds between the instants: what a clock on the wall showed meanwhile makes no difference. */
function elapsedS({ from, to }: { readonly from: number; readonly to: number }): number {
  if (to < from || to - from > RENT_MS_MAX) {
    const faults = [{ path: "json.to", message: "the end is after the start, by 400 days at most" }];
    throw new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
  }
  return Math.round((to - from) / 1000);
}

async function rowOf(tx: TenantTx, key: string): Promise<string> {
  const [row] = await tx.execute<{ id: string }>(
    sql`select id from tenant.usage where tenant_id = ${tx.tenantId} and source = ${SOURCE} and source_event_id = ${key}`,
  );
  if (row !== undefined) return row.id;
  const faults = [{ path: "json.corrects", message: "nothing was recorded under this key" }];
  throw new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
}
