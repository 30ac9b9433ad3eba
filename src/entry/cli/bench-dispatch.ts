import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";
import type { QueueConfig } from "../../domain/call/line-config.ts";
import {
  type AgentId,
  asId,
  type BrandId,
  type ContactId,
  type PoolId,
  type QueueId,
  type TenantId,
} from "../../domain/kernel/ids.ts";
import { type Random, randomExponential, seededRandom } from "../../domain/kernel/random.ts";
import type { PoolConfig, Ticket } from "../../domain/routing/index.ts";
import type { DesktopFrame } from "../../features/routing/schema.ts";
import { freePorts } from "./ports.ts";
import { startWorker } from "./workerd.ts";

export type DispatchBench = {
  readonly seats: number;
  readonly offers: number;
  /** From the intended instant of the call's arrival to the offer's frame in the agent's hands. */
  readonly offerP50Ms: number;
  readonly offerP90Ms: number;
  readonly offerP99Ms: number;
  /** How late a timer of one millisecond was in the same process at the same time: nobody can be faster than this. */
  readonly floorP50Ms: number;
  readonly floorP99Ms: number;
  readonly load: number;
  /** Each offer's wait and each timer's lateness, for intervals. */
  readonly waitsMs: readonly number[];
  readonly latesMs: readonly number[];
};

type Settings = {
  readonly seats: number;
  readonly load: number;
  readonly handleS: number;
  readonly measureS: number;
  readonly seed: number;
};

/** Time in which the floor is filled, and to let it come to rest. */
const FILL_S = 12;
const SETTLE_S = 2;
/** Tenants whose callers share the pool. */
const TENANTS = 20;
/** Desktops opened at once. */
const OPENING = 50;

/**
 * B11: the real pool object in workerd with real sockets, calls arriving by an open-loop Poisson process. Agents accept at
 * once and talk for exponential times, so that the wanted share of seats is busy.
 */
export async function benchDispatch(over: Partial<Settings> = {}): Promise<DispatchBench> {
  const settings: Settings = { seats: 1_000, load: 0.7, handleS: 30, measureS: 20, seed: 1, ...over };
  const stateDir = mkdtempSync(join(tmpdir(), "callhouse-bench-"));
  const [port = 0] = await freePorts(1);
  const worker = await startWorker({
    name: "callhouse-bench-dispatch",
    configPath: "src/entry/cli/bench-dispatch/wrangler.toml",
    port,
    variables: {
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      SEAL_KEY: Buffer.alloc(32, 7).toString("base64"),
      INTERNAL_KEY: "internal-key-of-the-bench",
    },
    hyperdrives: {},
    stateDir,
    log: () => undefined,
  });
  try {
    return await measure(new Floor(worker.url, settings), settings);
  } finally {
    await worker.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

async function measure(floor: Floor, settings: Settings): Promise<DispatchBench> {
  await floor.open();
  const random = seededRandom(settings.seed);
  const busy = settings.seats * settings.load;
  // Talk times are exponential, so a floor filled at once is already in its steady state.
  await arrivals(random, FILL_S / busy, busy, (meantAt) => floor.call(meantAt, false));
  await rest(SETTLE_S);
  const timers = new TimerFloor();
  const each = settings.handleS / busy;
  await arrivals(random, each, settings.measureS / each, (meantAt) => floor.call(meantAt, true));
  await rest(SETTLE_S);
  timers.stop();
  floor.close();
  const waits = floor.waits.sort((a, b) => a - b);
  const late = timers.late.sort((a, b) => a - b);
  return {
    seats: settings.seats,
    offers: waits.length,
    offerP50Ms: quantile(waits, 0.5),
    offerP90Ms: quantile(waits, 0.9),
    offerP99Ms: quantile(waits, 0.99),
    floorP50Ms: quantile(late, 0.5),
    floorP99Ms: quantile(late, 0.99),
    load: settings.load,
    waitsMs: waits,
    latesMs: late,
  };
}

/** So many arrivals of a Poisson process with this mean gap, each told when it was meant, however late it is. */
async function arrivals(random: Random, gapS: number, count: number, arrive: (meantAt: number) => void): Promise<void> {
  let at = performance.now();
  for (let one = 0; one < count; one++) {
    at += randomExponential(random, gapS * 1_000);
    await until(at);
    arrive(at);
  }
}

const rest = (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, seconds * 1_000));

/** All seats of one pool, each with a socket, and the calls that come in. */
class Floor {
  readonly waits: number[] = [];
  private readonly url: string;
  private readonly settings: Settings;
  private readonly poolId = asId<PoolId>(randomUUID());
  private readonly agents: AgentId[];
  private readonly tenants = Array.from({ length: TENANTS }, () => asId<TenantId>(randomUUID()));
  private readonly brands = Array.from({ length: TENANTS }, () => asId<BrandId>(randomUUID()));
  private readonly queues = Array.from({ length: TENANTS }, () => asId<QueueId>(randomUUID()));
  private readonly sockets: WebSocket[] = [];
  /** Calls that count, by contact: when each was meant to arrive. */
  private readonly meant = new Map<string, number>();
  private readonly taken = new Set<string>();
  private readonly talks: Random;
  private calls = 0;
  private closed = false;

  constructor(url: string, settings: Settings) {
    this.url = url;
    this.settings = settings;
    this.talks = seededRandom(settings.seed).fork("talks");
    this.agents = Array.from({ length: settings.seats }, () => asId<AgentId>(randomUUID()));
  }

  async open(): Promise<void> {
    const config: PoolConfig = {
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
    await this.rpc("configure", config);
    for (let at = 0; at < this.agents.length; at += OPENING) {
      await Promise.all(this.agents.slice(at, at + OPENING).map((agentId) => this.seat(agentId)));
    }
  }

  call(meantAt: number, counts: boolean): void {
    this.calls += 1;
    const tenant = this.calls % TENANTS;
    const contactId = asId<ContactId>(randomUUID());
    if (counts) this.meant.set(contactId, meantAt);
    const brand = { id: this.brands[tenant] as BrandId, name: `Brand ${tenant}`, color: "#123456", greeting: "Hello" };
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
    const ticket: Ticket = {
      contactId,
      tenantId: this.tenants[tenant] as TenantId,
      brand,
      queue,
      from: "+12015550100",
      to: "+12015550199",
      queuedAt: Date.now(),
      attempt: 1,
    };
    this.send("wait", ticket);
  }

  close(): void {
    this.closed = true;
    for (const socket of this.sockets) socket.terminate();
  }

  private seat(agentId: AgentId): Promise<void> {
    const socket = new WebSocket(`${this.url.replace("http", "ws")}/agent?pool=${this.poolId}&agent=${agentId}`);
    this.sockets.push(socket);
    socket.on("open", () => socket.send('{"id":"ready","cmd":"set_state","to":"ready","reason":null}'));
    return new Promise((ready, fail) => {
      socket.on("error", (error) => (this.closed ? undefined : fail(error)));
      socket.on("message", (data) => {
        const seenAt = performance.now();
        const frame = JSON.parse(String(data)) as DesktopFrame;
        if (frame.kind !== "agent") return;
        if (frame.agent.state === "ready") ready();
        if (frame.agent.offer !== null) this.answer(socket, frame.agent.offer, seenAt);
      });
    });
  }

  private answer(socket: WebSocket, offer: { reservationId: string; contactId: string }, seenAt: number): void {
    if (this.taken.has(offer.reservationId)) return;
    this.taken.add(offer.reservationId);
    const meantAt = this.meant.get(offer.contactId);
    if (meantAt !== undefined) this.waits.push(seenAt - meantAt);
    socket.send(JSON.stringify({ id: offer.reservationId, cmd: "accept", reservationId: offer.reservationId }));
    setTimeout(() => this.send("connected", offer.contactId, offer.reservationId), 50);
    const talkMs = 100 + randomExponential(this.talks, this.settings.handleS * 1_000);
    setTimeout(() => this.send("talkEnded", offer.contactId, offer.reservationId, 0), talkMs);
  }

  private send(name: string, ...args: unknown[]): void {
    if (this.closed) return;
    this.rpc(name, ...args).catch((trouble: unknown) => {
      if (!this.closed) throw trouble;
    });
  }

  private async rpc(name: string, ...args: unknown[]): Promise<void> {
    const response = await fetch(`${this.url}/${name}?pool=${this.poolId}`, {
      method: "POST",
      body: JSON.stringify(args),
    });
    if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  }
}

/** How late timers are in this process: the same machine, the same moment, no pool. */
class TimerFloor {
  readonly late: number[] = [];
  private running = true;

  constructor() {
    this.next();
  }

  stop(): void {
    this.running = false;
  }

  private next(): void {
    if (!this.running) return;
    const began = performance.now();
    setTimeout(() => {
      this.late.push(performance.now() - began);
      setTimeout(() => this.next(), 10);
    }, 1);
  }
}

/** Waits for an instant; the rest below a timer's grain is spent yielding. */
async function until(instant: number): Promise<void> {
  const rest = instant - performance.now();
  if (rest > 1) await new Promise((done) => setTimeout(done, rest));
}

function quantile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return Math.round(value * 100) / 100;
}
