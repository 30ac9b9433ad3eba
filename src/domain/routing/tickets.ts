import type { ReservationId } from "../kernel/ids.ts";
import type { Ms } from "../kernel/instant.ts";
import { queueKey } from "./agents.ts";
import { classFor, extensionCrew, queueFor, tenantFor } from "./classes.ts";
import type { Caller } from "./demand.ts";
import { estimateWaitS } from "./estimate.ts";
import { DONE, ignored, type PoolEvent, type Reply } from "./events.ts";
import { takeBack } from "./offers.ts";
import type { Ticket, WaitAnswer, WithdrawReason } from "./protocol.ts";
import { type Run, setTicketTimer, touchQueue, touchTicket } from "./run.ts";
import { dropService } from "./service.ts";
import type { Pool, PoolQueue, PoolTicket } from "./state.ts";
import { count, countOffered, moveOn, termsOf } from "./stays.ts";
import { bury, remember, seek, ticketDue, WAITING } from "./waiting.ts";

/** Shared by all: nearly nobody declines. */
const NONE: PoolTicket["declined"] = [];

/** The ticket that answers a contact's wish to wait; `late` for a repeat of a wish that is over. */
export type Asked = { readonly ticket: PoolTicket; readonly late: boolean };

/** A contact asks for a seat, for the first time or once more. */
export function wait(run: Run, wanted: Ticket): Asked {
  const known = run.pool.tickets.get(wanted.contactId);
  if (known === undefined) return { ticket: begin(run, wanted, null), late: false };
  if (wanted.attempt < known.attempt || (known.at.is === "gone" && wanted.attempt === known.attempt)) {
    return { ticket: known, late: true };
  }
  const moved = known.queue.queueId !== wanted.queue.id;
  if (known.at.is === "gone") return { ticket: begin(run, wanted, known), late: false };
  if (known.at.is === "served") {
    if (wanted.attempt === known.attempt && !moved) return { ticket: known, late: false };
    // The contact has dropped the seat and says so by waiting again; whatever told us was lost on the way.
    dropService(run, known.at.agent, null);
    return { ticket: begin(run, wanted, known), late: false };
  }
  if (moved) {
    withdraw(run, known, "left");
    return { ticket: begin(run, wanted, known), late: false };
  }
  if (known.attempt !== wanted.attempt) touchTicket(run.pool, known);
  known.attempt = wanted.attempt;
  known.heardAt = run.now;
  setTicketTimer(run.pool, known, ticketDue(run, known));
  return { ticket: known, late: false };
}

/** How a stay ended that is withdrawn so; null where it goes on without a seat. */
const ENDING: { readonly [why in WithdrawReason]: "abandoned" | "overflowed" | "moved" | null } = {
  abandoned: "abandoned",
  left: "overflowed",
  moved: "moved",
  aside: null,
  ended: null,
};

/**
 * The contact's own word that it wants no seat. It may be the first that the pool hears of the stay: a caller who hangs up
 * before his wish to wait has arrived was offered and gave up, and is remembered so that the wish finds nothing to do.
 */
export function withdrawn(run: Run, event: Extract<PoolEvent, { readonly type: "withdraw" }>): Reply {
  const { contactId, why, attempt, stay } = event;
  const known = run.pool.tickets.get(contactId);
  if (known !== undefined && attempt !== null && attempt < known.attempt) return ignored("an earlier attempt");
  const wanted = stay?.ticket;
  if (wanted !== undefined && isUnheard(known, wanted)) {
    const ticket = admit(run, wanted, known ?? null);
    if (ENDING[why] !== null) end(run, ticket, why, stay?.waitedMs);
    bury(run, ticket, null);
    return DONE;
  }
  if (known === undefined) return ignored("unknown contact");
  // The stay may end under a wait that was never heard of: a repeat of this word is then known by its number.
  if (known.stay !== null && attempt !== null && attempt > known.attempt) {
    known.attempt = attempt;
    touchTicket(run.pool, known);
  }
  return withdraw(run, known, why, stay?.waitedMs);
}

/** A stay that is over here, or another queue's, is none of the one spoken of. */
function isUnheard(known: PoolTicket | undefined, wanted: Ticket): boolean {
  if (known === undefined) return true;
  const isOther = known.stay === null || known.queue.queueId !== wanted.queue.id;
  return isOther && known.at.is === "gone" && wanted.attempt > known.attempt;
}

function end(run: Run, ticket: PoolTicket, why: WithdrawReason, waitedMs: Ms | undefined): void {
  const ending = ENDING[why];
  if (ending === "moved") moveOn(run, ticket);
  else if (ending !== null) count(run, ticket, ending, waitedMs);
}

/** The contact no longer wants a seat, now or for good. */
export function withdraw(run: Run, ticket: PoolTicket, why: WithdrawReason, waitedMs?: Ms): Reply {
  const was = ticket.at;
  if (was.is === "gone" && (ticket.stay === null || ENDING[why] === null)) return ignored("gone already");
  end(run, ticket, why, waitedMs);
  if (was.is === "gone") {
    remember(run, ticket);
    return DONE;
  }
  if (was.is === "served") {
    dropService(run, was.agent, null);
    return DONE;
  }
  ticket.queue.waiting -= 1;
  bury(run, ticket, null);
  if (was.is === "offered") for (const offer of was.offers) takeBack(run, offer, "caller_gone");
  return DONE;
}

/** What bears on order and seat of what the contact has told; an extension nobody has is as none. */
function callerOf(pool: Pool, { caller, extension }: Ticket, before: PoolTicket | null): Caller | null {
  const known = caller ?? before?.caller ?? null;
  const named = extension === undefined ? undefined : pool.crews.get(extensionCrew(extension))?.[0];
  const namedAgentId = named?.profile.agentId ?? before?.caller?.namedAgentId ?? null;
  if (known === null && namedAgentId === null) return null;
  return { tier: known?.tier ?? "standard", lastAgentId: known?.lastAgentId ?? null, namedAgentId };
}

function begin(run: Run, wanted: Ticket, before: PoolTicket | null): PoolTicket {
  const ticket = admit(run, wanted, before);
  ticket.queue.waiting += 1;
  seek(run, ticket);
  return ticket;
}

/**
 * A ticket for a stay, in no line yet. `before` is what the pool remembers of the contact: a stay that is open there goes on
 * in the same queue; in another it has overflowed, whatever kept the word that said so.
 */
function admit(run: Run, wanted: Ticket, before: PoolTicket | null): PoolTicket {
  const { pool } = run;
  const queue = queueFor(pool, wanted);
  const goesOn = before !== null && before.stay !== null && before.queue === queue;
  const stay = goesOn ? before.stay : termsOf(run, queue, wanted);
  pool.arrivals += 1;
  const ticket: PoolTicket = {
    contactId: wanted.contactId,
    tenant: tenantFor(pool, wanted.tenantId),
    queue,
    seatClass: classFor(run, queue),
    // Every message brings its own copy of the line and the brand; of each one is enough for all.
    brandId: queue.brandId,
    caller: callerOf(pool, wanted, before),
    from: wanted.from,
    to: lineOf(queue, wanted.to),
    queuedAt: wanted.queuedAt,
    attempt: wanted.attempt,
    key: queueKey(wanted.queuedAt, queue.config.priority),
    arrival: pool.arrivals,
    at: WAITING,
    heardAt: run.now,
    stay,
    wanting: false,
    inTarget: false,
    declined: NONE,
    epoch: 0,
    dueAt: null,
    dirty: false,
  };
  if (before !== null) {
    setTicketTimer(pool, before, null);
    touchTicket(pool, before);
    if (!goesOn) count(run, before, "overflowed", undefined);
  }
  pool.tickets.set(wanted.contactId, ticket);
  if (!goesOn) countOffered(run, ticket);
  touchQueue(pool, queue);
  return ticket;
}

function lineOf(queue: PoolQueue, to: string): string {
  if (queue.lineTo !== to) queue.lineTo = to;
  return queue.lineTo;
}

/** Where a contact stands once the step is done: the answer to `wait`. */
export function waitAnswer(pool: Pool, ticket: PoolTicket, late: boolean): WaitAnswer {
  const { queue, at } = ticket;
  let position = 1;
  for (const { waiting } of queue.classes) position += waiting.countBefore(ticket.key, ticket.arrival);
  const heldBy = late ? null : heldByOf(at);
  return {
    state: late ? "gone" : heldBy === null ? "waiting" : "held",
    position,
    waiting: queue.waiting,
    estimatedWaitS: estimateWaitS(queue.current ?? ticket.seatClass, position, pool.waitingClasses.length > 0),
    heldBy,
  };
}

function heldByOf(at: PoolTicket["at"]): ReservationId | null {
  if (at.is === "served") return at.reservationId;
  return at.is === "offered" ? (at.offers[0]?.id ?? null) : null;
}
