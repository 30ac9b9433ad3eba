import type { AgentId } from "../kernel/ids.ts";
import { type Ms, SECOND_MS } from "../kernel/instant.ts";
import { isWorking, queueKey } from "./agents.ts";
import { classFor, classOf, dropClass, listWaiting, unlistWaiting } from "./classes.ts";
import { TICKET_LEASE_MS, TOMBSTONE_MS } from "./config.ts";
import { type Caller, demandAt, nextChange, pointsAt } from "./demand.ts";
import { RINGING_ALREADY_MS } from "./policy.ts";
import { type Run, setTicketTimer, touchTicket } from "./run.ts";
import type { Agent, Pool, PoolTicket } from "./state.ts";

/** A ticket in its line: which one, at what place, whether one more seat may be offered it, and out of line again. */

/** Shared by all tickets, because nothing in them is anybody's own. */
export const WAITING: PoolTicket["at"] = { is: "waiting" };
const GONE: PoolTicket["at"] = { is: "gone", wrapUp: null };

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
