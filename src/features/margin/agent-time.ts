import { divide, multiply, type Rational, rational } from "../../domain/kernel/rational.ts";
import type { HourCost, Stay } from "./agent-time-store.ts";

const MS_PER_HOUR = 3_600_000;

/** Exact: never rounded on the way to a report. */
export function costOf({ agentId, ms }: Stay, hour: HourCost): Rational {
  const rate = hour(agentId);
  return rate === null ? rational(0) : divide(multiply(rate, rational(ms)), rational(MS_PER_HOUR));
}
