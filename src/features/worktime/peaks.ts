import { type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import { addDays, type LocalDate } from "../../domain/kernel/calendar-days.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { type SeatPeak, seatPeak } from "../../domain/rating/seat-peak.ts";
import { storeUsage } from "../billing/index.ts";
import { daysDue, daysTold, guaranteedSeats, peaksTold, staysOfDay } from "./peaks-store.ts";
import type { WorkTimeContext } from "./tell.ts";

/** Facts of a day may be on their way for a while after midnight. */
const GRACE_MS = 2 * 3_600_000;
const SOURCE = "peaks";

/**
 * Tells each client's usage of the seats that were at work for it beyond those it is guaranteed: the most of each day that
 * is over on its calendar, over all pools. A day without such seats has no record. Returns how many days were told.
 */
export async function tellSeatPeaks(ctx: WorkTimeContext & { readonly now: Instant }): Promise<number> {
  let told = 0;
  for (const { tenantId, from, to } of await withOperator(ctx.operatorDb, (tx) => daysDue(tx, ctx.now - GRACE_MS))) {
    for (let day = from; day <= to; day = addDays(day, 1)) {
      const stays = await withOperator(ctx.operatorDb, (tx) => staysOfDay(tx, tenantId, day));
      const peak = stays === null ? null : seatPeak(stays.stays, stays.start, stays.end);
      const isNew = await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) => tell(tx, day, peak));
      if (isNew) told += 1;
    }
    await withOperator(ctx.operatorDb, (tx) => daysTold(tx, tenantId, to));
  }
  return told;
}

/** True where something was written: a day that comes to what was told before changes nothing. */
async function tell(tx: TenantTx, day: LocalDate, peak: SeatPeak | null): Promise<boolean> {
  const guaranteed = await guaranteedSeats(tx, day);
  const burst = Math.max(0, (peak?.seats ?? 0) - guaranteed);
  const before = await peaksTold(tx, SOURCE, day);
  const last = before.at(-1);
  if (burst === (last?.quantity ?? 0)) return false;
  const { stored } = await storeUsage(tx, [
    {
      source: SOURCE,
      sourceEventId: last === undefined ? day : `${day}:${before.length}`,
      kind: "burst_seat_day",
      // A correction keeps the instant of what it corrects, and so its month.
      occurredAt: last === undefined ? (peak?.at ?? 0) : last.at,
      quantity: burst,
      contactId: null,
      attrs: { peak: peak?.seats ?? 0, guaranteed },
      correctsId: last?.id ?? null,
    },
  ]);
  return stored > 0;
}
