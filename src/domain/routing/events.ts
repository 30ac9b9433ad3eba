import type { ClientDay } from "../call/line-config.ts";
import type { AgentId, ContactId, ReservationId } from "../kernel/ids.ts";
import type { Ms } from "../kernel/instant.ts";
import type { PoolConfig } from "./config.ts";
import type { AfterWrapUp, SeatStage, StayEnd, Ticket, WaitAnswer, WithdrawReason } from "./protocol.ts";

/** Everything that can happen to a pool. */
export type PoolEvent = AgentCommand | DeviceEvent | ContactEvent | HouseEvent;

/** From a desktop. */
export type AgentCommand =
  | {
      readonly type: "set_state";
      readonly agentId: AgentId;
      readonly to: "ready" | "not_ready" | "off_shift";
      readonly reason: string | null;
    }
  | { readonly type: "cancel_next_state"; readonly agentId: AgentId }
  | {
      readonly type: "accept";
      readonly agentId: AgentId;
      readonly deviceId: string;
      readonly reservationId: ReservationId;
    }
  | { readonly type: "decline"; readonly agentId: AgentId; readonly reservationId: ReservationId }
  | { readonly type: "extend_wrap_up"; readonly agentId: AgentId; readonly reservationId: ReservationId }
  | { readonly type: "use_here"; readonly agentId: AgentId; readonly deviceId: string };

/** From the sockets themselves. */
export type DeviceEvent =
  | { readonly type: "device_joined"; readonly agentId: AgentId; readonly deviceId: string }
  | { readonly type: "device_left"; readonly agentId: AgentId; readonly deviceId: string }
  /** After a restart: none of the agent's sockets has come back with the object. */
  | { readonly type: "devices_lost"; readonly agentId: AgentId }
  | { readonly type: "offer_shown"; readonly agentId: AgentId; readonly reservationId: ReservationId };

/** From contacts: the protocol of `protocol.ts`. */
export type ContactEvent =
  | { readonly type: "wait"; readonly ticket: Ticket }
  | {
      readonly type: "withdraw";
      readonly contactId: ContactId;
      readonly why: WithdrawReason;
      readonly attempt: number | null;
      /** Left out or null where no stay ended, and by contacts of an older version. */
      readonly stay?: StayEnd | null;
    }
  | {
      readonly type: "connected";
      readonly contactId: ContactId;
      readonly reservationId: ReservationId;
      /** Contacts of an older version do not say. */
      readonly waitedMs?: Ms;
    }
  | {
      readonly type: "leg_failed";
      readonly contactId: ContactId;
      readonly reservationId: ReservationId;
      /** An outside telephone rang and no person took the call. */
      readonly missed?: boolean;
    }
  | { readonly type: "held"; readonly contactId: ContactId; readonly reservationId: ReservationId }
  | { readonly type: "resumed"; readonly contactId: ContactId; readonly reservationId: ReservationId }
  | {
      readonly type: "talk_ended";
      readonly contactId: ContactId;
      readonly reservationId: ReservationId;
      readonly wrapUpS: number | null;
    }
  | {
      readonly type: "wrapped_up";
      readonly contactId: ContactId;
      readonly reservationId: ReservationId;
      readonly then: AfterWrapUp;
    }
  /** The contact's answer to a message of ours about this reservation. */
  | {
      readonly type: "contact_said";
      readonly contactId: ContactId;
      readonly reservationId: ReservationId;
      readonly stage: SeatStage;
    };

export type HouseEvent =
  | { readonly type: "configure"; readonly config: PoolConfig }
  /** Midnight at the site: the agents' figures begin anew. */
  | { readonly type: "day_began" }
  /** Midnight in a zone that clients go by: their queues' figures begin anew, with this day. */
  | { readonly type: "client_day_began"; readonly day: ClientDay }
  /** Time has passed: everything due is done. */
  | { readonly type: "tick" };

/** What the sender of an event is told. */
export type Reply =
  | { readonly is: "done" }
  /** Nothing to do: a repeat, or overtaken by something else. */
  | { readonly is: "ignored"; readonly why: string }
  | { readonly is: "refused"; readonly code: RefusalCode }
  | { readonly is: "wait"; readonly answer: WaitAnswer };

export type RefusalCode =
  | "unknown_agent"
  | "taken"
  | "caller_gone"
  | "offer_lapsed"
  | "not_your_offer"
  | "busy"
  | "phone_elsewhere"
  | "no_wrap_up"
  | "no_more_extensions";

export const DONE: Reply = { is: "done" };
export const ignored = (why: string): Reply => ({ is: "ignored", why });
export const refused = (code: RefusalCode): Reply => ({ is: "refused", code });
