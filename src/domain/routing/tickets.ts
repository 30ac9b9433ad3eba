import { grade } from "../sla/grade.ts";
import { queueKey } from "./agents.ts";
import { classFor, queueFor, tenantFor } from "./classes.ts";
import { TICKET_LEASE_MS, TOMBSTONE_MS } from "./config.ts";
import { estimateWaitS } from "./estimate.ts";
import { DONE, type Reply } from "./events.ts";
import { takeBack } from "./offers.ts";
import { RINGING_ALREADY_MS } from "./policy.ts";
import type { Ticket, WaitAnswer, WithdrawReason } from "./protocol.ts";
import { type Run, setTicketTimer, touchQueue, touchTicket } from "./run.ts";
import { dropService } from "./service.ts";
import type { Agent, PoolTicket } from "./state.ts";

/** A contact asks for a seat, for the first time or once more. */
export function wait(run: Run, wanted: Ticket): Reply {
  const known = run.pool.tickets.get(wanted.contactId);
  if (known === undefined) return answered(begin(run, wanted, true));
  if (wanted.attempt < known.attempt || (known.at.is === "gone" && wanted.attempt === known.attempt)) {
    return answered(known, known.at.is === "gone" || wanted.attempt < known.attempt);
  }
  const moved = known.queue.queueId !== wanted.queue.id;
  if (known.at.is === "gone") return answered(begin(run, wanted, moved));
  if (known.at.is === "served" && (wanted.attempt > known.attempt || moved)) {
    // The contact has dropped the seat and says so by waiting again; whatever told us was lost on the way.
    dropService(run, known.at.agent, null);
    return answered(begin(run, wanted, moved));
  }
  if (moved && known.at.is !== "served") {
    withdraw(run, known, "left");
    return answered(begin(run, wanted, true));
  }
  if (known.at.is === "served") return answered(known);
  if (known.attempt !== wanted.attempt) touchTicket(run.pool, known);
  known.attempt = wanted.attempt;
  known.heardAt = run.now;
  setTicketTimer(run.pool, known, ticketDue(run, known));
  return answered(known);
}

/** The contact no longer wants a seat. */
export function withdraw(run: Run, ticket: PoolTicket, why: WithdrawReason): Reply {
  const was = ticket.at;
  if (was.is === "gone") return { is: "ignored", why: "gone already" };
  if (was.is === "served") {
    if (was.agent.at.is === "on_contact" && was.agent.at.service.answeredAt === null && why === "abandoned") {
      count(run, ticket, "abandoned");
    }
    dropService(run, was.agent, null);
    return DONE;
  }
  if (why === "abandoned") count(run, ticket, "abandoned");
  else ticket.graded = true;
  ticket.queue.waiting -= 1;
  bury(run, ticket, null);
  if (was.is === "offered") for (const offer of was.offers) takeBack(run, offer, "caller_gone");
  return DONE;
}

/** Puts a ticket among those that wait, as old as it is. */
export function seek(run: Run, ticket: PoolTicket): void {
  stopWanting(ticket);
  want(run, ticket);
  run.seeking.push(ticket);
  setTicketTimer(run.pool, ticket, ticketDue(run, ticket));
  touchTicket(run.pool, ticket);
}

/** Lists the ticket with its class while more seats may be offered it. */
export function want(run: Run, ticket: PoolTicket): void {
  if (ticket.wanting || ticket.at.is === "served" || ticket.at.is === "gone") return;
  const out = ticket.at.is === "offered" ? ticket.at.offers.length : 0;
  if (out >= ticket.seatClass.strategy.offersAtOnce(run.now - ticket.queuedAt)) return;
  ticket.wanting = true;
  ticket.seatClass.waiting.push(ticket, out > 0 ? ticket.key + RINGING_ALREADY_MS : ticket.key, ticket.arrival);
  if (run.pool.config.policy === "slack") {
    ticket.inTarget = true;
    ticket.seatClass.inTarget.push(ticket, ticket.key, ticket.arrival);
  }
  if (!ticket.seatClass.listed) {
    ticket.seatClass.listed = true;
    run.pool.waitingClasses.push(ticket.seatClass);
  }
}

export function stopWanting(ticket: PoolTicket): void {
  if (!ticket.wanting) return;
  ticket.wanting = false;
  ticket.epoch += 1;
  ticket.seatClass.waiting.forget();
  if (ticket.inTarget) ticket.seatClass.inTarget.forget();
  ticket.inTarget = false;
}

/** Remembers the contact only as one that has left, for as long as late repeats may come. */
export function bury(run: Run, ticket: PoolTicket, wrapUp: Agent | null): void {
  stopWanting(ticket);
  ticket.at = { is: "gone", wrapUp };
  ticket.heardAt = run.now;
  setTicketTimer(run.pool, ticket, run.now + TOMBSTONE_MS);
  touchTicket(run.pool, ticket);
}

/** Counts a contact once for the day's figures of its queue. */
export function count(run: Run, ticket: PoolTicket, outcome: "answered" | "abandoned"): void {
  if (ticket.graded) return;
  ticket.graded = true;
  touchTicket(run.pool, ticket);
  const { today, config } = ticket.queue;
  const result = grade(outcome, run.now - ticket.queuedAt, config.target);
  if (outcome === "answered") today.answered += 1;
  else today.abandoned += 1;
  if (result === "short_abandon") today.shortAbandoned += 1;
  if (result === "within") today.withinTarget += 1;
  touchQueue(run.pool, ticket.queue);
}

/** A waiting ticket's next moment of interest. */
export function ticketDue(run: Run, ticket: PoolTicket): number {
  let due = ticket.heardAt + TICKET_LEASE_MS;
  for (const { until } of ticket.declined) if (until > run.now && until < due) due = until;
  const { stepMs } = ticket.seatClass.strategy;
  if (stepMs !== null) {
    const steps = Math.floor((run.now - ticket.queuedAt) / stepMs) + 1;
    due = Math.min(due, ticket.queuedAt + steps * stepMs);
  }
  return due;
}

function begin(run: Run, wanted: Ticket, counts: boolean): PoolTicket {
  const { pool } = run;
  const queue = queueFor(pool, wanted);
  const seatClass = classFor(run, queue, wanted);
  pool.arrivals += 1;
  const ticket: PoolTicket = {
    contactId: wanted.contactId,
    tenant: tenantFor(pool, wanted.tenantId),
    queue,
    seatClass,
    from: wanted.from,
    to: wanted.to,
    queuedAt: wanted.queuedAt,
    attempt: wanted.attempt,
    key: queueKey(wanted.queuedAt, wanted.queue.priority),
    arrival: pool.arrivals,
    at: { is: "waiting" },
    heardAt: run.now,
    graded: false,
    wanting: false,
    inTarget: false,
    declined: [],
    epoch: 0,
    timer: null,
    dirty: false,
  };
  const before = pool.tickets.get(wanted.contactId);
  if (before !== undefined) {
    setTicketTimer(pool, before, null);
    ticket.graded = before.graded && !counts;
  }
  pool.tickets.set(wanted.contactId, ticket);
  queue.waiting += 1;
  if (counts) queue.today.offered += 1;
  touchQueue(pool, queue);
  seek(run, ticket);
  return ticket;
}

function answered(ticket: PoolTicket, gone = false): Reply {
  return {
    is: "wait",
    answer: gone ? { ...waitAnswer(ticket), state: "gone", heldBy: null } : waitAnswer(ticket),
  };
}

/** Where a contact stands; also what `wait` answers once the step is done. */
export function waitAnswer(ticket: PoolTicket): WaitAnswer {
  const { seatClass, queue } = ticket;
  const position = seatClass.waiting.countBefore(ticket.key, ticket.arrival) + 1;
  const heldBy =
    ticket.at.is === "served"
      ? ticket.at.reservationId
      : ticket.at.is === "offered"
        ? (ticket.at.offers[0]?.id ?? null)
        : null;
  return {
    state: ticket.at.is === "gone" ? "gone" : heldBy === null ? "waiting" : "held",
    position,
    waiting: queue.waiting,
    estimatedWaitS: estimateWaitS(seatClass, position),
    heldBy,
  };
}
