import type { Instant } from "../kernel/instant.ts";
import { indexIdle, isWorking, queueKey, ticketOf } from "./agents.ts";
import { classFor, NO_COUNTS, queueFor, tenantFor } from "./classes.ts";
import { type AgentProfile, OPEN_STAY_MS, type PoolConfig, RESTORE_GRACE_MS, TOMBSTONE_MS } from "./config.ts";
import { createPool, newAgent } from "./configure.ts";
import type { AgentRow, AtRow, QueueRow, TicketRow } from "./rows.ts";
import { newRun, type Run, setAgentTimer, setTicketTimer } from "./run.ts";
import type { Agent, AgentAt, Chance, Pool, PoolTicket } from "./state.ts";
import { sharedTerms } from "./stays.ts";
import { classify, ticketDue, want } from "./waiting.ts";

export type PoolRows = {
  readonly config: PoolConfig;
  readonly agents: readonly AgentRow[];
  readonly tickets: readonly TicketRow[];
  readonly queues: readonly QueueRow[];
};

/**
 * A pool as it was stored. Leases of tickets begin anew, because nobody could be heard during the absence. Devices are
 * those given; for the agents who have none left the shell then says `devices_lost` (`agentsWithoutDevice`). An offer that
 * was out waits for its agent's desktop until the grace ends.
 */
export function restorePool(
  rows: PoolRows,
  devices: ReadonlyMap<string, readonly string[]>,
  now: Instant,
  chance: Chance,
): Pool {
  const pool = createPool(rows.config);
  pool.graceEndsAt = now + RESTORE_GRACE_MS;
  const run = newRun(pool, now, chance);
  for (const row of rows.queues) restoreQueue(run, row);
  for (const row of rows.tickets) restoreTicket(run, row);
  for (const row of rows.agents) restoreAgent(run, row, devices.get(row.agentId) ?? []);
  for (const ticket of pool.tickets.values()) {
    if (ticket.at.is === "gone") setTicketTimer(pool, ticket, goneUntil(ticket, now));
    if (ticket.at.is !== "waiting" && ticket.at.is !== "offered") continue;
    classify(run, ticket);
    want(run, ticket);
    // Who declined may be offered it again since the pool was away: it is looked at once more at the first tick.
    const isOverdue = ticket.declined.some(({ until }) => until <= now);
    setTicketTimer(pool, ticket, isOverdue ? now : ticketDue(run, ticket));
    ticket.queue.waiting += 1;
  }
  return pool;
}

/** When a contact that has left is next looked at, as `forget` would have it. */
function goneUntil({ heardAt, stay }: PoolTicket, now: Instant): Instant {
  return heardAt + (stay === null || now < heardAt + TOMBSTONE_MS ? TOMBSTONE_MS : OPEN_STAY_MS);
}

function restoreQueue(run: Run, row: QueueRow): void {
  const wanted = { tenantId: row.tenantId, brand: row.brand, queue: row.config };
  const queue = queueFor(run.pool, wanted);
  // A row written before these were counted has none.
  queue.today = { ...NO_COUNTS, ...row.today };
  queue.seatTimeMs = row.seatTimeMs;
  queue.expectedToday = row.expectedToday ?? 0;
  queue.date = row.date ?? "";
  queue.timeZone = row.timeZone ?? run.pool.config.timeZone;
  run.pool.zones.add(queue.timeZone);
  classFor(run, queue);
}

function restoreTicket(run: Run, row: TicketRow): void {
  const { pool, now } = run;
  const queue = pool.queues.get(row.queueId);
  if (queue === undefined) return;
  pool.arrivals = Math.max(pool.arrivals, row.arrival);
  pool.tickets.set(row.contactId, {
    contactId: row.contactId,
    tenant: tenantFor(pool, row.tenantId),
    queue,
    seatClass: classFor(run, queue),
    brandId: row.brandId ?? queue.brandId,
    caller: row.caller ?? null,
    from: row.from,
    to: row.to,
    queuedAt: row.queuedAt,
    attempt: row.attempt,
    key: queueKey(row.queuedAt, queue.config.priority),
    arrival: row.arrival,
    at: row.gone ? { is: "gone", wrapUp: null } : { is: "waiting" },
    heardAt: row.gone ? row.heardAt : now,
    stay: row.graded
      ? null
      : sharedTerms(queue, row.terms?.date ?? queue.date, row.terms?.target ?? queue.config.target),
    wanting: false,
    inTarget: false,
    declined: row.declined,
    epoch: 0,
    dueAt: null,
    dirty: false,
  });
}

function restoreAgent(run: Run, row: AgentRow, devices: readonly string[]): void {
  const { pool } = run;
  const agent = pool.agents.get(row.agentId) ?? newAgent(departed(row), pool.agents.size);
  pool.agents.set(row.agentId, agent);
  agent.devices = [...devices];
  agent.phone = row.phone !== null && devices.includes(row.phone) ? row.phone : (devices[0] ?? null);
  agent.lostAt = devices.length > 0 ? null : row.lostAt;
  agent.since = row.since;
  agent.deadline = row.deadline;
  agent.next = row.next;
  agent.misses = row.misses;
  agent.figures = { ...row.figures };
  agent.factSeq = row.factSeq;
  agent.at = restoreAt(pool, agent, row.at);
  const ticket = ticketOf(agent.at);
  if (ticket !== null) ticket.tenant.seats += 1;
  if (isWorking(agent.at)) for (const seatClass of agent.classes) seatClass.staffed += 1;
  if (agent.at.is === "ready") indexIdle(run, agent);
  setAgentTimer(pool, agent);
}

/** An agent who has left the configuration but still had a contact in hand. */
function departed(row: AgentRow): AgentProfile {
  return { agentId: row.agentId, name: "", skills: {}, brands: [] };
}

/** Links the agent with his contact again. A contact that is not stored cannot be served: the agent is not ready. */
function restoreAt(pool: Pool, agent: Agent, row: AtRow): AgentAt {
  if (!("contactId" in row)) return row;
  const ticket = pool.tickets.get(row.contactId);
  if (ticket === undefined) return { is: "not_ready", reason: "device", back: false };
  if ("offeredAt" in row) {
    const reservation = { id: row.id, agent, ticket, offeredAt: row.offeredAt, passedOver: [] };
    if (ticket.at.is === "offered") ticket.at.offers.push(reservation);
    else ticket.at = { is: "offered", offers: [reservation] };
    return { is: row.is, reservation };
  }
  const { id, acceptedAt, answeredAt, heldAt, asked, timed, extensions } = row;
  // A row stored before this was asked has none.
  const service = { id, ticket, acceptedAt, answeredAt, heldAt, asked, letGo: row.letGo ?? false };
  pool.services.set(id, agent);
  if (row.is === "on_contact") {
    ticket.at = { is: "served", agent, reservationId: id };
    return { is: "on_contact", service };
  }
  if (ticket.at.is === "gone") ticket.at = { is: "gone", wrapUp: agent };
  return { is: "wrap_up", service, timed, extensions };
}

/** Agents who were there when the pool was stored and have no socket now. */
export function agentsWithoutDevice(pool: Pool): Agent[] {
  const lost = [];
  for (const agent of pool.agents.values()) {
    if (agent.devices.length === 0 && agent.lostAt === null && agent.at.is !== "off_shift") lost.push(agent);
  }
  return lost;
}
