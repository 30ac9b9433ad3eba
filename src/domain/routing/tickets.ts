import type { AgentId, ReservationId } from "../kernel/ids.ts";
import type { Ms } from "../kernel/instant.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import { isWorking, queueKey } from "./agents.ts";
import {
  classFor,
  classOf,
  dropClass,
  extensionCrew,
  listWaiting,
  queueFor,
  tenantFor,
  unlistWaiting,
} from "./classes.ts";
import { TICKET_LEASE_MS, TOMBSTONE_MS } from "./config.ts";
import { type Caller, demandAt, nextChange, pointsAt } from "./demand.ts";
import { estimateWaitS } from "./estimate.ts";
import { DONE, ignored, type PoolEvent, type Reply } from "./events.ts";
import { takeBack } from "./offers.ts";
import { RINGING_ALREADY_MS } from "./policy.ts";
import type { Ticket, WaitAnswer, WithdrawReason } from "./protocol.ts";
import { type Run, setTicketTimer, touchQueue, touchTicket } from "./run.ts";
import { dropService } from "./service.ts";
import type { Agent, Pool, PoolQueue, PoolTicket } from "./state.ts";
import { count, countOffered, moveOn, termsOf } from "./stays.ts";

/** Shared by all, because nothing in them is anybody's own. */
export const WAITING: PoolTicket["at"] = { is: "waiting" };
const GONE: PoolTicket["at"] = { is: "gone", wrapUp: null };
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
  if (!known.graded && attempt !== null && attempt > known.attempt) {
    known.attempt = attempt;
    touchTicket(run.pool, known);
  }
  return withdraw(run, known, why, stay?.waitedMs);
}

/** A stay that is over here, or another queue's, is none of the one spoken of. */
function isUnheard(known: PoolTicket | undefined, wanted: Ticket): boolean {
  if (known === undefined) return true;
  const isOther = known.graded || known.queue.queueId !== wanted.queue.id;
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
  if (was.is === "gone" && (ticket.graded || ENDING[why] === null)) return ignored("gone already");
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

/** Looks for a seat for a ticket, as old as it is and asking for what it asks for by now; where none is free it waits. */
export function seek(run: Run, ticket: PoolTicket): void {
  stopWanting(run.pool, ticket);
  classify(run, ticket);
  run.seeking.push(ticket);
  setTicketTimer(run.pool, ticket, ticketDue(run, ticket));
  touchTicket(run.pool, ticket);
}

/** Gives a ticket that is in no line the class and the place in line that its wait has earned. */
export function classify(run: Run, ticket: PoolTicket): void {
  const { queue, caller } = ticket;
  const waited = run.now - ticket.queuedAt;
  const before = ticket.seatClass;
  ticket.key = queueKey(ticket.queuedAt, pointsAt(queue.config, caller, waited));
  ticket.seatClass =
    isPlain(ticket, waited) && ticket.brandId === queue.brandId
      ? classFor(run, queue)
      : classOf(run, queue, ticket.brandId, demandAt(queue.config, callerToWaitFor(run, ticket), waited));
  if (before === ticket.seatClass || before.only === null || before.waiting.peek() !== null) return;
  if (run.seeking.every((other) => other.seatClass !== before)) dropClass(run.pool, before);
}

/** Asks for no more and no less than every newcomer of its queue: the ordinary case, and it costs no look at the rules. */
function isPlain({ queue, caller }: PoolTicket, waited: Ms): boolean {
  const first = queue.config.rules?.relax[0];
  const named = caller !== null && (caller.lastAgentId !== null || caller.namedAgentId !== null);
  return !named && (first === undefined || waited < first.afterS * SECOND_MS);
}

/** The caller without the agents whom nobody would gain by waiting for. */
function callerToWaitFor(run: Run, { caller, brandId }: PoolTicket): Caller | null {
  if (caller === null) return null;
  const comes = (agentId: AgentId | null): AgentId | null => {
    const agent = agentId === null ? undefined : run.pool.agents.get(agentId);
    const works = agent !== undefined && isWorking(agent.at) && agent.profile.brands.some((id) => id === brandId);
    return works ? agentId : null;
  };
  return { ...caller, lastAgentId: comes(caller.lastAgentId), namedAgentId: comes(caller.namedAgentId) };
}

/** What bears on order and seat of what the contact has told; an extension nobody has is as none. */
function callerOf(pool: Pool, { caller, extension }: Ticket, before: PoolTicket | null): Caller | null {
  const known = caller ?? before?.caller ?? null;
  const named = extension === undefined ? undefined : pool.crews.get(extensionCrew(extension))?.[0];
  const namedAgentId = named?.profile.agentId ?? before?.caller?.namedAgentId ?? null;
  if (known === null && namedAgentId === null) return null;
  return { tier: known?.tier ?? "standard", lastAgentId: known?.lastAgentId ?? null, namedAgentId };
}

/** Lists the ticket with its class while more seats may be offered it. */
export function want(run: Run, ticket: PoolTicket): void {
  if (ticket.wanting || !mayBeOffered(run, ticket)) return;
  ticket.wanting = true;
  const rings = ticket.at.is === "offered";
  ticket.seatClass.waiting.push(ticket, rings ? ticket.key + RINGING_ALREADY_MS : ticket.key, ticket.arrival);
  if (run.pool.config.policy === "slack") {
    ticket.inTarget = true;
    ticket.seatClass.inTarget.push(ticket, ticket.key, ticket.arrival);
  }
  listWaiting(run.pool, ticket.seatClass);
}

/** Whether the ticket may ring at one more seat now. */
export function mayBeOffered(run: Run, { at, seatClass, queuedAt }: PoolTicket): boolean {
  if (at.is === "served" || at.is === "gone") return false;
  const out = at.is === "offered" ? at.offers.length : 0;
  return out < seatClass.strategy.offersAtOnce(Math.max(0, run.now - queuedAt));
}

export function stopWanting(pool: Pool, ticket: PoolTicket): void {
  if (!ticket.wanting) return;
  const { seatClass } = ticket;
  ticket.wanting = false;
  ticket.epoch += 1;
  seatClass.waiting.forget();
  if (seatClass.waiting.live === 0) unlistWaiting(pool, seatClass);
  if (ticket.inTarget) seatClass.inTarget.forget();
  ticket.inTarget = false;
}

/** Remembers the contact only as one that has left, for as long as late repeats may come. */
export function bury(run: Run, ticket: PoolTicket, wrapUp: Agent | null): void {
  stopWanting(run.pool, ticket);
  ticket.at = wrapUp === null ? GONE : { is: "gone", wrapUp };
  remember(run, ticket);
}

/** From its last word on, a contact that has left is remembered for as long as a repeat of that word may come. */
export function remember(run: Run, ticket: PoolTicket): void {
  ticket.heardAt = run.now;
  setTicketTimer(run.pool, ticket, run.now + TOMBSTONE_MS);
  touchTicket(run.pool, ticket);
}

/** A waiting ticket's next moment of interest. */
export function ticketDue(run: Run, ticket: PoolTicket): number {
  let due = ticket.heardAt + TICKET_LEASE_MS;
  for (const { until } of ticket.declined) if (until > run.now && until < due) due = until;
  const { stepMs } = ticket.seatClass.strategy;
  if (stepMs !== null) {
    const steps = Math.floor(waitedMs(run, ticket) / stepMs) + 1;
    due = Math.min(due, ticket.queuedAt + steps * stepMs);
  }
  const change = nextChange(ticket.queue.config, ticket.caller, run.now - ticket.queuedAt);
  if (change !== null) due = Math.min(due, ticket.queuedAt + change);
  return due;
}

/** The contact was queued by the clock of another machine, which may run before this one's. */
function waitedMs(run: Run, ticket: PoolTicket): number {
  return Math.max(0, run.now - ticket.queuedAt);
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
  const goesOn = before !== null && !before.graded && before.queue === queue;
  const terms = goesOn ? before.terms : termsOf(run, queue, wanted);
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
    terms,
    graded: false,
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
