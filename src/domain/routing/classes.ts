import type { TenantId } from "../kernel/ids.ts";
import { isWorking } from "./agents.ts";
import type { SeatEntitlement } from "./config.ts";
import { LazyHeap } from "./lazy-heap.ts";
import type { Ticket } from "./protocol.ts";
import type { Run } from "./run.ts";
import type { Agent, Pool, PoolQueue, PoolTenant, SeatClass } from "./state.ts";
import { strategyNamed } from "./strategies/index.ts";

export const NO_COUNTS = { offered: 0, answered: 0, abandoned: 0, shortAbandoned: 0, withinTarget: 0 };

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

/** The queue as the newest contact on it knows it; older calls keep their own class. */
export function queueFor(pool: Pool, wanted: Pick<Ticket, "tenantId" | "brand" | "queue">): PoolQueue {
  let queue = pool.queues.get(wanted.queue.id);
  if (queue?.config === wanted.queue && queue.brand === wanted.brand) return queue;
  pool.brands.set(wanted.brand.id, wanted.brand);
  if (queue === undefined) {
    queue = {
      queueId: wanted.queue.id,
      tenantId: wanted.tenantId,
      config: wanted.queue,
      brandId: wanted.brand.id,
      brand: wanted.brand,
      classes: [],
      current: null,
      waiting: 0,
      today: { ...NO_COUNTS },
      seatTimeMs: 0,
      expectedToday: 0,
      stake: null,
      dirty: false,
    };
    pool.queues.set(wanted.queue.id, queue);
  }
  if (queue.config !== wanted.queue || queue.brandId !== wanted.brand.id) queue.current = null;
  queue.config = wanted.queue;
  queue.brandId = wanted.brand.id;
  queue.brand = wanted.brand;
  queue.stake = null;
  return queue;
}

/** The class of a contact; made, with all idle seats that fit, when its first contact comes. */
export function classFor(run: Run, queue: PoolQueue, wanted: Pick<Ticket, "tenantId" | "brand" | "queue">): SeatClass {
  queue.current ??= findClass(run, queue, wanted);
  return queue.current;
}

function findClass(run: Run, queue: PoolQueue, wanted: Pick<Ticket, "tenantId" | "brand" | "queue">): SeatClass {
  const { pool } = run;
  const strategy = strategyNamed(wanted.queue.strategy);
  const skills = [...wanted.queue.skills].sort();
  const key = `${wanted.queue.id}|${wanted.brand.id}|${skills.join(",")}|${strategy.name}`;
  const known = pool.classes.get(key);
  if (known !== undefined) return known;
  const seatClass: SeatClass = {
    key,
    brandId: wanted.brand.id,
    needs: skills.map(parseNeed),
    strategy,
    tenant: tenantFor(pool, wanted.tenantId),
    queue,
    members: [],
    staffed: 0,
    idle: new LazyHeap<Agent>(),
    waiting: new LazyHeap(),
    inTarget: new LazyHeap(),
    listed: false,
  };
  pool.classes.set(key, seatClass);
  queue.classes.push(seatClass);
  seatClass.tenant.classes.push(seatClass);
  for (const agent of crewOf(pool, seatClass)) if (fits(agent, seatClass)) enlist(run, agent, seatClass);
  return seatClass;
}

/** Builds every class's index anew from the agents as they are now: after a change of configuration, and on restore. */
export function reindex(run: Run): void {
  const { pool } = run;
  musterCrews(pool);
  for (const agent of pool.agents.values()) {
    agent.epoch += 1;
    agent.classes = [];
  }
  for (const seatClass of pool.classes.values()) {
    seatClass.members = [];
    seatClass.staffed = 0;
    seatClass.idle = new LazyHeap<Agent>();
    for (const agent of crewOf(pool, seatClass)) if (fits(agent, seatClass)) enlist(run, agent, seatClass);
  }
}

/** Lists the agents under their brands, in the order of the configuration. */
export function musterCrews(pool: Pool): void {
  pool.crews.clear();
  for (const agent of pool.agents.values()) {
    for (const brandId of agent.profile.brands) {
      const crew = pool.crews.get(brandId);
      if (crew === undefined) pool.crews.set(brandId, [agent]);
      else crew.push(agent);
    }
  }
}

function crewOf(pool: Pool, seatClass: SeatClass): readonly Agent[] {
  return pool.crews.get(seatClass.brandId) ?? [];
}

/** A skill as a queue names it: `zh` asks for level 1, `zh>=3` for level 3. */
export function parseNeed(text: string): { skill: string; level: number } {
  const [skill = text, level] = text.split(">=");
  const asked = level === undefined ? 1 : Number(level);
  return { skill: skill.trim(), level: Number.isFinite(asked) ? asked : 1 };
}

function fits(agent: Agent, seatClass: SeatClass): boolean {
  return seatClass.needs.every((need) => (agent.profile.skills[need.skill] ?? 0) >= need.level);
}

function enlist(run: Run, agent: Agent, seatClass: SeatClass): void {
  agent.classes.push(seatClass);
  seatClass.members.push(agent);
  if (isWorking(agent.at)) seatClass.staffed += 1;
  if (agent.at.is !== "ready") return;
  const turn = { now: run.now, random: run.chance.random, needs: seatClass.needs };
  seatClass.idle.push(agent, seatClass.strategy.key(agent, turn), agent.index);
}
