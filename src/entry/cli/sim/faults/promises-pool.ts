import type { AgentFact, AgentState } from "../../../../domain/call/facts.ts";
import type { AgentId, ContactId, TenantId } from "../../../../domain/kernel/ids.ts";
import { type Agent, brokenPromise, nextDeadline, type Pool } from "../../../../domain/routing/index.ts";
import type { Ledger } from "./ledger.ts";
import type { PoolObject } from "./pool-object.ts";
import type { House } from "./watched.ts";

type Found = { readonly contactId: ContactId | null; readonly promise: string };

/** What is known of one agent from the steps before; time is the pool's clock for facts and the true one for `trueSince`. */
type Seen = {
  seq: number;
  is: AgentState;
  reservation: string | null;
  since: number;
  trueSince: number;
  firstAt: number | null;
  readonly msIn: { [state in AgentState]: number };
};

/** An offer stands no longer than delivery, ring time and grace allow, with some slack for clocks that are set. */
const OFFER_MS_MAX = 60_000;
/** The alarm comes with the deadline; a machine that restarts looks within seconds. */
const ALARM_LATE_MS_MAX = 60_000;

/** What must hold of a pool after each of its steps, by its own books, by its configuration and by the carrier's truth. */
export class PoolPromises {
  private readonly house: House;
  private readonly seen = new Map<AgentId, Seen>();
  private readonly tenantOf = new Map<ContactId, TenantId>();

  constructor(house: House) {
    this.house = house;
  }

  broken(object: PoolObject): Found | null {
    const { pool } = object;
    const due = nextDeadline(pool);
    const now = object.now();
    // The clock may have been set forward, and the alarm that does what is due comes right after.
    const promise = brokenPromise(pool, due === null ? now : Math.min(now, due - 1));
    if (promise !== null) return { contactId: null, promise };
    return this.brokenByTenants(pool) ?? this.brokenByCapacity(pool) ?? this.brokenByAgents(pool);
  }

  leftBehind({ pool }: PoolObject): Found | null {
    for (const agent of pool.agents.values()) {
      const { agentId } = agent.profile;
      if (agent.at.is !== "off_shift")
        return { contactId: null, promise: `${agentId} never goes home: ${agent.at.is}` };
      const { msIn, firstAt, since } = this.seenOf(agentId);
      const sum = Object.values(msIn).reduce((total, ms) => total + ms, 0);
      if (firstAt !== null && sum !== since - firstAt)
        return { contactId: null, promise: `${agentId} was logged in ${since - firstAt} ms and is paid ${sum} ms` };
    }
    for (const tenant of pool.tenants.values()) {
      if (tenant.seats !== 0)
        return { contactId: null, promise: `${tenant.tenantId} holds ${tenant.seats} seats for ever` };
    }
    const ticket = [...pool.tickets.values()].find(({ at }) => at.is !== "gone");
    return ticket === undefined ? null : { contactId: ticket.contactId, promise: `${ticket.at.is} for ever` };
  }

  /** The pool's figures of the day say of every stay what the contacts' facts say. */
  miscounted({ pool }: PoolObject, { accounts }: Ledger): Found | null {
    for (const [tenantId, { queued, left, inTime }] of accounts) {
      const { answered, abandoned, overflowed, closed } = left;
      const facts = { offered: queued, answered, abandoned, overflowed: overflowed + closed, withinTarget: inTime };
      const queue = [...pool.queues.values()].find((known) => known.tenantId === tenantId);
      for (const [what, told] of Object.entries(facts)) {
        const counted = queue?.today[what as keyof typeof facts] ?? 0;
        if (counted !== told)
          return { contactId: null, promise: `${tenantId}: the pool counts ${counted} ${what}, the facts ${told}` };
      }
    }
    return null;
  }

  agentTime(): { readonly busyMs: number; readonly presentMs: number } {
    let [busyMs, presentMs] = [0, 0];
    for (const { msIn } of this.seen.values()) {
      busyMs += msIn.reserved + msIn.ringing + msIn.on_contact + msIn.wrap_up;
      presentMs += msIn.ready + msIn.not_ready;
    }
    return { busyMs, presentMs: presentMs + busyMs };
  }

  /** No message and no fact carries another client's name than its contact's own. */
  private brokenByTenants({ out }: Pool): Found | null {
    for (const { contactId, tenantId } of out.messages) {
      if (tenantId !== this.tenant(contactId))
        return { contactId, promise: `a message about a contact of ${this.tenant(contactId)} names ${tenantId}` };
    }
    for (const { body } of out.facts) {
      const { contactId, tenantId } = body;
      if (contactId !== null && tenantId !== this.tenant(contactId))
        return { contactId, promise: `an agent's fact about a contact of ${this.tenant(contactId)} names ${tenantId}` };
    }
    return null;
  }

  private tenant(contactId: ContactId): TenantId | null {
    const known = this.tenantOf.get(contactId);
    if (known !== undefined) return known;
    const tenantId = this.house.contact(contactId)?.config.tenantId ?? null;
    if (tenantId !== null) this.tenantOf.set(contactId, tenantId);
    return tenantId;
  }

  /** By the configuration as it was published, whatever the pool made of it. */
  private brokenByCapacity(pool: Pool): Found | null {
    for (const { tenantId, guaranteed, burst } of pool.config.tenants) {
      if (burst === null) continue;
      let seats = 0;
      for (const { at } of pool.agents.values()) if (tenantIn(at) === tenantId) seats += 1;
      if (seats > guaranteed + burst)
        return { contactId: null, promise: `${tenantId} has ${seats} seats of ${guaranteed + burst} it may have` };
    }
    return null;
  }

  /** What a step has told continues what the steps before have, and what was due before it has been done. */
  brokenByStep(pool: Pool, now: number): Found | null {
    const due = nextDeadline(pool);
    if (due !== null && due < now - ALARM_LATE_MS_MAX)
      return { contactId: null, promise: `nobody did what was due ${now - due} ms ago` };
    for (const fact of pool.out.facts) {
      const promise = this.brokenByFact(fact);
      if (promise !== null) return { contactId: fact.body.contactId, promise };
    }
    return null;
  }

  private brokenByAgents(pool: Pool): Found | null {
    for (const agent of pool.agents.values()) {
      const found = this.brokenByAgent(agent);
      if (found !== null) return found;
    }
    return null;
  }

  private brokenByFact({ agentId, seq, at, body }: AgentFact): string | null {
    const seen = this.seenOf(agentId);
    if (seq !== seen.seq + 1) return `${agentId}: fact ${seq} follows fact ${seen.seq}`;
    if (body.from !== seen.is) return `${agentId}: leaves ${body.from}, but was ${seen.is}`;
    const ms = at - seen.since;
    if (seen.firstAt === null) seen.firstAt = at;
    else if (ms < 0) return `${agentId}: was ${body.from} for ${ms} ms`;
    else seen.msIn[body.from] += ms;
    seen.seq = seq;
    seen.is = body.to;
    seen.since = at;
    return null;
  }

  private brokenByAgent(agent: Agent): Found | null {
    const { at } = agent;
    const { agentId } = agent.profile;
    const seen = this.seenOf(agentId);
    if (at.is !== seen.is) return { contactId: null, promise: `${agentId} is ${at.is}, but no fact says so` };
    const reservation = idIn(at);
    const { now } = this.house.agenda;
    if (reservation !== seen.reservation) {
      seen.reservation = reservation;
      seen.trueSince = now;
    }
    if (at.is !== "reserved" && at.is !== "ringing") return null;
    const { contactId } = at.reservation.ticket;
    if (now - seen.trueSince > OFFER_MS_MAX)
      return { contactId, promise: `${agentId} is ${at.is} with ${reservation} for ${now - seen.trueSince} ms` };
    const busy = [...(this.house.carrier.liveOf.get(agentId) ?? [])].find((leg) => !leg.isGivenUp);
    return busy === undefined
      ? null
      : {
          contactId: busy.contactId,
          promise: `${agentId} is offered ${contactId} with a live call of ${busy.contactId}`,
        };
  }

  private seenOf(agentId: AgentId): Seen {
    const known = this.seen.get(agentId);
    if (known !== undefined) return known;
    const msIn = { off_shift: 0, ready: 0, reserved: 0, ringing: 0, on_contact: 0, wrap_up: 0, not_ready: 0 };
    const fresh: Seen = { seq: 0, is: "off_shift", reservation: null, since: 0, trueSince: 0, firstAt: null, msIn };
    this.seen.set(agentId, fresh);
    return fresh;
  }
}

function tenantIn(at: Agent["at"]): TenantId | null {
  if (at.is === "reserved" || at.is === "ringing") return at.reservation.ticket.tenant.tenantId;
  return at.is === "on_contact" || at.is === "wrap_up" ? at.service.ticket.tenant.tenantId : null;
}

function idIn(at: Agent["at"]): string | null {
  if (at.is === "reserved" || at.is === "ringing") return at.reservation.id;
  return at.is === "on_contact" || at.is === "wrap_up" ? at.service.id : null;
}
