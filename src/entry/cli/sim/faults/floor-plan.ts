import type { LineConfig, RelaxStep } from "../../../../domain/call/line-config.ts";
import type { FlowStep } from "../../../../domain/flow/flow.ts";
import { type AgentId, asId, type PoolId, type TenantId } from "../../../../domain/kernel/ids.ts";
import { PLAIN_RULES } from "../../../../domain/routing/config.ts";
import type { PoolConfig } from "../../../../domain/routing/index.ts";
import type { SimOptions } from "../options.ts";
import type { HouseOptions } from "./options.ts";

/** The day begins at noon of a fixed date. */
export const OPENS_AT = Date.UTC(2026, 10, 20, 12, 0);
/** The first client closes after a quarter of an hour, so that some callers are turned away. */
const CLOSES_AT_MIN = 12 * 60 + 15;
const POOL = asId<PoolId>("pool");

/** What clients differ in: who is offered the contact, for how long it rings, what follows the talk, how many seats. */
const HABITS = [
  { strategy: "longest_idle", ringTimeoutS: 15, wrapUpS: 20, seats: { guaranteed: 1, burst: 1 } },
  { strategy: "ring_all", ringTimeoutS: 12, wrapUpS: 0, seats: { guaranteed: 1, burst: null } },
  { strategy: "progressive", ringTimeoutS: 10, wrapUpS: 30, seats: null },
] as const;

/** The second comes while the first still rings, and then at once. */
const OUTSIDE: readonly RelaxStep[] = [
  { afterS: 15, do: "outside", number: asId("+12015550190"), name: "Office" },
  { afterS: 35, do: "outside", number: asId("+12015550191"), name: "Partner" },
];

/** One client's number, with a flow that goes through every kind of step. */
export function lineOf(tenant: number, { target, outside }: HouseOptions): LineConfig {
  const habit = habitOf(tenant);
  const queue = asId<LineConfig["queues"][string]["id"]>(`q${tenant}`);
  return {
    version: 1,
    tenantId: asId(`t${tenant}`),
    tenantName: `Client ${tenant}`,
    timeZone: "UTC",
    number: { id: asId(`n${tenant}`), e164: asId(`+1201555${1000 + tenant}`), label: "" },
    brand: { id: asId(`b${tenant}`), name: `Brand ${tenant}`, color: "#123456", greeting: "" },
    language: "en-US",
    flow: { id: asId(`f${tenant}`), version: 1, entry: asId("hours"), steps: stepsOf(queue) },
    calendars: { shop: calendarOf(tenant) },
    queues: {
      [queue]: {
        id: queue,
        poolId: POOL,
        name: `Queue ${tenant}`,
        priority: tenant % 2,
        skills: [],
        strategy: habit.strategy,
        ringTimeoutS: habit.ringTimeoutS,
        wrapUpS: habit.wrapUpS,
        target: { ...target, shortAbandonS: 3 },
        ...(outside && tenant % 3 > 0 ? { rules: { ...PLAIN_RULES, relax: OUTSIDE } } : {}),
      },
    },
    recordCalls: false,
    dispositions: [{ code: "done", label: { zh: "完成", en: "Done" }, success: true }],
  };
}

function stepsOf(queue: LineConfig["queues"][string]["id"]): { readonly [id: string]: FlowStep } {
  const step = asId<LineConfig["flow"]["entry"]>;
  return {
    hours: { kind: "hours", calendar: "shop", open: step("menu"), closed: step("closed") },
    menu: {
      kind: "menu",
      say: {},
      options: { "1": step("queue"), "2": step("message"), "3": step("closed") },
      timeoutS: 3,
      repeats: 1,
      otherwise: step("queue"),
    },
    queue: {
      kind: "queue",
      queue,
      music: null,
      announceEveryS: 12,
      announcePosition: true,
      announceWait: true,
      maxWaitS: 75,
      onTimeout: step("message"),
      keys: { "2": step("message") },
    },
    message: { kind: "voicemail", say: {}, maxS: 30, next: step("closed") },
    closed: { kind: "hangup" },
  };
}

function calendarOf(tenant: number): LineConfig["calendars"][string] {
  const toMin = tenant === 0 ? CLOSES_AT_MIN : 24 * 60;
  const weekly = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, fromMin: 0, toMin }));
  return { timeZone: "UTC", weekly, exceptions: [] };
}

export function poolOf({ seats, tenants, policy, brandsPerSeat }: SimOptions): PoolConfig {
  const all = Array.from({ length: tenants }, (_, tenant) => tenant);
  return {
    poolId: POOL,
    version: 1,
    timeZone: "UTC",
    policy,
    agents: Array.from({ length: seats }, (_, seat) => ({
      agentId: asId<AgentId>(`a${seat}`),
      name: "",
      skills: {},
      brands: all.slice(0, brandsPerSeat).map((_, more) => asId<never>(`b${(seat + more) % tenants}`)),
    })),
    tenants: all.flatMap((tenant) => {
      const { seats: bought } = habitOf(tenant);
      return bought === null ? [] : [{ tenantId: asId<TenantId>(`t${tenant}`), ...bought }];
    }),
    brands: [],
  };
}

function habitOf(tenant: number): (typeof HABITS)[number] {
  return HABITS[tenant % HABITS.length] ?? HABITS[0];
}
