import { type Random, randomExponential, seededRandom } from "../../src/domain/kernel/random.ts";
import { handleMs, tenantDay } from "../../src/entry/cli/sim/demand.ts";
import type { SimOptions } from "../../src/entry/cli/sim/options.ts";
import { Timeline } from "../../src/entry/cli/sim/timeline.ts";

/** A waiting caller as a rule of choice sees him. */
export type Waiting = { readonly client: number; readonly at: number; readonly order: number };

export type OracleRules = {
  /** Which client's oldest caller a free seat serves; null for who came first. `queues` holds each client's callers. */
  readonly choose?: (queues: readonly (readonly Waiting[])[], now: number) => number;
  readonly warmUpS: number;
  readonly lines?: number;
  readonly redial?: { readonly share: number; readonly afterS: number };
  /** Told of every caller who came after the warm-up, when he leaves. */
  readonly left: (client: number, outcome: "answered" | "abandoned", waitedMs: number) => void;
  readonly turnedAway?: () => void;
};

const ARRIVES = 0;
const GIVES_UP = 1;
const TALK_ENDS = 2;
const RINGS_AGAIN = 3;

type Caller = Waiting & {
  readonly place: number;
  readonly counts: boolean;
  waits: boolean;
  planned: number;
};

/**
 * A queue with equal seats as a textbook describes it, in a hundred lines and without any of the product's routing: what the
 * pool is compared with. It draws its lots from the same streams at the same moments as the simulated floor, so the two
 * must agree caller by caller.
 */
export function runOracle(options: SimOptions, rules: OracleRules): void {
  new QueueOracle(options, rules).run();
}

const DAY_MS = 24 * 3_600_000;

class QueueOracle {
  private readonly options: SimOptions;
  private readonly rules: OracleRules;
  /** Where the floor's first day begins too: instants far from zero round to whole milliseconds a little otherwise. */
  private readonly dayStart: number;
  private readonly patience: Random;
  private readonly handle: Random;
  private readonly timeline = new Timeline();
  private readonly queues: Caller[][];
  private readonly callers: Caller[] = [];
  private readonly unused: number[] = [];
  private readonly arrivals: readonly ((afterS: number) => number | null)[];
  private busy = 0;
  private waiting = 0;
  private made = 0;
  private now = 0;

  constructor(options: SimOptions, rules: OracleRules) {
    const random = seededRandom(options.seed);
    this.options = options;
    this.rules = rules;
    this.dayStart = Math.max(DAY_MS, Math.round(options.hours * 3_600_000) + DAY_MS / 2);
    this.patience = random.fork("patience");
    this.handle = random.fork("handle");
    const days = random.fork("days");
    this.queues = Array.from({ length: options.tenants }, () => []);
    this.arrivals = this.queues.map((_, client) => tenantDay(options, client, days.fork(`0/${client}`)).next);
  }

  run(): void {
    for (let client = 0; client < this.queues.length; client++) this.planArrival(client, 0);
    while (this.timeline.take()) {
      const { at, kind, who } = this.timeline;
      this.now = at;
      if (kind === ARRIVES) this.planArrival(who, (at - this.dayStart) / 1_000);
      if (kind === ARRIVES || kind === RINGS_AGAIN) this.arrive(who);
      else this.happen(this.callers[who] as Caller, kind);
    }
  }

  private happen(caller: Caller, kind: number): void {
    caller.planned -= 1;
    if (kind === TALK_ENDS) this.free();
    else if (caller.waits) this.giveUp(caller);
    if (caller.planned === 0) this.unused.push(caller.place);
  }

  private planArrival(client: number, afterS: number): void {
    const at = this.arrivals[client]?.(afterS) ?? null;
    if (at !== null) this.timeline.plan(Math.round(this.dayStart + at * 1_000), ARRIVES, client);
  }

  private plan(afterMs: number, kind: number, caller: Caller): void {
    caller.planned += 1;
    this.timeline.plan(this.now + Math.round(afterMs), kind, caller.place);
  }

  private arrive(client: number): void {
    const { options, rules, busy, waiting } = this;
    const counts = this.now >= this.dayStart + rules.warmUpS * 1_000;
    if (busy + waiting >= (rules.lines ?? Number.POSITIVE_INFINITY)) {
      if (counts) rules.turnedAway?.();
      return;
    }
    this.made += 1;
    const place = this.unused.pop() ?? this.callers.length;
    const caller = { client, at: this.now, order: this.made, counts, waits: true, planned: 0, place };
    this.callers[place] = caller;
    if (busy < options.seats) {
      this.busy += 1;
      this.serve(caller);
    } else {
      this.waiting += 1;
      this.queues[client]?.push(caller);
      this.plan(randomExponential(this.patience, options.patienceS * 1_000), GIVES_UP, caller);
    }
  }

  private serve(caller: Caller): void {
    caller.waits = false;
    this.plan(handleMs(this.options, this.handle), TALK_ENDS, caller);
    if (caller.counts) this.rules.left(caller.client, "answered", this.now - caller.at);
  }

  private free(): void {
    if (this.waiting === 0) {
      this.busy -= 1;
      return;
    }
    const caller = this.queues[this.rules.choose?.(this.queues, this.now) ?? oldest(this.queues)]?.shift();
    if (caller === undefined) throw new Error("a client nobody waits for was chosen");
    this.waiting -= 1;
    this.serve(caller);
  }

  private giveUp(caller: Caller): void {
    caller.waits = false;
    this.waiting -= 1;
    const queue = this.queues[caller.client] ?? [];
    queue.splice(queue.indexOf(caller), 1);
    if (caller.counts) this.rules.left(caller.client, "abandoned", this.now - caller.at);
    const { redial } = this.rules;
    if (redial === undefined || this.patience.next() >= redial.share) return;
    const afterMs = randomExponential(this.patience, redial.afterS * 1_000);
    this.timeline.plan(this.now + Math.round(afterMs), RINGS_AGAIN, caller.client);
  }
}

/** The client whose first caller came before all others. */
export function oldest(queues: readonly (readonly Waiting[])[]): number {
  let best = -1;
  for (let client = 0; client < queues.length; client++) {
    const head = queues[client]?.[0];
    if (head !== undefined && (best < 0 || head.order < (queues[best]?.[0]?.order ?? 0))) best = client;
  }
  return best;
}
