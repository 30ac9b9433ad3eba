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
  return {
    clients: Array.from({ length: options.tenants }, (_, tenant) => simClient(options, tenant)),
    pool: {
      poolId: asId<PoolId>("sim"),
      version: 1,
      timeZone: "UTC",
      policy: options.policy,
      agents: Array.from({ length: options.seats }, (_, seat) => simAgent(options, seat, random)),
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

function simAgent(options: SimOptions, seat: number, random: Random): AgentProfile {
  const { tenants, brandsPerSeat } = options;
  return {
    agentId: asId<AgentId>(`a${seat}`),
    name: "",
    skills: {},
    brands: brandsOf(seat, tenants, brandsPerSeat, random),
  };
}

/** Brands are dealt out evenly: the first by turn, so that each has its seats, the others by lot. */
function brandsOf(seat: number, tenants: number, brandsPerSeat: number, random: Random): BrandId[] {
  const own = new Set<number>([seat % tenants]);
  if (brandsPerSeat >= tenants) for (let tenant = 0; tenant < tenants; tenant++) own.add(tenant);
  while (own.size < brandsPerSeat) own.add(Math.floor(random.next() * tenants));
  return [...own].map((tenant) => asId<BrandId>(`b${tenant}`));
}
