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
import { nextDeadline } from "./deadlines.ts";
import type { PoolEvent, Reply } from "./events.ts";
import type { Ticket } from "./protocol.ts";
import { agentsWithoutDevice, type PoolRows, restorePool } from "./restore.ts";
import { type AgentRow, dumpAgent, dumpQueue, dumpTicket, type QueueRow, type TicketRow } from "./rows.ts";
import type { Agent, Chance, Pool } from "./state.ts";
import { step } from "./step.ts";

/** Small pools for tests: agents a0, a1 …, tenants t0, t1 … each with brand and queue of the same number. */
export type WorldSettings = {
  readonly agents?: number;
  readonly tenants?: number;
  readonly profile?: (index: number) => Partial<AgentProfile>;
  readonly seats?: readonly SeatEntitlement[];
  readonly queue?: Partial<QueueConfig>;
  readonly start?: number;
  /** Called in the middle of a step, when a seat is about to be promised: the pool is still as the decision found it. */
  readonly deciding?: (world: SmallWorld) => void;
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

/** What the rows of a pool would be, after everything that was written so far. */
class Rows {
  private readonly agents = new Map<string, AgentRow>();
  private readonly tickets = new Map<string, TicketRow>();
  private readonly queues = new Map<string, QueueRow>();

  save(pool: Pool): void {
    const { out } = pool;
    for (const agent of out.agents) this.agents.set(agent.profile.agentId, structuredClone(dumpAgent(agent)));
    for (const queue of out.queues) {
      const row = dumpQueue(pool, queue);
      if (row !== null) this.queues.set(queue.queueId, structuredClone(row));
    }
    for (const ticket of out.tickets) {
      const row = dumpTicket(pool, ticket);
      if (row !== null) this.tickets.set(ticket.contactId, structuredClone(row));
      else if (!pool.tickets.has(ticket.contactId)) this.tickets.delete(ticket.contactId);
    }
  }

  load(config: PoolConfig): PoolRows {
    const { agents, tickets, queues } = this;
    const rows = { config, agents: [...agents.values()], tickets: [...tickets.values()], queues: [...queues.values()] };
    return JSON.parse(JSON.stringify(rows));
  }
}

/** Runs a pool by hand: time moves only when told, and what every step left is kept. */
export class SmallWorld {
  now: number;
  pool: Pool;
  readonly messages: { contactId: string; kind: string; reservationId: string; why?: string }[] = [];
  readonly facts: {
    agentId: string;
    seq: number;
    at: number;
    from: AgentState;
    to: AgentState;
    reason: string | null;
  }[] = [];
  private readonly rows = new Rows();
  private reservations = 0;
  private readonly deciding: WorldSettings["deciding"];
  private readonly chance: Chance = {
    random: () => 0.5,
    newReservationId: () => {
      this.reservations += 1;
      this.deciding?.(this);
      return asId<ReservationId>(`r${this.reservations}`);
    },
  };

  constructor(settings: WorldSettings = {}) {
    this.now = settings.start ?? 1_000_000;
    this.deciding = settings.deciding;
    this.pool = createPool(smallConfig(settings));
  }

  agent(index: number): Agent {
    const agent = this.pool.agents.get(agentId(index));
    if (agent === undefined) throw new Error(`no agent ${index}`);
    return agent;
  }

  state = (index: number): AgentState => this.agent(index).at.is;

  /** The reservation an agent is offered or serves. */
  held(index: number): ReservationId {
    const { at } = this.agent(index);
    if (at.is === "reserved" || at.is === "ringing") return at.reservation.id;
    if (at.is === "on_contact" || at.is === "wrap_up") return at.service.id;
    return asId<ReservationId>("none");
  }

  send(event: PoolEvent): Reply {
    const reply = step(this.pool, event, this.now, this.chance);
    const { out } = this.pool;
    for (const { contactId: contact, message } of out.messages) this.messages.push({ contactId: contact, ...message });
    for (const { agentId: agent, seq, at, body } of out.facts) {
      this.facts.push({ agentId: agent, seq, at, from: body.from, to: body.to, reason: body.reason });
    }
    this.rows.save(this.pool);
    return reply;
  }

  /** Lets time pass, doing what falls due on the way. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (let at = nextDeadline(this.pool); at !== null && at <= until; at = nextDeadline(this.pool)) {
      this.now = Math.max(this.now, at);
      this.send({ type: "tick" });
    }
    this.now = until;
  }

  /** Agents with a desktop each, ready in this order, a millisecond apart. */
  ready(...indexes: number[]): void {
    for (const index of indexes) {
      this.send({ type: "device_joined", agentId: agentId(index), deviceId: `d${index}` });
      this.send({ type: "set_state", agentId: agentId(index), to: "ready", reason: null });
      this.now += 1;
    }
  }

  /** Midnight at the site and for its clients, who live in its zone: the day with this date begins. */
  midnight(date: string): void {
    this.send({ type: "day_began" });
    this.send({ type: "client_day_began", day: { date, timeZone: this.pool.config.timeZone } });
  }

  wait(name: string | number, tenant = 0, over: Partial<QueueConfig> = {}): Reply {
    return this.send({ type: "wait", ticket: smallTicket(name, this.now, tenant, over) });
  }

  ring(index: number): Reply {
    return this.send({ type: "offer_shown", agentId: agentId(index), reservationId: this.held(index) });
  }

  accept(index: number, deviceId = `d${index}`): Reply {
    return this.send({ type: "accept", agentId: agentId(index), deviceId, reservationId: this.held(index) });
  }

  talk(index: number, name: string | number): void {
    this.ring(index);
    this.accept(index);
    this.send({ type: "connected", contactId: contactId(name), reservationId: this.held(index) });
  }

  /** The object is evicted and comes back from its rows; the sockets survive unless told otherwise. */
  restart(keepDevices = true): void {
    const devices = new Map<string, readonly string[]>();
    if (keepDevices)
      for (const agent of this.pool.agents.values()) devices.set(agent.profile.agentId, [...agent.devices]);
    this.pool = restorePool(this.rows.load(this.pool.config), devices, this.now, this.chance);
    for (const agent of agentsWithoutDevice(this.pool)) {
      this.send({ type: "devices_lost", agentId: agent.profile.agentId });
    }
  }
}

export function smallWorld(settings: WorldSettings = {}): SmallWorld {
  return new SmallWorld(settings);
}
