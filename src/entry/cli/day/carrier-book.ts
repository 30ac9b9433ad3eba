import { contactIdOf } from "../../objects/contact-id.ts";
import { carrier, type Host } from "../floor/house-client.ts";

/** A leg as the sandbox carrier booked it: the truth that everything else is compared with. */
export type BookedLeg = {
  readonly sid: string;
  readonly parentSid: string | null;
  readonly accountSid: string;
  readonly direction: string;
  readonly from: string;
  readonly to: string;
  readonly status: string;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number;
  readonly seconds: number;
};

export type CarrierBook = {
  readonly legs: readonly BookedLeg[];
  readonly seconds: number;
  /** Legs that callers placed: one contact each, by the contact id that the house makes of them. */
  readonly arrivals: ReadonlyMap<string, BookedLeg>;
};

export async function readCarrierBook(host: Host): Promise<CarrierBook> {
  const { legs, seconds } = await carrier<{ legs: BookedLeg[]; seconds: number }>(
    host,
    "GET",
    "/sandbox/ledger?since=0",
  );
  const arrivals = new Map<string, BookedLeg>();
  for (const leg of legs) {
    if (leg.direction === "inbound") arrivals.set(await contactIdOf(leg.accountSid, leg.sid), leg);
  }
  return { legs, seconds, arrivals };
}

/** Desks that had two connected legs at one instant, from the carrier's own stamps: an agent can hold but one. */
export function doubleBookings(legs: readonly BookedLeg[]): string[] {
  const found: string[] = [];
  const byDesk = new Map<string, BookedLeg[]>();
  for (const leg of legs) {
    if (!leg.to.startsWith("client:") || leg.answeredAt === null) continue;
    const desk = leg.to.split("?")[0] ?? leg.to;
    byDesk.set(desk, [...(byDesk.get(desk) ?? []), leg]);
  }
  for (const [desk, held] of byDesk) {
    held.sort((a, b) => (a.answeredAt ?? 0) - (b.answeredAt ?? 0));
    for (let i = 1; i < held.length; i += 1) {
      const before = held[i - 1];
      const after = held[i];
      if (before === undefined || after === undefined || (after.answeredAt ?? 0) >= before.endedAt) continue;
      found.push(`${desk} held ${before.sid} until ${before.endedAt} and ${after.sid} from ${after.answeredAt}`);
    }
  }
  return found;
}
