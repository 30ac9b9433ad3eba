import type { SeatStage } from "../../../../domain/call/messages.ts";
import type { ContactEvent } from "../../../../domain/call/state.ts";
import { type AgentId, asId, type ContactId, type ReservationId } from "../../../../domain/kernel/ids.ts";
import {
  type Agent,
  agentsWithoutDevice,
  type Chance,
  createPool,
  dumpAgent,
  dumpQueue,
  dumpTicket,
  nextDeadline,
  type Pool,
  type PoolConfig,
  type PoolEvent,
  type PoolMessage,
  type Reply,
} from "../../../../domain/routing/index.ts";
import type { Agenda } from "./agenda.ts";
import type { Fate } from "./fate.ts";
import type { Machines } from "./machines.ts";
import { toContact } from "./words.ts";

type House = {
  readonly agenda: Agenda;
  readonly fate: Fate;
  readonly machines: Machines;
  readonly skewMs: number;
  readonly watch: {
    poolStepped(object: PoolObject, event: PoolEvent): void;
    poolRestored(object: PoolObject): void;
    compare(contactId: ContactId): void;
  };
  desk(agentId: AgentId): { show(agent: Agent): void; socketLost(): void };
  contact(contactId: ContactId): { fromPool(reservationId: ReservationId, event: ContactEvent): SeatStage } | null;
};

type Owed = { readonly id: number; readonly contactId: ContactId; readonly message: PoolMessage };
/** What one contact is owed, in order. */
type Lane = { readonly messages: Owed[]; attempts: number; notBefore: number; busy: boolean };

const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 10_000;
const GUARD_MS = 1_000;

/**
 * The product's SeatPool object in small: one step, one write, then the frames and messages it caused. Rows, alarm,
 * sockets and network are the simulator's.
 */
export class PoolObject {
  pool: Pool;
  /** Its machine's clock runs so many milliseconds before the true one. */
  skewMs = 0;
  /** Sockets as the platform holds them: they may outlive the object. */
  readonly sockets = new Map<AgentId, string[]>();
  /** Back from its rows, it first tells the agents without a socket that they have none: until then it is not whole. */
  isWaking = false;
  private readonly house: House;
  private readonly chance: Chance;
  private readonly rows = {
    agents: new Map<string, string>(),
    tickets: new Map<string, string>(),
    queues: new Map<string, string>(),
  };
  private readonly owed = new Map<number, Owed>();
  /** Delivered, and forgotten with the next write. */
  private settled: number[] = [];
  private lanes = new Map<ContactId, Lane>();
  private lastId = 0;
  private reservations = 0;
  private life = 0;
  private alarmAt = Number.POSITIVE_INFINITY;

  constructor(house: House, config: PoolConfig) {
    this.house = house;
    this.chance = {
      random: house.fate.next,
      newReservationId: () => {
        this.reservations += 1;
        return asId<ReservationId>(`r${this.reservations}`);
      },
    };
    this.pool = createPool(config);
  }

  now(): number {
    return this.house.agenda.now + this.house.skewMs + this.skewMs;
  }

  /** True while this contact may not know what the pool has decided. */
  owes(contactId: ContactId): boolean {
    return this.lanes.has(contactId);
  }

  apply(event: PoolEvent): Reply {
    const changed = new Set<Agent>();
    const reply = this.step(event, changed);
    for (const agent of [...changed]) {
      const { agentId } = agent.profile;
      // An offer counts as shown when it is written to a desktop that is there.
      if (agent.at.is !== "reserved" || !this.isReachable(agentId)) continue;
      this.step({ type: "offer_shown", agentId, reservationId: agent.at.reservation.id }, changed);
    }
    for (const agent of changed) this.house.desk(agent.profile.agentId).show(agent);
    this.arm();
    this.drain();
    return reply;
  }

  openSocket(agentId: AgentId, deviceId: string): void {
    this.sockets.set(agentId, [...(this.sockets.get(agentId) ?? []), deviceId]);
    this.apply({ type: "device_joined", agentId, deviceId });
  }

  closeSocket(agentId: AgentId, deviceId: string): void {
    const sockets = this.sockets.get(agentId) ?? [];
    if (!sockets.includes(deviceId)) return;
    this.sockets.set(
      agentId,
      sockets.filter((socket) => socket !== deviceId),
    );
    this.apply({ type: "device_left", agentId, deviceId });
  }

  /** A frame from a desktop: not heard when its socket is gone. */
  fromDesk(agentId: AgentId, deviceId: string, event: PoolEvent): void {
    if (this.sockets.get(agentId)?.includes(deviceId) === true) this.apply(event);
  }

  /** The object dies and comes back from its rows; the sockets survive, or do not. */
  restart(keepsSockets: boolean): void {
    const { house } = this;
    this.life += 1;
    this.alarmAt = Number.POSITIVE_INFINITY;
    this.skewMs = house.fate.whole(1_000) - 500;
    this.settled = [];
    this.lanes = new Map();
    for (const owed of this.owed.values()) this.enqueue(owed);
    if (!keepsSockets) {
      for (const [agentId, devices] of this.sockets) if (devices.length > 0) house.desk(agentId).socketLost();
      this.sockets.clear();
    }
    const table = (rows: ReadonlyMap<string, string>) => [...rows.values()].map((row) => JSON.parse(row));
    const { config } = this.pool;
    const rows = {
      config,
      agents: table(this.rows.agents),
      tickets: table(this.rows.tickets),
      queues: table(this.rows.queues),
    };
    this.pool = house.machines.restorePool(rows, this.sockets, this.now(), this.chance);
    this.isWaking = true;
    for (const agent of agentsWithoutDevice(this.pool)) {
      this.step({ type: "devices_lost", agentId: agent.profile.agentId }, new Set());
    }
    this.isWaking = false;
    house.watch.poolRestored(this);
    this.arm(house.agenda.now + GUARD_MS);
    this.drain();
  }

  /** Somebody has set the clocks: what is due has moved. */
  rearm(): void {
    this.alarmAt = Number.POSITIVE_INFINITY;
    this.armForAll();
  }

  private isReachable(agentId: AgentId): boolean {
    return (this.sockets.get(agentId)?.length ?? 0) > 0;
  }

  private step(event: PoolEvent, changed: Set<Agent>): Reply {
    const { machines, watch } = this.house;
    const reply = machines.stepPool(this.pool, event, this.now(), this.chance);
    watch.poolStepped(this, event);
    this.save();
    for (const agent of this.pool.out.agents) changed.add(agent);
    return reply;
  }

  /** Everything that a step changed and owes is written at once, before anything leaves. */
  private save(): void {
    const { pool, rows } = this;
    const { out } = pool;
    for (const agent of out.agents) rows.agents.set(agent.profile.agentId, JSON.stringify(dumpAgent(agent)));
    for (const ticket of out.tickets) {
      const row = dumpTicket(pool, ticket);
      if (row !== null) rows.tickets.set(ticket.contactId, JSON.stringify(row));
      else if (!pool.tickets.has(ticket.contactId)) rows.tickets.delete(ticket.contactId);
    }
    for (const queue of out.queues) {
      const row = dumpQueue(pool, queue);
      if (row !== null) rows.queues.set(queue.queueId, JSON.stringify(row));
    }
    if (out.messages.length === 0) return;
    for (const id of this.settled.splice(0)) this.owed.delete(id);
    for (const { contactId, message } of out.messages) {
      this.lastId += 1;
      const owed = { id: this.lastId, contactId, message };
      this.owed.set(owed.id, owed);
      this.enqueue(owed);
    }
  }

  private enqueue(owed: Owed): void {
    const lane = this.lanes.get(owed.contactId);
    if (lane !== undefined) lane.messages.push(owed);
    else this.lanes.set(owed.contactId, { messages: [owed], attempts: 0, notBefore: 0, busy: false });
  }

  private drain(): void {
    for (const [contactId, lane] of this.lanes) this.runLane(contactId, lane);
  }

  private runLane(contactId: ContactId, lane: Lane): void {
    const owed = lane.messages[0];
    if (owed === undefined && this.lanes.delete(contactId)) this.house.watch.compare(contactId);
    if (owed === undefined || lane.busy || lane.notBefore > this.house.agenda.now) return;
    lane.busy = true;
    const { life } = this;
    this.house.fate.call(
      () =>
        this.house
          .contact(contactId)
          ?.fromPool(owed.message.reservationId, toContact(owed.message, this.pool.config.poolId)) ?? "over",
      (stage) => {
        if (life !== this.life) return;
        lane.busy = false;
        if (stage === null) {
          lane.notBefore =
            this.house.agenda.now + Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(lane.attempts, 10));
          lane.attempts += 1;
          return this.arm(lane.notBefore);
        }
        lane.messages.shift();
        lane.attempts = 0;
        this.settled.push(owed.id);
        const { reservationId } = owed.message;
        this.apply({ type: "contact_said", contactId, reservationId, stage });
        this.runLane(contactId, lane);
      },
    );
  }

  private arm(also = Number.POSITIVE_INFINITY): void {
    const due = nextDeadline(this.pool);
    const wanted = Math.min(due === null ? also : due - this.house.skewMs - this.skewMs, also);
    if (wanted >= this.alarmAt) return;
    this.alarmAt = wanted;
    this.house.agenda.plan(wanted - this.house.agenda.now, () => this.alarm(wanted));
  }

  private alarm(at: number): void {
    if (at !== this.alarmAt) return;
    this.alarmAt = Number.POSITIVE_INFINITY;
    this.apply({ type: "tick" });
    this.armForAll();
  }

  private armForAll(): void {
    const { now } = this.house.agenda;
    const waits = [...this.lanes.values()].map(({ notBefore }) => (notBefore > now ? notBefore : now + GUARD_MS));
    this.arm(Math.min(...waits));
  }
}
