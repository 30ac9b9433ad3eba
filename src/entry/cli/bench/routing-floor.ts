import type { LineConfig, QueueConfig } from "../../../domain/call/line-config.ts";
import {
  type AgentId,
  asId,
  type BrandId,
  type ContactId,
  type PoolId,
  type QueueId,
  type ReservationId,
  type TenantId,
} from "../../../domain/kernel/ids.ts";
import { seededRandom } from "../../../domain/kernel/random.ts";
import { indexIdle } from "../../../domain/routing/agents.ts";
import { explain } from "../../../domain/routing/decision.ts";
import { idleFor, lineFor } from "../../../domain/routing/dispatch.ts";
import {
  type Chance,
  createPool,
  type Policy,
  type Pool,
  type PoolEvent,
  step,
} from "../../../domain/routing/index.ts";
import { newRun, type Run } from "../../../domain/routing/run.ts";
import type { Agent, PoolTicket } from "../../../domain/routing/state.ts";
import { stopWanting, want } from "../../../domain/routing/waiting.ts";

export type FloorSize = {
  readonly seats: number;
  readonly tenants: number;
  /** Brands each agent serves. */
  readonly brands: number;
  /** Share of the agents who are on a contact. */
  readonly busy: number;
  /** Contacts waiting for each client. */
  readonly waitingEach?: number;
  /** Target of every queue; twenty seconds unless told. */
  readonly withinS?: number;
  readonly policy?: Policy;
};

/** A pool in the middle of a day, whose decisions are made and taken back over and over: the decision alone is measured. */
export class RoutingFloor {
  private readonly pool: Pool;
  private readonly agents: readonly Agent[];
  private readonly tickets: PoolTicket[] = [];
  private readonly chance: Chance;
  private now = 1_000_000;
  private turn = 0;
  private made = 0;

  constructor(size: FloorSize) {
    const random = seededRandom(1);
    let reservations = 0;
    this.chance = {
      random: random.next,
      newReservationId: () => {
        reservations += 1;
        return asId<ReservationId>(`r${reservations}`);
      },
    };
    const brandsOf = (seat: number): BrandId[] => {
      const own = new Set([seat % size.tenants]);
      while (own.size < Math.min(size.brands, size.tenants)) own.add(Math.floor(random.next() * size.tenants));
      return [...own].map((tenant) => asId<BrandId>(`b${tenant}`));
    };
    this.pool = createPool({
      poolId: asId<PoolId>("bench"),
      version: 1,
      timeZone: "UTC",
      policy: size.policy ?? "fifo",
      agents: Array.from({ length: size.seats }, (_, seat) => {
        return { agentId: asId<AgentId>(`a${seat}`), name: "", skills: {}, brands: brandsOf(seat) };
      }),
      tenants: [],
      brands: [],
    });
    this.agents = [...this.pool.agents.values()];
    this.staff(size);
  }

  /** A contact finds its seat, the decision is written down, and the seat is ready again. */
  seatContact(): void {
    const run = this.next();
    const ticket = this.tickets[this.turn % this.tickets.length] as PoolTicket; // there are some
    const agent = idleFor(run, ticket);
    if (agent === null) return;
    explain(run, ticket, agent, null);
    this.leaveIdle(agent);
    agent.figures.idleSince = run.now;
    indexIdle(run, agent);
  }

  /** The same without an index: all seats are looked at, those that fit are sorted, and the first is taken. */
  scan(): void {
    const run = this.next();
    const { seatClass } = this.tickets[this.turn % this.tickets.length] as PoolTicket;
    const [first] = this.agents
      .filter(({ at, profile }) => at.is === "ready" && profile.brands.some((brand) => brand === seatClass.brandId))
      .sort((a, b) => a.figures.idleSince - b.figures.idleSince);
    if (first !== undefined) first.figures.idleSince = run.now;
  }

  /** A seat becomes free, chooses by the pool's policy, and writes down why; the contact then waits again at the end. */
  chooseContact(): void {
    const run = this.next();
    const agent = this.agents[this.turn % this.agents.length] as Agent; // there are some
    indexIdle(run, agent);
    const line = lineFor(run, agent);
    const ticket = line.tickets[line.first];
    if (ticket !== undefined) {
      explain(run, ticket, agent, line);
      this.requeue(run, ticket);
    }
    this.leaveIdle(agent);
  }

  /** The least that an indexed decision does: the oldest of the heads of the seat's lines, and nothing written down. */
  chooseOldest(): void {
    const run = this.next();
    const agent = this.agents[this.turn % this.agents.length] as Agent; // there are some
    indexIdle(run, agent);
    let oldest: PoolTicket | null = null;
    for (const { waiting } of agent.classes) {
      const head = waiting.peek();
      if (head !== null && (oldest === null || head.key < oldest.key)) oldest = head;
    }
    if (oldest !== null) this.requeue(run, oldest);
    this.leaveIdle(agent);
  }

  private staff(size: FloorSize): void {
    const clients = Array.from({ length: size.tenants }, (_, tenant) => clientOf(tenant, size.withinS ?? 20));
    // Each client calls once while nobody works, so that every class of seats is there, and waits or goes.
    for (const client of clients) {
      for (let each = 0; each < Math.max(1, size.waitingEach ?? 1); each++) this.ask(client);
    }
    for (const ticket of this.pool.tickets.values()) this.tickets.push(ticket);
    if (size.busy >= 1) return;
    for (const ticket of this.tickets) stopWanting(this.pool, ticket);
    for (const agent of this.agents) {
      this.send({ type: "device_joined", agentId: agent.profile.agentId, deviceId: "d" });
    }
    for (const agent of this.agents) {
      if (this.chance.random() < size.busy) continue;
      this.now += 1;
      this.send({ type: "set_state", agentId: agent.profile.agentId, to: "ready", reason: null });
    }
  }

  private ask(client: ReturnType<typeof clientOf>): void {
    this.made += 1;
    this.now += 1;
    const contactId = asId<ContactId>(`c${this.made}`);
    const ticket = { ...client, contactId, from: "", to: "", queuedAt: this.now, attempt: 1 };
    this.send({ type: "wait", ticket });
  }

  private send(event: PoolEvent): void {
    step(this.pool, event, this.now, this.chance);
  }

  private next(): Run {
    this.turn += 1;
    this.now += 1;
    return newRun(this.pool, this.now, this.chance);
  }

  private leaveIdle(agent: Agent): void {
    agent.epoch += 1;
    for (const seatClass of agent.classes) seatClass.idle.forget();
  }

  /** The ticket leaves the head of its line and stands at the end, as a new contact would. */
  private requeue(run: Run, ticket: PoolTicket): void {
    stopWanting(this.pool, ticket);
    Object.assign(ticket, { key: run.now, queuedAt: run.now });
    want(run, ticket);
  }
}

function clientOf(
  tenant: number,
  withinS: number,
): {
  readonly tenantId: TenantId;
  readonly brand: LineConfig["brand"];
  readonly queue: QueueConfig;
} {
  return {
    tenantId: asId<TenantId>(`t${tenant}`),
    brand: { id: asId<BrandId>(`b${tenant}`), name: "", color: "#000000", greeting: "" },
    queue: {
      id: asId<QueueId>(`q${tenant}`),
      poolId: asId<PoolId>("bench"),
      name: "",
      priority: 0,
      skills: [],
      strategy: "longest_idle",
      ringTimeoutS: 20,
      wrapUpS: 0,
      target: { share: 0.8, withinS, shortAbandonS: 5 },
    },
  };
}
