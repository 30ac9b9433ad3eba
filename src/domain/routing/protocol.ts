import type { RoutingDecision, SeatReturn } from "../call/facts.ts";
import type { ClientDay, LineConfig, QueueConfig } from "../call/line-config.ts";
import type { AgentId, ContactId, PhoneNumber, PoolId, ReservationId, TenantId } from "../kernel/ids.ts";
import type { Instant, Ms } from "../kernel/instant.ts";

/**
 * What a Contact and a SeatPool say to each other. Every message may be lost, doubled or overtaken: each is repeated by
 * its sender until it is answered, and each names the reservation (or the attempt) it speaks of, so that a repeat or a
 * late one finds nothing to do. The ladders for the races stand in this folder's README.
 */
export type Ticket = {
  readonly contactId: ContactId;
  readonly tenantId: TenantId;
  readonly brand: LineConfig["brand"];
  readonly queue: QueueConfig;
  /** The caller's number as shown on the offer; the only thing of the caller that the pool ever holds. */
  readonly from: string;
  readonly to: string;
  /** First entry into the queue. A return keeps it, so the caller keeps the place. */
  readonly queuedAt: Instant;
  /** 1 for the first wait of this contact; one more each time the contact, having left the pool, comes back. */
  readonly attempt: number;
  /** What is known of the caller that bears on the order and the seat; left out where nothing is or nobody asked. */
  readonly caller?: KnownCaller;
  /** Digits of the agent the caller asked for in the flow; left out where he asked for none. */
  readonly extension?: string;
  /** The day that counts the stay, see `stays.ts`; contacts of an older version do not say. */
  readonly day?: ClientDay;
};

/** How a stay ended, by the contact's facts; with the ticket where the pool may never have heard of the stay. */
export type StayEnd = { readonly waitedMs: Ms; readonly ticket?: Ticket };

export type KnownCaller = {
  readonly tier: "standard" | "silver" | "gold" | "platinum";
  /** Who served this caller last, within the days the queue asks for; null for nobody. */
  readonly lastAgentId: AgentId | null;
};

/** What a client has on record of a number, as it is published for calls to read. */
export type CallerOnRecord = {
  readonly number: string;
  readonly tier: KnownCaller["tier"];
  /** Who answered the number last, whenever that was; null for nobody. */
  readonly last: { readonly agentId: AgentId; readonly at: Instant } | null;
};

/** Answer to `wait`. `gone` tells a contact that this attempt was withdrawn already (a late repeat). */
export type WaitAnswer = {
  readonly state: "waiting" | "held" | "gone";
  /** 1 for the next to be served. */
  readonly position: number;
  readonly waiting: number;
  /** Null while nobody is on shift for this queue: there is nothing to estimate from. */
  readonly estimatedWaitS: number | null;
  readonly heldBy: ReservationId | null;
};

/**
 * `abandoned`: the caller is gone. `left`: the stay ended otherwise. `moved`: it goes on at another site, whose pool counts it.
 * `aside` and `ended` end no stay: the contact wants no seat while a number outside the house is called for it, or has not
 * been heard of; it says later how the stay ended, or waits again under a higher attempt.
 */
export type WithdrawReason = "abandoned" | "left" | "moved" | "aside" | "ended";
export type AfterWrapUp = {
  /** `stay` leaves the agent in wrap-up until its timer ends. */
  readonly to: "ready" | "not_ready" | "off_shift" | "stay";
  readonly reason: string | null;
};

/** Contact → pool. All idempotent; `SeatPool` implements it as RPC. */
export interface SeatPoolRpc {
  /** Asks for a seat. Sent again every 30 s while waiting: a ticket unheard of for 95 s is dropped. */
  wait(ticket: Ticket): Promise<WaitAnswer>;
  withdraw(contactId: ContactId, why: WithdrawReason, attempt?: number, stay?: StayEnd): Promise<void>;
  /** Caller and agent hear each other; `waitedMs` from `queuedAt` to then. */
  connected(contactId: ContactId, reservationId: ReservationId, waitedMs?: Ms): Promise<void>;
  /**
   * The agent's phone could not be reached: the ticket waits again, first in its age, the agent is not ready (device). With
   * `missed` an outside telephone rang and no person took the call: the same as an offer that nobody took.
   */
  legFailed(contactId: ContactId, reservationId: ReservationId, missed?: boolean): Promise<void>;
  held(contactId: ContactId, reservationId: ReservationId): Promise<void>;
  resumed(contactId: ContactId, reservationId: ReservationId): Promise<void>;
  /** 0 seconds means no wrap-up; null means until the agent is done. */
  talkEnded(contactId: ContactId, reservationId: ReservationId, wrapUpS: number | null): Promise<void>;
  wrappedUp(contactId: ContactId, reservationId: ReservationId, then: AfterWrapUp): Promise<void>;
  /** The tenant whose contact this agent is being offered or is serving now; null otherwise. */
  serving(agentId: AgentId, contactId: ContactId): Promise<TenantId | null>;
}

/** Where the contact stands with a reservation; lets the pool heal what a lost message left behind. */
export type SeatStage = "offered" | "connecting" | "talking" | "held" | "wrap_up" | "over";

/** Pool → Contact, as data in the pool's outbox. */
export type PoolMessage =
  | {
      readonly kind: "seat_reserved";
      readonly agentId: AgentId;
      readonly reservationId: ReservationId;
      readonly decision: RoutingDecision;
      /** Of the wait that it answers: what was under way when that wait was withdrawn calls nobody. */
      readonly attempt: number;
    }
  | { readonly kind: "seat_rang"; readonly reservationId: ReservationId }
  | { readonly kind: "seat_returned"; readonly reservationId: ReservationId; readonly why: SeatReturn }
  | {
      readonly kind: "seat_accepted";
      readonly agentId: AgentId;
      readonly reservationId: ReservationId;
      readonly attempt: number;
      /** The outside telephone to be called; left out for a browser phone. */
      readonly telephone?: PhoneNumber;
    }
  | { readonly kind: "agent_gone"; readonly reservationId: ReservationId }
  | { readonly kind: "wrap_up_lapsed"; readonly reservationId: ReservationId; readonly wrapUpMs: Ms };

/**
 * Pool → Contact. `Contact` implements it as RPC; idempotent by reservation and kind. The answer is where the contact stands
 * with this reservation, or null where it does not know; the pool believes it (`over` on a reservation still offered or connecting releases the seat).
 */
export interface ContactSeatRpc {
  seatReserved(
    agentId: AgentId,
    reservationId: ReservationId,
    decision: RoutingDecision,
    poolId: PoolId,
    attempt: number,
  ): Promise<SeatStage | null>;
  seatRang(reservationId: ReservationId): Promise<SeatStage | null>;
  seatReturned(reservationId: ReservationId, why: SeatReturn): Promise<SeatStage | null>;
  seatAccepted(
    agentId: AgentId,
    reservationId: ReservationId,
    poolId: PoolId,
    telephone: PhoneNumber | undefined,
    attempt: number,
  ): Promise<SeatStage | null>;
  agentGone(reservationId: ReservationId): Promise<SeatStage | null>;
  wrapUpLapsed(reservationId: ReservationId, wrapUpMs: Ms): Promise<SeatStage | null>;
}
