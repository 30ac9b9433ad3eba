import type { LineConfig, RelaxStep } from "../../src/domain/call/line-config.ts";
import type { QueueToday } from "../../src/domain/call/live.ts";
import { gradeOf, type Stay } from "../../src/domain/call/stays.ts";
import type { FlowStep } from "../../src/domain/flow/flow.ts";
import { asId, type PoolId } from "../../src/domain/kernel/ids.ts";
import { PLAIN_RULES } from "../../src/domain/routing/config.ts";
import { smallQueue, tenantId } from "../../src/domain/routing/fixture.ts";
import { SAMPLE_LINE } from "../support/sample-line.ts";

/** Where the two clients live. */
export const ZONES = ["Asia/Shanghai", "America/New_York"] as const;
export const POOLS = [asId<PoolId>("p"), asId<PoolId>("p1")] as const;
/** The first client's callers go on to the second site; the second's may be taken by a number outside. */
const RELAX: readonly RelaxStep[] = [
  { afterS: 20, do: "move", poolId: POOLS[1] },
  { afterS: 15, do: "outside", number: asId("+862166660188"), name: "Office" },
];
const RING_S = 15;

/** What boards and pools count of a day. */
export const COUNTS = ["offered", "answered", "abandoned", "shortAbandoned", "overflowed", "withinTarget"] as const;
export type Counts = { -readonly [what in keyof QueueToday]: number };
export const nothing = (): Counts => ({
  offered: 0,
  answered: 0,
  abandoned: 0,
  shortAbandoned: 0,
  overflowed: 0,
  withinTarget: 0,
});

/** Counts a stay as the rule has it. */
export function countStay(sum: Counts, stay: Stay): void {
  const grade = gradeOf(stay);
  sum.offered += 1;
  sum.answered += Number(stay.left?.why === "answered");
  sum.abandoned += Number(grade?.abandoned === true);
  sum.shortAbandoned += Number(grade?.shortAbandon === true);
  sum.overflowed += Number(grade?.flowedOut === true);
  sum.withinTarget += Number(grade?.within === true);
}

/** The number of one client, whose callers may come to its queue again and again. */
export function lineOf(client: number): LineConfig {
  const relax = [RELAX[client] as RelaxStep]; // one of each
  const queue = smallQueue(client, { ringTimeoutS: RING_S, wrapUpS: 0, rules: { ...PLAIN_RULES, relax } });
  const step = asId<LineConfig["flow"]["entry"]>;
  const steps: { readonly [id: string]: FlowStep } = {
    menu: {
      kind: "menu",
      say: {},
      options: { "1": step("queue"), "3": step("queue") },
      timeoutS: 3,
      repeats: 3,
      otherwise: step("queue"),
    },
    queue: {
      kind: "queue",
      queue: queue.id,
      music: null,
      announceEveryS: 20,
      announcePosition: true,
      announceWait: true,
      maxWaitS: 90,
      onTimeout: step("menu"),
      keys: { "2": step("message"), "3": step("menu") },
    },
    message: { kind: "voicemail", say: {}, maxS: 30, next: step("closed") },
    closed: { kind: "hangup" },
  };
  return {
    ...SAMPLE_LINE,
    tenantId: tenantId(client),
    timeZone: ZONES[client] ?? "UTC",
    brand: { ...SAMPLE_LINE.brand, id: asId(`b${client}`) },
    flow: { ...SAMPLE_LINE.flow, entry: step("menu"), steps },
    queues: { [queue.id]: queue },
  };
}
