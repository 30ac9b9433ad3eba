import type { LineConfig, QueueConfig } from "../../../domain/call/line-config.ts";
import {
  type AgentId,
  asId,
  type BrandId,
  type PoolId,
  type QueueId,
  type TenantId,
} from "../../../domain/kernel/ids.ts";
import type { Random } from "../../../domain/kernel/random.ts";
import type { AgentProfile, PoolConfig } from "../../../domain/routing/index.ts";
import type { SimOptions } from "./options.ts";

/** One client as its callers find it: a brand with one queue. */
export type SimClient = {
  readonly tenantId: TenantId;
  readonly brand: LineConfig["brand"];
  readonly queue: QueueConfig;
};

/** Who works for whom: what a pool is published with, and what the tickets of its callers say. */
export type SimWorld = { readonly clients: readonly SimClient[]; readonly pool: PoolConfig };

export function simWorld(options: SimOptions, random: Random): SimWorld {
  const brands = dealt(options, random);
  return {
    clients: Array.from({ length: options.tenants }, (_, tenant) => simClient(options, tenant)),
    pool: {
      poolId: asId<PoolId>("sim"),
      version: 1,
      timeZone: "UTC",
      policy: options.policy,
      agents: brands.map(simAgent),
      tenants: [],
      brands: [],
    },
  };
}

function simClient(options: SimOptions, tenant: number): SimClient {
  const queue: QueueConfig = {
    id: asId<QueueId>(`q${tenant}`),
    poolId: asId<PoolId>("sim"),
    name: `Queue ${tenant}`,
    priority: 0,
    skills: [],
    strategy: "longest_idle",
    ringTimeoutS: 20,
    wrapUpS: 0,
    target: { ...options.target, shortAbandonS: 0 },
  };
  const brand = { id: asId<BrandId>(`b${tenant}`), name: `Brand ${tenant}`, color: "#000000", greeting: "" };
  return { tenantId: asId<TenantId>(`t${tenant}`), brand, queue };
}

function simAgent(brands: readonly number[], seat: number): AgentProfile {
  return {
    agentId: asId<AgentId>(`a${seat}`),
    name: "",
    skills: {},
    brands: brands.map((tenant) => asId<BrandId>(`b${tenant}`)),
  };
}

/** Which brands each seat knows. */
function dealt({ seats, tenants, brandsPerSeat, deal }: SimOptions, random: Random): readonly (readonly number[])[] {
  const all = Array.from({ length: tenants }, (_, tenant) => tenant);
  if (brandsPerSeat >= tenants) return Array.from({ length: seats }, (_, seat) => startingAt(all, seat));
  if (deal === "even") return dealtEvenly(seats, tenants, brandsPerSeat);
  return Array.from({ length: seats }, (_, seat) => {
    const own = new Set<number>([seat % tenants]);
    while (own.size < brandsPerSeat) own.add(Math.floor(random.next() * tenants));
    return [...own];
  });
}

/** A seat that knows all knows its first by turn. */
function startingAt(all: readonly number[], seat: number): readonly number[] {
  const first = seat % all.length;
  return [first, ...all.filter((tenant) => tenant !== first)];
}

/**
 * Brands one by one, each time of those on the fewest seats, or on one more, the one that has met the seat's other brands
 * least often: so each brand is on as many seats as any other, one more or less, and shares them with all others alike.
 */
function dealtEvenly(seats: number, tenants: number, brandsPerSeat: number): readonly (readonly number[])[] {
  const on = Array.from({ length: tenants }, () => 0);
  const met = new Int32Array(tenants * tenants);
  return Array.from({ length: seats }, () => {
    const own: number[] = [];
    while (own.length < brandsPerSeat) {
      const next = leastMet(own, on, met);
      on[next] = (on[next] ?? 0) + 1;
      for (const other of own) {
        for (const pair of [next * tenants + other, other * tenants + next]) met[pair] = (met[pair] ?? 0) + 1;
      }
      own.push(next);
    }
    return own;
  });
}

function leastMet(own: readonly number[], on: readonly number[], met: Int32Array): number {
  const free = [...on.keys()].filter((tenant) => !own.includes(tenant));
  const fewest = free.reduce((least, tenant) => Math.min(least, on[tenant] ?? 0), Number.POSITIVE_INFINITY);
  let [best, leastTimes] = [-1, 0];
  for (const tenant of free) {
    if ((on[tenant] ?? 0) > fewest + 1) continue;
    // Squared, because two meetings with one brand are worse than one each with two.
    const times = own.reduce((sum, other) => sum + (met[tenant * on.length + other] ?? 0) ** 2, 0);
    const fewer = times === leastTimes && (on[tenant] ?? 0) < (on[best] ?? 0);
    if (best < 0 || times < leastTimes || fewer) [best, leastTimes] = [tenant, times];
  }
  return best;
}
