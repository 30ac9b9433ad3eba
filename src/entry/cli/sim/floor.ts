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
import { type Random, randomExponential, seededRandom } from "../../../domain/kernel/random.ts";
import {
  brokenPromise,
  type Chance,
  createPool,
  type Pool,
  type PoolConfig,
  type PoolEvent,
  step,
} from "../../../domain/routing/index.ts";
import { handleMs, tenantDay } from "./demand.ts";
import type { SimOptions } from "./options.ts";
import { clausesFailed, type DayFigures, LedgerHash, type SimReport } from "./report.ts";
import { Timeline } from "./timeline.ts";

const ARRIVES = 0;
const GIVES_UP = 1;
const TALK_ENDS = 2;
const KEEPS_ALIVE = 3;

/** Keep-alives of waiting contacts, as the product sends them. */
const KEEP_ALIVE_MS = 30_000;
/** The whole pool is compared with its promises this often in simulated time; every event is checked for double booking. */
const CHECK_EVERY_MS = 3_600_000;
/** Leases are looked after this often: finer than any of them needs. */
const TICK_EVERY_MS = 15_000;
/** A day begins at this hour of the virtual clock, so that days do not touch. */
const DAY_MS = 24 * 3_600_000;
const LONG_WAIT_MS = 60_000;

type Call = {
  readonly tenant: number;
  readonly at: number;
  readonly id: ContactId;
  agent: AgentId | null;
  reservation: ReservationId | null;
};

/** One run: demand, agents who answer at once, and the product's pool machine between them, on a virtual clock. */
export class SimFloor {
  private readonly options: SimOptions;
  private readonly pool: Pool;
  private readonly chance: Chance;
  private readonly random: { readonly patience: Random; readonly handle: Random; readonly days: Random };
  private readonly timeline = new Timeline();
  private readonly hash = new LedgerHash();
  private readonly calls = new Map<number, Call>();
  private readonly callOf = new Map<string, number>();
  private readonly queues: {
    readonly brand: LineConfig["brand"];
    readonly queue: QueueConfig;
    readonly tenantId: TenantId;
  }[];
  private arrivals: ((afterS: number) => number | null)[] = [];
  private figures: DayFigures[] = [];
  private now = 0;
  private dayStart = 0;
  private made = 0;
  private reservations = 0;
  private busyMs = 0;
  private over60s = 0;
  private maxWaitMs = 0;
  private failing = 0;
  private failingLevel = 0;
  private failingAbandoned = 0;
  private readonly sum: DayFigures = { offered: 0, answered: 0, inTime: 0, abandoned: 0 };
  private broken = 0;
  private firstBroken: string | null = null;
  private nextCheck = CHECK_EVERY_MS;
  private nextTick = TICK_EVERY_MS;

  constructor(options: SimOptions) {
    this.options = options;
    const random = seededRandom(options.seed);
    this.random = { patience: random.fork("patience"), handle: random.fork("handle"), days: random.fork("days") };
    const lots = random.fork("routing");
    this.chance = {
      random: lots.next,
      newReservationId: () => {
        this.reservations += 1;
        return asId<ReservationId>(`r${this.reservations}`);
      },
    };
    this.queues = Array.from({ length: options.tenants }, (_, tenant) => queueOf(options, tenant));
    this.pool = createPool(poolConfig(options, random.fork("brands")));
  }

  run(): SimReport {
    const began = performance.now();
    for (const agentId of this.pool.agents.keys()) {
      this.send({ type: "device_joined", agentId, deviceId: "desk" });
      this.send({ type: "set_state", agentId, to: "ready", reason: null });
    }
    for (let day = 0; day < this.options.days; day++) this.runDay(day);
    return this.report((performance.now() - began) / 1_000);
  }

  private runDay(day: number): void {
    const { options } = this;
    this.dayStart = (day + 1) * DAY_MS;
    this.now = this.dayStart;
    this.nextCheck = this.now + CHECK_EVERY_MS;
    this.nextTick = this.now + TICK_EVERY_MS;
    this.figures = Array.from({ length: options.tenants }, () => ({
      offered: 0,
      answered: 0,
      inTime: 0,
      abandoned: 0,
    }));
    this.arrivals = this.figures.map(
      (_, tenant) => tenantDay(options, tenant, this.random.days.fork(`${day}/${tenant}`)).next,
    );
    for (let tenant = 0; tenant < options.tenants; tenant++) this.planArrival(tenant, 0);
    while (this.timeline.take()) this.happen();
    for (const figures of this.figures) this.closeDay(figures);
    this.check();
    this.send({ type: "day_began" });
    this.tick();
  }

  private happen(): void {
    const { at, kind, who } = this.timeline;
    this.now = at;
    if (at >= this.nextTick) this.tick();
    if (at >= this.nextCheck) this.check();
    switch (kind) {
      case ARRIVES:
        return this.arrive(who);
      case GIVES_UP:
        return this.giveUp(who);
      case TALK_ENDS:
        return this.endTalk(who);
      case KEEPS_ALIVE:
        return this.keepAlive(who);
    }
  }

  private planArrival(tenant: number, afterS: number): void {
    const at = this.arrivals[tenant]?.(afterS) ?? null;
    if (at !== null) this.timeline.plan(this.dayStart + at * 1_000, ARRIVES, tenant);
  }

  private arrive(tenant: number): void {
    this.planArrival(tenant, (this.now - this.dayStart) / 1_000);
    this.made += 1;
    const number = this.made;
    const call: Call = { tenant, at: this.now, id: asId<ContactId>(`c${number}`), agent: null, reservation: null };
    this.calls.set(number, call);
    this.callOf.set(call.id, number);
    this.of(tenant).offered += 1;
    this.sendTicket(call);
    if (call.agent !== null) return;
    this.timeline.plan(
      this.now + randomExponential(this.random.patience, this.options.patienceS * 1_000),
      GIVES_UP,
      number,
    );
    this.timeline.plan(this.now + KEEP_ALIVE_MS, KEEPS_ALIVE, number);
  }

  private keepAlive(number: number): void {
    const call = this.calls.get(number);
    if (call === undefined || call.agent !== null) return;
    this.sendTicket(call);
    this.timeline.plan(this.now + KEEP_ALIVE_MS, KEEPS_ALIVE, number);
  }

  private giveUp(number: number): void {
    const call = this.calls.get(number);
    if (call === undefined || call.agent !== null) return;
    this.waited(call);
    this.of(call.tenant).abandoned += 1;
    this.forget(number, call);
    this.hash.add(number);
    this.hash.add(Math.round(this.now - call.at));
    this.send({ type: "withdraw", contactId: call.id, why: "abandoned", attempt: 1 });
  }

  private endTalk(number: number): void {
    const call = this.calls.get(number);
    if (call === undefined || call.reservation === null) return;
    this.forget(number, call);
    this.send({ type: "talk_ended", contactId: call.id, reservationId: call.reservation, wrapUpS: 0 });
  }

  private sendTicket(call: Call): void {
    const place = this.queues[call.tenant];
    if (place === undefined) return;
    const ticket = { ...place, contactId: call.id, from: "", to: "", queuedAt: call.at, attempt: 1 };
    this.send({ type: "wait", ticket });
  }

  /** One step of the product's machine; every offer it makes is taken at once. */
  private send(event: PoolEvent): void {
    step(this.pool, event, this.now, this.chance);
    const offers = this.pool.out.messages.filter(({ message }) => message.kind === "seat_reserved");
    for (const { contactId, message } of offers) {
      if (message.kind === "seat_reserved") this.answer(contactId, message.agentId, message.reservationId);
    }
  }

  private answer(contactId: ContactId, agentId: AgentId, reservationId: ReservationId): void {
    const number = this.callOf.get(contactId);
    const call = number === undefined ? undefined : this.calls.get(number);
    if (number === undefined || call === undefined || call.agent !== null) {
      this.breaks(`contact ${contactId} was given a second seat, ${agentId}`);
      return;
    }
    call.agent = agentId;
    call.reservation = reservationId;
    const waitedMs = this.waited(call);
    const figures = this.of(call.tenant);
    figures.answered += 1;
    if (waitedMs <= this.options.target.withinS * 1_000) figures.inTime += 1;
    const talkMs = handleMs(this.options, this.random.handle);
    this.busyMs += talkMs;
    this.timeline.plan(this.now + talkMs, TALK_ENDS, number);
    this.hash.add(number);
    this.hash.add(Number(agentId.slice(1)));
    this.hash.add(Math.round(waitedMs));
    step(this.pool, { type: "accept", agentId, deviceId: "desk", reservationId }, this.now, this.chance);
    step(this.pool, { type: "connected", contactId, reservationId }, this.now, this.chance);
  }

  private waited(call: Call): number {
    const waitedMs = this.now - call.at;
    if (waitedMs > LONG_WAIT_MS) this.over60s += 1;
    if (waitedMs > this.maxWaitMs) this.maxWaitMs = waitedMs;
    return waitedMs;
  }

  private forget(number: number, call: Call): void {
    this.calls.delete(number);
    this.callOf.delete(call.id);
  }

  private closeDay(day: DayFigures): void {
    if (day.offered !== day.answered + day.abandoned)
      this.breaks("offered is not answered plus abandoned at the end of a day");
    const { level, abandoned } = clausesFailed(day, this.options.target.share);
    if (level || abandoned) this.failing += 1;
    if (level) this.failingLevel += 1;
    if (abandoned) this.failingAbandoned += 1;
    this.sum.offered += day.offered;
    this.sum.answered += day.answered;
    this.sum.inTime += day.inTime;
    this.sum.abandoned += day.abandoned;
  }

  /** What is due in the pool by itself; contacts it asks about answer that they are talking. */
  private tick(): void {
    this.nextTick = this.now + TICK_EVERY_MS;
    this.send({ type: "tick" });
    const asked = this.pool.out.messages.filter(({ message }) => message.kind === "seat_accepted");
    for (const { contactId, message } of asked) {
      const said = { type: "contact_said", contactId, reservationId: message.reservationId, stage: "talking" } as const;
      step(this.pool, said, this.now, this.chance);
    }
  }

  private check(): void {
    this.tick();
    this.nextCheck = this.now + CHECK_EVERY_MS;
    const broken = brokenPromise(this.pool, this.now);
    if (broken !== null) this.breaks(broken);
  }

  private breaks(promise: string): void {
    this.broken += 1;
    this.firstBroken ??= promise;
  }

  private of(tenant: number): DayFigures {
    return this.figures[tenant] as DayFigures; // made for every tenant at the day's start
  }

  private report(wallSeconds: number): SimReport {
    const { options, sum } = this;
    const round = (value: number, digits: number) => Number(value.toFixed(digits));
    return {
      seats: options.seats,
      tenants: options.tenants,
      days: options.days,
      policy: options.policy,
      seed: options.seed,
      contacts: sum.offered,
      wallSeconds: round(wallSeconds, 2),
      rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
      decisions: sum.answered,
      decisionsPerSecond: Math.round(sum.answered / wallSeconds),
      serviceLevelMean: round(sum.inTime / sum.offered, 5),
      failingTenantDays: this.failing,
      failingServiceLevel: this.failingLevel,
      failingAbandoned: this.failingAbandoned,
      tenantDays: options.tenants * options.days,
      over60s: this.over60s,
      maxWaitS: round(this.maxWaitMs / 1_000, 1),
      abandonedShare: round(sum.abandoned / sum.offered, 5),
      occupancy: round(this.busyMs / (options.seats * options.hours * 3_600_000 * options.days), 4),
      invariantsBroken: this.broken,
      firstBroken: this.firstBroken,
      ledgerHash: this.hash.toString(),
    };
  }
}

function queueOf(options: SimOptions, tenant: number) {
  const brand = { id: asId<BrandId>(`b${tenant}`), name: `Brand ${tenant}`, color: "#000000", greeting: "" };
  const queue: QueueConfig = {
    id: asId<QueueId>(`q${tenant}`),
    poolId: asId<PoolId>("sim"),
    name: `Queue ${tenant}`,
    priority: 0,
    skills: [],
    strategy: "longest_idle",
    ringTimeoutS: 20,
    wrapUpS: 0,
    target: { ...options.target, shortAbandonS: 0 },
  };
  return { brand, queue, tenantId: asId<TenantId>(`t${tenant}`) };
}

function poolConfig(options: SimOptions, random: Random): PoolConfig {
  const { seats, tenants, brandsPerSeat } = options;
  return {
    poolId: asId<PoolId>("sim"),
    version: 1,
    timeZone: "UTC",
    policy: options.policy,
    agents: Array.from({ length: seats }, (_, seat) => ({
      agentId: asId<AgentId>(`a${seat}`),
      name: "",
      skills: {},
      brands: brandsOf(seat, tenants, brandsPerSeat, random),
    })),
    tenants: [],
    brands: [],
  };
}

/** Brands are dealt out evenly: the first by turn, so that each has its seats, the others by lot. */
function brandsOf(seat: number, tenants: number, brandsPerSeat: number, random: Random): BrandId[] {
  const own = new Set<number>([seat % tenants]);
  if (brandsPerSeat >= tenants) for (let tenant = 0; tenant < tenants; tenant++) own.add(tenant);
  while (own.size < brandsPerSeat) own.add(Math.floor(random.next() * tenants));
  return [...own].map((tenant) => asId<BrandId>(`b${tenant}`));
}
