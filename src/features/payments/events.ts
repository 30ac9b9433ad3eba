import { sql } from "drizzle-orm";
import { iso, type OperatorTx, withOperator } from "../../adapters/db/index.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { ProviderEvent } from "../../ports/payments.ts";
import { type PaymentsContext, providerOf } from "./context.ts";
import { settle } from "./settle.ts";

export type EventOutcome = "settled" | "ignored" | "foreign";

/**
 * A verified message of the provider. It is noted once however often it comes; one that was handled is not handled again,
 * one that was only noted (its handling broke off) is. Handling it twice would do no harm either: what counts is the
 * provider's present state, which is asked for.
 */
export async function takeEvent(ctx: PaymentsContext, event: ProviderEvent): Promise<EventOutcome> {
  const known = await withOperator(ctx.operatorDb, (tx) => noted(tx, event, ctx.now));
  if (known !== null) return known;
  const outcome = await handled(ctx, event);
  await withOperator(ctx.operatorDb, (tx) =>
    tx.execute(sql`update house.payment_events set outcome = ${outcome}, handled_at = ${iso(ctx.now)}::timestamptz
      where id = ${event.eventId} and outcome is null`),
  );
  return outcome;
}

async function handled(ctx: PaymentsContext, { about }: ProviderEvent): Promise<EventOutcome> {
  if (about === null) return "ignored";
  const invoiceId = about.kind === "invoice" ? about.invoiceId : await providerOf(ctx).invoiceOf(about.paymentId);
  return invoiceId === null ? "foreign" : settle(ctx, invoiceId);
}

/** Null when it is to be handled; else what became of it. */
async function noted(
  tx: OperatorTx,
  { eventId, type, createdAt, about }: ProviderEvent,
  now: Instant,
): Promise<EventOutcome | null> {
  const subject = about === null ? null : about.kind === "invoice" ? about.invoiceId : about.paymentId;
  const [row] = await tx.execute<{ outcome: EventOutcome | null }>(sql`
    insert into house.payment_events (id, type, about, created_at, received_at)
    values (${eventId.slice(0, 255)}, ${type.slice(0, 100)}, ${subject}, ${iso(createdAt)}::timestamptz, ${iso(now)}::timestamptz)
    on conflict (id) do update set times = house.payment_events.times + 1 returning outcome`);
  return row?.outcome ?? null;
}
