import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Random, randomExponential, seededRandom } from "../../domain/kernel/random.ts";
import { pinApart } from "./bench/pin.ts";
import { Floor, type FloorSettings } from "./bench-dispatch/floor.ts";
import { freePorts } from "./ports.ts";
import { startWorker } from "./workerd.ts";

export type DispatchBench = {
  readonly seats: number;
  readonly load: number;
  /** Each offer's time from the intended instant of the call's arrival to the offer's frame in the agent's hands. */
  readonly waitsMs: readonly number[];
  /** How late a timer of one millisecond was in the same process at the same time: nobody can be faster than this. */
  readonly latesMs: readonly number[];
  /** How late the load itself was in sending a call: it is part of each wait. */
  readonly sentLateMs: readonly number[];
  /** Workerd and the load each on a core of its own. */
  readonly pinned: boolean;
};

type Settings = FloorSettings & { readonly load: number; readonly measureS: number };

/** Time in which the floor is filled, and to let it come to rest. */
const FILL_S = 12;
const SETTLE_S = 2;

/** Calls under way while a pool is put to sleep, and how often it is. */
const COLD_LOAD = 0.7;
const COLD_ROUNDS = 21;

/**
 * B11: the real pool object in workerd with real sockets, calls arriving by an open-loop Poisson process. Agents accept at
 * once and talk for exponential times, so that the wanted share of seats is busy.
 */
export function benchDispatch(over: Partial<Settings> = {}): Promise<DispatchBench> {
  const settings: Settings = { seats: 1_000, load: 0.7, handleS: 30, measureS: 60, seed: 1, ...over };
  return onFloor(settings, async (floor, pinned) => ({ ...(await measure(floor, settings)), pinned }));
}

/** From a call's request to its offer in the agent's hands: each with the object awake, and just put to sleep. */
export type ColdBench = { readonly seats: number; readonly warmMs: number[]; readonly coldMs: number[] };

/**
 * B14: the same object with twice the seats, most of them on a call. Between two calls it is taken from memory as the
 * platform does to an object that nobody speaks to, its sockets open; the call that comes next wakes it.
 */
export function benchColdStart(over: Partial<FloorSettings> = {}): Promise<ColdBench> {
  // Talks outlast the benchmark: nothing else happens to the floor meanwhile.
  const settings: FloorSettings = { seats: 2_000, handleS: 3_600, seed: 1, ...over };
  return onFloor(settings, async (floor) => {
    await floor.open();
    const busy = settings.seats * COLD_LOAD;
    await arrivals(seededRandom(settings.seed), FILL_S / busy, busy, (meantAt) => floor.call(meantAt, false));
    const bench: ColdBench = { seats: settings.seats, warmMs: [], coldMs: [] };
    for (let round = 0; round < COLD_ROUNDS; round++) {
      await rest(SETTLE_S / 4);
      bench.warmMs.push(took(await floor.offer()));
      await rest(SETTLE_S / 4);
      await floor.sleep();
      bench.coldMs.push(took(await floor.offer()));
    }
    return bench;
  });
}

const took = ({ sentAt, seenAt }: { sentAt: number; seenAt: number }): number => seenAt - sentAt;

/** The real pool in workerd, on a core of its own where there are two. */
async function onFloor<T>(settings: FloorSettings, run: (floor: Floor, pinned: boolean) => Promise<T>): Promise<T> {
  const stateDir = mkdtempSync(join(tmpdir(), "callhouse-bench-"));
  const [port = 0, directPort = 0] = await freePorts(2);
  const url = `http://127.0.0.1:${directPort}`;
  const worker = await startWorker({
    name: "callhouse-bench-dispatch",
    configPath: "src/entry/cli/bench-dispatch/wrangler.toml",
    port,
    directPort,
    variables: {
      PUBLIC_URL: url,
      SEAL_KEY: Buffer.alloc(32, 7).toString("base64"),
      INTERNAL_KEY: "internal-key-of-the-bench",
    },
    hyperdrives: {},
    stateDir,
    log: () => undefined,
  });
  const unpin = pinApart();
  const floor = new Floor(url, settings);
  try {
    return await run(floor, unpin !== null);
  } finally {
    floor.close();
    unpin?.();
    await worker.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

async function measure(floor: Floor, settings: Settings): Promise<Omit<DispatchBench, "pinned">> {
  const { seats, load } = settings;
  await floor.open();
  const random = seededRandom(settings.seed);
  const busy = seats * load;
  // Talk times are exponential, so a floor filled at once is already in its steady state.
  await arrivals(random, FILL_S / busy, busy, (meantAt) => floor.call(meantAt, false));
  await rest(SETTLE_S);
  const timers = new TimerFloor();
  const each = settings.handleS / busy;
  await arrivals(random, each, settings.measureS / each, (meantAt) => floor.call(meantAt, true));
  await rest(SETTLE_S);
  timers.stop();
  return {
    seats,
    load,
    waitsMs: floor.timed.map(({ meantAt, seenAt }) => seenAt - meantAt),
    latesMs: timers.late,
    sentLateMs: floor.timed.map(({ meantAt, sentAt }) => sentAt - meantAt),
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
