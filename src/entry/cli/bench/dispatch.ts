import { benchDispatch } from "../bench-dispatch.ts";
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
