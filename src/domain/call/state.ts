import type { LocalTime } from "../flow/hours.ts";
import type { Verb } from "../flow/verbs.ts";
import type {
  AgentId,
  CarrierSid,
  ContactId,
  PhoneNumber,
  PoolId,
  QueueId,
  ReservationId,
  StepId,
  TenantId,
} from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Language } from "../kernel/language.ts";
import type { ContactFact, EndedBy, Outcome, Party, RoutingDecision, SeatReturn } from "./facts.ts";
import type { OutsideNumber } from "./line-config.ts";
import type { AgentCommand, Place, PoolMessage } from "./messages.ts";

/** One telephone leg as far as the carrier has told. */
export type Leg = {
  readonly callSid: CarrierSid;
  readonly party: Party;
  /** Highest rank seen; a status of a lower rank is late news. */
  readonly rank: number;
  /** True once a terminal status came, from a callback or from the sweep. */
  readonly over: boolean;
  /** True once `leg_ended` with the carrier's seconds is written. */
  readonly settled: boolean;
};

/**
 * A leg to an agent, or to a number outside, that we asked the carrier to make. Until the carrier named it, a leg of
 * unknown id on our address may be this one; once named it is in `legs`.
 */
export type Create = {
  /** Ours, one per leg: the reservation's id, and numbered where an agent is called again. The carrier's label. */
  readonly label: string;
  /** Both null for a number outside the house that no agent sits at. */
  readonly reservationId: ReservationId | null;
  readonly agentId: AgentId | null;
  readonly conference: string;
  /** The outside telephone that is called; left out for a browser phone. */
  readonly telephone?: PhoneNumber;
  readonly callSid: CarrierSid | null;
  /** True when the carrier refused it for good: no leg will come. */
  readonly refused: boolean;
};

/** The place in a queue: survives a failed seat, so that the caller keeps it. */
export type QueuePlace = {
  readonly stepId: StepId;
  readonly queueId: QueueId;
  readonly poolId: PoolId;
  readonly queuedAt: Instant;
  /** Date of `queuedAt` in the client's own zone; a contact queued before it was noted has none. */
  readonly date?: string;
  readonly attempt: number;
  /** Waits before this attempt were withdrawn: what is offered under one of them is over. Left out where none was. */
  readonly since?: number;
  readonly leaveAt: Instant;
  readonly announcedAt: Instant;
  /** When the contact goes to the pool of another site, and which; left out where it stays. */
  readonly move?: { readonly at: Instant; readonly poolId: PoolId };
  /** When a number outside the house is called next, by which step of relaxing, and which; left out where none is. */
  readonly outside?: OutsideNumber & { readonly at: Instant; readonly step: number };
};

export type Seat = {
  readonly reservationId: ReservationId;
  readonly agentId: AgentId;
  /** The outside telephone that is the agent's only ear; left out where the browser is. */
  readonly telephone?: PhoneNumber;
};

/** A seat offered and not yet taken. A queue that rings several agents at once has several of them. */
export type OfferedSeat = Seat & { readonly rang: boolean };

/** The agent's leg went in mid-talk and nobody had ended it: the caller is held while the agent is called again. */
export type Away = {
  readonly until: Instant;
  readonly tries: number;
  /** True once the caller is known to be there still: who hangs up takes the agent's leg along, and either may be told first. */
  readonly told: boolean;
  /** False where the agent had the caller on hold, or wants so: the caller is then held on when the agent is back. */
  readonly resume: boolean;
};

/** A seat whose agent has left the conversation and owes the wrap-up. */
export type ServedSeat = Seat & { readonly poolId: PoolId; readonly leftAt: Instant };

/**
 * A seat that the contact has let go of while the agent's leg may still be up. What would free the seat at the pool waits
 * here, in order, until the carrier says that the leg is over.
 */
export type Parting = {
  readonly reservationId: ReservationId;
  readonly poolId: PoolId;
  /** What the pool is answered meanwhile. */
  readonly as: "connecting" | "talking";
  readonly owed: readonly PoolMessage[];
  readonly asked: number;
  readonly askAt: Instant;
};

/** How a contact ended, decided once. */
export type Ending = { readonly outcome: Outcome; readonly endedBy: EndedBy };

/** After the caller is gone: an agent may still owe the wrap-up, the carrier a last word on legs. */
export type Stage =
  | {
      readonly at: "in_flow";
      readonly stepId: StepId;
      readonly repeats: number;
      readonly leaseAt: Instant;
    }
  | {
      readonly at: "queued";
      readonly place: QueuePlace;
      readonly standing: Place | null;
      /** All that the pool has promised and not taken back; it alone knows who wins. */
      readonly seats: readonly OfferedSeat[];
      readonly keepAliveAt: Instant;
    }
  | {
      readonly at: "connecting";
      readonly place: QueuePlace;
      readonly seat: Seat;
      readonly conference: string;
      readonly agentIn: boolean;
      readonly callerIn: boolean;
      /** How often the lease was extended on the carrier's word. */
      readonly extensions: number;
      /** Set once a machine has picked up the agent's telephone: its leg is being ended. */
      readonly machine?: true;
      readonly leaseAt: Instant;
    }
  | {
      readonly at: "talking";
      readonly place: QueuePlace;
      readonly seat: Seat;
      readonly conference: string;
      readonly answeredAt: Instant;
      readonly heldSince: Instant | null;
      readonly away: Away | null;
      /** The pool has let go of the agent: should the leg end, nobody is called again. */
      readonly letGo: boolean;
      readonly leaseAt: Instant;
    }
  /** A number outside the house is being called; the caller hears music in the conference and keeps the place by age. */
  | {
      readonly at: "calling_out";
      readonly place: QueuePlace;
      readonly to: OutsideNumber;
      readonly label: string;
      readonly conference: string;
      readonly outsideIn: boolean;
      readonly callerIn: boolean;
      readonly extensions: number;
      readonly leaseAt: Instant;
    }
  | {
      readonly at: "talking_out";
      readonly to: OutsideNumber;
      readonly label: string;
      readonly conference: string;
      readonly answeredAt: Instant;
      /** The number's leg is over; whether the caller's went first is asked. Null while they talk. */
      readonly overAt: Instant | null;
      readonly leaseAt: Instant;
    }
  | {
      readonly at: "voicemail";
      readonly stepId: StepId;
      /** The caller hung up; the carrier has yet to say whether a message was left. */
      readonly callerGone: boolean;
      readonly leaseAt: Instant;
    }
  /** The house has told the carrier to end the caller's leg and waits for its word. */
  | {
      readonly at: "ending";
      readonly ending: Ending;
      readonly seat: ServedSeat | null;
      readonly leaseAt: Instant;
    }
  | {
      readonly at: "wrap_up";
      readonly seat: ServedSeat;
      /** The pool's timer ends wrap-up; this lease is for a pool that never says so. */
      readonly leaseAt: Instant;
      /** When open legs are next asked about; null when all are settled. */
      readonly legsAt: Instant | null;
    }
  /** All is decided; the carrier's figure for some leg is outstanding. */
  | { readonly at: "settling"; readonly legsAt: Instant; readonly asked: number }
  | { readonly at: "ended" };

export type StageName = Stage["at"];

export type ContactState = {
  readonly v: 1;
  readonly tenantId: TenantId;
  readonly contactId: ContactId;
  readonly callSid: CarrierSid;
  readonly from: string;
  readonly to: string;
  readonly language: Language;
  readonly variables: { readonly [name: string]: string };
  /** Number of the last fact. */
  readonly seq: number;
  /** The turn whose answer is wanted next; a webhook for an earlier one is a repeat. */
  readonly turn: number;
  readonly lastVerbs: readonly Verb[];
  /** Counts effects, so that each has a key of its own. */
  readonly effectNo: number;
  /** The latest instant this contact has seen: a clock that is set back takes no time away from it. */
  readonly seenAt: Instant;
  /** The last sign of life of the caller's leg. */
  readonly heardAt: Instant;
  readonly legs: readonly Leg[];
  readonly creates: readonly Create[];
  readonly parting: Parting | null;
  /** Reservations that are over: a late repeat of theirs must not bring them back. */
  readonly spent: readonly ReservationId[];
  readonly recordings: readonly CarrierSid[];
  readonly stored: readonly CarrierSid[];
  readonly history: {
    readonly queued: boolean;
    readonly voicemail: boolean;
    readonly turnedAway: boolean;
    readonly queueVisits: number;
    /** The last queue and the first instant in it, for whoever looks at the contact after it left. */
    readonly queueId: QueueId | null;
    readonly queuedAt: Instant | null;
  };
  readonly stage: Stage;
};

/** The carrier's record of a leg, as the sweep fetched it. */
export type LegReport = { readonly status: LegStatus; readonly durationS: number | null };

export type LegStatus =
  | "queued"
  | "initiated"
  | "ringing"
  | "in-progress"
  | "completed"
  | "busy"
  | "failed"
  | "no-answer"
  | "canceled";

export type ContactEvent =
  | { readonly type: "arrived"; readonly callSid: CarrierSid; readonly from: string; readonly to: string }
  | {
      readonly type: "instructions_wanted";
      readonly callSid: CarrierSid;
      readonly key: string;
      readonly digits: string | null;
      readonly recording: { readonly sid: CarrierSid; readonly durationS: number; readonly url: string } | null;
    }
  | {
      readonly type: "leg_status";
      readonly callSid: CarrierSid;
      readonly party: Party;
      readonly status: LegStatus;
      readonly durationS: number | null;
    }
  /** The carrier has listened to who picked up a telephone: a person, or `machine` for whatever is none. */
  | { readonly type: "picked_up"; readonly callSid: CarrierSid; readonly by: "person" | "machine" }
  | {
      readonly type: "conference";
      readonly name: string;
      readonly what: "start" | "end" | "join" | "leave" | "hold" | "unhold" | "mute" | "unmute";
      readonly callSid: CarrierSid | null;
      readonly label: string | null;
    }
  | {
      readonly type: "recording_ready";
      readonly recordingSid: CarrierSid;
      readonly durationS: number;
      readonly url: string;
      /** A recording of a conference is a conversation; of a leg alone, a voicemail. */
      readonly purpose: "call" | "voicemail";
    }
  | {
      readonly type: "recording_stored";
      readonly recordingSid: CarrierSid;
      readonly purpose: "call" | "voicemail";
      readonly durationS: number;
      readonly key: string;
      readonly bytes?: number | undefined;
    }
  | { readonly type: "place_told"; readonly attempt: number; readonly place: Place }
  /** The pool no longer knows this wait: it was withdrawn there. */
  | { readonly type: "place_lost"; readonly attempt: number }
  | {
      readonly type: "seat_reserved";
      readonly agentId: AgentId;
      readonly reservationId: ReservationId;
      readonly decision: RoutingDecision;
      /** The pool that speaks, and of which wait; pools of an older version do not say. */
      readonly poolId?: PoolId;
      readonly attempt?: number;
    }
  | { readonly type: "seat_rang"; readonly reservationId: ReservationId }
  | { readonly type: "seat_returned"; readonly reservationId: ReservationId; readonly why: SeatReturn }
  | {
      readonly type: "seat_accepted";
      readonly agentId: AgentId;
      readonly reservationId: ReservationId;
      readonly poolId?: PoolId;
      readonly attempt?: number;
      readonly telephone?: PhoneNumber;
    }
  | { readonly type: "agent_gone"; readonly reservationId: ReservationId }
  | { readonly type: "wrap_up_lapsed"; readonly reservationId: ReservationId; readonly wrapUpMs: number }
  | AgentCommand
  /** The carrier made the agent leg that was asked for under `label`. */
  | { readonly type: "leg_created"; readonly label: string; readonly callSid: CarrierSid }
  /** The carrier said no to a command, or the key's leg was never made. */
  | { readonly type: "effect_refused"; readonly effect: Effect; readonly why: string }
  /** The sweep's answer: the carrier's own record of a leg, null when it knows none. */
  | { readonly type: "leg_reported"; readonly callSid: CarrierSid; readonly report: LegReport | null }
  /** The earliest deadline of the state has come, or may have: a state that is not due ignores it. */
  | { readonly type: "deadline" };

/** What the object must do after it has saved the state. Each key is unique for ever, so a repeat can be recognised. */
export type Effect =
  | { readonly do: "update_call"; readonly key: string; readonly callSid: CarrierSid; readonly verbs: readonly Verb[] }
  | {
      readonly do: "add_participant";
      readonly key: string;
      readonly label: string;
      readonly reservationId: ReservationId | null;
      readonly agentId: AgentId | null;
      readonly conference: string;
      readonly telephone?: PhoneNumber;
      readonly timeoutS: number;
    }
  | { readonly do: "set_hold"; readonly key: string; readonly conference: string; readonly on: boolean }
  | { readonly do: "end_call"; readonly key: string; readonly callSid: CarrierSid }
  | { readonly do: "fetch_call"; readonly key: string; readonly callSid: CarrierSid }
  | { readonly do: "tell_pool"; readonly key: string; readonly poolId: PoolId; readonly message: PoolMessage }
  | {
      readonly do: "store_recording";
      readonly key: string;
      readonly recordingSid: CarrierSid;
      readonly purpose: "call" | "voicemail";
      readonly durationS: number;
      readonly url: string;
    };

/** The world at the moment of a step, given by the shell; `local` is of `now` where no other instant is named. */
export type Moment = { readonly now: Instant; readonly local: (timeZone: string, at?: Instant) => LocalTime };

export type ContactStep = {
  readonly state: ContactState;
  readonly effects: readonly Effect[];
  readonly facts: readonly ContactFact[];
  /** What the waiting webhook is answered; null where nobody waits. */
  readonly answer: readonly Verb[] | null;
  /** Why the event changed nothing; null when it did. Carriers repeat, reorder and come late: this is no fault. */
  readonly ignored: string | null;
  /** A refusal to say to whoever asked (an agent's command, a foreign leg); null otherwise. */
  readonly refused: "foreign_leg" | "not_your_contact" | "not_now" | "unknown_disposition" | null;
};
