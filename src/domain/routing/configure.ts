import type { QueueConfig } from "../call/line-config.ts";
import { enter, OFF_SHIFT } from "./agents.ts";
import { classFor, dropClass, entitle, musterCrews, NO_CLASSES, publishQueues, reindex } from "./classes.ts";
import type { AgentProfile, PoolConfig } from "./config.ts";
import { DONE, ignored, type Reply } from "./events.ts";
import { type Run, touchAgent, touchQueue } from "./run.ts";
import type { Agent, Pool, SeatClass } from "./state.ts";
import { Timers } from "./timers.ts";
import { seek } from "./waiting.ts";

/** A pool nobody works in yet: everyone off shift, nobody waiting. */
export function createPool(config: PoolConfig): Pool {
  const pool: Pool = {
    config,
    agents: new Map(),
    crews: new Map(),
    tickets: new Map(),
    services: new Map(),
    tenants: new Map(),
    queues: new Map(),
    published: new Map(),
    zones: new Set(),
    brands: new Map(),
    classes: new Map(),
    waitingClasses: [],
    timers: new Timers(),
    graceEndsAt: 0,
    arrivals: 0,
    out: { messages: [], facts: [], agents: [], tickets: [], queues: [] },
    seekers: { freed: [], seeking: [], uncapped: [] },
  };
  config.agents.forEach((profile, index) => {
    pool.agents.set(profile.agentId, newAgent(profile, index));
  });
  for (const entitlement of config.tenants) entitle(pool, entitlement);
  musterCrews(pool);
  publishQueues(pool);
  return pool;
}

export function newAgent(profile: AgentProfile, index: number): Agent {
  // What every decision looks at stands first, side by side: an agent is wider than a line of the processor's cache.
  return {
    epoch: 0,
    agentId: profile.agentId,
    profile,
    index,
    classes: NO_CLASSES,
    behind: null,
    at: OFF_SHIFT,
    figures: {
      idleSince: 0,
      lastEndedAt: 0,
      readyMs: 0,
      lastOfferedAt: 0,
      contactsToday: 0,
      talkMsToday: 0,
      offersToday: 0,
    },
    factSeq: 0,
    since: 0,
    deadline: null,
    next: null,
    devices: [],
    phone: null,
    lostAt: null,
    misses: 0,
    dueAt: null,
    lapsed: null,
    dirty: false,
  };
}

/**
 * Takes a newly published configuration. Contacts in hand are finished by whoever has them; an agent who is no longer
 * listed serves no brand from now on, goes off shift when free, and is forgotten at the next publishing after that.
 */
export function configure(run: Run, config: PoolConfig): Reply {
  const { pool } = run;
  if (config.version < pool.config.version) return ignored("an older configuration");
  pool.config = config;
  const listed = new Set<string>();
  config.agents.forEach((profile, index) => {
    listed.add(profile.agentId);
    const agent = pool.agents.get(profile.agentId);
    if (agent === undefined) pool.agents.set(profile.agentId, newAgent(profile, index));
    else {
      agent.profile = profile;
      agent.index = index;
      touchAgent(pool, agent);
    }
  });
  for (const agent of pool.agents.values()) if (!listed.has(agent.profile.agentId)) dismiss(run, agent);
  for (const tenant of pool.tenants.values()) {
    tenant.guaranteed = 0;
    tenant.cap = Number.POSITIVE_INFINITY;
  }
  for (const entitlement of config.tenants) entitle(pool, entitlement);
  publishQueues(pool);
  for (const published of pool.published.values()) renewQueue(pool, published);
  reindex(run);
  seekAnew(run);
  return DONE;
}

/** A queue that is known takes what is published of it: those who wait feel it at once. */
function renewQueue(pool: Pool, config: QueueConfig): void {
  const queue = pool.queues.get(config.id);
  if (queue === undefined) return;
  queue.config = config;
  queue.current = null;
  queue.stake = null;
  touchQueue(pool, queue);
}

/** Everybody who waits asks anew, in order, and the classes that nobody asks for any more are forgotten. */
function seekAnew(run: Run): void {
  const { pool } = run;
  const asked = new Set<SeatClass>();
  for (const ticket of pool.tickets.values()) {
    if (ticket.at.is !== "waiting" && ticket.at.is !== "offered") continue;
    seek(run, ticket);
    asked.add(ticket.seatClass);
  }
  run.seeking.sort((a, b) => a.key - b.key || a.arrival - b.arrival);
  for (const queue of pool.queues.values()) asked.add(classFor(run, queue));
  for (const seatClass of [...pool.classes.values()]) {
    if (!asked.has(seatClass)) dropClass(pool, seatClass);
  }
}

function dismiss(run: Run, agent: Agent): void {
  touchAgent(run.pool, agent);
  if (agent.at.is === "off_shift") {
    run.pool.agents.delete(agent.profile.agentId);
    return;
  }
  agent.profile = { ...agent.profile, brands: [] };
  agent.next = { to: "off_shift", reason: null };
  if (agent.at.is === "ready" || agent.at.is === "not_ready") enter(run, agent, { is: "off_shift" });
}
