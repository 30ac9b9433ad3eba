import type { AgentId, BrandId, ContactId, ReservationId, TenantId } from "../kernel/ids.ts";
import type { Instant, Ms } from "../kernel/instant.ts";
import type { Party } from "./facts.ts";
import type { ClientDay, QueueConfig } from "./line-config.ts";

/** On which of a contact's own webhook addresses the carrier spoke: the path says it, the body never does. */
export type CarrierWhere =
  /** `/c/{contactId}/next/{stepKey}`: what is the caller to hear next. */
  | { readonly kind: "next"; readonly stepKey: string }
  /** `/c/{contactId}/leg/{party}`: how a leg is doing. */
  | { readonly kind: "leg"; readonly party: Party }
  | { readonly kind: "conference" }
  | { readonly kind: "recording" };

/** A contact's place in a pool's waiting room: ids and attributes, and the caller's number that an offer shows. */
export type WaitTicket = {
  readonly contactId: ContactId;
  readonly tenantId: TenantId;
  readonly brand: { readonly id: BrandId; readonly name: string; readonly color: string; readonly greeting: string };
  readonly queue: QueueConfig;
  readonly from: string;
  readonly to: string;
  /** The first instant in this queue; kept when a seat fails and the contact comes back. */
  readonly queuedAt: Instant;
  /** Digits of the agent the caller asked for in the flow. */
  readonly extension?: string;
  /** 1 for the first visit; a ticket with a higher number replaces what the pool knew. */
  readonly attempt: number;
  /** The day that counts the stay; left out by a contact that was queued before it was noted. */
  readonly day?: ClientDay;
};

/**
 * How a stay in a queue ended, by the contact's own facts: the pool counts it so, whenever it hears. `ticket` where the pool
 * may never have heard that the contact waited.
 */
export type StayEnd = { readonly waitedMs: Ms; readonly ticket?: WaitTicket };

/** What the pool answers to a ticket: where the contact stands. */
export type Place = {
  readonly position: number;
  readonly waiting: number;
  readonly estimatedWaitS: number | null;
};

/** What an agent is after wrap-up: `stay` leaves the agent in wrap-up until its timer ends. */
export type AfterWrapUp = {
  readonly to: "ready" | "not_ready" | "off_shift" | "stay";
  readonly reason: string | null;
};

/** Where the contact stands with a reservation: the answer to the pool's messages, by which a lost one is healed. */
export type SeatStage = "offered" | "connecting" | "talking" | "held" | "wrap_up" | "over";

/** Contact → pool. Each is idempotent at the pool; the object turns it into the call of the same name. */
export type PoolMessage =
  | { readonly say: "wait"; readonly ticket: WaitTicket }
  /** `moved`: the stay goes on at another site. */
  | {
      readonly say: "withdraw";
      readonly why: "abandoned" | "left" | "moved";
      readonly attempt: number;
      readonly stay: StayEnd;
    }
  /** A number outside is called; the stay goes on. */
  | { readonly say: "withdraw"; readonly why: "aside"; readonly attempt: number }
  | { readonly say: "connected"; readonly reservationId: ReservationId; readonly waitedMs: Ms }
  /** With `missed` an outside telephone rang and no person took the call. */
  | { readonly say: "leg_failed"; readonly reservationId: ReservationId; readonly missed?: true }
  | { readonly say: "held"; readonly reservationId: ReservationId }
  | { readonly say: "resumed"; readonly reservationId: ReservationId }
  | { readonly say: "talk_ended"; readonly reservationId: ReservationId; readonly wrapUpS: number | null }
  | { readonly say: "wrapped_up"; readonly reservationId: ReservationId; readonly after: AfterWrapUp };

/** An agent's command on the contact in hand; the object checks that it is that agent's. */
export type AgentCommand =
  | { readonly type: "hold"; readonly agentId: AgentId; readonly on: boolean }
  | { readonly type: "hang_up"; readonly agentId: AgentId }
  | {
      readonly type: "wrap_up";
      readonly agentId: AgentId;
      /** Null keeps the note of an agent who chose none before the timer of wrap-up ends. */
      readonly disposition: string | null;
      readonly notes: string;
      readonly after: AfterWrapUp;
    };
