import { SECOND_MS } from "../../../domain/kernel/instant.ts";
import { SimFloor } from "../sim/floor.ts";
import { readOptions } from "../sim/options.ts";
import { bareLoop } from "./bare-loop.ts";
import { bootstrap, type Figure, inTurn, quantile } from "./measure.ts";
import { RoutingFloor } from "./routing-floor.ts";

/** Pairs of measurements, and how many decisions each makes: about a tenth of a second. */
const PAIRS = 9;
const DECISIONS = 20_000;
const SLOPE_DECISIONS = 10_000;
const SCANS = 100;
/** A fitted slope is the cost's power of the size: 0 is flat, 1 is proportional. It is fitted so many times. */
const TRIES = 15;
/** Turns before the first one that counts: the engine compiles what is used often. */
const WARM_UPS = 5;

/** B4, B5 and B13: what a decision and a simulated event cost, and how decisions grow. */
export async function benchRouting(wanted: ReadonlySet<string>, log: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  if (wanted.has("B4")) figures.push(await againstScan(log), ...slopes(log));
  if (wanted.has("B5")) figures.push(await againstPlain(log));
  if (wanted.has("B13")) figures.push(await againstBareLoop(log));
  return figures;
}

async function againstScan(log: (line: string) => void): Promise<Figure> {
  log("B4: a routing decision at 20,000 seats, 1,000 clients, 5 brands a seat");
  const floor = new RoutingFloor({ seats: 20_000, tenants: 1_000, brands: 5, busy: 0.9 });
  const { ours, theirs } = await inTurn(
    PAIRS,
    async () => perDecision(DECISIONS, () => floor.seatContact()),
    async () => perDecision(SCANS, () => floor.scan()),
  );
  return {
    id: "B4",
    what: "a routing decision with its record, 20,000 seats, 1,000 clients, 5 brands a seat",
    against: "filter and sort of all seats",
    gate: { at: "least", value: 100 },
    aim: 300,
    unit: "×",
    measured: bootstrap(ours.map((us, pair) => (theirs[pair] ?? Number.NaN) / us)),
    samples: PAIRS,
    beside: { usPerDecision: quantile(ours, 0.5), usPerScan: quantile(theirs, 0.5) },
  };
}

async function againstPlain(log: (line: string) => void): Promise<Figure> {
  log("B5: the slack decision with its record");
  const floor = new RoutingFloor({ seats: 1_000, tenants: 200, brands: 5, busy: 1, waitingEach: 3, policy: "slack" });
  const { ours, theirs } = await inTurn(
    PAIRS,
    async () => perDecision(DECISIONS, () => floor.chooseContact()),
    async () => perDecision(DECISIONS, () => floor.chooseOldest()),
  );
  return {
    id: "B5",
    what: "which of the waiting contacts a free seat serves: slack, with its record, 1,000 seats, 200 queues",
    against: "the oldest by index, without a record",
    gate: { at: "least", value: 0.3 },
    aim: 0.6,
    unit: "×",
    measured: bootstrap(ours.map((us, pair) => (theirs[pair] ?? Number.NaN) / us)),
    samples: PAIRS,
    beside: { decisionsPerSecond: 1e6 / quantile(ours, 0.5), plainPerSecond: 1e6 / quantile(theirs, 0.5) },
  };
}

async function againstBareLoop(log: (line: string) => void): Promise<Figure> {
  log("B13: simulated events, the product's own pool machine in them");
  const options = readOptions(["--seats", "1000", "--tenants", "200", "--brands-per-seat", "5", "--hours", "1"]);
  if (options === "help") throw new Error("no help was asked for");
  const rate = (run: () => number): number => {
    const began = performance.now();
    const events = run();
    return events / ((performance.now() - began) / 1_000);
  };
  const { ours, theirs } = await inTurn(
    PAIRS,
    async () =>
      rate(() => {
        const floor = new SimFloor(options);
        floor.run();
        return floor.events;
      }),
    async () => rate(() => bareLoop(options)),
  );
  return {
    id: "B13",
    what: "simulated events/s, with offers, leases, facts and decisions of the product",
    against: "a bare loop over typed arrays that only counts seats",
    gate: null,
    aim: 0.5,
    unit: "×",
    measured: bootstrap(ours.map((each, pair) => each / (theirs[pair] ?? Number.NaN))),
    samples: PAIRS,
    beside: { eventsPerSecond: quantile(ours, 0.5), barePerSecond: quantile(theirs, 0.5) },
  };
}

/** Half of the seats are idle, so that even the smallest pool always has one to give: a miss would be cheap. */
function slopes(log: (line: string) => void): Figure[] {
  log("B4 growth: seats, clients, queue length, brands a seat");
  const seats = [200, 400, 800, 1_600, 3_200, 6_400, 20_000];
  const tenants = [10, 20, 40, 80, 160, 320, 1_000];
  const lengths = [10, 100, 1_000, 10_000, 100_000];
  const brands = [1, 2, 4, 8, 16, 32];
  return [
    slope("seats", seats, 0.15, (size) => {
      const floor = new RoutingFloor({ seats: size, tenants: 20, brands: 5, busy: 0.5 });
      return () => floor.seatContact();
    }),
    slope("tenants", tenants, 0.1, (size) => {
      const floor = new RoutingFloor({ seats: 2_000, tenants: size, brands: 5, busy: 0.5 });
      return () => floor.seatContact();
    }),
    slope("queue", lengths, 0.05, (size) => {
      // A contact comes back to the head after one decision, hence one millisecond, for each that waits: this target leaves
      // half of every line in time, so that a seat compares the same four contacts whatever the length.
      const line = { waitingEach: size, withinS: size / SECOND_MS };
      const floor = new RoutingFloor({ seats: 10, tenants: 2, brands: 2, busy: 1, policy: "slack", ...line });
      return () => floor.chooseContact();
    }),
    slope("brands", brands, 1, (size) => {
      const floor = new RoutingFloor({ seats: 2_000, tenants: 100, brands: size, busy: 0.5 });
      return () => floor.seatContact();
    }),
  ];
}

const GROWTH: { readonly [of: string]: string } = {
  seats: "seats, 200 to 20,000",
  tenants: "clients, 10 to 1,000",
  queue: "contacts waiting, 10 to 100,000",
  brands: "brands a seat, 1 to 32",
};

function slope(of: string, sizes: readonly number[], most: number, make: (size: number) => () => void): Figure {
  const floors = sizes.map(make);
  for (let turn = 0; turn < WARM_UPS; turn++) for (const decide of floors) perDecision(SLOPE_DECISIONS, decide);
  // All sizes in each turn, so that what else the machine does meanwhile falls on all of them.
  const turns = Array.from({ length: TRIES }, () => floors.map((decide) => perDecision(SLOPE_DECISIONS, decide)));
  const ofSize = (size: number): number => Math.min(...turns.map((costs) => costs[size] ?? Number.NaN));
  return {
    id: `B4.${of}`,
    what: `growth of a decision's cost in ${GROWTH[of] ?? of}`,
    against: "slope of the logarithms; 0 is flat, 1 proportional",
    gate: { at: "most", value: most },
    aim: null,
    unit: "slope",
    measured: bootstrap(turns.map((costs) => fittedSlope(sizes, costs))),
    samples: sizes.length,
    beside: { usAtSmallest: ofSize(0), usAtLargest: ofSize(sizes.length - 1) },
  };
}

/** Least squares through the logarithms. */
function fittedSlope(sizes: readonly number[], costs: readonly number[]): number {
  const [x, y] = [sizes.map(Math.log), costs.map(Math.log)];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const above = x.reduce((sum, value, index) => sum + (value - mx) * ((y[index] ?? 0) - my), 0);
  return above / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}

/** Microseconds a decision. */
function perDecision(times: number, decide: () => void): number {
  const began = performance.now();
  for (let turn = 0; turn < times; turn++) decide();
  return ((performance.now() - began) * 1_000) / times;
}
