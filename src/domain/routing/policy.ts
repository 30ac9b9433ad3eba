import type { Instant, Ms } from "../kernel/instant.ts";
import { DAY_MS, SECOND_MS } from "../kernel/instant.ts";
import type { PoolQueue, PoolTicket } from "./state.ts";

/**
 * Who is served first when contacts of different queues want the same seat. All work on the heads of queues alone, in
 * milliseconds of waiting, so that a bonus of 20,000 is worth twenty seconds in line:
 *
 * - `fifo`: the oldest, priority counted as age.
 * - `edf`: earliest deadline, the instant at which the contact leaves its target; priority counted as age.
 * - `slack`: age, plus what the contact is worth to its contract today, see `slackBonus`.
 */
export const POLICIES = ["fifo", "edf", "slack"] as const;
export type Policy = (typeof POLICIES)[number];
export const POLICY_VERSION = 1;

/** Contacts that already ring somewhere come after all that do not; further than any age or priority reaches. */
export const RINGING_ALREADY_MS: Ms = 1_000 * DAY_MS;
/** A contact still inside its target is worth an answer now: later it can no longer count as in time. */
const IN_TIME_MS: Ms = 14 * SECOND_MS;
/** Milliseconds of age for one whole unit of service level that the queue's day is expected to end short of its aim. */
const LEVEL_DEBT_MS: Ms = 1_600 * SECOND_MS;
/** The same for abandonment above its aim. */
const ABANDON_DEBT_MS: Ms = 2_400 * SECOND_MS;
/** No debt is worth more than this: a rich queue's caller is overtaken, never forgotten. */
const DEBT_MAX_MS: Ms = 60 * SECOND_MS;
/** Aims lie a little inside the contract, because a day that ends exactly on it fails half of the time. */
const LEVEL_MARGIN = 0.05;
const ABANDON_AIM = 0.025;
/** What is assumed of the part of a day that is still to come. */
const LEVEL_TO_COME = 0.88;
const ABANDON_TO_COME = 0.028;
/** A queue without a forecast is judged as if its day had at least this many contacts: early luck proves nothing. */
const DAY_MIN = 60;

/** A contact's place in line under a policy: the smallest is served first. */
export function placeInLine(ticket: PoolTicket, policy: Policy, now: Instant): number {
  const key = ticket.at.is === "offered" ? ticket.key + RINGING_ALREADY_MS : ticket.key;
  switch (policy) {
    case "fifo":
      return key;
    case "edf":
      return key + ticket.queue.config.target.withinS * SECOND_MS;
    case "slack":
      return key - slackBonus(ticket, now);
  }
}

/** How much earlier than its arrival a contact counts as having come, in milliseconds, now. */
export function slackBonus(ticket: PoolTicket, now: Instant): Ms {
  const { queue } = ticket;
  const inTime = now - ticket.queuedAt < queue.config.target.withinS * SECOND_MS;
  const debt = Math.min(DEBT_MAX_MS, abandonDebt(queue) + (inTime ? levelDebt(queue) : 0));
  return debt + (inTime ? IN_TIME_MS : 0);
}

/** How far below its aim the queue's service level is expected to end today. */
function levelDebt(queue: PoolQueue): Ms {
  const { offered, withinTarget, answered, abandoned, shortAbandoned } = queue.today;
  const judged = answered + abandoned - shortAbandoned;
  const day = expectedDay(queue, offered);
  const ends = (withinTarget + (day - judged) * LEVEL_TO_COME) / day;
  return Math.max(0, queue.config.target.share + LEVEL_MARGIN - ends) * LEVEL_DEBT_MS;
}

/** How far above its aim the queue's abandonment is expected to end today. */
function abandonDebt(queue: PoolQueue): Ms {
  const { offered, answered, abandoned, shortAbandoned } = queue.today;
  const judged = answered + abandoned - shortAbandoned;
  const day = expectedDay(queue, offered);
  const ends = (abandoned - shortAbandoned + (day - judged) * ABANDON_TO_COME) / day;
  return Math.max(0, ends - ABANDON_AIM) * ABANDON_DEBT_MS;
}

function expectedDay(queue: PoolQueue, offered: number): number {
  return Math.max(DAY_MIN, queue.expectedToday, offered);
}
