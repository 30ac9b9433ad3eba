import type { ClientDay, QueueConfig } from "../call/line-config.ts";
import type { Ms } from "../kernel/instant.ts";
import { grade } from "../sla/grade.ts";
import { NO_COUNTS } from "./classes.ts";
import { DONE, ignored, type Reply } from "./events.ts";
import type { Ticket } from "./protocol.ts";
import { type Run, touchQueue, touchTicket } from "./run.ts";
import type { PoolQueue, PoolTicket, StayTerms } from "./state.ts";

/**
 * How a pool counts stays, by the one rule of `call/stays.ts`: a stay counts for the day on which it began, on the client's own
 * calendar. A queue shows the day that its client's calendar shows now; a stay of an earlier day that ends today is counted
 * there, where nobody looks any more. Only the contact says how a stay ended, with the wait of its own fact: what a pool could
 * guess from its side would sometimes be another thing.
 */

/** The terms of a stay that begins. Its day may be the first word of a new one; without a day it counts for the present. */
export function termsOf(
  run: Run,
  queue: PoolQueue,
  { day, queue: { target } }: Pick<Ticket, "day" | "queue">,
): StayTerms {
  if (day !== undefined) {
    queue.timeZone = day.timeZone;
    run.pool.zones.add(day.timeZone);
    turn(run, queue, day.date);
  }
  return sharedTerms(queue, day?.date ?? queue.date, target);
}

/** The newest stay's, where they are the same: every message brings its own copy of the target, and one is enough for all. */
export function sharedTerms(queue: PoolQueue, date: string, target: QueueConfig["target"]): StayTerms {
  const { terms } = queue;
  if (terms !== null && terms.date === date && sameTarget(terms.target, target)) return terms;
  queue.terms = { date, target };
  return queue.terms;
}

function sameTarget(a: QueueConfig["target"], b: QueueConfig["target"]): boolean {
  return a.share === b.share && a.withinS === b.withinS && a.shortAbandonS === b.shortAbandonS;
}

export function countOffered(run: Run, ticket: PoolTicket, stays: 1 | -1 = 1): void {
  const { queue, stay } = ticket;
  if (stay?.date === queue.date) queue.today.offered += stays;
  queue.stake = null;
  touchQueue(run.pool, queue);
}

/** Counts how a stay ended, once. The wait is the contact's own; by the pool's clock where it does not say. */
export function count(
  run: Run,
  ticket: PoolTicket,
  outcome: "answered" | "abandoned" | "overflowed",
  waitedMs: Ms | undefined,
): void {
  const { queue, stay } = ticket;
  if (stay === null) return;
  ticket.stay = null;
  touchTicket(run.pool, ticket);
  if (stay.date !== queue.date) return;
  const { today } = queue;
  today[outcome] += 1;
  // The contact was queued by the clock of another machine, which may run before this one's.
  const waited = waitedMs ?? Math.max(0, run.now - ticket.queuedAt);
  const result = grade(outcome === "overflowed" ? "flowed_out" : outcome, waited, stay.target);
  if (result === "short_abandon") today.shortAbandoned += 1;
  if (result === "within") today.withinTarget += 1;
  queue.stake = null;
  touchQueue(run.pool, queue);
}

/** The stay goes on at another site, whose pool counts it from its beginning: here it was never offered. */
export function moveOn(run: Run, ticket: PoolTicket): void {
  if (ticket.stay === null) return;
  countOffered(run, ticket, -1);
  ticket.stay = null;
  touchTicket(run.pool, ticket);
}

/** Midnight in a zone: the figures of its clients' queues begin anew. Stays that are open count for the day they began on. */
export function beginClientDay(run: Run, { date, timeZone }: ClientDay): Reply {
  let turned = false;
  for (const queue of run.pool.queues.values()) {
    if (queue.timeZone === timeZone) turned = turn(run, queue, date) || turned;
  }
  return turned ? DONE : ignored("so already");
}

function turn(run: Run, queue: PoolQueue, date: string): boolean {
  if (date <= queue.date) return false;
  const { offered } = queue.today;
  // A day without a contact is a holiday and teaches nothing about the next.
  if (offered > 0) queue.expectedToday = queue.expectedToday === 0 ? offered : (queue.expectedToday + offered) / 2;
  queue.date = date;
  queue.today = { ...NO_COUNTS };
  queue.stake = null;
  touchQueue(run.pool, queue);
  return true;
}
