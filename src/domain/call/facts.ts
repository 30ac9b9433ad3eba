import type {
  AgentId,
  BrandId,
  CarrierSid,
  ContactId,
  FlowId,
  NumberId,
  PhoneNumber,
  PoolId,
  QueueId,
  ReservationId,
  StepId,
  TenantId,
} from "../kernel/ids.ts";
import type { Instant, Ms } from "../kernel/instant.ts";
import type { Language } from "../kernel/language.ts";

/**
 * Facts of one contact: past tense, immutable, numbered 1, 2, 3 … per contact without a gap. The call detail record,
 * the wallboard, the service-level report, the usage record and the invoice are all folded from these and from nothing
 * else, so they cannot disagree. A correction is a new fact (`reconciled`), never a change.
 */
export type ContactFactBody =
  | {
      readonly type: "contact_offered";
      readonly direction: "inbound";
      readonly carrier: string;
      readonly accountSid: string;
      readonly callSid: CarrierSid;
      /** Caller's number as the carrier gave it; `anonymous` where it was withheld. */
      readonly from: string;
      readonly to: string;
      readonly numberId: NumberId;
      readonly brandId: BrandId;
      readonly flowId: FlowId;
      readonly flowVersion: number;
      readonly language: Language;
    }
  | { readonly type: "flow_step_entered"; readonly stepId: StepId; readonly kind: string }
  | { readonly type: "menu_chosen"; readonly stepId: StepId; readonly key: string }
  | { readonly type: "digits_collected"; readonly stepId: StepId; readonly variable: string; readonly digits: string }
  | {
      readonly type: "queued";
      readonly queueId: QueueId;
      readonly poolId: PoolId;
      readonly priority: number;
      readonly skills: readonly string[];
      /** Counted from here for the service level; a return to the queue keeps the first instant. */
      readonly queuedAt: Instant;
      /** The target owed at that moment: a later change of the queue does not regrade this contact. */
      readonly target: { readonly share: number; readonly withinS: number; readonly shortAbandonS: number };
    }
  /** Nobody here in time: the contact waits on at another site, as old as it is. */
  | { readonly type: "site_moved"; readonly queueId: QueueId; readonly from: PoolId; readonly to: PoolId }
  /** Nobody here in time: a number outside the house is called for the caller, who keeps the place until it answers. */
  | {
      readonly type: "outside_called";
      readonly queueId: QueueId;
      readonly number: PhoneNumber;
      readonly name: string;
      readonly waitedMs: number;
    }
  /** The number did not take the caller, who waits on as old as before. */
  | { readonly type: "outside_failed"; readonly number: PhoneNumber; readonly why: OutsideFailure }
  /** Caller and number hear each other; the stay in the queue has overflowed. */
  | {
      readonly type: "outside_answered";
      readonly number: PhoneNumber;
      readonly name: string;
      readonly callSid: CarrierSid;
      readonly waitedMs: number;
    }
  /** The conversation outside is over; `talkMs` from hearing each other. */
  | { readonly type: "outside_left"; readonly number: PhoneNumber; readonly talkMs: number }
  | { readonly type: "queue_announced"; readonly position: number; readonly estimatedWaitS: number | null }
  | {
      readonly type: "seat_reserved";
      readonly agentId: AgentId;
      readonly reservationId: ReservationId;
      /** Why this seat: rule, version, candidates and scores, in a form people can read. */
      readonly decision: RoutingDecision;
    }
  | { readonly type: "seat_rang"; readonly agentId: AgentId; readonly reservationId: ReservationId }
  | {
      readonly type: "seat_returned";
      readonly agentId: AgentId;
      readonly reservationId: ReservationId;
      readonly why: SeatReturn;
    }
  | { readonly type: "seat_accepted"; readonly agentId: AgentId; readonly reservationId: ReservationId }
  | {
      readonly type: "seat_answered";
      readonly agentId: AgentId;
      readonly reservationId: ReservationId;
      readonly callSid: CarrierSid;
      readonly queueId: QueueId;
      /** From `queuedAt` to the moment both can hear each other. */
      readonly waitedMs: number;
    }
  | { readonly type: "held"; readonly agentId: AgentId }
  | { readonly type: "resumed"; readonly agentId: AgentId }
  /** The agent's leg went in mid-talk without anybody's command: the caller is held and the agent called again. */
  | { readonly type: "agent_lost"; readonly agentId: AgentId; readonly reservationId: ReservationId }
  | {
      readonly type: "agent_back";
      readonly agentId: AgentId;
      readonly reservationId: ReservationId;
      readonly callSid: CarrierSid;
    }
  | { readonly type: "agent_left"; readonly agentId: AgentId; readonly reservationId: ReservationId }
  | {
      readonly type: "left_queue";
      readonly queueId: QueueId;
      readonly why: "answered" | "abandoned" | "overflowed" | "closed";
      readonly waitedMs: number;
    }
  | {
      readonly type: "recording_stored";
      readonly recordingSid: CarrierSid;
      readonly purpose: "call" | "voicemail";
      readonly durationS: number;
      /** Key in blob storage; starts with the tenant. */
      readonly key: string;
      /** As the store says it; facts from before it was asked have none. Storage is billed from it. */
      readonly bytes?: number | undefined;
    }
  | { readonly type: "voicemail_left"; readonly recordingSid: CarrierSid; readonly durationS: number }
  | {
      /** A carrier leg is over. `durationS` is the carrier's own billed figure: usage and reconciliation read it. */
      readonly type: "leg_ended";
      readonly callSid: CarrierSid;
      readonly party: Party;
      readonly direction: "inbound" | "outbound";
      readonly status: "completed" | "busy" | "failed" | "no-answer" | "canceled";
      readonly durationS: number;
      readonly endedAt: Instant;
    }
  | { readonly type: "ended"; readonly outcome: Outcome; readonly endedBy: EndedBy }
  | {
      readonly type: "wrapped_up";
      readonly agentId: AgentId;
      readonly reservationId: ReservationId;
      /** Code of the disposition in the tenant's own list; `auto` when the timer ended wrap-up. */
      readonly disposition: string;
      readonly notes: string;
      /** True when the tenant's disposition counts as a success (commission). */
      readonly success: boolean;
      readonly wrapUpMs: number;
    }
  /** The sweep compared with the carrier and found something the callbacks never said. */
  | { readonly type: "reconciled"; readonly what: string; readonly detail: string };

export type SeatReturn = "declined" | "missed" | "rescinded" | "leg_failed" | "agent_lost";

export type OutsideFailure = "no_answer" | "busy" | "failed";

/** Whose telephone a leg leads to; `outside`: a number outside the house that took a waiting caller. */
export type Party = "caller" | "agent" | "outside";
export type EndedBy = Party | "house";

/** Each contact ends in exactly one of these; `transferred_out`: nobody here, a number outside the house took it. */
export const OUTCOMES = [
  "answered",
  "transferred_out",
  "abandoned",
  "voicemail",
  "self_service",
  "closed",
  "rejected",
  "failed",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type ContactFact = {
  readonly tenantId: TenantId;
  readonly contactId: ContactId;
  readonly seq: number;
  readonly at: Instant;
  readonly v: 1;
  readonly body: ContactFactBody;
};

/** States an agent is in, in the trade's words. `reserved` and `ringing` are kept apart: an offer not yet on screen. */
export type AgentState = "off_shift" | "ready" | "reserved" | "ringing" | "on_contact" | "wrap_up" | "not_ready";

/**
 * Facts of one agent: `agent_state_changed` only. They belong to the outsourcer and are numbered per agent. They name the
 * tenant being served, and with a reservation the ids of those that were passed over; no client ever reads them.
 */
export type AgentFact = {
  readonly poolId: PoolId;
  readonly agentId: AgentId;
  readonly seq: number;
  readonly at: Instant;
  readonly v: 1;
  readonly body: {
    readonly type: "agent_state_changed";
    readonly from: AgentState;
    readonly to: AgentState;
    readonly reason: string | null;
    readonly tenantId: TenantId | null;
    readonly contactId: ContactId | null;
    /** With a reservation: whose contacts were passed over for it, in the order of the contact's own fact. The house's alone. */
    readonly passedOver?: readonly { readonly tenantId: TenantId; readonly contactId: ContactId }[];
  };
};

/** Facts of the house itself: of calls that belong to no contact. Told by the edge, once per call of an account. */
export type HouseFact = {
  readonly at: Instant;
  readonly v: 1;
  readonly body: {
    readonly type: "unknown_number_called";
    readonly accountSid: string;
    readonly callSid: CarrierSid;
    /** Whose carrier account delivered the call. */
    readonly tenantId: TenantId;
    readonly to: string;
    /** True when the number is in service, for another client. */
    readonly anotherTenants: boolean;
  };
};

/** Why this contact was offered to this seat: kept as a fact of the contact, as codes that a console says in words. */
export type RoutingDecision = {
  /** The strategy by which a seat was chosen for the contact. */
  readonly rule: string;
  readonly ruleVersion: number;
  readonly candidates: number;
  /** Best few candidates with the strategy's own score, the smaller the better; never customer data. */
  readonly ranked: readonly RankedSeat[];
  /** What the contact asked for by then; decisions from before this was recorded have none. */
  readonly asked?: SeatsAsked;
  /** Why this contact and no other got the seat; decisions from before this was recorded have none. */
  readonly contact?: ContactChoice;
};

export type RankedSeat = {
  readonly agentId: AgentId;
  readonly score: number;
  /** `stands_behind`: lacks a wished skill, is of a kind that is kept free, or is only lent; `declined_before`: within 30 s. */
  readonly why: "chosen" | "ranked_later" | "stands_behind" | "declined_before";
};

export type SeatsAsked = {
  /** Written as in a queue: `zh`, `tv-orders>=7`. */
  readonly skills: readonly string[];
  readonly preferred: readonly string[];
  /** Groups lent to the queue by then. */
  readonly lent: readonly string[];
  /** The seat was kept for an agent of this caller's: the one he named, or the one who served him last. */
  readonly ownAgent: boolean;
};

/** The choice of a contact. Others in line are never named: they may be another client's. */
export type ContactChoice = {
  /**
   * `seat_was_idle`: it came, and competed with nobody. `seat_became_free`: the seat chose among those in line.
   * `client_below_cap`: so did a seat that had stood idle while its client was at the limit of its seats.
   */
  readonly when: "seat_was_idle" | "seat_became_free" | "client_below_cap";
  readonly policy: "fifo" | "edf" | "slack";
  readonly policyVersion: number;
  /** Contacts compared: the head of each line the seat serves, this one included. */
  readonly candidates: number;
  /** The client had fewer seats in use than it is guaranteed, which goes before every policy. */
  readonly owed: boolean;
  readonly place: PlaceParts;
  /** The next few, best first. */
  readonly others: readonly {
    readonly sameClient: boolean;
    /** How much further back than the chosen one by the policy's own score. Negative where a guarantee went before it. */
    readonly behindMs: Ms;
    readonly why: WhyLater;
  }[];
};

/**
 * Why another contact comes later: the one thing in which it falls short of the chosen one that tells most.
 * `rings_already`: at another seat. `reached_later`: level with it, and longer in its queue, but later at this pool.
 * `out_of_time`: it can no longer be answered within its target, the chosen one can.
 * `not_near_a_minute`: the chosen one has waited nearly a minute, which counts for it; the other has not, or is past it.
 */
export type WhyLater =
  | "client_has_its_seats"
  | "rings_already"
  | "came_later"
  | "reached_later"
  | "lower_priority"
  | "later_deadline"
  | "out_of_time"
  | "less_at_stake"
  | "not_near_a_minute";

/** What made up a contact's place in line, in milliseconds of waiting; a policy that knows no such part has 0. */
export type PlaceParts = {
  readonly waitedMs: Ms;
  /** Queue priority, counted as age. */
  readonly priorityMs: Ms;
  /** For still being inside its target. */
  readonly inTimeMs: Ms;
  /** For what one answer more decides over the client's day. */
  readonly stakeMs: Ms;
  /** For having waited nearly a minute. */
  readonly tailMs: Ms;
};
