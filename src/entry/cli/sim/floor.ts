import { type AgentId, asId, type ContactId, type ReservationId } from "../../../domain/kernel/ids.ts";
import { type Random, randomExponential, seededRandom } from "../../../domain/kernel/random.ts";
import {
  brokenPromise,
  type Chance,
  createPool,
  type Pool,
  type PoolEvent,
  type PoolMessage,
  step,
} from "../../../domain/routing/index.ts";
import type { QueueOutcome } from "../../../domain/sla/grade.ts";
import { handleMs, tenantDay } from "./demand.ts";
import { numberIn } from "./names.ts";
import type { SimOptions } from "./options.ts";
import { Books, type SimReport } from "./report.ts";
import { SeatLedger } from "./seat-ledger.ts";
import { type Shift, shiftOf } from "./shifts.ts";
import { Timeline } from "./timeline.ts";
import { Trace } from "./trace.ts";
import { type SimClient, type SimWorld, simWorld } from "./world.ts";

const ARRIVES = 0;
const GIVES_UP = 1;
const TALK_ENDS = 2;
const KEEPS_ALIVE = 3;
const RINGS_AGAIN = 4;
const GOES_ON_BREAK = 5;
const COMES_BACK = 6;

/** Keep-alives of waiting contacts, as the product sends them. */
const KEEP_ALIVE_MS = 30_000;
/** The whole pool is compared with its promises this often in simulated time; every event is checked for double booking. */
const CHECK_EVERY_MS = 3_600_000;
/** Leases are looked after this often: finer than any of them needs. */
const TICK_EVERY_MS = 15_000;
/** Days begin this far apart, or as far as their hours need, so that they do not touch. */
const DAY_MS = 24 * 3_600_000;

/** What an experiment may change of an ordinary run. */
export type Trial = {
  readonly world?: (world: SimWorld) => SimWorld;
  /** Callers who come before this much of a day has passed are served but not counted: the floor begins empty. */
  readonly warmUpS?: number;
  /** Contacts the house can hold at once; one more is turned away by the carrier. */
  readonly lines?: number;
  /** Who gives up rings again with this probability, this long afterwards in the mean. */
  readonly redial?: { readonly share: number; readonly afterS: number };
  readonly watch?: Watch;
  /** The pool machine; the product's own where none is given. */
  readonly step?: typeof step;
  /** Contacts, agents, queues or clients of whom everything is written down, up to the first broken promise. */
  readonly traced?: ReadonlySet<string>;
};

/** What happens to the callers who are counted. */
export type Watch = {
  readonly came?: (pool: Pool, contactId: ContactId, now: number) => void;
  readonly left?: (tenant: number, outcome: QueueOutcome, waitedMs: number, contactId: ContactId, now: number) => void;
  readonly turnedAway?: () => void;
};

type Call = {
  readonly tenant: number;
  /** Its number in the timeline. */
  readonly place: number;
  readonly counts: boolean;
  readonly at: number;
  readonly id: ContactId;
  reservation: ReservationId | null;
  stage: "waiting" | "talking" | "over";
  /** Events of the timeline that still name this call; at none its place may be given to another. */
  planned: number;
};

type Offer = { readonly contactId: ContactId; readonly agentId: AgentId; readonly reservationId: ReservationId };

/** One run: demand, agents who answer at once, and the product's pool machine between them, on a virtual clock. */
export class SimFloor {
  /** Events that have happened: arrivals, answers' ends, keep-alives, breaks. */
  events = 0;
  readonly trace: Trace;
  private readonly options: SimOptions;
  private readonly trial: Trial;
  private readonly world: SimWorld;
  private readonly pool: Pool;
  private readonly machine: typeof step;
  private readonly chance: Chance;
  private readonly random: { readonly patience: Random; readonly handle: Random; readonly days: Random };
  private readonly timeline = new Timeline();
  private readonly books: Books;
  private readonly ledger: SeatLedger;
  private readonly calls: Call[] = [];
  private readonly unused: number[] = [];
  private readonly waiting = new Map<ContactId, Call>();
  private readonly offers: Offer[] = [];
  private readonly agentIds: readonly AgentId[];
  private shifts: readonly Shift[] = [];
  private readonly asking: { readonly contactId: ContactId; readonly reservationId: ReservationId }[] = [];
  private asked = false;
  private arriving: Call | null = null;
  private arrivals: ((afterS: number) => number | null)[] = [];
  private now = 0;
  private dayStart = 0;
  private days = 0;
  private countFrom = 0;
  private made = 0;
  private reservations = 0;
  private held = 0;
  private nextCheck = 0;
  private nextTick = 0;

  constructor(options: SimOptions, trial: Trial = {}) {
    this.options = options;
    this.trial = trial;
    this.trace = new Trace(trial.traced ?? new Set());
    this.machine = trial.step ?? step;
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
    const world = simWorld(options, random.fork("brands"));
    this.world = trial.world === undefined ? world : trial.world(world);
    this.pool = createPool(this.world.pool);
    this.agentIds = this.world.pool.agents.map(({ agentId }) => agentId);
    this.ledger = new SeatLedger(this.agentIds.length, options.tenants);
    this.books = new Books(options);
  }

  run(): SimReport {
    const began = performance.now();
    for (const agentId of this.agentIds) this.send({ type: "device_joined", agentId, deviceId: "desk" });
    for (let day = 0; day < this.options.days; day++) this.runDay(day);
    return this.books.report((performance.now() - began) / 1_000);
  }

  private runDay(day: number): void {
    const { options } = this;
    const hoursMs = Math.round(options.hours * 3_600_000);
    this.dayStart = (day + 1) * Math.max(DAY_MS, hoursMs + DAY_MS / 2);
    this.days = day + 1;
    this.now = this.dayStart;
    this.countFrom = this.now + (this.trial.warmUpS ?? 0) * 1_000;
    this.nextCheck = this.now + CHECK_EVERY_MS;
    this.nextTick = this.now + TICK_EVERY_MS;
    this.books.openDay();
    this.beginShifts(this.random.days.fork(`${day}/shifts`), hoursMs);
    this.arrivals = this.world.clients.map(
      (_, tenant) => tenantDay(options, tenant, this.random.days.fork(`${day}/${tenant}`)).next,
    );
    for (let tenant = 0; tenant < options.tenants; tenant++) this.planArrival(tenant, 0);
    this.runUntil(this.countFrom);
    const opening = this.ledger.upTo(this.countFrom);
    this.runUntil(this.dayStart + hoursMs);
    this.books.noteSeats(opening, this.ledger.upTo(this.dayStart + hoursMs));
    this.runUntil(Number.POSITIVE_INFINITY);
    this.closeDay();
  }

  private runUntil(end: number): void {
    while (!this.isTold() && this.timeline.next() <= end && this.timeline.take()) this.happen();
  }

  /** A run that is only told again is of no interest after its first broken promise. */
  private isTold(): boolean {
    return this.trial.traced !== undefined && this.books.firstBroken !== null;
  }

  private closeDay(): void {
    this.books.closeDay(this.ledger);
    this.check();
    this.shifts = [];
    for (const agentId of this.agentIds) this.send({ type: "set_state", agentId, to: "off_shift", reason: null });
    this.send({ type: "day_began" });
    // In the simulator a day is as long as its lines are open, and is called by its number.
    const date = String(this.days).padStart(6, "0");
    this.send({ type: "client_day_began", day: { date, timeZone: this.pool.config.timeZone } });
    this.tick();
  }

  private beginShifts(random: Random, hoursMs: number): void {
    this.shifts = this.agentIds.map(() => shiftOf(this.options, random));
    this.shifts.forEach(({ comes, breaks }, agent) => {
      const agentId = this.agentIds[agent] as AgentId; // one shift an agent
      if (!comes) return;
      this.send({ type: "set_state", agentId, to: "ready", reason: null });
      for (const { from, until } of breaks) {
        this.timeline.plan(Math.round(this.dayStart + from * hoursMs), GOES_ON_BREAK, agent);
        this.timeline.plan(Math.round(this.dayStart + until * hoursMs), COMES_BACK, agent);
      }
    });
  }

  private happen(): void {
    this.events += 1;
    const { at, kind, who } = this.timeline;
    this.now = at;
    if (at >= this.nextTick) this.tick();
    if (at >= this.nextCheck) this.check();
    switch (kind) {
      case ARRIVES:
        this.planArrival(who, (at - this.dayStart) / 1_000);
        return this.arrive(who);
      case RINGS_AGAIN:
        return this.arrive(who);
      case GOES_ON_BREAK:
        return this.choose(who, "not_ready");
      case COMES_BACK:
        return this.choose(who, "ready");
    }
    const call = this.calls[who] as Call; // events name calls that are there
    call.planned -= 1;
    if (kind === TALK_ENDS) this.endTalk(call);
    else if (call.stage === "waiting" && kind === GIVES_UP) this.giveUp(call);
    else if (call.stage === "waiting") {
      this.sendTicket(call);
      if (call.stage === "waiting") this.plan(KEEP_ALIVE_MS, KEEPS_ALIVE, call);
    }
    if (call.planned === 0) this.unused.push(who);
  }

  private choose(agent: number, to: "ready" | "not_ready"): void {
    const agentId = this.agentIds[agent] as AgentId; // shifts are of agents
    this.send({ type: "set_state", agentId, to, reason: to === "ready" ? null : "break" });
  }

  private planArrival(tenant: number, afterS: number): void {
    const at = this.arrivals[tenant]?.(afterS) ?? null;
    if (at !== null) this.timeline.plan(Math.round(this.dayStart + at * 1_000), ARRIVES, tenant);
  }

  private plan(afterMs: number, kind: number, call: Call): void {
    call.planned += 1;
    this.timeline.plan(this.now + Math.round(afterMs), kind, call.place);
  }

  private arrive(tenant: number): void {
    const counts = this.now >= this.countFrom;
    if (this.held >= (this.trial.lines ?? Number.POSITIVE_INFINITY)) {
      if (counts) this.trial.watch?.turnedAway?.();
      return;
    }
    this.made += 1;
    this.held += 1;
    const id = asId<ContactId>(`c${this.made}`);
    const place = this.unused.pop() ?? this.calls.length;
    const call: Call = { tenant, place, counts, at: this.now, id, reservation: null, stage: "waiting", planned: 0 };
    this.calls[place] = call;
    if (counts) this.books.noteOffered(tenant);
    this.arriving = call;
    this.sendTicket(call);
    if (counts) this.trial.watch?.came?.(this.pool, id, this.now);
    if (call.stage !== "waiting") return;
    this.waiting.set(id, call);
    this.plan(randomExponential(this.random.patience, this.options.patienceS * 1_000), GIVES_UP, call);
    this.plan(KEEP_ALIVE_MS, KEEPS_ALIVE, call);
  }

  private giveUp(call: Call): void {
    call.stage = "over";
    this.held -= 1;
    this.waiting.delete(call.id);
    this.note(call, "abandoned", 0);
    this.send({ type: "withdraw", contactId: call.id, why: "abandoned", attempt: 1 });
    const { redial } = this.trial;
    if (redial === undefined || this.random.patience.next() >= redial.share) return;
    const afterMs = randomExponential(this.random.patience, redial.afterS * 1_000);
    this.timeline.plan(this.now + Math.round(afterMs), RINGS_AGAIN, call.tenant);
  }

  private endTalk(call: Call): void {
    call.stage = "over";
    this.held -= 1;
    if (call.reservation === null) return;
    this.send({ type: "talk_ended", contactId: call.id, reservationId: call.reservation, wrapUpS: 0 });
  }

  private sendTicket(call: Call): void {
    const { tenantId, brand, queue } = this.world.clients[call.tenant] as SimClient; // callers are of clients
    const ticket = { contactId: call.id, tenantId, brand, queue, from: "", to: "", queuedAt: call.at, attempt: 1 };
    this.send({ type: "wait", ticket });
  }

  /** One step of the product's machine; every offer it makes is taken at once. */
  private send(event: PoolEvent): void {
    this.step(event);
    for (let offer = this.offers.shift(); offer !== undefined; offer = this.offers.shift()) this.answer(offer);
  }

  private step(event: PoolEvent): void {
    this.machine(this.pool, event, this.now, this.chance);
    if (this.trial.traced !== undefined && !this.isTold()) this.trace.note(this.now, event, this.pool.out);
    const { facts, messages } = this.pool.out;
    for (const fact of facts) this.books.require(this.ledger.note(fact));
    for (const { contactId, message } of messages) this.hear(contactId, message);
  }

  /** What a contact does with the pool's word; asked about a talk that runs, it says so. */
  private hear(contactId: ContactId, message: PoolMessage): void {
    const { kind, reservationId } = message;
    if (kind === "seat_reserved") this.offers.push({ contactId, agentId: message.agentId, reservationId });
    else if (kind === "seat_accepted" && this.asked) this.asking.push({ contactId, reservationId });
  }

  private answer({ contactId, agentId, reservationId }: Offer): void {
    const { arriving } = this;
    const call = arriving?.id === contactId ? arriving : this.waiting.get(contactId);
    if (call === undefined || call.stage !== "waiting") {
      this.books.require(`contact ${contactId} was given a second seat, ${agentId}`);
      return;
    }
    if (call !== arriving) this.waiting.delete(contactId);
    call.stage = "talking";
    call.reservation = reservationId;
    const talkMs = Math.round(handleMs(this.options, this.random.handle));
    this.plan(talkMs, TALK_ENDS, call);
    this.books.noteTalk(call.tenant, talkMs);
    this.note(call, "answered", numberIn(agentId));
    this.step({ type: "accept", agentId, deviceId: "desk", reservationId });
    this.step({ type: "connected", contactId, reservationId });
  }

  private note(call: Call, outcome: "answered" | "abandoned", agent: number): void {
    const waitedMs = this.now - call.at;
    this.books.noteHistory(numberIn(call.id), agent, waitedMs);
    if (!call.counts) return;
    this.books.noteLeft(call.tenant, outcome, waitedMs);
    this.trial.watch?.left?.(call.tenant, outcome, waitedMs, call.id, this.now);
  }

  /** What is due in the pool by itself; contacts it asks about answer that they are talking. */
  private tick(): void {
    this.nextTick = this.now + TICK_EVERY_MS;
    this.asked = true;
    this.send({ type: "tick" });
    this.asked = false;
    for (const { contactId, reservationId } of this.asking.splice(0)) {
      this.send({ type: "contact_said", contactId, reservationId, stage: "talking" });
    }
  }

  private check(): void {
    this.tick();
    this.nextCheck = this.now + CHECK_EVERY_MS;
    this.books.require(brokenPromise(this.pool, this.now));
    this.books.require(this.ledger.differsFrom(this.pool));
    this.books.require(this.books.balance(this.pool));
  }
}
