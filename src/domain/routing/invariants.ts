import { isWorking, ticketOf } from "./agents.ts";
import type { Agent, Pool, PoolQueue, PoolTenant, PoolTicket, SeatClass } from "./state.ts";

/**
 * What must hold of a pool after every step. Returns the first promise that is broken, or null. Costs a walk over the
 * whole pool: for tests and for the simulator's checks, never for production.
 */
export function brokenPromise(pool: Pool, now: number): string | null {
  for (const agent of pool.agents.values()) {
    const broken = brokenByAgent(pool, agent);
    if (broken !== null) return `agent ${agent.profile.agentId}: ${broken}`;
  }
  for (const ticket of pool.tickets.values()) {
    const broken = brokenByTicket(pool, ticket, now);
    if (broken !== null) return `contact ${ticket.contactId}: ${broken}`;
  }
  return brokenByCounts(pool) ?? brokenByDispatch(pool, now);
}

function brokenByAgent(pool: Pool, agent: Agent): string | null {
  const { at } = agent;
  if (agent.devices.length === 0 && at.is === "ready") return "ready without a device";
  if (agent.phone !== null && !agent.devices.includes(agent.phone)) return "the phone is on a device that is gone";
  switch (at.is) {
    case "reserved":
    case "ringing": {
      if (agent.dueAt === null) return `${at.is} without a deadline`;
      const { ticket } = at.reservation;
      if (ticket.at.is !== "offered" || !ticket.at.offers.includes(at.reservation))
        return "an offer its contact does not know";
      return null;
    }
    case "on_contact": {
      if (agent.dueAt === null) return "on a contact without a deadline";
      const held = at.service.ticket.at;
      if (held.is !== "served" || held.agent !== agent || held.reservationId !== at.service.id)
        return "serves a contact that is not his";
      return pool.services.get(at.service.id) === agent ? null : "a service nobody can find";
    }
    case "wrap_up":
      return agent.dueAt === null ? "wrap-up without a deadline" : null;
    default:
      return null;
  }
}

function brokenByTicket(pool: Pool, ticket: PoolTicket, now: number): string | null {
  const { at } = ticket;
  if (at.is !== "served" && ticket.dueAt === null) return `${at.is} without a deadline`;
  if (ticket.dueAt !== null && ticket.dueAt < now - 1) return "a deadline that has passed";
  if (at.is === "waiting" && !ticket.wanting) return "waits, but nobody would look for it";
  if (at.is === "waiting" && pool.classes.get(ticket.seatClass.key) !== ticket.seatClass)
    return "waits in a class that is forgotten";
  if (at.is === "offered" && at.offers.some((offer) => ticketOf(offer.agent.at) !== ticket))
    return "offered to an agent who does not hold it";
  if (at.is === "served" && ticket.dueAt !== null) return "served with a deadline";
  if (at.is === "served" && pool.services.get(at.reservationId) !== at.agent) return "served by nobody";
  return null;
}

function brokenByCounts(pool: Pool): string | null {
  const seats = new Map<PoolTenant, number>();
  for (const agent of pool.agents.values()) {
    const tenant = ticketOf(agent.at)?.tenant;
    if (tenant !== undefined) countOne(seats, tenant);
  }
  for (const tenant of pool.tenants.values()) {
    const held = seats.get(tenant) ?? 0;
    if (held !== tenant.seats) return `tenant ${tenant.tenantId} counts ${tenant.seats} seats and has ${held}`;
  }
  const waiting = new Map<PoolQueue, number>();
  const open = new Map<PoolQueue, number>();
  for (const { queue, at, stay } of pool.tickets.values()) {
    if (stay?.date === queue.date) countOne(open, queue);
    if (at.is === "waiting" || at.is === "offered") countOne(waiting, queue);
  }
  for (const queue of pool.queues.values()) {
    const inLine = waiting.get(queue) ?? 0;
    if (inLine !== queue.waiting) return `queue ${queue.queueId} counts ${queue.waiting} waiting and has ${inLine}`;
    const { offered, answered, abandoned, overflowed, withinTarget, shortAbandoned } = queue.today;
    const stays = `${answered} answered, ${abandoned} abandoned, ${overflowed} overflowed, ${open.get(queue) ?? 0} open`;
    if (offered !== answered + abandoned + overflowed + (open.get(queue) ?? 0))
      return `queue ${queue.queueId} counts ${offered} offered and has ${stays}`;
    if (withinTarget > answered || shortAbandoned > abandoned) return "figures of the day do not add up";
  }
  for (const seatClass of pool.classes.values()) {
    const ready = seatClass.members.filter((agent) => agent.at.is === "ready").length;
    if (seatClass.idle.live !== ready)
      return `class ${seatClass.key} counts ${seatClass.idle.live} idle and has ${ready}`;
    const staffed = seatClass.members.filter((agent) => isWorking(agent.at)).length;
    if (seatClass.staffed !== staffed)
      return `class ${seatClass.key} counts ${seatClass.staffed} at work and has ${staffed}`;
  }
  return brokenByLines(pool);
}

/** What the lines of the classes count is what stands in them. */
function brokenByLines(pool: Pool): string | null {
  const wanting = new Map<SeatClass, number>();
  const inTarget = new Map<SeatClass, number>();
  for (const ticket of pool.tickets.values()) {
    if (ticket.wanting) countOne(wanting, ticket.seatClass);
    if (ticket.inTarget) countOne(inTarget, ticket.seatClass);
  }
  for (const seatClass of pool.classes.values()) {
    const inLine = wanting.get(seatClass) ?? 0;
    if (seatClass.waiting.live !== inLine)
      return `class ${seatClass.key} counts ${seatClass.waiting.live} in line and has ${inLine}`;
    const inTime = inTarget.get(seatClass) ?? 0;
    if (seatClass.inTarget.live !== inTime)
      return `class ${seatClass.key} counts ${seatClass.inTarget.live} in time and has ${inTime}`;
    const { listedAt } = seatClass;
    const isListed = listedAt !== null && pool.waitingClasses[listedAt] === seatClass;
    if (isListed !== inLine > 0)
      return `class ${seatClass.key} has ${inLine} in line and is ${isListed ? "" : "not "}listed`;
  }
  return pool.waitingClasses.length === wanting.size ? null : "a class is listed that nobody waits in";
}

function countOne<Of>(counts: Map<Of, number>, one: Of): void {
  counts.set(one, (counts.get(one) ?? 0) + 1);
}

/** No seat stands idle while somebody waits whom it could serve. */
function brokenByDispatch(pool: Pool, now: number): string | null {
  for (const ticket of pool.tickets.values()) {
    const { seatClass, tenant } = ticket;
    if (ticket.at.is !== "waiting" || tenant.seats >= tenant.cap) continue;
    for (const agent of seatClass.members) {
      if (agent.at.is !== "ready") continue;
      const out = ticket.declined.some((entry) => entry.agentId === agent.profile.agentId && entry.until > now);
      if (!out) return `${agent.profile.agentId} is idle while ${ticket.contactId} waits`;
    }
  }
  return null;
}
