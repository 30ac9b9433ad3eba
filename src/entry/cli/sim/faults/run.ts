import { clausesFailed, LedgerHash, type SimReport } from "../report.ts";
import { House } from "./house.ts";
import { type Machines, PRODUCT } from "./machines.ts";
import type { FaultOptions } from "./options.ts";
import { replayOf } from "./options.ts";
import type { Watch } from "./watch.ts";

/** A promise that did not hold: how to see it again, and what happened to the contact that it is about. */
export type Failure = {
  readonly seed: number;
  readonly promise: string;
  readonly replay: string;
  readonly trace: readonly string[];
};

export type FaultReport = Omit<SimReport, "peakErlangs" | "sumOfPeaksErlangs"> & {
  readonly seeds: number;
  readonly steps: number;
  readonly failures: readonly Failure[];
};

/** Failing seeds that are told in full; of the others only the number. */
const TOLD_MAX = 3;
const TRACE_LINES_MAX = 120;

/** Runs every seed, and sums up in the words of the simulator without faults. `rules` makes those of one run. */
export function runFaults(options: FaultOptions, rules: () => Machines = () => PRODUCT): FaultReport {
  const began = performance.now();
  const sum = new Sum(options);
  for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
    const watch = new House({ ...options, seed }, rules()).run();
    sum.add(watch);
    if (watch.broken !== null && sum.failures.length < TOLD_MAX) sum.failures.push(tell(options, rules, seed));
  }
  return sum.report((performance.now() - began) / 1_000);
}

/** Runs the seed once more, the same to the letter, and writes down what concerns the contact. */
function tell(options: FaultOptions, rules: () => Machines, seed: number): Failure {
  const once = new House({ ...options, seed }, rules()).run().broken;
  const traced = new House({ ...options, seed }, rules(), once?.contactId ?? "all").run();
  const promise = traced.broken === null ? "broken only once: the run is not deterministic" : traced.broken.promise;
  return { seed, promise, replay: replayOf(options, seed), trace: traced.trace.slice(-TRACE_LINES_MAX) };
}

class Sum {
  readonly failures: Failure[] = [];
  private readonly options: FaultOptions;
  private readonly hash = new LedgerHash();
  private readonly days = { failing: 0, level: 0, abandoned: 0, all: 0 };
  private readonly contacts = { offered: 0, queued: 0, answered: 0, abandoned: 0, inTime: 0 };
  private broken = 0;
  private firstBroken: string | null = null;
  private over60s = 0;
  private maxWaitMs = 0;
  private steps = 0;
  private busyMs = 0;
  private presentMs = 0;

  constructor(options: FaultOptions) {
    this.options = options;
  }

  add(watch: Watch): void {
    this.steps += watch.steps;
    for (const word of watch.hash.words()) this.hash.add(word);
    if (watch.broken !== null) {
      this.broken += 1;
      this.firstBroken ??= watch.broken.promise;
    }
    for (const { offered, queued, left, inTime } of watch.ledger.accounts.values()) {
      const day = { offered: queued, answered: left.answered, inTime, abandoned: left.abandoned };
      const { level, abandoned } = clausesFailed(day, this.options.target.share);
      this.days.all += 1;
      this.days.failing += Number(level || abandoned);
      this.days.level += Number(level);
      this.days.abandoned += Number(abandoned);
      this.contacts.offered += offered;
      this.contacts.queued += queued;
      this.contacts.answered += left.answered;
      this.contacts.abandoned += left.abandoned;
      this.contacts.inTime += inTime;
    }
    this.over60s += watch.ledger.over60s;
    this.maxWaitMs = Math.max(this.maxWaitMs, watch.ledger.maxWaitMs);
    const { busyMs, presentMs } = watch.agentTime();
    this.busyMs += busyMs;
    this.presentMs += presentMs;
  }

  report(wallSeconds: number): FaultReport {
    const { options, contacts, days } = this;
    const round = (value: number, digits: number) => Number(value.toFixed(digits));
    return {
      seats: options.seats,
      tenants: options.tenants,
      days: options.seeds,
      policy: options.policy,
      seed: options.seed,
      seeds: options.seeds,
      contacts: contacts.offered,
      steps: this.steps,
      wallSeconds: round(wallSeconds, 2),
      rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
      decisions: contacts.answered,
      decisionsPerSecond: Math.round(contacts.answered / wallSeconds),
      serviceLevelMean: round(contacts.inTime / Math.max(1, contacts.queued), 5),
      failingTenantDays: days.failing,
      failingServiceLevel: days.level,
      failingAbandoned: days.abandoned,
      tenantDays: days.all,
      over60s: this.over60s,
      maxWaitS: round(this.maxWaitMs / 1_000, 1),
      abandonedShare: round(contacts.abandoned / Math.max(1, contacts.queued), 5),
      occupancy: round(this.busyMs / Math.max(1, this.presentMs), 4),
      invariantsBroken: this.broken,
      firstBroken: this.firstBroken,
      ledgerHash: this.hash.toString(),
      failures: this.failures,
    };
  }
}
