import { SECOND_MS } from "../kernel/instant.ts";
import { goesBefore, hasDeclined, type Line } from "./decision.ts";
import { reserve } from "./offers.ts";
import { placeInLine } from "./policy.ts";
import type { Run } from "./run.ts";
import type { Agent, PoolTenant, PoolTicket, SeatClass } from "./state.ts";
import { mayBeOffered, want } from "./waiting.ts";

/** Agents or contacts looked past for a contact that some have declined. */
const LOOK_PAST = 32;

/**
 * Brings seats and contacts together until no more pairs can be made. Nothing is scanned: a contact looks at the head of
 * its class's idle heap, a seat at the heads of its own classes. A client below its cap again comes before the seats that
 * have just become free, because some may have stood idle for longer.
 */
export function dispatch(run: Run): void {
  for (;;) {
    const ticket = run.seeking.shift();
    if (ticket !== undefined) {
      offerTicket(run, ticket);
      continue;
    }
    const tenant = run.uncapped.shift();
    if (tenant !== undefined) {
      offerTenant(run, tenant);
      continue;
    }
    const agent = run.freed[0];
    if (agent === undefined) return;
    // Who was passed by for a better seat looks again.
    if (agent.at.is !== "ready" || !offerSeat(run, agent)) run.freed.shift();
  }
}

/** Finds seats for one contact: one, or as many as its strategy may ring at once. */
function offerTicket(run: Run, ticket: PoolTicket): void {
  while (mayBeOffered(run, ticket)) {
    const agent = isCapped(ticket.tenant) ? null : idleFor(run, ticket);
    if (agent === null) {
      want(run, ticket);
      return;
    }
    reserve(run, ticket, agent, null);
  }
}

/**
 * Finds the contact a free seat serves: of the heads of all classes it fits, first one whose tenant is below its
 * guarantee, then the first in line by the pool's policy, then the first that came. Where the contact's strategy puts
 * another idle seat first (several may become free at once), that one chooses instead. False where nobody waits.
 */
function offerSeat(run: Run, agent: Agent): boolean {
  if (run.pool.waitingClasses.length === 0) return false;
  let [seat, line] = [agent, lineFor(run, agent)];
  let chosen = line.tickets[line.first];
  while (chosen !== undefined) {
    const better = idleFor(run, chosen);
    if (better === null || better === seat) break;
    const others = lineFor(run, better);
    const first = others.tickets[others.first];
    if (first === undefined) break;
    // All seats see contacts in one order, so this one's first is the same or stands before it: no going round in circles.
    const same = !goesBefore(first, others.places[others.first] as number, chosen, line.places[line.first] as number);
    [seat, line, chosen] = [better, others, first];
    if (same) break;
  }
  if (chosen === undefined) return false;
  if (!run.freed.includes(seat)) line.when = "client_below_cap";
  reserve(run, chosen, seat, line);
  return true;
}

/** The contacts a seat chooses among, and its choice. */
export function lineFor(run: Run, agent: Agent): Line {
  const policy = run.pool.config.policy ?? "fifo";
  const line: Line = { when: "seat_became_free", tickets: [], places: [], first: 0 };
  for (const seatClass of classesWaitingFor(run, agent)) {
    const head = headFor(run, seatClass, agent);
    if (head === null) continue;
    compare(line, head, placeInLine(head, policy, run.now));
    if (policy !== "slack") continue;
    const young = headInTarget(run, seatClass);
    if (young === null || young === head || hasDeclined(young, agent, run.now)) continue;
    compare(line, young, placeInLine(young, policy, run.now));
  }
  return line;
}

function compare(line: Line, ticket: PoolTicket, place: number): void {
  const { tickets, places, first } = line;
  tickets.push(ticket);
  places.push(place);
  // The very first is compared with itself, and does not go before it.
  if (goesBefore(ticket, place, tickets[first] as PoolTicket, places[first] as number)) line.first = tickets.length - 1;
}

/** The oldest contact of the class that can still be answered in time; those that no longer can are let go for good. */
function headInTarget(run: Run, seatClass: SeatClass): PoolTicket | null {
  for (;;) {
    const ticket = seatClass.inTarget.peek();
    if (ticket === null) return null;
    if (run.now - ticket.queuedAt < ticket.queue.config.target.withinS * SECOND_MS) return ticket;
    ticket.inTarget = false;
    seatClass.inTarget.drop();
  }
}

/**
 * A tenant that was at its cap may be served again by seats that stood idle meanwhile: its first in line by the policy says
 * which, and that seat chooses as every seat does.
 */
function offerTenant(run: Run, tenant: PoolTenant): void {
  for (;;) {
    const seat = isCapped(tenant) ? null : seatFor(run, tenant);
    if (seat === null || !offerSeat(run, seat)) return;
  }
}

/** The idle seat of the tenant's first contact in line that one fits; null where none fits any. */
function seatFor(run: Run, tenant: PoolTenant): Agent | null {
  const policy = run.pool.config.policy ?? "fifo";
  let [first, place, seat]: [PoolTicket | null, number, Agent | null] = [null, 0, null];
  for (const seatClass of tenant.classes) {
    if (seatClass.idle.peek() === null) continue;
    const ticket = seatClass.waiting.find((one) => idleFor(run, one) !== null, LOOK_PAST);
    if (ticket === null) continue;
    const its = placeInLine(ticket, policy, run.now);
    if (first !== null && !goesBefore(ticket, its, first, place)) continue;
    [first, place, seat] = [ticket, its, idleFor(run, ticket)];
  }
  return seat;
}

/** The idle seat that the strategy puts first among those who have not declined the contact. */
export function idleFor(run: Run, ticket: PoolTicket): Agent | null {
  if (ticket.declined.length === 0) return ticket.seatClass.idle.peek();
  return ticket.seatClass.idle.find((candidate) => !hasDeclined(ticket, candidate, run.now), LOOK_PAST);
}

/** The shorter of the two lists that hold every class with somebody waiting for this agent. */
function classesWaitingFor(run: Run, agent: Agent): readonly SeatClass[] {
  const { waitingClasses } = run.pool;
  if (agent.classes.length <= waitingClasses.length) return agent.classes;
  return waitingClasses.filter((seatClass) => agent.classes.includes(seatClass));
}

function headFor(run: Run, seatClass: SeatClass, agent: Agent): PoolTicket | null {
  // Most have nobody in line. On a large floor a look at what is not there costs as much as one at what is.
  if (seatClass.listedAt === null || isCapped(seatClass.tenant)) return null;
  const head = seatClass.waiting.peek();
  if (head === null || head.declined.length === 0) return head;
  return seatClass.waiting.find((ticket) => !hasDeclined(ticket, agent, run.now), LOOK_PAST);
}

function isCapped({ seats, cap }: PoolTenant): boolean {
  return seats >= cap;
}
