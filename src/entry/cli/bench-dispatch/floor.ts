import { randomUUID } from "node:crypto";
import WebSocket from "ws";
import type { QueueConfig } from "../../../domain/call/line-config.ts";
import {
  type AgentId,
  asId,
  type BrandId,
  type ContactId,
  type PoolId,
  type QueueId,
  type TenantId,
} from "../../../domain/kernel/ids.ts";
import { type Random, randomExponential, seededRandom } from "../../../domain/kernel/random.ts";
import type { PoolConfig, Ticket } from "../../../domain/routing/index.ts";
import type { DesktopFrame } from "../../../features/routing/schema.ts";
import type { Said, Told } from "./worker.ts";

/** Tenants whose callers share the pool. */
const TENANTS = 20;
/** Desktops opened at once. */
const OPENING = 50;
/** From acceptance until both hear each other. */
const CONNECT_MS = 50;
/** Only a frame with an offer in it is read whole: the load must not be slower than what it measures. */
const HAS_OFFER = Buffer.from('"offer":{');
const IS_READY = Buffer.from('"state":"ready"');

export type FloorSettings = { readonly seats: number; readonly handleS: number; readonly seed: number };
/** A call that counts: when it was meant to come, when it was sent, when its offer was in the agent's hands. */
export type Timed = { readonly meantAt: number; readonly sentAt: number; readonly seenAt: number };

/** All seats of one pool, each with a socket and an agent who accepts at once, and the calls that come in. */
export class Floor {
  readonly timed: Timed[] = [];
  readonly poolId = asId<PoolId>(randomUUID());
  private readonly url: string;
  /** Where calls come from: everything that is not a desktop speaks here. */
  private readonly house: WebSocket;
  private readonly asked = new Map<number, () => void>();
  private readonly settings: FloorSettings;
  private readonly agents: readonly AgentId[];
  private readonly tenants = Array.from({ length: TENANTS }, () => asId<TenantId>(randomUUID()));
  private readonly brands = Array.from({ length: TENANTS }, () => asId<BrandId>(randomUUID()));
  private readonly queues = Array.from({ length: TENANTS }, () => asId<QueueId>(randomUUID()));
  private readonly sockets: WebSocket[] = [];
  /** Calls that count and have not been offered yet. */
  private readonly waiting = new Map<string, Omit<Timed, "seenAt">>();
  private readonly taken = new Set<string>();
  private readonly talks: Random;
  private calls = 0;
  private questions = 0;
  private expecting: ((timed: Timed) => void) | null = null;
  private closed = false;

  constructor(url: string, settings: FloorSettings) {
    this.url = url.replace("http", "ws");
    this.house = this.socket("/say", "", { perMessageDeflate: false });
    this.settings = settings;
    this.talks = seededRandom(settings.seed).fork("talks");
    this.agents = Array.from({ length: settings.seats }, () => asId<AgentId>(randomUUID()));
  }

  async open(): Promise<void> {
    await new Promise((open) => this.house.once("open", open));
    this.house.on("message", (data) => this.heard(JSON.parse(data.toString()) as Told));
    await this.ask("configure", this.config());
    for (let at = 0; at < this.agents.length; at += OPENING) {
      await Promise.all(this.agents.slice(at, at + OPENING).map((agentId) => this.seat(agentId)));
    }
  }

  call(meantAt: number, counts: boolean): void {
    const ticket = this.ticket();
    if (counts) this.waiting.set(ticket.contactId, { meantAt, sentAt: performance.now() });
    this.send("wait", ticket);
  }

  /** One call by itself, until its offer is seen. */
  offer(): Promise<Timed> {
    return new Promise((done) => {
      this.expecting = done;
      this.call(performance.now(), true);
    });
  }

  /** Takes the pool's object from memory; the sockets stay open. */
  async sleep(): Promise<void> {
    await this.ask("sleep");
  }

  close(): void {
    this.closed = true;
    for (const socket of this.sockets) socket.terminate();
  }

  private config(): PoolConfig {
    return {
      poolId: this.poolId,
      version: 1,
      timeZone: "Asia/Shanghai",
      agents: this.agents.map((agentId, index) => ({
        agentId,
        name: `Agent ${index}`,
        skills: { zh: 1 },
        brands: this.brands,
      })),
      tenants: [],
      brands: this.brands.map((id, index) => ({
        id,
        tenantId: this.tenants[index] as TenantId,
        name: `Brand ${index}`,
        color: "#123456",
      })),
    };
  }

  private ticket(): Ticket {
    this.calls += 1;
    const tenant = this.calls % TENANTS;
    const queue: QueueConfig = {
      id: this.queues[tenant] as QueueId,
      poolId: this.poolId,
      name: `Queue ${tenant}`,
      priority: 0,
      skills: ["zh"],
      strategy: "longest_idle",
      ringTimeoutS: 20,
      wrapUpS: 0,
      target: { share: 0.8, withinS: 20, shortAbandonS: 5 },
    };
    return {
      contactId: asId<ContactId>(randomUUID()),
      tenantId: this.tenants[tenant] as TenantId,
      brand: { id: this.brands[tenant] as BrandId, name: `Brand ${tenant}`, color: "#123456", greeting: "Hello" },
      queue,
      from: "+12015550100",
      to: "+12015550199",
      queuedAt: Date.now(),
      attempt: 1,
    };
  }

  private seat(agentId: AgentId): Promise<void> {
    const socket = this.socket("/agent", `&agent=${agentId}`);
    socket.on("open", () => socket.send('{"id":"ready","cmd":"set_state","to":"ready","reason":null}'));
    return new Promise((ready, fail) => {
      socket.on("error", fail);
      socket.on("message", (data) => {
        const seenAt = performance.now();
        const frame = data as Buffer; // as `ws` gives every message unless asked otherwise
        if (frame.includes(HAS_OFFER)) this.answer(socket, JSON.parse(frame.toString()) as DesktopFrame, seenAt);
        else if (frame.includes(IS_READY)) ready();
      });
    });
  }

  private answer(socket: WebSocket, frame: DesktopFrame, seenAt: number): void {
    const offer = frame.kind === "agent" ? frame.agent.offer : null;
    if (offer === null || this.taken.has(offer.reservationId)) return;
    const { reservationId, contactId } = offer;
    this.taken.add(reservationId);
    const counted = this.waiting.get(contactId);
    if (counted !== undefined) this.count({ ...counted, seenAt });
    this.waiting.delete(contactId);
    socket.send(JSON.stringify({ id: reservationId, cmd: "accept", reservationId }));
    setTimeout(() => this.send("connected", contactId, reservationId), CONNECT_MS);
    const talkMs = 2 * CONNECT_MS + randomExponential(this.talks, this.settings.handleS * 1_000);
    setTimeout(() => this.send("talkEnded", contactId, reservationId, 0), talkMs);
  }

  private count(timed: Timed): void {
    this.timed.push(timed);
    this.expecting?.(timed);
    this.expecting = null;
  }

  private socket(path: string, more = "", options: WebSocket.ClientOptions = {}): WebSocket {
    const socket = new WebSocket(`${this.url}${path}?pool=${this.poolId}${more}`, options);
    socket.on("error", (error) => {
      if (!this.closed) throw error;
    });
    this.sockets.push(socket);
    return socket;
  }

  private send(name: string, ...args: readonly unknown[]): void {
    this.say({ name, args, ask: null });
  }

  private ask(name: string, ...args: readonly unknown[]): Promise<void> {
    const ask = ++this.questions;
    return new Promise((done) => {
      this.asked.set(ask, done);
      this.say({ name, args, ask });
    });
  }

  private say(said: Said): void {
    if (!this.closed) this.house.send(JSON.stringify(said));
  }

  private heard(told: Told): void {
    if ("trouble" in told) throw new Error(told.trouble);
    this.asked.get(told.ask)?.();
    this.asked.delete(told.ask);
  }
}
