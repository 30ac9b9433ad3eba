import { benchColdStart, benchDispatch } from "../bench-dispatch.ts";
import { bootstrapAbove, type Figure, quantile } from "./measure.ts";

/** How much later than a bare timer an offer may be, at the slowest of a hundred. */
const ABOVE_FLOOR_MS = 10;
const AIM_ABOVE_FLOOR_MS = 3;

/** B11: the offer on an agent's own socket, beside how late timers were in the same run. */
export async function benchOffers(log: (line: string) => void): Promise<Figure> {
  log("B11: call ready to offer on the agent's socket, 1,000 seats");
  const { seats, load, waitsMs, latesMs, sentLateMs, pinned } = await benchDispatch();
  return {
    id: "B11",
    what: `call ready → offer on the agent's socket, p99 at ${seats} seats, ${load * 100} % load`,
    against: "a timer's p99",
    gate: { at: "most", value: ABOVE_FLOOR_MS },
    aim: AIM_ABOVE_FLOOR_MS,
    unit: "ms above",
    measured: bootstrapAbove(waitsMs, latesMs, 0.99),
    samples: waitsMs.length,
    beside: {
      offerP50Ms: quantile(waitsMs, 0.5),
      offerP90Ms: quantile(waitsMs, 0.9),
      offerP99Ms: quantile(waitsMs, 0.99),
      floorP50Ms: quantile(latesMs, 0.5),
      floorP99Ms: quantile(latesMs, 0.99),
      sentLateP99Ms: quantile(sentLateMs, 0.99),
      pinned: pinned ? 1 : 0,
    },
  };
}

/** What waking may add to a decision, seats and contacts being read from storage. */
const WAKING_MS = 250;
const AIM_WAKING_MS = 50;

/** B14: the first offer of a pool that was out of memory, beside one of the same pool awake. */
export async function benchWaking(log: (line: string) => void): Promise<Figure> {
  log("B14: a pool of 2,000 seats wakes to its first offer");
  const { seats, warmMs, coldMs } = await benchColdStart();
  return {
    id: "B14",
    what: `first offer of a pool just woken, ${seats} seats from storage`,
    against: "an offer of the same pool awake",
    gate: { at: "most", value: WAKING_MS },
    aim: AIM_WAKING_MS,
    unit: "ms above",
    measured: bootstrapAbove(coldMs, warmMs, 0.5),
    samples: coldMs.length,
    beside: {
      coldP50Ms: quantile(coldMs, 0.5),
      coldMaxMs: Math.max(...coldMs),
      warmP50Ms: quantile(warmMs, 0.5),
    },
  };
}
