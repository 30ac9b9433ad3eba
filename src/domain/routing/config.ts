import type { QueueConfig, QueueRules } from "../call/line-config.ts";
import type { AgentId, BrandId, PhoneNumber, PoolId, TenantId } from "../kernel/ids.ts";
import type { Ms } from "../kernel/instant.ts";
import { DAY_MS, MINUTE_MS, SECOND_MS } from "../kernel/instant.ts";

/** What is published to a pool: who works there, for whom, and how many seats each client has bought. */
export type PoolConfig = {
  readonly poolId: PoolId;
  readonly version: number;
  /** IANA name of the site's zone: its agents' figures of the day begin anew at midnight there. */
  readonly timeZone: string;
  /** Whose caller is served first when several want the same seat; `fifo` where none is named. */
  readonly policy?: Policy;
  readonly agents: readonly AgentProfile[];
  readonly tenants: readonly SeatEntitlement[];
  readonly brands: readonly {
    readonly id: BrandId;
    readonly tenantId: TenantId;
    readonly name: string;
    readonly color: string;
  }[];
  /**
   * Queues whose callers may come here. A board names each from the start, before anybody has called, and what stands here
   * counts before what a contact brings: a change holds for those who wait already, at the next decision.
   */
  readonly queues?: readonly PublishedQueue[];
};

/**
 * Who is served first when contacts of different queues want the same seat. All work on the heads of queues alone, in
 * milliseconds of waiting, so that a bonus of 20,000 is worth twenty seconds in line:
 *
 * - `fifo`: the oldest, priority counted as age.
 * - `edf`: earliest deadline, the instant at which the contact leaves its target; priority counted as age.
 * - `slack`: age, plus what the contact is worth to its contract today, see `policy.ts`.
 */
export const POLICIES = ["fifo", "edf", "slack"] as const;
export type Policy = (typeof POLICIES)[number];

export type PublishedQueue = QueueConfig & {
  readonly tenantId: TenantId;
  /** In whose name its callers are answered: the brand of the first number that leads there. */
  readonly brandId: BrandId;
};

export type AgentProfile = {
  readonly agentId: AgentId;
  readonly name: string;
  /** Skill name to level; a required skill without a level asks for 1. */
  readonly skills: { readonly [skill: string]: number };
  /** Brands this agent may answer for; no other caller ever reaches them. */
  readonly brands: readonly BrandId[];
  /** Share of the work in weighted strategies; 1 is the ordinary share. */
  readonly weight?: number;
  /** Place in fixed-order strategies; lower first. */
  readonly rank?: number;
  /** `ordinary` where none is named. */
  readonly kind?: SeatKind;
  /** Digits by which a caller asks for this agent; unique in the house. */
  readonly extension?: string | null;
  /** Groups of the house that a queue may be lent after a while, whatever the brands. */
  readonly groups?: readonly string[];
  /** Where the agent's calls ring instead of in the browser; left out or null where they ring there. */
  readonly telephone?: Telephone | null;
};

/**
 * A telephone outside the house that is the agent's only ear: at home, in a pocket, on the desk of a branch. The desktop
 * shows offers and wrap-up all the same.
 */
export type Telephone = {
  readonly number: PhoneNumber;
  /** `on_accept`: once the offer is accepted on the desktop. `at_once`: with the offer; picking it up is the acceptance. */
  readonly rings: TelephoneRings;
};
export const TELEPHONE_RINGS = ["on_accept", "at_once"] as const;
export type TelephoneRings = (typeof TELEPHONE_RINGS)[number];

/**
 * What kind of seat an agent has. Experts, team leads and supervisors are kept free: each is offered a contact only when
 * no seat of the kinds before it is idle. A remote seat is an ordinary one elsewhere.
 */
export const SEAT_KINDS = ["ordinary", "remote", "expert", "team_lead", "supervisor"] as const;
export type SeatKind = (typeof SEAT_KINDS)[number];

/**
 * Seats a client has bought. A seat counts as the client's from reservation to the end of wrap-up.
 *
 * - **guaranteed**: a client with fewer seats than this in use, and somebody waiting, comes before every client beyond its
 *   own guarantee whenever a seat that fits becomes free. Nothing is kept idle for it: others borrow the seat while the
 *   client does not need it, and the next fitting seat is given back first.
 * - **burst**: seats beyond the guarantee, lent while nobody below the guarantee waits.
 * - The **cap** is their sum: at the cap a client's callers wait although a seat is free. Null burst means no cap.
 */
export type SeatEntitlement = {
  readonly tenantId: TenantId;
  readonly guaranteed: number;
  readonly burst: number | null;
};

/** Time an offer may stay undelivered (socket gone but not yet noticed) before it returns to the queue. */
export const DELIVERY_LEASE_MS: Ms = 3 * SECOND_MS;
/** Accepted, but the two do not hear each other yet: the contact is asked again after this long, twice. */
export const CONNECT_LEASE_MS: Ms = 45 * SECOND_MS;
/** A talk is checked with its contact this often; guards against a lost end. */
export const TALK_LEASE_MS: Ms = 15 * MINUTE_MS;
/** Wrap-up without a timer still ends some time. */
export const WRAP_UP_MAX_MS: Ms = 30 * MINUTE_MS;
/** An agent whose last device is lost on a contact keeps the contact this long; back in time, nothing has happened. */
export const DEVICE_GRACE_MS: Ms = 60 * SECOND_MS;
/**
 * After a restart the sockets are gone although the people are not: an offer that was out waits this long for its agent's
 * desktop to connect again. A desktop does so within a second.
 */
export const RESTORE_GRACE_MS: Ms = 2 * SECOND_MS;
/** Not ready for want of a device this long ends the shift, so that nobody is paid for an abandoned desk. */
export const DEVICE_SHIFT_END_MS: Ms = 10 * MINUTE_MS;
/** A ticket not heard of this long is dropped: three keep-alives of 30 s and a little. */
export const TICKET_LEASE_MS: Ms = 95 * SECOND_MS;
/** How long a withdrawn contact is remembered, to recognise late repeats. */
export const TOMBSTONE_MS: Ms = 5 * MINUTE_MS;
/**
 * How long a stay is remembered of which the contact has not said how it ended. After a day it counts for a day that nobody is
 * shown any more, so that forgetting it changes no figure.
 */
export const OPEN_STAY_MS: Ms = DAY_MS;
/** An agent who declined a contact is not offered it again before this. */
export const DECLINE_COOL_OFF_MS: Ms = 30 * SECOND_MS;
/** One point of queue priority is worth so much waiting: priority goes first but never starves anybody. */
export const PRIORITY_POINT_MS: Ms = 30 * SECOND_MS;

/** What a queue does that says nothing of it. */
export const PLAIN_RULES: QueueRules = {
  preferred: [],
  relax: [],
  tiers: { silver: 0, gold: 0, platinum: 0 },
  lastAgent: { patienceS: 0, withinDays: 30 },
  namedAgent: { patienceS: 0, variable: "extension" },
  wrapUp: { kind: "timed", extensions: 5, extensionS: 60 },
  missesMax: 1,
  autoAnswer: false,
};

export function rulesOf(queue: QueueConfig): QueueRules {
  return queue.rules ?? PLAIN_RULES;
}
