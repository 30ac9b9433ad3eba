import type { Pool } from "../../../domain/routing/index.ts";
import { peaksOf } from "./demand.ts";
import type { SimOptions } from "./options.ts";
import type { SeatLedger } from "./seat-ledger.ts";

/** What one client's day came to. */
export type DayFigures = { offered: number; answered: number; inTime: number; abandoned: number };

export type SimReport = {
  readonly seats: number;
  readonly tenants: number;
  readonly days: number;
  readonly policy: string;
  readonly seed: number;
  readonly contacts: number;
  readonly wallSeconds: number;
  readonly rssMiB: number;
  readonly decisions: number;
  readonly decisionsPerSecond: number;
  readonly serviceLevelMean: number;
  /** Client-days that missed the service level or had more than 5 % abandoned. */
  readonly failingTenantDays: number;
  readonly failingServiceLevel: number;
  readonly failingAbandoned: number;
  readonly tenantDays: number;
  readonly over60s: number;
  readonly maxWaitS: number;
  readonly abandonedShare: number;
  /** Time on contacts ÷ time at work, breaks excluded, while the lines are open. */
  readonly occupancy: number;
  /** Load in erlang at the busiest moment of the whole house, and the sum of all clients' own busiest moments. */
  readonly peakErlangs: number;
  readonly sumOfPeaksErlangs: number;
  readonly invariantsBroken: number;
  readonly firstBroken: string | null;
  readonly ledgerHash: string;
};

/** More abandoned than this fails a day, whatever the service level. */
export const ABANDONED_MAX = 0.05;

/** Which clauses of the contract a day has failed. Who gives up counts as not answered in time. */
export function clausesFailed(
  day: DayFigures,
  share: number,
): { readonly level: boolean; readonly abandoned: boolean } {
  return { level: day.inTime < share * day.offered, abandoned: day.abandoned > ABANDONED_MAX * day.offered };
}

const LONG_WAIT_MS = 60_000;

/** What is counted in a run, and what is found broken in it. */
export class Books {
  private readonly options: SimOptions;
  private readonly hash = new LedgerHash();
  private readonly sum: DayFigures = { offered: 0, answered: 0, inTime: 0, abandoned: 0 };
  private days: DayFigures[] = [];
  /** Talk that was carried for each client, as the carrier counts it. */
  private readonly carriedMs: Float64Array;
  private decisions = 0;
  private failing = 0;
  private failingLevel = 0;
  private failingAbandoned = 0;
  private over60s = 0;
  private maxWaitMs = 0;
  private workingMs = 0;
  private onContactMs = 0;
  private broken = 0;
  firstBroken: string | null = null;

  constructor(options: SimOptions) {
    this.options = options;
    this.carriedMs = new Float64Array(options.tenants);
  }

  openDay(): void {
    this.days = Array.from({ length: this.options.tenants }, () => ({
      offered: 0,
      answered: 0,
      inTime: 0,
      abandoned: 0,
    }));
  }

  noteOffered(tenant: number): void {
    this.of(tenant).offered += 1;
  }

  noteLeft(tenant: number, outcome: "answered" | "abandoned", waitedMs: number): void {
    const day = this.of(tenant);
    day[outcome] += 1;
    if (outcome === "answered" && waitedMs <= this.options.target.withinS * 1_000) day.inTime += 1;
    if (waitedMs > LONG_WAIT_MS) this.over60s += 1;
    if (waitedMs > this.maxWaitMs) this.maxWaitMs = waitedMs;
  }

  /** Everything that happens goes into the hash: which contact, whose seat (0: gave up), after what wait. */
  noteHistory(contact: number, agent: number, waitedMs: number): void {
    this.hash.add(contact);
    this.hash.add(agent);
    this.hash.add(waitedMs);
  }

  noteTalk(tenant: number, talkMs: number): void {
    this.decisions += 1;
    this.carriedMs[tenant] = (this.carriedMs[tenant] ?? 0) + talkMs;
  }

  /** Agents' time while the lines were open: from the one moment to the other. */
  noteSeats(from: ReturnType<SeatLedger["upTo"]>, to: ReturnType<SeatLedger["upTo"]>): void {
    this.workingMs += to.workingMs - from.workingMs;
    this.onContactMs += to.onContactMs - from.onContactMs;
  }

  /** A broken promise is counted; the first is told. */
  require(broken: string | null): void {
    if (broken === null) return;
    this.broken += 1;
    this.firstBroken ??= broken;
  }

  /** Offered = answered + abandoned + waiting for each client, at any instant. */
  balance(pool: Pool): string | null {
    for (const { queueId, today, waiting } of pool.queues.values()) {
      const { offered, answered, abandoned } = today;
      if (offered !== answered + abandoned + waiting)
        return `queue ${queueId}: offered ${offered}, answered ${answered}, abandoned ${abandoned}, waiting ${waiting}`;
    }
    return null;
  }

  closeDay(ledger: SeatLedger): void {
    this.days.forEach((day, tenant) => {
      if (day.offered !== day.answered + day.abandoned) this.require(`client ${tenant}: a caller has no outcome`);
      if (ledger.served(tenant) !== this.carriedMs[tenant])
        this.require(`client ${tenant}: ${ledger.served(tenant)} ms on seats, ${this.carriedMs[tenant]} ms carried`);
      const { level, abandoned } = clausesFailed(day, this.options.target.share);
      if (level || abandoned) this.failing += 1;
      if (level) this.failingLevel += 1;
      if (abandoned) this.failingAbandoned += 1;
      this.sum.offered += day.offered;
      this.sum.answered += day.answered;
      this.sum.inTime += day.inTime;
      this.sum.abandoned += day.abandoned;
    });
  }

  report(wallSeconds: number): SimReport {
    const { options, sum } = this;
    const peaks = peaksOf(options);
    return {
      seats: options.seats,
      tenants: options.tenants,
      days: options.days,
      policy: options.policy,
      seed: options.seed,
      contacts: sum.offered,
      wallSeconds: rounded(wallSeconds, 2),
      rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
      decisions: this.decisions,
      decisionsPerSecond: Math.round(this.decisions / wallSeconds),
      serviceLevelMean: rounded(sum.inTime / sum.offered, 5),
      failingTenantDays: this.failing,
      failingServiceLevel: this.failingLevel,
      failingAbandoned: this.failingAbandoned,
      tenantDays: options.tenants * options.days,
      over60s: this.over60s,
      maxWaitS: rounded(this.maxWaitMs / 1_000, 1),
      abandonedShare: rounded(sum.abandoned / sum.offered, 5),
      occupancy: rounded(this.onContactMs / this.workingMs, 4),
      peakErlangs: rounded(peaks.ofSum, 1),
      sumOfPeaksErlangs: rounded(peaks.summed, 1),
      invariantsBroken: this.broken,
      firstBroken: this.firstBroken,
      ledgerHash: this.hash.toString(),
    };
  }

  private of(tenant: number): DayFigures {
    return this.days[tenant] as DayFigures; // made for every client when the day is opened
  }
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** A running hash of what happened: the same seed gives the same one. Two lanes of 32 bits (FNV-1a and its mirror). */
export class LedgerHash {
  private a = 0x811c9dc5;
  private b = 0x1b873593;

  add(value: number): void {
    const word = value | 0;
    this.a = Math.imul(this.a ^ word, 0x01000193);
    this.b = Math.imul(this.b ^ ((word << 13) | (word >>> 19)), 0x85ebca6b) + this.a;
  }

  /** Both lanes, to be added to the hash of a longer run. */
  words(): readonly [number, number] {
    return [this.a, this.b];
  }

  toString(): string {
    const hex = (lane: number) => (lane >>> 0).toString(16).padStart(8, "0");
    return hex(this.a) + hex(this.b);
  }
}
