import type { QueueConfig } from "../call/line-config.ts";
import type { QueueId, TenantId } from "../kernel/ids.ts";
import { isWorking } from "./agents.ts";
import type { SeatEntitlement } from "./config.ts";
import { type Demand, demandAt, demandKey, writtenDemand } from "./demand.ts";
import { LazyHeap } from "./lazy-heap.ts";
import type { Ticket } from "./protocol.ts";
import { BEHIND, stepsBehind } from "./rank.ts";
import type { Run } from "./run.ts";
import type { Agent, Pool, PoolQueue, PoolTenant, SeatClass } from "./state.ts";
import { strategyNamed } from "./strategies/index.ts";

export const NO_COUNTS = {
  offered: 0,
  answered: 0,
  abandoned: 0,
  shortAbandoned: 0,
  overflowed: 0,
  withinTarget: 0,
};

/** The tenant's account of seats; one without an entitlement has no guarantee and no cap. */
export function tenantFor(pool: Pool, tenantId: TenantId): PoolTenant {
  let tenant = pool.tenants.get(tenantId);
  if (tenant === undefined) {
    tenant = { tenantId, guaranteed: 0, cap: Number.POSITIVE_INFINITY, seats: 0, classes: [] };
    pool.tenants.set(tenantId, tenant);
  }
  return tenant;
}

export function entitle(pool: Pool, entitlement: SeatEntitlement): void {
  const tenant = tenantFor(pool, entitlement.tenantId);
  tenant.guaranteed = entitlement.guaranteed;
  tenant.cap = entitlement.burst === null ? Number.POSITIVE_INFINITY : entitlement.guaranteed + entitlement.burst;
}

/** Keeps what is published of queues at hand by their ids. */
export function publishQueues(pool: Pool): void {
  pool.published.clear();
  for (const { tenantId: _, brandId: __, ...config } of pool.config.queues ?? []) pool.published.set(config.id, config);
}

/** The queue as it is published; as the newest contact on it knows it where nothing is. */
export function queueFor(pool: Pool, wanted: Pick<Ticket, "tenantId" | "brand" | "queue">): PoolQueue {
  const { brand, tenantId } = wanted;
  const queueId = wanted.queue.id;
  pool.brands.set(brand.id, brand);
  const config = pool.published.get(queueId) ?? wanted.queue;
  const known = pool.queues.get(queueId);
  if (known === undefined) {
    const queue = newQueue(pool, queueId, tenantId, config, brand.id);
    pool.queues.set(queueId, queue);
    return queue;
  }
  if (known.config !== config) {
    known.config = config;
    known.current = null;
  }
  if (known.brandId !== brand.id) {
    known.brandId = brand.id;
    known.current = null;
  }
  return known;
}

function newQueue(pool: Pool, queueId: QueueId, tenantId: TenantId, config: QueueConfig, brandId: string): PoolQueue {
  pool.zones.add(pool.config.timeZone);
  return {
    queueId,
    tenantId,
    config,
    brandId,
    lineTo: null,
    classes: [],
    current: null,
    waiting: 0,
    date: "",
    timeZone: pool.config.timeZone,
    terms: null,
    today: { ...NO_COUNTS },
    seatTimeMs: 0,
    expectedToday: 0,
    stake: null,
    dirty: false,
  };
}

/** The class of a contact that has just come to the queue and of whose caller nothing is known. */
export function classFor(run: Run, queue: PoolQueue): SeatClass {
  queue.current ??= classOf(run, queue, queue.brandId, demandAt(queue.config, null, 0));
  return queue.current;
}

/** The class of those who ask for this; made, with all idle seats that fit, when its first contact comes. */
export function classOf(run: Run, queue: PoolQueue, brandId: string, demand: Demand): SeatClass {
  const { pool } = run;
  const strategy = strategyNamed(queue.config.strategy);
  const key = `${queue.queueId}|${brandId}|${demandKey(demand)}|${strategy.name}`;
  const known = pool.classes.get(key);
  if (known !== undefined) return known;
  // What every agent who comes and goes looks at stands first, side by side.
  const seatClass: SeatClass = {
    idle: new LazyHeap<Agent>(),
    strategy,
    needs: demand.needs,
    listedAt: null,
    waiting: new LazyHeap(),
    tenant: tenantFor(pool, queue.tenantId),
    inTarget: new LazyHeap(),
    queue,
    members: [],
    staffed: 0,
    key,
    brandId,
    preferred: demand.preferred,
    groups: demand.groups,
    only: demand.only,
    asked: writtenDemand(demand),
  };
  pool.classes.set(key, seatClass);
  queue.classes.push(seatClass);
  seatClass.tenant.classes.push(seatClass);
  for (const agent of crewOf(pool, seatClass)) if (fits(agent, seatClass)) enlist(run, agent, seatClass);
  return seatClass;
}

/**
 * Forgets a class that nobody waits in. A contact that comes back to it later makes it anew; one that was out on an offer
 * may hold the forgotten class still, and forgets nothing a second time.
 */
export function dropClass(pool: Pool, seatClass: SeatClass): void {
  if (pool.classes.get(seatClass.key) !== seatClass) return;
  pool.classes.delete(seatClass.key);
  for (const list of [seatClass.queue.classes, seatClass.tenant.classes]) list.splice(list.indexOf(seatClass), 1);
  for (const agent of seatClass.members) discharge(agent, seatClass);
}

/** Somebody waits in the class. */
export function listWaiting({ waitingClasses }: Pool, seatClass: SeatClass): void {
  if (seatClass.listedAt !== null) return;
  seatClass.listedAt = waitingClasses.length;
  waitingClasses.push(seatClass);
}

/** Nobody waits in the class any more: the last of the list takes its place there. */
export function unlistWaiting({ waitingClasses }: Pool, seatClass: SeatClass): void {
  const last = waitingClasses.pop() as SeatClass; // the class itself is listed
  last.listedAt = seatClass.listedAt;
  if (last !== seatClass) waitingClasses[seatClass.listedAt as number] = last; // likewise
  seatClass.listedAt = null;
}

/** Builds every class's index anew from the agents as they are now: after a change of configuration, and on restore. */
export function reindex(run: Run): void {
  const { pool } = run;
  musterCrews(pool);
  for (const agent of pool.agents.values()) {
    agent.classes = NO_CLASSES;
    agent.behind = null;
  }
  for (const seatClass of pool.classes.values()) {
    seatClass.members = [];
    seatClass.staffed = 0;
    seatClass.idle = new LazyHeap<Agent>();
    for (const agent of crewOf(pool, seatClass)) if (fits(agent, seatClass)) enlist(run, agent, seatClass);
  }
}

/** Lists the agents under their brands, groups and extensions, in the order of the configuration. */
export function musterCrews(pool: Pool): void {
  pool.crews.clear();
  for (const agent of pool.agents.values()) {
    const { brands, groups = [], extension = null } = agent.profile;
    const names = [...brands, ...groups.map(groupCrew), ...(extension === null ? [] : [extensionCrew(extension)])];
    for (const name of names) {
      const crew = pool.crews.get(name);
      if (crew === undefined) pool.crews.set(name, [agent]);
      else crew.push(agent);
    }
  }
}

/** All who may be offered contacts of the class if their skills do: the brand's people, and those who are lent. */
function crewOf(pool: Pool, { brandId, groups, only }: SeatClass): readonly Agent[] {
  const own = pool.crews.get(brandId) ?? [];
  if (only !== null) return own.filter((agent) => agent.profile.agentId === only);
  if (groups.length === 0) return own;
  const lent = groups.flatMap((group) => pool.crews.get(groupCrew(group)) ?? []);
  return [...new Set([...own, ...lent])].sort((a, b) => a.index - b.index);
}

/** Brands are UUIDs, so neither a group nor an extension can pass for one. */
const groupCrew = (group: string): string => `group ${group}`;
export const extensionCrew = (extension: string): string => `extension ${extension}`;

function fits(agent: Agent, seatClass: SeatClass): boolean {
  return seatClass.needs.every((need) => (agent.profile.skills[need.skill] ?? 0) >= need.level);
}

function enlist(run: Run, agent: Agent, seatClass: SeatClass): void {
  const steps = stepsBehind(seatClass, agent);
  if (steps > 0 || agent.behind !== null) {
    agent.behind = [...(agent.behind ?? agent.classes.map(() => 0)), steps];
  }
  agent.classes = agent.classes.concat(seatClass);
  seatClass.members.push(agent);
  if (isWorking(agent.at)) seatClass.staffed += 1;
  if (agent.at.is !== "ready") return;
  const turn = { random: run.chance.random, needs: seatClass.needs };
  seatClass.idle.push(agent, seatClass.strategy.key(agent, turn) + steps * BEHIND, agent.index);
}

function discharge(agent: Agent, seatClass: SeatClass): void {
  const place = agent.classes.indexOf(seatClass);
  agent.classes = agent.classes.toSpliced(place, 1);
  agent.behind = agent.behind?.toSpliced(place, 1) ?? null;
}

export const NO_CLASSES: readonly SeatClass[] = [];
