import { SECOND_MS } from "../kernel/instant.ts";
import type { Agent, SeatClass } from "./state.ts";

/** Seat time assumed of a queue that has not finished a contact yet. */
const SEAT_TIME_UNKNOWN_MS = 180 * SECOND_MS;

/**
 * Expected wait of the contact at this position, by the queue-length estimate (position × seat time / seats), where the
 * contacts of other queues that wait for the same seats count as waiting in between: the seats go round by age, so a
 * queue gets its share of them. Null while nobody works for the queue. `anybodyWaits` spares a pool in which nobody does
 * the look at all the others' lines.
 */
export function estimateWaitS(seatClass: SeatClass, position: number, anybodyWaits = true): number | null {
  if (seatClass.staffed === 0) return null;
  const own = Math.max(1, seatClass.waiting.live);
  const rivals = anybodyWaits ? rivalsOf(seatClass) : 0;
  const seatTimeMs = seatClass.queue.seatTimeMs || SEAT_TIME_UNKNOWN_MS;
  const ahead = position * (1 + rivals / own);
  return Math.ceil((ahead * seatTimeMs) / seatClass.staffed / SECOND_MS);
}

function rivalsOf(seatClass: SeatClass): number {
  let rivals = 0;
  const { classes } = seatClass.members[0] as Agent; // somebody works for it
  for (const other of classes) if (other !== seatClass) rivals += other.waiting.live;
  return rivals;
}
