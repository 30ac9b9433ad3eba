import { type Actor, type Database, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { LineConfig } from "../../domain/call/line-config.ts";
import { asId, type PhoneNumber, type PoolId, type TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { PoolConfig, PublishedQueue } from "../../domain/routing/config.ts";
import { standingOfClient } from "../dunning/index.ts";
import {
  activeTenants,
  type HousePools,
  readPools,
  readSetup,
  readShare,
  type TenantSetup,
  type TenantShare,
} from "./store.ts";
import { suspendedFlow } from "./suspended-flow.ts";

export type LineToPublish = {
  readonly config: LineConfig;
  /** The tenant's carrier account, sealed: the opaque part of the number's webhook addresses. */
  readonly token: string;
};

export type Publishable = { readonly lines: readonly LineToPublish[]; readonly pools: readonly PoolConfig[] };

export type PublishSource = {
  /** Role app. */
  readonly db: Database;
  /** Role operator. */
  readonly operatorDb: Database;
  /** Taken before anything is read: what is committed later is published by whoever committed it, with a later instant. */
  readonly now: Instant;
};

const ACTOR: Actor = { kind: "system", name: "publish" };

/**
 * All that Line and SeatPool objects are to hold. Each tenant is read in its own scope and the house in its own; the two
 * meet only here, as ids and attributes without customer data. Tenants that are not active have no lines, so no call of
 * theirs begins; lines of one that is suspended for what it owes say so politely.
 */
export async function readPublishable({ db, operatorDb, now }: PublishSource): Promise<Publishable> {
  const { tenants, house } = await withOperator(operatorDb, async (tx) => ({
    tenants: await activeTenants(tx),
    house: await readPools(tx),
  }));
  const lines: LineToPublish[] = [];
  const shares: TenantShare[] = [];
  for (const tenantId of tenants) {
    await withTenant(db, { tenantId, actor: ACTOR }, async (tx) => {
      const setup = await readSetup(tx);
      if (setup === null) return;
      const suspended = (await standingOfClient(tx)) === "suspended";
      lines.push(...setup.numbers.map((number) => lineOf(tenantId, setup, number, suspended)));
      shares.push({
        tenantId,
        brands: setup.brands,
        seats: await readShare(tx, now),
        queues: queuesReached(tenantId, setup),
      });
    });
  }
  return { lines, pools: house.pools.map((pool) => poolOf(pool, house, shares, now)) };
}

function lineOf(
  tenantId: TenantId,
  setup: TenantSetup,
  number: TenantSetup["numbers"][number],
  suspended: boolean,
): LineToPublish {
  const brand = found(setup.brands, number.brandId, "brand");
  const flow = found(setup.flows, number.flowId, "flow");
  const { id, name, color, greeting } = brand;
  return {
    token: found(setup.accounts, number.carrierAccountId, "carrier account").sealed,
    config: {
      version: setup.revision,
      tenantId,
      tenantName: setup.name,
      timeZone: setup.timeZone,
      number: { id: asId(number.id), e164: asId<PhoneNumber>(number.e164), label: number.label },
      brand: { id, name, color, greeting },
      language: number.language,
      flow: suspended ? suspendedFlow(flow) : flow,
      calendars: setup.calendars,
      queues: setup.queues,
      recordCalls: number.recordCalls,
      dispositions: setup.dispositions,
    },
  };
}

/** Foreign keys promise that it is there. */
function found<T extends { readonly id: string }>(rows: readonly T[], id: string, what: string): T {
  const row = rows.find((candidate) => candidate.id === id);
  if (row === undefined) throw new Error(`broken promise: a number refers to a ${what} that exists`);
  return row;
}

/** Queues that a number in service leads to, each in the name of the first such number's brand. */
function queuesReached(tenantId: TenantId, setup: TenantSetup): TenantShare["queues"] {
  const reached = new Map<string, TenantShare["queues"][number]>();
  for (const number of setup.numbers) {
    const flow = found(setup.flows, number.flowId, "flow");
    const brand = found(setup.brands, number.brandId, "brand");
    for (const step of Object.values(flow.steps)) {
      const queue = step.kind === "queue" ? setup.queues[step.queue] : undefined;
      if (queue === undefined || reached.has(queue.id)) continue;
      reached.set(queue.id, { outline: { ...queue, tenantId, brandId: brand.id } });
    }
  }
  return [...reached.values()];
}

/** A queue's callers wait in its own pool, and in those its steps of relaxing move them to. */
function comesTo({ poolId, rules }: PublishedQueue, pool: PoolId): boolean {
  return poolId === pool || (rules?.relax ?? []).some((step) => step.do === "move" && step.poolId === pool);
}

function poolOf(
  pool: HousePools["pools"][number],
  house: HousePools,
  shares: readonly TenantShare[],
  version: number,
): PoolConfig {
  const agents = house.agents.filter((agent) => agent.poolId === pool.poolId).map(({ profile }) => profile);
  const served = new Set(agents.flatMap((agent) => agent.brands));
  return {
    poolId: pool.poolId,
    version,
    timeZone: pool.timeZone,
    policy: pool.policy,
    agents,
    tenants: shares.flatMap(({ tenantId, seats }) =>
      seats
        .filter((seat) => seat.poolId === pool.poolId)
        .map(({ guaranteed, burst }) => ({ tenantId, guaranteed, burst })),
    ),
    brands: shares.flatMap(({ tenantId, brands }) =>
      brands.filter(({ id }) => served.has(id)).map(({ id, name, color }) => ({ id, tenantId, name, color })),
    ),
    queues: shares.flatMap(({ queues }) =>
      queues.filter(({ outline }) => comesTo(outline, pool.poolId)).map(({ outline }) => outline),
    ),
  };
}
