import type { Instant } from "../kernel/instant.ts";
import { indexIdle, isWorking, queueKey, ticketOf } from "./agents.ts";
import { classFor, entitle, queueFor, tenantFor } from "./classes.ts";
import type { PoolConfig } from "./config.ts";
import { createPool, newAgent } from "./configure.ts";
import type { AgentRow, AtRow, QueueRow, TicketRow } from "./rows.ts";
import { type Run, setAgentTimer, setTicketTimer } from "./run.ts";
import type { Agent, AgentAt, Chance, Pool, PoolTicket } from "./state.ts";
import { ticketDue, want } from "./tickets.ts";

export type PoolRows = {
  readonly config: PoolConfig;
  readonly agents: readonly AgentRow[];
  readonly tickets: readonly TicketRow[];
  readonly queues: readonly QueueRow[];
};

/**
 * A pool as it was stored. Leases of tickets begin anew, because nobody could be heard during the absence. Devices are
 * those given: for every agent with stored devices that are not among them the shell then says `device_left`, by
 * `missingDevices`.
 */
export function restorePool(
  rows: PoolRows,
  devices: ReadonlyMap<string, readonly string[]>,
  now: Instant,
  chance: Chance,
): Pool {
  const pool = createPool(rows.config);
  const run: Run = { pool, now, chance, freed: [], seeking: [], uncapped: [] };
  for (const entitlement of rows.config.tenants) entitle(pool, entitlement);
  for (const row of rows.queues) restoreQueue(run, row);
  const held = new Set<string>();
  for (const row of rows.agents) if ("contactId" in row.at) held.add(row.at.contactId);
  for (const row of rows.tickets) restoreTicket(run, row);
  for (const row of rows.agents) restoreAgent(run, row, devices.get(row.agentId) ?? []);
  for (const ticket of pool.tickets.values()) {
    want(run, ticket);
    if (ticket.at.is === "gone") setTicketTimer(pool, ticket, ticket.timer?.at ?? now);
    else if (ticket.at.is !== "served") setTicketTimer(pool, ticket, ticketDue(run, ticket));
    if (ticket.at.is === "waiting" || ticket.at.is === "offered") ticket.queue.waiting += 1;
  }
  return pool;
}

/** Agents who were there when the pool was stored and have no socket now. */
export function agentsWithoutDevice(pool: Pool): Agent[] {
  const lost = [];
  for (const agent of pool.agents.values()) {
    if (agent.devices.length === 0 && agent.lostAt === null && agent.at.is !== "off_shift") lost.push(agent);
  }
  return lost;
}
