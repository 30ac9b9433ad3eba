import { randomExponential, seededRandom } from "../../../domain/kernel/random.ts";
import { handleMs, tenantDay } from "../sim/demand.ts";
import type { SimOptions } from "../sim/options.ts";
import { Timeline } from "../sim/timeline.ts";

const ARRIVES = 0;
const GIVES_UP = 1;
const TALK_ENDS = 2;

/**
 * The same demand as the simulated floor's with nothing of a call centre in it: seats are counted by client's crew, callers
 * are numbers in a ring. What a simulation could cost at the least. Gives the number of events.
 */
export function bareLoop(options: SimOptions): number {
  const random = seededRandom(options.seed);
  const [patience, handle, days] = [random.fork("patience"), random.fork("handle"), random.fork("days")];
  const timeline = new Timeline();
  const crews = Math.max(1, Math.floor(options.seats / options.tenants));
  const free = new Int32Array(options.tenants).fill(crews);
  const waiting = Array.from({ length: options.tenants }, () => [] as number[]);
  const gone = new Uint8Array(4_000_000);
  const arrivals = waiting.map((_, tenant) => tenantDay(options, tenant, days.fork(`0/${tenant}`)).next);
  const planArrival = (tenant: number, afterS: number): void => {
    const at = arrivals[tenant]?.(afterS) ?? null;
    if (at !== null) timeline.plan(Math.round(at * 1_000), ARRIVES, tenant);
  };
  let [events, made] = [0, 0];
  for (let tenant = 0; tenant < options.tenants; tenant++) planArrival(tenant, 0);
  while (timeline.take()) {
    events += 1;
    const { at, kind, who } = timeline;
    if (kind === GIVES_UP) {
      gone[who] = 1;
      continue;
    }
    const queue = waiting[who] as number[]; // arrivals and ends name a client
    if (kind === ARRIVES) {
      planArrival(who, at / 1_000);
      if ((free[who] as number) > 0) {
        free[who] = (free[who] as number) - 1;
        timeline.plan(at + Math.round(handleMs(options, handle)), TALK_ENDS, who);
        continue;
      }
      made += 1;
      queue.push(made);
      timeline.plan(at + Math.round(randomExponential(patience, options.patienceS * 1_000)), GIVES_UP, made);
      continue;
    }
    let next = queue.shift();
    while (next !== undefined && gone[next] === 1) next = queue.shift();
    if (next === undefined) free[who] = (free[who] as number) + 1;
    else {
      gone[next] = 1;
      timeline.plan(at + Math.round(handleMs(options, handle)), TALK_ENDS, who);
    }
  }
  return events;
}
