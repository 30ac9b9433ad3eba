import { DurableObject } from "cloudflare:workers";
import type { AgentId, ContactId, ReservationId, TenantId } from "../../domain/kernel/ids.ts";
import { asId } from "../../domain/kernel/ids.ts";
import type { Ms } from "../../domain/kernel/instant.ts";
import {
  type AfterWrapUp,
  agentsWithoutDevice,
  type Chance,
  createPool,
  heldTenant,
  nextDeadline,
  type Pool,
  type PoolConfig,
  type PoolEvent,
  type Reply,
  restorePool,
  type StayEnd,
  shareParts,
  step,
  type Ticket,
  type WaitAnswer,
  type WithdrawReason,
} from "../../domain/routing/index.ts";
import { type Config, configOf, type Env } from "../env.ts";
import { dayEndsAt, localTimeAt } from "./local-time.ts";
import type { PoolRpc } from "./rpc.ts";
import { commandFrom, type Heard } from "./seat-pool-commands.ts";
import { SeatPoolOutbox } from "./seat-pool-outbox.ts";
import { SeatPoolSockets } from "./seat-pool-sockets.ts";
import { Changes, SeatPoolStorage } from "./seat-pool-storage.ts";
import { SOCKET_HEADERS } from "./socket-headers.ts";
import { askDatabase, SocketSessions } from "./socket-sessions.ts";

const CHANCE: Chance = { random: Math.random, newReservationId: () => asId<ReservationId>(crypto.randomUUID()) };

/**
 * One pool of seats: the shell of the pure machine in domain/routing. Every event is one step, one write and then the
 * frames and messages it caused; nothing is kept in memory that the rows and the sockets could not give back.
 */
export class SeatPool extends DurableObject<Env> implements PoolRpc {
  private readonly config: Config;
  private readonly storage: SeatPoolStorage;
  private readonly sockets: SeatPoolSockets;
  private readonly outbox: SeatPoolOutbox;
  private readonly sessions: SocketSessions;
  private loaded: Pool | null = null;
  private alarmAt: number | null = null;
  /** The next midnight of the site or of a client, and how many zones were looked at for it. */
  private nextMidnight = 0;
  private zonesSeen = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.config = configOf(env);
    this.storage = new SeatPoolStorage(ctx.storage.sql);
    this.sockets = new SeatPoolSockets(ctx, this.config.clock, () => this.pool());
    this.sessions = new SocketSessions(ctx, askDatabase(env, { keepAlive: true }));
    const poolId = () => this.pool().config.poolId;
    this.outbox = new SeatPoolOutbox(env, this.storage, poolId, (contactId, reservationId, stage) => {
      this.apply({ type: "contact_said", contactId, reservationId, stage });
    });
  }

  // From contacts.

  async wait(ticket: Ticket): Promise<WaitAnswer> {
    const reply = this.apply({ type: "wait", ticket: this.dated(ticket) });
    if (reply.is !== "wait") throw new Error("broken promise: a wait is answered with a place");
    return reply.answer;
  }

  async withdraw(contactId: ContactId, why: WithdrawReason, attempt?: number, stay?: StayEnd): Promise<void> {
    const dated = stay?.ticket === undefined ? stay : { ...stay, ticket: this.dated(stay.ticket) };
    this.apply({ type: "withdraw", contactId, why, attempt: attempt ?? null, stay: dated ?? null });
  }

  async connected(contactId: ContactId, reservationId: ReservationId, waitedMs?: Ms): Promise<void> {
    this.apply({ type: "connected", contactId, reservationId, ...(waitedMs === undefined ? {} : { waitedMs }) });
  }

  async legFailed(contactId: ContactId, reservationId: ReservationId, missed?: boolean): Promise<void> {
    this.apply({ type: "leg_failed", contactId, reservationId, missed: missed === true });
  }

  async held(contactId: ContactId, reservationId: ReservationId): Promise<void> {
    this.apply({ type: "held", contactId, reservationId });
  }

  async resumed(contactId: ContactId, reservationId: ReservationId): Promise<void> {
    this.apply({ type: "resumed", contactId, reservationId });
  }

  async talkEnded(contactId: ContactId, reservationId: ReservationId, wrapUpS: number | null): Promise<void> {
    this.apply({ type: "talk_ended", contactId, reservationId, wrapUpS });
  }

  async wrappedUp(contactId: ContactId, reservationId: ReservationId, then: AfterWrapUp): Promise<void> {
    this.apply({ type: "wrapped_up", contactId, reservationId, then });
  }

  // From the house.

  async configure(config: PoolConfig): Promise<void> {
    this.apply({ type: "configure", config: shareParts(config) });
    this.storage.setSetting("config", this.pool().config);
    // What the house publishes may be that somebody has left it.
    this.sessions.lookSoon();
    this.setAlarm();
  }

  async endSession(hash: string): Promise<void> {
    this.sessions.end(hash, (socket) => this.webSocketClose(socket));
  }

  async serving(agentId: AgentId, contactId: ContactId): Promise<TenantId | null> {
    return heldTenant(this.pool(), agentId, contactId);
  }

  evict(): void {
    if (this.config.environment === "sandbox") this.ctx.abort("evicted on request");
  }

  // From desktops and floors. The Worker has checked who is there; these headers are its word.

  override async fetch(request: Request): Promise<Response> {
    const agentId = request.headers.get(SOCKET_HEADERS.agentId);
    const tags = SocketSessions.tagsOf(request);
    if (request.headers.get(SOCKET_HEADERS.role) !== "agent") {
      this.turnDays(this.pool());
      const { server, client } = this.sockets.joinFloor(tags);
      this.sessions.join(server, tags);
      this.setAlarm();
      return new Response(null, { status: 101, webSocket: client });
    }
    if (agentId === null || !this.pool().agents.has(asId<AgentId>(agentId))) {
      return new Response("this agent has no seat in this pool", { status: 403 });
    }
    const { server, client, deviceId } = this.sockets.joinDesktop(asId<AgentId>(agentId), tags);
    this.sessions.join(server, tags);
    this.apply({ type: "device_joined", agentId: asId<AgentId>(agentId), deviceId });
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    const heard: Heard = commandFrom(frame, this.sockets.behind(socket));
    switch (heard.is) {
      case "refused":
        return this.sockets.reply(socket, heard.id, heard.code);
      case "ping":
        return this.sockets.pong(socket);
      case "snapshot":
        return this.sockets.snapshot(socket);
      case "event": {
        const reply = this.apply(heard.event);
        this.sockets.reply(socket, heard.id, reply.is === "refused" ? reply.code : null);
      }
    }
  }

  override webSocketClose(socket: WebSocket): void {
    this.sockets.leave(socket);
    this.sessions.leave(socket);
    const { agentId, deviceId } = this.sockets.behind(socket);
    if (agentId !== null) this.apply({ type: "device_left", agentId, deviceId });
  }

  override webSocketError(socket: WebSocket): void {
    this.webSocketClose(socket);
  }

  override async alarm(): Promise<void> {
    this.alarmAt = null;
    this.apply({ type: "tick" });
    await this.outbox.drain();
    // Not awaited: an alarm that waits for the database would hold up every deadline of the pool.
    this.ctx.waitUntil(this.sessions.check((socket) => this.webSocketClose(socket)));
    this.setAlarm();
  }

  private apply(event: PoolEvent): Reply {
    const pool = this.pool();
    this.turnDays(pool);
    const changes = new Changes();
    const reply = this.step(pool, event, changes);
    for (const agent of [...changes.agents]) {
      // An offer counts as shown when it is written to a desktop that is there: one frame, one state.
      if (agent.at.is !== "reserved" || !this.sockets.isReachable(agent.profile.agentId)) continue;
      const { agentId } = agent.profile;
      this.step(pool, { type: "offer_shown", agentId, reservationId: agent.at.reservation.id }, changes);
    }
    this.save(pool, changes);
    for (const agent of changes.agents) this.sockets.showAgent(agent);
    // The first caller of a client in another zone brings another midnight.
    this.turnDays(pool);
    this.setAlarm();
    this.ctx.waitUntil(this.outbox.drain());
    return reply;
  }

  private step(pool: Pool, event: PoolEvent, changes: Changes): Reply {
    const reply = step(pool, event, this.config.clock.now(), CHANCE);
    changes.add(pool.out);
    return reply;
  }

  /** One write for all steps of a turn; the platform commits it before anything leaves the object. */
  private save(pool: Pool, changes: Changes): void {
    this.outbox.add(this.storage.save(pool, changes));
    if (changes.queues.size + changes.tickets.size > 0) this.sockets.queuesChanged();
    if (changes.agents.size + changes.queues.size > 0) this.sockets.floorChanged();
  }

  private pool(): Pool {
    if (this.loaded !== null) return this.loaded;
    const rows = this.storage.load();
    if (rows === null) {
      this.loaded = createPool({
        poolId: asId(this.ctx.id.name ?? ""),
        version: 0,
        timeZone: "UTC",
        agents: [],
        tenants: [],
        brands: [],
      });
      return this.loaded;
    }
    // A queue stored before it knew its day was counted by the site's.
    const date = this.storage.setting<string>("day") ?? "";
    const queues = rows.queues.map((queue) => ({ date, ...queue }));
    const pool = restorePool(
      { ...rows, queues, config: shareParts(rows.config) },
      this.sockets.devices(),
      this.config.clock.now(),
      CHANCE,
    );
    this.loaded = pool;
    const changes = new Changes();
    for (const agent of agentsWithoutDevice(pool)) {
      this.step(pool, { type: "devices_lost", agentId: agent.profile.agentId }, changes);
    }
    this.save(pool, changes);
    // Whatever woke the object: nobody else may look in before the grace is over.
    this.setAlarm();
    return pool;
  }

  /** A contact that was queued before its day was noted counts by the site's. */
  private dated(ticket: Ticket): Ticket {
    if (ticket.day !== undefined) return ticket;
    const { timeZone } = this.pool().config;
    return { ...ticket, day: { date: localTimeAt(ticket.queuedAt, timeZone).date, timeZone } };
  }

  /** Begins a new day of figures where a clock has passed midnight: the agents' by the site's, a queue's by its client's. */
  private turnDays(pool: Pool): void {
    const now = this.config.clock.now();
    if (now < this.nextMidnight && pool.zones.size === this.zonesSeen) return;
    this.zonesSeen = pool.zones.size;
    const changes = new Changes();
    for (const timeZone of pool.zones) {
      this.step(pool, { type: "client_day_began", day: { date: localTimeAt(now, timeZone).date, timeZone } }, changes);
    }
    const site = pool.config.timeZone;
    const { date } = localTimeAt(now, site);
    const known = this.storage.setting<string>("day");
    if (known !== date) this.storage.setSetting("day", date);
    if (known !== null && known !== date) this.step(pool, { type: "day_began" }, changes);
    this.nextMidnight = Math.min(...[site, ...pool.zones].map((timeZone) => dayEndsAt(now, timeZone)));
    this.save(pool, changes);
  }

  private setAlarm(): void {
    const due = this.loaded === null ? null : nextDeadline(this.loaded);
    const midnight = this.loaded === null || this.loaded.queues.size === 0 ? Infinity : this.nextMidnight;
    const times = [due === null ? Infinity : this.config.clock.realInstant(due), this.outbox.nextTryAt() ?? Infinity];
    times.push(this.sessions.dueAt() ?? Infinity, midnight === 0 ? Infinity : this.config.clock.realInstant(midnight));
    const at = Math.min(...times);
    if (!Number.isFinite(at) || (this.alarmAt !== null && this.alarmAt <= at && this.alarmAt > Date.now())) return;
    this.alarmAt = at;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(at));
  }
}
