import type { AgentState } from "../call/facts.ts";
import type { QueueConfig } from "../call/line-config.ts";
import {
  type AgentId,
  asId,
  type BrandId,
  type ContactId,
  type PoolId,
  type QueueId,
  type ReservationId,
  type TenantId,
} from "../kernel/ids.ts";
import type { AgentProfile, PoolConfig, SeatEntitlement } from "./config.ts";
import { createPool } from "./configure.ts";
import type { PoolEvent, Reply } from "./events.ts";
import type { Ticket } from "./protocol.ts";
import { agentsWithoutDevice, restorePool } from "./restore.ts";
import { type AgentRow, dumpAgent, dumpQueue, dumpTicket, type QueueRow, type TicketRow } from "./rows.ts";
import type { Agent, Chance, Pool } from "./state.ts";
import { step } from "./step.ts";

/** A small pool for tests: agents a0, a1 …, tenants t0, t1 … each with brand and queue of the same number. */
export type SmallWorld = ReturnType<typeof smallWorld>;

export type WorldSettings = {
  readonly agents?: number;
  readonly tenants?: number;
  readonly profile?: (index: number) => Partial<AgentProfile>;
  readonly seats?: readonly SeatEntitlement[];
  readonly queue?: Partial<QueueConfig>;
  readonly start?: number;
};

export const agentId = (index: number): AgentId => asId(`a${index}`);
export const tenantId = (index: number): TenantId => asId(`t${index}`);
export const contactId = (name: string | number): ContactId => asId(`c${name}`);

export function smallConfig(settings: WorldSettings): PoolConfig {
  const tenants = Array.from({ length: settings.tenants ?? 1 }, (_, index) => index);
  return {
    poolId: asId<PoolId>("p"),
    version: 1,
    timeZone: "Asia/Shanghai",
    agents: Array.from({ length: settings.agents ?? 1 }, (_, index) => ({
      agentId: agentId(index),
      name: `Agent ${index}`,
      skills: { zh: 1 },
      brands: tenants.map((tenant) => asId<BrandId>(`b${tenant}`)),
      ...settings.profile?.(index),
    })),
    tenants: settings.seats ?? [],
    brands: tenants.map((tenant) => ({
      id: asId<BrandId>(`b${tenant}`),
      tenantId: tenantId(tenant),
      name: `Brand ${tenant}`,
      color: "#123456",
    })),
  };
}

export function smallQueue(tenant: number, over: Partial<QueueConfig> = {}): QueueConfig {
  return {
    id: asId<QueueId>(`q${tenant}`),
    poolId: asId<PoolId>("p"),
    name: `Queue ${tenant}`,
    priority: 0,
    skills: [],
    strategy: "longest_idle",
    ringTimeoutS: 20,
    wrapUpS: 30,
    target: { share: 0.8, withinS: 20, shortAbandonS: 5 },
    ...over,
  };
}

export function smallTicket(
  name: string | number,
  queuedAt: number,
  tenant = 0,
  over: Partial<QueueConfig> = {},
  attempt = 1,
): Ticket {
  return {
    contactId: contactId(name),
    tenantId: tenantId(tenant),
    brand: { id: asId<BrandId>(`b${tenant}`), name: `Brand ${tenant}`, color: "#123456", greeting: "Hello" },
    queue: smallQueue(tenant, over),
    from: "+12015550100",
    to: "+12015550199",
    queuedAt,
    attempt,
  };
}

/** Runs a pool by hand: time moves only when told, and what every step left is kept. */
export function smallWorld(settings: WorldSettings = {}) {
  let reservations = 0;
  const chance: Chance = {
    random: () => 0.5,
    newReservationId: () => {
      reservations += 1;
      return asId<ReservationId>(`r${reservations}`);
    },
  };
  let pool: Pool = createPool(smallConfig(settings));
  const stored = {
    agents: new Map<string, AgentRow>(),
    tickets: new Map<string, TicketRow>(),
    queues: new Map<string, QueueRow>(),
  };
  const world = {
    now: settings.start ?? 1_000_000,
    messages: [] as { contactId: string; kind: string; reservationId: string; why?: string }[],
    facts: [] as {
      agentId: string;
      seq: number;
      at: number;
      from: AgentState;
      to: AgentState;
      reason: string | null;
    }[],
    get pool(): Pool {
      return pool;
    },
    agent(index: number): Agent {
      const agent = pool.agents.get(agentId(index));
      if (agent === undefined) throw new Error(`no agent ${index}`);
      return agent;
    },
    state: (index: number): AgentState => world.agent(index).at.is,
    /** The reservation an agent is offered or serves. */
    held(index: number): ReservationId {
      const { at } = world.agent(index);
      if (at.is === "reserved" || at.is === "ringing") return at.reservation.id;
      if (at.is === "on_contact" || at.is === "wrap_up") return at.service.id;
      return asId<ReservationId>("none");
    },
    send(event: PoolEvent): Reply {
      const reply = step(pool, event, world.now, chance);
      store();
      return reply;
    },
    /** Lets time pass, doing what falls due on the way. */
    pass(ms: number): void {
      const until = world.now + ms;
      for (let at = pool.timers.peek()?.at; at !== undefined && at <= until; at = pool.timers.peek()?.at) {
        world.now = Math.max(world.now, at);
        world.send({ type: "tick" });
      }
      world.now = until;
    },
    /** Agents with a desktop each, ready in this order, a millisecond apart. */
    ready(...indexes: number[]): void {
      for (const index of indexes) {
        world.send({ type: "device_joined", agentId: agentId(index), deviceId: `d${index}` });
        world.send({ type: "set_state", agentId: agentId(index), to: "ready", reason: null });
        world.now += 1;
      }
    },
    wait(name: string | number, tenant = 0, over: Partial<QueueConfig> = {}): Reply {
      return world.send({ type: "wait", ticket: smallTicket(name, world.now, tenant, over) });
    },
    ring: (index: number): Reply =>
      world.send({ type: "offer_shown", agentId: agentId(index), reservationId: world.held(index) }),
    accept: (index: number, deviceId = `d${index}`): Reply =>
      world.send({ type: "accept", agentId: agentId(index), deviceId, reservationId: world.held(index) }),
    talk(index: number, name: string | number): void {
      world.ring(index);
      world.accept(index);
      world.send({ type: "connected", contactId: contactId(name), reservationId: world.held(index) });
    },
    /** The object is evicted and comes back from its rows; the sockets survive unless told otherwise. */
    restart(keepDevices = true): void {
      const devices = new Map<string, readonly string[]>();
      if (keepDevices) for (const agent of pool.agents.values()) devices.set(agent.profile.agentId, [...agent.devices]);
      const rows = JSON.parse(
        JSON.stringify({
          config: pool.config,
          agents: [...stored.agents.values()],
          tickets: [...stored.tickets.values()],
          queues: [...stored.queues.values()],
        }),
      );
      pool = restorePool(rows, devices, world.now, chance);
      for (const agent of agentsWithoutDevice(pool)) {
        world.send({ type: "devices_lost", agentId: agent.profile.agentId });
      }
    },
  };
  function store(): void {
    const { out } = pool;
    for (const { contactId: contact, message } of out.messages) world.messages.push({ contactId: contact, ...message });
    for (const { agentId: agent, seq, at, body } of out.facts) {
      world.facts.push({ agentId: agent, seq, at, from: body.from, to: body.to, reason: body.reason });
    }
    for (const agent of out.agents) stored.agents.set(agent.profile.agentId, structuredClone(dumpAgent(agent)));
    for (const queue of out.queues) {
      const row = dumpQueue(pool, queue);
      if (row !== null) stored.queues.set(queue.queueId, structuredClone(row));
    }
    for (const ticket of out.tickets) {
      const row = dumpTicket(pool, ticket);
      if (row === null) {
        if (!pool.tickets.has(ticket.contactId)) stored.tickets.delete(ticket.contactId);
      } else stored.tickets.set(ticket.contactId, structuredClone(row));
    }
  }
  return world;
}
