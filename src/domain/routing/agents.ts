import type { AgentFact, AgentState } from "../call/facts.ts";
import type { ContactId, TenantId } from "../kernel/ids.ts";
import { PRIORITY_POINT_MS } from "./config.ts";
import { BEHIND } from "./rank.ts";
import type { Run } from "./run.ts";
import { setAgentTimer, setTicketTimer, touchAgent } from "./run.ts";
import type { Agent, AgentAt, NextStatus, PoolTenant, PoolTicket, Reservation, SeatClass, Service } from "./state.ts";

/** The one place where an agent changes state: indexes, seats in use, timer and fact all follow from here. */
export function enter(run: Run, agent: Agent, at: AgentAt, deadline: number | null = null): void {
  const from = agent.at;
  if (from.is === "ready") leaveIdle(run, agent);
  countSeats(run, from, at);
  countStaff(run, agent, from, at);
  keepService(run, agent, from, at);
  agent.at = at;
  agent.deadline = deadline;
  if (from.is !== at.is || reasonOf(from) !== reasonOf(at)) {
    // The clock may have been set back; the agent's seconds are paid in either case.
    agent.since = Math.max(run.now, agent.since);
    pushFact(run, agent, from, at);
  }
  if (at.is === "ready") joinIdle(run, agent);
  setAgentTimer(run.pool, agent);
  touchAgent(run.pool, agent);
}

/**
 * What follows an offer or a contact: the status the agent chose for afterwards, else `wish`. A wish for not ready (a
 * missed offer, a broken phone) is stronger than a chosen ready. Without a device nobody is ready.
 */
export function rest(run: Run, agent: Agent, wish: NextStatus): void {
  const next = agent.next === null || agent.next.to === "ready" ? wish : agent.next;
  agent.next = null;
  if (next.to === "off_shift") enter(run, agent, OFF_SHIFT);
  else if (next.to === "not_ready") enter(run, agent, { is: "not_ready", reason: next.reason ?? "break", back: false });
  else if (agent.devices.length === 0) enter(run, agent, { is: "not_ready", reason: "device", back: true });
  else enter(run, agent, IDLE);
}

/** Shared by all, because nothing in them is anybody's own. */
export const OFF_SHIFT: AgentAt = { is: "off_shift" };
const IDLE: AgentAt = { is: "ready" };

export const READY: NextStatus = { to: "ready", reason: null };
export const NOT_READY_DEVICE: NextStatus = { to: "not_ready", reason: "device" };
export const NOT_READY_MISSED: NextStatus = { to: "not_ready", reason: "missed" };

/** The ticket an agent is offered or serves; null when he is free. */
export function ticketOf(at: AgentAt): PoolTicket | null {
  switch (at.is) {
    case "reserved":
    case "ringing":
      return at.reservation.ticket;
    case "on_contact":
    case "wrap_up":
      return at.service.ticket;
    default:
      return null;
  }
}

export function isWorking(at: AgentAt): boolean {
  return at.is !== "off_shift" && at.is !== "not_ready";
}

/** Puts a ready agent into the idle heaps of his classes. */
export function indexIdle(run: Run, agent: Agent): void {
  const { classes, behind, index } = agent;
  for (let at = 0; at < classes.length; at++) {
    const { strategy, needs, idle } = classes[at] as SeatClass; // at is below length
    const key = strategy.key(agent, { random: run.chance.random, needs });
    idle.push(agent, behind === null ? key : key + (behind[at] as number) * BEHIND, index);
  }
}

export function queueKey(queuedAt: number, priority: number): number {
  return queuedAt - priority * PRIORITY_POINT_MS;
}

function joinIdle(run: Run, agent: Agent): void {
  indexIdle(run, agent);
  run.freed.push(agent);
}

function leaveIdle(run: Run, agent: Agent): void {
  agent.epoch += 1;
  for (const seatClass of agent.classes) seatClass.idle.forget();
  agent.figures.readyMs += Math.max(0, run.now - agent.since);
}

function countSeats(run: Run, from: AgentAt, to: AgentAt): void {
  const before = ticketOf(from)?.tenant ?? null;
  const after = ticketOf(to)?.tenant ?? null;
  if (before === after) return;
  if (after !== null) after.seats += 1;
  if (before !== null) freeSeat(run, before);
}

function keepService(run: Run, agent: Agent, from: AgentAt, to: AgentAt): void {
  const before = serviceOf(from);
  const after = serviceOf(to);
  if (before === after) return;
  if (before !== null) run.pool.services.delete(before.id);
  if (after !== null) run.pool.services.set(after.id, agent);
}

export function serviceOf(at: AgentAt): Service | null {
  return at.is === "on_contact" || at.is === "wrap_up" ? at.service : null;
}

function freeSeat(run: Run, tenant: PoolTenant): void {
  if (tenant.seats >= tenant.cap) run.uncapped.push(tenant);
  tenant.seats -= 1;
}

function countStaff(run: Run, agent: Agent, from: AgentAt, to: AgentAt): void {
  const change = (isWorking(to) ? 1 : 0) - (isWorking(from) ? 1 : 0);
  if (change === 0) return;
  for (const seatClass of agent.classes) {
    seatClass.staffed += change;
    // Who waits for him alone need not wait for one who has left: asked again at once.
    if (seatClass.only !== null) for (const ticket of seatClass.waiting) setTicketTimer(run.pool, ticket, run.now);
  }
}

function reasonOf(at: AgentAt): string | null {
  return at.is === "not_ready" ? at.reason : null;
}

function pushFact(run: Run, agent: Agent, from: AgentAt, to: AgentAt): void {
  const ticket = ticketOf(to);
  const change: AgentFact["body"] = {
    type: "agent_state_changed",
    from: from.is satisfies AgentState,
    to: to.is satisfies AgentState,
    reason: reasonOf(to),
    tenantId: (ticket?.tenant.tenantId ?? null) as TenantId | null,
    contactId: (ticket?.contactId ?? null) as ContactId | null,
  };
  const passedOver = to.is === "reserved" ? to.reservation.passedOver : NOBODY;
  agent.factSeq += 1;
  run.pool.out.facts.push({
    poolId: run.pool.config.poolId,
    agentId: agent.agentId,
    seq: agent.factSeq,
    at: agent.since,
    v: 1,
    body: passedOver.length > 0 ? { ...change, passedOver } : change,
  });
}

const NOBODY: Reservation["passedOver"] = [];
