import type { PlaceParts } from "../call/facts.ts";
import type { Instant, Ms } from "../kernel/instant.ts";
import { DAY_MS, SECOND_MS } from "../kernel/instant.ts";
import type { Policy } from "./config.ts";
import type { PoolQueue, PoolTicket } from "./state.ts";

/** Contacts that already ring somewhere come after all that do not; further than any age or priority reaches. */
export const RINGING_ALREADY_MS: Ms = 1_000 * DAY_MS;
/** Version of the reckoning, named in decisions: raised when the meaning changes, so that old decisions stay explained. */
export const POLICY_VERSIONS: { readonly [policy in Policy]: number } = { fifo: 1, edf: 1, slack: 2 };

/*
 * The figures below were found by search over simulated days and confirmed on days the search had not seen; the README's
 * table is made with them. The result is flat around them: none needs tuning to a house.
 */

/** A contact still inside its target is worth an answer now: later it can no longer count as in time. */
const IN_TIME_MS: Ms = 10 * SECOND_MS;
/** Milliseconds of age for one whole unit of probability that this very contact decides over its queue's day. */
const LEVEL_MS: Ms = 1_500 * SECOND_MS;
const ABANDON_MS: Ms = 900 * SECOND_MS;
/** Nothing of that is worth more than this: a safe queue's caller is overtaken, never forgotten. */
const STAKE_MAX_MS: Ms = 90 * SECOND_MS;
/** The tail clause: who has waited this long, and is not lost yet, gains so much that few wait longer than a minute. */
const TAIL_FROM_MS: Ms = 43 * SECOND_MS;
const TAIL_UNTIL_MS: Ms = 60 * SECOND_MS;
const TAIL_MS: Ms = 16 * SECOND_MS;
/** More abandoned than this share fails a day, whatever its service level. */
const ABANDONED_MAX = 0.05;
/**
 * What is assumed of the part of a day that is still to come: of the misses a promise allows, so many are made (0.845 in
 * time where 0.8 is promised); and how much livelier than lots it is, because waits come in runs.
 */
const MISSES_TO_COME = 0.775;
const LEVEL_RUNS = 2;
const ABANDON_TO_COME = 0.023;
const ABANDON_RUNS = 2.25;
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

/**
 * How much earlier than its arrival a contact counts as having come, in milliseconds, now. What an answer is worth is the
 * chance that it alone decides whether its queue's day is kept or failed: high for a day on the edge, low for one that is
 * safe and for one that is lost. Age stays in the sum, so the callers of a lost day are served in their turn, and the
 * tail clause sees that few of anybody's wait longer than a minute.
 */
export function slackBonus(ticket: PoolTicket, now: Instant): Ms {
  const { queue } = ticket;
  const waited = now - ticket.queuedAt;
  const inTime = isInTime(queue, waited);
  return stakeMs(queue, inTime) + tailMs(waited) + (inTime ? IN_TIME_MS : 0);
}

/** The parts of a contact's place, as a decision weighs them; they sum to `waitedMs + priorityMs + bonus`. */
export function placeParts(ticket: PoolTicket, policy: Policy, now: Instant): PlaceParts {
  const { queue } = ticket;
  const waitedMs = now - ticket.queuedAt;
  const slack = policy === "slack";
  const inTime = slack && isInTime(queue, waitedMs);
  return {
    waitedMs,
    priorityMs: ticket.queuedAt - ticket.key,
    inTimeMs: inTime ? IN_TIME_MS : 0,
    stakeMs: slack ? stakeMs(queue, inTime) : 0,
    tailMs: slack ? tailMs(waitedMs) : 0,
  };
}

function isInTime(queue: PoolQueue, waited: Ms): boolean {
  return waited < queue.config.target.withinS * SECOND_MS;
}

function tailMs(waited: Ms): Ms {
  return waited >= TAIL_FROM_MS && waited < TAIL_UNTIL_MS ? TAIL_MS : 0;
}

/** What the day's promise has at stake with one contact more; too late for the service level, it can still give up. */
function stakeMs(queue: PoolQueue, inTime: boolean): Ms {
  // The figures change only with the day's counts, and are asked for at every decision.
  queue.stake ??= { levelMs: LEVEL_MS * levelDecides(queue), abandonMs: ABANDON_MS * abandonDecides(queue) };
  const { levelMs, abandonMs } = queue.stake;
  return Math.min(STAKE_MAX_MS, inTime ? levelMs + abandonMs : abandonMs);
}

/** Chance that one answer in time more or less decides over the service level of the day. */
function levelDecides(queue: PoolQueue): number {
  const { share } = queue.config.target;
  const { day, toCome } = restOfDay(queue);
  const level = 1 - (1 - share) * MISSES_TO_COME;
  const ends = queue.today.withinTarget + toCome * level;
  const spread = Math.sqrt(1 + toCome * level * (1 - level) * LEVEL_RUNS);
  return normalDensity((ends - share * day) / spread) / spread;
}

/** Chance that one caller more who gives up decides over the abandonment of the day. */
function abandonDecides(queue: PoolQueue): number {
  const { abandoned, shortAbandoned } = queue.today;
  const { day, toCome } = restOfDay(queue);
  const ends = abandoned - shortAbandoned + toCome * ABANDON_TO_COME;
  const spread = Math.sqrt(1 + toCome * ABANDON_TO_COME * ABANDON_RUNS);
  return normalDensity((ABANDONED_MAX * day - ends) / spread) / spread;
}

function restOfDay(queue: PoolQueue): { readonly day: number; readonly toCome: number } {
  const { offered, answered, abandoned, shortAbandoned } = queue.today;
  const day = Math.max(DAY_MIN, queue.expectedToday, offered);
  return { day, toCome: Math.max(0, day - (answered + abandoned - shortAbandoned)) };
}

function normalDensity(z: number): number {
  return 0.3989422804014327 * Math.exp(-0.5 * z * z);
}
