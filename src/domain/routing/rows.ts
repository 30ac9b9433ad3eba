import type { LineConfig, QueueConfig } from "../call/line-config.ts";
import type { AgentId, ContactId, QueueId, ReservationId, TenantId } from "../kernel/ids.ts";
import type { Instant, Ms } from "../kernel/instant.ts";
import type { Caller } from "./demand.ts";
import type { Agent, AgentAt, NextStatus, Pool, PoolQueue, PoolTicket, StayTerms } from "./state.ts";
import type { AgentFigures } from "./strategies/strategy.ts";

/** One agent as stored. Devices are not: the sockets that are left after a restart say who is there. */
export type AgentRow = {
  readonly agentId: AgentId;
  readonly at: AtRow;
  readonly since: Instant;
  readonly deadline: Instant | null;
  readonly next: NextStatus | null;
  readonly phone: string | null;
  readonly lostAt: Instant | null;
  readonly misses: number;
  readonly figures: AgentFigures;
  readonly factSeq: number;
};

export type AtRow =
  | { readonly is: "off_shift" | "ready" }
  | {
      readonly is: "reserved" | "ringing";
      readonly id: ReservationId;
      readonly contactId: ContactId;
      readonly offeredAt: Instant;
    }
  | {
      readonly is: "on_contact" | "wrap_up";
      readonly id: ReservationId;
      readonly contactId: ContactId;
      readonly acceptedAt: Instant;
      readonly answeredAt: Instant | null;
      readonly heldAt: Instant | null;
      readonly asked: number;
      readonly letGo: boolean;
      readonly timed: boolean;
      readonly extensions: number;
    }
  | { readonly is: "not_ready"; readonly reason: string; readonly back: boolean };

export type TicketRow = {
  readonly contactId: ContactId;
  readonly tenantId: TenantId;
  readonly queueId: QueueId;
  readonly from: string;
  readonly to: string;
  readonly queuedAt: Instant;
  readonly attempt: number;
  readonly arrival: number;
  readonly gone: boolean;
  readonly heardAt: Instant;
  readonly graded: boolean;
  readonly declined: readonly { readonly agentId: AgentId; readonly until: Instant }[];
  /** Rows written before there were these carry none. */
  readonly brandId?: string;
  readonly caller?: Caller | null;
  readonly terms?: StayTerms;
};

export type QueueRow = {
  readonly queueId: QueueId;
  readonly tenantId: TenantId;
  readonly config: QueueConfig;
  readonly brand: LineConfig["brand"];
  readonly today: PoolQueue["today"];
  readonly seatTimeMs: Ms;
  readonly expectedToday: number;
  /** Rows written before there were these carry neither. */
  readonly date?: string;
  readonly timeZone?: string;
};

export function dumpAgent(agent: Agent): AgentRow {
  return {
    agentId: agent.profile.agentId,
    at: dumpAt(agent.at),
    since: agent.since,
    deadline: agent.deadline,
    next: agent.next,
    phone: agent.phone,
    lostAt: agent.lostAt,
    misses: agent.misses,
    figures: agent.figures,
    factSeq: agent.factSeq,
  };
}

/** Null for a ticket that is forgotten: its row goes. */
export function dumpTicket(pool: Pool, ticket: PoolTicket): TicketRow | null {
  if (pool.tickets.get(ticket.contactId) !== ticket) return null;
  return {
    contactId: ticket.contactId,
    tenantId: ticket.tenant.tenantId,
    queueId: ticket.queue.queueId,
    from: ticket.from,
    to: ticket.to,
    queuedAt: ticket.queuedAt,
    attempt: ticket.attempt,
    arrival: ticket.arrival,
    gone: ticket.at.is === "gone",
    heardAt: ticket.heardAt,
    graded: ticket.stay === null,
    declined: ticket.declined,
    brandId: ticket.brandId,
    caller: ticket.caller,
    ...(ticket.stay === null ? {} : { terms: ticket.stay }),
  };
}

export function dumpQueue(pool: Pool, queue: PoolQueue): QueueRow | null {
  const brand = pool.brands.get(queue.brandId);
  if (brand === undefined) return null;
  const { queueId, tenantId, config, today, seatTimeMs, expectedToday, date, timeZone } = queue;
  return { queueId, tenantId, config, brand, today, seatTimeMs, expectedToday, date, timeZone };
}

function dumpAt(at: AgentAt): AtRow {
  switch (at.is) {
    case "reserved":
    case "ringing": {
      const { id, ticket, offeredAt } = at.reservation;
      return { is: at.is, id, contactId: ticket.contactId, offeredAt };
    }
    case "on_contact":
    case "wrap_up": {
      const { id, ticket, acceptedAt, answeredAt, heldAt, asked, letGo } = at.service;
      const timed = at.is === "wrap_up" && at.timed;
      const extensions = at.is === "wrap_up" ? at.extensions : 0;
      const { contactId } = ticket;
      return { is: at.is, id, contactId, acceptedAt, answeredAt, heldAt, asked, letGo, timed, extensions };
    }
    default:
      return at;
  }
}
