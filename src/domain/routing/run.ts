import type { ContactId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import { DEVICE_GRACE_MS, DEVICE_SHIFT_END_MS } from "./config.ts";
import type { PoolMessage } from "./protocol.ts";
import type { Agent, Chance, Pool, PoolQueue, PoolTicket, Seekers } from "./state.ts";

/** One step under way: the pool, the moment, chance, and who is to be matched when the event itself is done with. */
export type Run = Seekers & {
  readonly pool: Pool;
  readonly now: Instant;
  readonly chance: Chance;
};

export function newRun(pool: Pool, now: Instant, chance: Chance): Run {
  const { freed, seeking, uncapped } = pool.seekers;
  return { pool, now, chance, freed, seeking, uncapped };
}

export function tell(run: Run, ticket: PoolTicket, message: PoolMessage): void {
  run.pool.out.messages.push({ tenantId: ticket.tenant.tenantId, contactId: ticket.contactId as ContactId, message });
}

export function touchAgent(pool: Pool, agent: Agent): void {
  if (agent.dirty) return;
  agent.dirty = true;
  pool.out.agents.push(agent);
}

export function touchTicket(pool: Pool, ticket: PoolTicket): void {
  if (ticket.dirty) return;
  ticket.dirty = true;
  pool.out.tickets.push(ticket);
}

export function touchQueue(pool: Pool, queue: PoolQueue): void {
  if (queue.dirty) return;
  queue.dirty = true;
  pool.out.queues.push(queue);
}

/** Sets the agent's timer to the first of his deadlines, or to none. */
export function setAgentTimer(pool: Pool, agent: Agent): void {
  pool.timers.set(agent, agentDue(pool, agent));
}

export function setTicketTimer(pool: Pool, ticket: PoolTicket, at: Instant | null): void {
  pool.timers.set(ticket, at);
}

function agentDue(pool: Pool, agent: Agent): Instant | null {
  const lost = lostDeadline(pool, agent);
  if (lost === null) return agent.deadline;
  return agent.deadline === null ? lost : Math.min(agent.deadline, lost);
}

/** When the loss of the last device has a consequence; null where it has none or none is lost. */
export function lostDeadline(pool: Pool, agent: Agent): Instant | null {
  if (agent.lostAt === null) return null;
  if (isOffered(agent)) return pool.graceEndsAt;
  if (agent.at.is === "on_contact") return agent.at.service.letGo ? null : agent.lostAt + DEVICE_GRACE_MS;
  if (agent.at.is === "not_ready" && agent.at.reason === "device") return agent.lostAt + DEVICE_SHIFT_END_MS;
  return null;
}

export function isOffered(agent: Agent): boolean {
  return agent.at.is === "reserved" || agent.at.is === "ringing";
}
