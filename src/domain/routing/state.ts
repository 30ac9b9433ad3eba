import type { AgentFact, SeatsAsked } from "../call/facts.ts";
import type { LineConfig, QueueConfig } from "../call/line-config.ts";
import type { AgentId, ContactId, QueueId, ReservationId, TenantId } from "../kernel/ids.ts";
import type { Instant, Ms } from "../kernel/instant.ts";
import type { AgentProfile, PoolConfig } from "./config.ts";
import type { Caller, Demand } from "./demand.ts";
import type { RefusalCode } from "./events.ts";
import type { LazyHeap } from "./lazy-heap.ts";
import type { PoolMessage } from "./protocol.ts";
import type { AgentFigures, Strategy } from "./strategies/strategy.ts";
import type { Timers } from "./timers.ts";

/**
 * The state of one pool. It is **linear**: `step` owns it and changes it in place (at 20,000 seats a copy per event is
 * not affordable), so hold no part of it across a step. `dumpAgent`, `dumpTicket` and `restorePool` turn it into rows
 * and back.
 */
export type Pool = {
  config: PoolConfig;
  readonly agents: Map<AgentId, Agent>;
  /** Agents by the brands they may answer for. */
  readonly crews: Map<string, Agent[]>;
  readonly tickets: Map<ContactId, PoolTicket>;
  /** Who holds a reservation that was accepted, to the end of wrap-up. */
  readonly services: Map<ReservationId, Agent>;
  readonly tenants: Map<TenantId, PoolTenant>;
  readonly queues: Map<QueueId, PoolQueue>;
  /** Queues as the house has published them to this pool. */
  readonly published: Map<QueueId, QueueConfig>;
  /** Zones of the clients whose callers have come: whose midnights the shell has to tell. */
  readonly zones: Set<string>;
  readonly brands: Map<string, LineConfig["brand"]>;
  readonly classes: Map<string, SeatClass>;
  /** Classes with somebody waiting, in no order. */
  readonly waitingClasses: SeatClass[];
  readonly timers: Timers<Agent | PoolTicket>;
  /** Until here a desktop that is gone may be one the restart has cut off; 0 for a pool that was never restored. */
  graceEndsAt: Instant;
  /** Order of arrival of tickets: the last tie-break. */
  arrivals: number;
  readonly out: Outcome;
  /** Who is to be matched in the step under way; empty between steps. */
  readonly seekers: Seekers;
};

export type Seekers = {
  /** Became ready in this step. */
  readonly freed: Agent[];
  /** Began or went back to waiting in this step, or may now ring more seats. */
  readonly seeking: PoolTicket[];
  /** Fell below the cap in this step. */
  readonly uncapped: PoolTenant[];
};

/** What a step leaves to its shell. Valid until the next step, which empties and refills it. */
export type Outcome = {
  /** Messages to contacts, in order; the shell stores them before it sends them. */
  readonly messages: { readonly tenantId: TenantId; readonly contactId: ContactId; readonly message: PoolMessage }[];
  readonly facts: AgentFact[];
  /** Whose rows are to be stored and whose views sent. */
  readonly agents: Agent[];
  readonly tickets: PoolTicket[];
  readonly queues: PoolQueue[];
};

export type NextStatus = { readonly to: "ready" | "not_ready" | "off_shift"; readonly reason: string | null };

/** A seat promised to a contact and not yet taken. */
export type Reservation = {
  readonly id: ReservationId;
  readonly agent: Agent;
  readonly ticket: PoolTicket;
  readonly offeredAt: Instant;
  /** Contacts that wanted the seat and were passed over; empty again after a restart, when the fact is long written. */
  readonly passedOver: readonly { readonly tenantId: TenantId; readonly contactId: ContactId }[];
};

/** A seat taken: from acceptance to the end of wrap-up. */
export type Service = {
  readonly id: ReservationId;
  readonly ticket: PoolTicket;
  readonly acceptedAt: Instant;
  /** Null while connecting. */
  answeredAt: Instant | null;
  heldAt: Instant | null;
  /** Times the contact was asked and gave no answer. */
  asked: number;
  /** The contact has been told that the agent's desktop is gone for good: should his leg go too, he is called no more. */
  letGo: boolean;
};

export type AgentAt =
  | { readonly is: "off_shift" }
  | { readonly is: "ready" }
  | { readonly is: "reserved"; readonly reservation: Reservation }
  | { readonly is: "ringing"; readonly reservation: Reservation }
  | { readonly is: "on_contact"; readonly service: Service }
  | { readonly is: "wrap_up"; readonly service: Service; readonly timed: boolean; readonly extensions: number }
  /** `back` is true while the return of a device makes the agent ready again (ready until the device was lost). */
  | { readonly is: "not_ready"; readonly reason: string; readonly back: boolean };

export type Agent = {
  /** The profile's, at hand. */
  readonly agentId: AgentId;
  profile: AgentProfile;
  /** Place in the pool's configuration: the deterministic tie-break. */
  index: number;
  at: AgentAt;
  since: Instant;
  /** When the present state ends by itself; null where it does not. */
  deadline: Instant | null;
  next: NextStatus | null;
  /** Sockets, oldest first. The one that owns the phone is the only one that may accept. */
  devices: string[];
  phone: string | null;
  /** When the last device was lost; null while one is there. */
  lostAt: Instant | null;
  misses: number;
  figures: AgentFigures;
  factSeq: number;
  /** Lists as long as they need be: nearly every agent has a few and keeps them. */
  classes: readonly SeatClass[];
  /** Steps behind in each of them (`rank.ts`); null where he stands behind in none. */
  behind: readonly number[] | null;
  /** Raised whenever the agent stops being ready: all idle entries become stale at once. */
  epoch: number;
  /** When the pool next looks at it by itself: set by `pool.timers` alone. */
  dueAt: Instant | null;
  /** The offer that was taken away last, and why: the answer to an accept that came too late. */
  lapsed: { readonly id: ReservationId; readonly code: RefusalCode } | null;
  dirty: boolean;
};

export type TicketAt =
  | { readonly is: "waiting" }
  | { readonly is: "offered"; readonly offers: Reservation[] }
  /** Accepted and later; the agent's `Service` is the truth of it. */
  | { readonly is: "served"; readonly agent: Agent; readonly reservationId: ReservationId }
  /** Remembered for a while to recognise late repeats, and as long as somebody wraps it up. */
  | { readonly is: "gone"; readonly wrapUp: Agent | null };

/** What a stay counts for: its day, and the target owed when it began. One object for all stays that are alike in it. */
export type StayTerms = { readonly date: string; readonly target: QueueConfig["target"] };

export type PoolTicket = {
  readonly contactId: ContactId;
  readonly tenant: PoolTenant;
  readonly queue: PoolQueue;
  readonly brandId: string;
  /** Changes as the demand relaxes and when the queue is published anew. */
  seatClass: SeatClass;
  /** What of the caller bears on order and seat; null where nothing does. */
  readonly caller: Caller | null;
  readonly from: string;
  readonly to: string;
  readonly queuedAt: Instant;
  attempt: number;
  /** Smaller is served first: `queuedAt` brought forward by priority. */
  key: number;
  readonly arrival: number;
  at: TicketAt;
  heardAt: Instant;
  /** What its open stay will count for, also while the contact is aside; null once it is counted, or is another site's. */
  stay: StayTerms | null;
  /** True while an entry in the class's heap counts. */
  wanting: boolean;
  /** Its entry in `inTarget` counts. */
  inTarget: boolean;
  declined: readonly { readonly agentId: AgentId; readonly until: Instant }[];
  epoch: number;
  /** When the pool next looks at it by itself: set by `pool.timers` alone. */
  dueAt: Instant | null;
  dirty: boolean;
};

export type PoolTenant = {
  readonly tenantId: TenantId;
  guaranteed: number;
  /** Infinite where the client has no cap. */
  cap: number;
  /** Seats in use: reserved to the end of wrap-up. */
  seats: number;
  readonly classes: SeatClass[];
};

/** Waiting contacts that want exactly the same seats, and the idle seats that fit them. */
export type SeatClass = Demand & {
  readonly key: string;
  readonly brandId: string;
  readonly strategy: Strategy;
  /** The demand as decisions write it. */
  readonly asked: SeatsAsked;
  readonly tenant: PoolTenant;
  readonly queue: PoolQueue;
  /** All agents who fit, whatever their state. */
  members: Agent[];
  /** Those of them who work now: neither off shift nor not ready. */
  staffed: number;
  idle: LazyHeap<Agent>;
  /** Where it stands in `waitingClasses`; null while nobody waits. */
  listedAt: number | null;
  readonly waiting: LazyHeap<PoolTicket>;
  /** Of those waiting, the ones still inside their target, as far as is known; kept for the slack policy alone. */
  readonly inTarget: LazyHeap<PoolTicket>;
};

export type PoolQueue = {
  readonly queueId: QueueId;
  readonly tenantId: TenantId;
  config: QueueConfig;
  /** Of the newest contact. */
  brandId: string;
  /** The line that the newest contact came by; null before the first. */
  lineTo: string | null;
  readonly classes: SeatClass[];
  /** The class that `config` leads to; null until the first contact after a change. */
  current: SeatClass | null;
  waiting: number;
  /** The client's own day that `today` counts, and the zone it is told in; no date before the first is known. */
  date: string;
  timeZone: string;
  /** Of the newest stay. */
  terms: StayTerms | null;
  /**
   * Of stays that began on this day. Short abandons are among the abandoned. At any instant _offered_ is answered +
   * abandoned + overflowed + those of them that are open: waiting, being connected, or aside.
   */
  today: {
    offered: number;
    answered: number;
    abandoned: number;
    shortAbandoned: number;
    /** Went on elsewhere: by the flow, or to a number outside. */
    overflowed: number;
    withinTarget: number;
  };
  /** Moving average of seat time per contact, reservation to end of wrap-up; 0 until one is known. */
  seatTimeMs: Ms;
  /** What one contact more decides today, in milliseconds of age; null when the counts have changed since. For `slack`. */
  stake: { readonly levelMs: Ms; readonly abandonMs: Ms } | null;
  /** Contacts a day is expected to bring: learnt from the days before, 0 while unknown. */
  expectedToday: number;
  dirty: boolean;
};

/** Chance, as an argument: a run is a seed and a list of events. */
export type Chance = { readonly random: () => number; readonly newReservationId: () => ReservationId };
