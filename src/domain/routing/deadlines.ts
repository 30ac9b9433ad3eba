import { enter, ticketOf } from "./agents.ts";
import { CONNECT_LEASE_MS, OPEN_STAY_MS, TALK_LEASE_MS, TICKET_LEASE_MS, TOMBSTONE_MS } from "./config.ts";
import { loseAgent, miss } from "./offers.ts";
import { lostDeadline, type Run, setAgentTimer, setTicketTimer, touchTicket } from "./run.ts";
import { askContact, lapseWrapUp, letGo } from "./service.ts";
import type { Agent, Pool, PoolTicket } from "./state.ts";
import { withdraw } from "./tickets.ts";
import { seek } from "./waiting.ts";

/** When the pool next has something to do by itself; null when nothing is under way. */
export function nextDeadline(pool: Pool): number | null {
  return pool.timers.peek()?.dueAt ?? null;
}

/** Does everything that is due, in order of time. */
export function runDue(run: Run): void {
  const { timers } = run.pool;
  for (let owner = timers.peek(); owner !== null && (owner.dueAt ?? run.now) <= run.now; owner = timers.peek()) {
    timers.set(owner, null);
    if ("contactId" in owner) ticketIsDue(run, owner);
    else agentDue(run, owner);
  }
}

function agentDue(run: Run, agent: Agent): void {
  const lost = lostDeadline(run.pool, agent);
  if (lost !== null && lost <= run.now) loseForGood(run, agent);
  else stateDue(run, agent);
  setAgentTimer(run.pool, agent);
}

function loseForGood(run: Run, agent: Agent): void {
  if (agent.at.is === "on_contact") letGo(run, agent, agent.at.service);
  else if (agent.at.is === "reserved" || agent.at.is === "ringing") loseAgent(run, agent.at.reservation);
  else enter(run, agent, { is: "off_shift" });
}

function stateDue(run: Run, agent: Agent): void {
  const { at } = agent;
  switch (at.is) {
    case "reserved":
      loseAgent(run, at.reservation);
      break;
    case "ringing":
      // Nobody has missed what rang on a desktop that the restart had cut off.
      if (agent.lostAt === null) miss(run, at.reservation);
      else loseAgent(run, at.reservation);
      break;
    case "on_contact":
      askContact(run, agent, at.service, at.service.answeredAt === null ? CONNECT_LEASE_MS : TALK_LEASE_MS);
      break;
    case "wrap_up":
      lapseWrapUp(run, agent, at.service);
      break;
    default:
      agent.deadline = null;
  }
}

function ticketIsDue(run: Run, ticket: PoolTicket): void {
  if (ticket.at.is === "gone") {
    forget(run, ticket, ticket.at.wrapUp);
    return;
  }
  if (ticket.heardAt + TICKET_LEASE_MS <= run.now) {
    withdraw(run, ticket, "ended");
    return;
  }
  ticket.declined = ticket.declined.filter((entry) => entry.until > run.now);
  seek(run, ticket);
}

function forget(run: Run, ticket: PoolTicket, wrapUp: Agent | null): void {
  if (wrapUp !== null && ticketOf(wrapUp.at) === ticket) {
    setTicketTimer(run.pool, ticket, run.now + TOMBSTONE_MS);
    return;
  }
  // The contact has yet to say how the stay ended: its word may be held up for as long as an outage lasts.
  if (ticket.stay !== null && run.now < ticket.heardAt + OPEN_STAY_MS) {
    setTicketTimer(run.pool, ticket, ticket.heardAt + OPEN_STAY_MS);
    return;
  }
  run.pool.tickets.delete(ticket.contactId);
  touchTicket(run.pool, ticket);
}
