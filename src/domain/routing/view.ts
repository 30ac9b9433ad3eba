import type { LineConfig } from "../call/line-config.ts";
import type { AgentId, ContactId, TenantId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import { serviceOf, ticketOf } from "./agents.ts";
import { NO_COUNTS } from "./classes.ts";
import { rulesOf, type Telephone } from "./config.ts";
import type { Agent, AgentAt, Pool, PoolQueue, PoolTicket, Reservation, Service } from "./state.ts";

/** What an agent's own desktop shows; `ownsPhone` depends on which of the agent's devices asks. */
export function agentView(pool: Pool, agent: Agent, deviceId: string) {
  const { at } = agent;
  const service = serviceOf(at);
  const offer = at.is === "reserved" || at.is === "ringing" ? at.reservation : null;
  return {
    agentId: agent.profile.agentId,
    name: agent.profile.name,
    state: at.is,
    reason: at.is === "not_ready" ? at.reason : null,
    since: sinceOf(agent),
    nextState: agent.next === null ? null : { to: agent.next.to, reason: agent.next.reason },
    brands: brandsOf(pool, agent),
    offer: offer === null ? null : offerView(pool, agent, offer),
    contact: service === null ? null : contactView(pool, agent, service),
    extensionsLeft: at.is === "wrap_up" ? extensionsLeft(at) : 0,
    // With a telephone outside the house every window may take the call: it rings in none of them.
    ownsPhone: agent.profile.telephone != null || agent.phone === deviceId,
    telephone: agent.profile.telephone ?? null,
  };
}

/** Left out for a browser phone: a floor has two thousand of those, four times a second. */
function outsideTelephone({ profile: { telephone } }: Agent): { readonly telephone?: Telephone } {
  return telephone == null ? {} : { telephone };
}

function extensionsLeft({ service, timed, extensions }: Extract<AgentAt, { is: "wrap_up" }>): number {
  return timed ? Math.max(0, rulesOf(service.ticket.queue.config).wrapUp.extensions - extensions) : 0;
}

/** The tenant whose contact this agent is being offered or is serving now; null otherwise. */
export function heldTenant(pool: Pool, agentId: AgentId, contactId: ContactId): TenantId | null {
  const agent = pool.agents.get(agentId);
  const ticket = agent === undefined ? null : ticketOf(agent.at);
  return ticket !== null && ticket.contactId === contactId ? ticket.tenant.tenantId : null;
}

/** How many wait for this agent, and since when. */
export function queueView(agent: Agent): { waiting: number; longestSince: Instant | null } {
  let waiting = 0;
  let longest = Number.POSITIVE_INFINITY;
  for (const seatClass of agent.classes) {
    waiting += seatClass.waiting.live;
    longest = Math.min(longest, seatClass.waiting.peek()?.queuedAt ?? longest);
  }
  return { waiting, longestSince: Number.isFinite(longest) ? longest : null };
}

/** The whole floor without any customer's data. */
export function floorView(pool: Pool) {
  return {
    agents: [...pool.agents.values()].map((agent) => floorAgent(pool, agent)),
    queues: [...[...pool.queues.values()].map((queue) => floorQueue(pool, queue)), ...quietQueues(pool)],
  };
}

/** Null for somebody who has never been on shift: the pool knows no beginning of it. */
function sinceOf(agent: Agent): Instant | null {
  return agent.since === 0 ? null : agent.since;
}

/** Published queues that nobody has called yet. */
function quietQueues(pool: Pool) {
  return (pool.config.queues ?? [])
    .filter(({ id }) => !pool.queues.has(id))
    .map(({ id, tenantId, name, brandId, target }) => ({
      queueId: id,
      tenantId,
      name,
      brand: nameAndColor(pool.config.brands.find((brand) => brand.id === brandId) ?? NO_BRAND),
      waiting: 0,
      longestSince: null,
      ...NO_COUNTS,
      target: { share: target.share, withinS: target.withinS },
    }));
}

function floorAgent(pool: Pool, agent: Agent) {
  const { at } = agent;
  const ticket = ticketOf(at);
  return {
    agentId: agent.profile.agentId,
    name: agent.profile.name,
    state: at.is,
    reason: at.is === "not_ready" ? at.reason : null,
    since: sinceOf(agent),
    tenantId: ticket?.tenant.tenantId ?? null,
    brand: ticket === null ? null : nameAndColor(brandOf(pool, ticket.brandId)),
    contactId: ticket?.contactId ?? null,
    ...outsideTelephone(agent),
  };
}

function floorQueue(pool: Pool, queue: PoolQueue) {
  let longest = Number.POSITIVE_INFINITY;
  for (const seatClass of queue.classes) longest = Math.min(longest, seatClass.waiting.peek()?.queuedAt ?? longest);
  return {
    queueId: queue.queueId,
    tenantId: queue.tenantId,
    name: queue.config.name,
    brand: nameAndColor(brandOf(pool, queue.brandId)),
    waiting: queue.waiting,
    longestSince: Number.isFinite(longest) ? longest : null,
    ...queue.today,
    target: { share: queue.config.target.share, withinS: queue.config.target.withinS },
  };
}

function offerView(pool: Pool, agent: Agent, offer: Reservation) {
  return {
    ...partyView(pool, offer.ticket),
    reservationId: offer.id,
    offeredAt: offer.offeredAt,
    deadline: ringDeadline(agent, offer),
  };
}

/** While the offer is on its way its ring time has not begun; what the screen counts down is the ring time. */
function ringDeadline(agent: Agent, offer: Reservation): Instant {
  const ringMs = offer.ticket.queue.config.ringTimeoutS * 1_000;
  return agent.at.is === "ringing" && agent.deadline !== null ? agent.deadline : offer.offeredAt + ringMs;
}

function contactView(pool: Pool, agent: Agent, service: Service) {
  const wrapping = agent.at.is === "wrap_up";
  return {
    ...partyView(pool, service.ticket),
    reservationId: service.id,
    stage: stageOf(agent, service),
    answeredAt: service.answeredAt,
    heldAt: wrapping ? null : service.heldAt,
    wrapUpDeadline: agent.at.is === "wrap_up" && agent.at.timed ? agent.deadline : null,
    wrapUpKind: rulesOf(service.ticket.queue.config).wrapUp.kind,
  };
}

function stageOf(agent: Agent, service: Service): "connecting" | "talking" | "held" | "wrap_up" {
  if (agent.at.is === "wrap_up") return "wrap_up";
  if (service.answeredAt === null) return "connecting";
  return service.heldAt === null ? "talking" : "held";
}

function partyView(pool: Pool, ticket: PoolTicket) {
  const { id, name, color, greeting } = brandOf(pool, ticket.brandId);
  return {
    contactId: ticket.contactId,
    tenantId: ticket.tenant.tenantId,
    brand: { id, name, color, greeting },
    queueName: ticket.queue.config.name,
    from: ticket.from,
    to: ticket.to,
    queuedAt: ticket.queuedAt,
  };
}

function brandsOf(pool: Pool, agent: Agent) {
  return pool.config.brands
    .filter((brand) => agent.profile.brands.includes(brand.id))
    .map(({ id, name, color }) => ({ id, name, color }));
}

function brandOf(
  pool: Pool,
  brandId: string,
): Pick<LineConfig["brand"], "name" | "color" | "greeting"> & { id: string } {
  const known = pool.brands.get(brandId);
  return known ?? { ...NO_BRAND, ...pool.config.brands.find(({ id }) => id === brandId), id: brandId };
}

const NO_BRAND = { name: "", color: "", greeting: "" };

function nameAndColor(brand: { name: string; color: string }) {
  return { name: brand.name, color: brand.color };
}
