import type { ContactFact, RoutingDecision } from "../../domain/call/facts.ts";
import type { LineConfig } from "../../domain/call/line-config.ts";
import type { LiveContact } from "../../domain/call/live.ts";
import type { AgentCommand, CarrierWhere, SeatStage } from "../../domain/call/messages.ts";
import type { ContactStep } from "../../domain/call/state.ts";
import type {
  AgentId,
  CarrierSid,
  ContactId,
  PhoneNumber,
  PoolId,
  ReservationId,
  TenantId,
} from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { PoolConfig } from "../../domain/routing/config.ts";
import type { CallerOnRecord, ContactSeatRpc, SeatPoolRpc } from "../../domain/routing/protocol.ts";
import type { CallInstruction, CarrierEvent } from "../../ports/carrier.ts";

/**
 * What each object answers to: all that the Worker, the consumers and the other objects may ask of it. Objects know each
 * other by these alone, through the bindings of `env.ts`.
 */

export interface LineRpc extends Rpc.DurableObjectBranded {
  /** `readAt`: the house instant at which reading it from the database began. What came after a later word changes nothing. */
  publish(config: LineConfig, readAt: Instant): void;
  /** The number is out of service, as of that reading: callers are told so. */
  withdraw(readAt: Instant): void;
  /** Null for a number that nobody has published. */
  read(): LineConfig | null;
}

/** What the pool tells a contact stands in `ContactSeatRpc`; a pool of an older version says less. */
export interface ContactRpc extends Rpc.DurableObjectBranded, ContactSeatRpc {
  seatReserved(
    agentId: AgentId,
    reservationId: ReservationId,
    decision: RoutingDecision,
    poolId?: PoolId,
    attempt?: number,
  ): Promise<SeatStage>;
  seatAccepted(
    agentId: AgentId,
    reservationId: ReservationId,
    poolId?: PoolId,
    telephone?: PhoneNumber,
    attempt?: number,
  ): Promise<SeatStage>;
  /** The first webhook of a call, or a repeat of it. */
  arrive(call: Arrival): Promise<ContactAnswer>;
  /** Every later webhook of the call, told apart by the address it came to. */
  carrierEvent(news: CarrierNews): ContactAnswer;
  /** Hold, hang up or wrap up, by the agent who has the contact; the machine checks that it is that agent. */
  agentCommand(command: AgentCommand): ContactReply;
  /** The media consumer has put a recording into our own store. */
  recordingStored(stored: StoredRecording): void;
  /** Null for a contact that never was. */
  card(): ContactCard | null;
  /** Runs what is due now: the switch behind the sweep. */
  sweep(): Promise<void>;
  /** For reconciliation; null for a contact that never was. */
  standing(): ContactStanding | null;
  /** Sandbox only: dies at once, as an object does when the platform moves it. */
  evict(): void;
}

export type Arrival = {
  readonly config: LineConfig;
  readonly token: string;
  readonly accountSid: string;
  readonly event: Extract<CarrierEvent, { kind: "call_arrived" }>;
};
export type CarrierNews = { readonly where: CarrierWhere; readonly event: CarrierEvent };
export type ContactAnswer = { readonly instructions: readonly CallInstruction[] } | { readonly refused: "foreign_leg" };
export type ContactReply = { readonly ok: true } | { readonly refused: NonNullable<ContactStep["refused"]> };

export type StoredRecording = {
  readonly recordingSid: CarrierSid;
  readonly purpose: "call" | "voicemail";
  readonly durationS: number;
  readonly key: string;
  readonly bytes: number;
};

/** What an agent's desktop may know of the contact in hand; customers and history come from the database. */
export type ContactCard = {
  readonly tenantId: string;
  readonly from: string;
  readonly to: string;
  readonly brand: LineConfig["brand"];
  readonly queueName: string | null;
  readonly queuedAt: number | null;
  readonly stage: string;
  readonly dispositions: LineConfig["dispositions"];
  readonly variables: { readonly [name: string]: string };
};

/** How far a contact is, how many facts it has told, and what is still on its way out. */
export type ContactStanding = {
  readonly stage: string;
  readonly facts: number;
  readonly unsent: number;
  readonly intents: number;
};

/** What contacts tell a pool stands in `SeatPoolRpc`; desktops and floors come by socket. */
export interface PoolRpc extends Rpc.DurableObjectBranded, SeatPoolRpc {
  configure(config: PoolConfig): Promise<void>;
  /** A session is over: its sockets close now. */
  endSession(hash: string): Promise<void>;
  /** The client of the contact, while this agent has it in hand; null otherwise. */
  serving(agentId: AgentId, contactId: ContactId): Promise<TenantId | null>;
  /** Sandbox only: dies at once, as an object does when the platform moves it. */
  evict(): void;
}

export interface TenantLiveRpc extends Rpc.DurableObjectBranded {
  /**
   * Facts of one contact, in order. Answers the number of the last one it has, so that the sender goes on from there; and
   * answers once that is stored and all of them are in the queue to the database, so that what the sender lets go of is not
   * lost with this instance. Busy clients so cost one call to the queue for many contacts.
   */
  apply(news: { readonly facts: readonly ContactFact[]; readonly timeZone: string }): Promise<number>;
  read(): LiveFrame;
  /** A session is over: its sockets close now. */
  endSession(hash: string): void;
  /** Sandbox only: dies at once, as an object does when the platform moves it. */
  evict(): void;
}

/** What the portal's page shows first, and what every frame of its socket carries of the day. */
export type TodayView = {
  readonly day: string;
  readonly contacts: number;
  readonly queues: readonly {
    readonly queueId: string;
    readonly offered: number;
    readonly answered: number;
    readonly abandoned: number;
    readonly shortAbandoned: number;
    readonly overflowed: number;
    readonly withinTarget: number;
    readonly serviceLevel: number | null;
  }[];
};
/** Frames of the portal's socket. `seq` has no gaps on one socket: a client that sees one asks for a snapshot. */
export type LiveFrame =
  | {
      readonly kind: "snapshot";
      readonly seq: number;
      readonly now: number;
      readonly today: TodayView;
      readonly live: readonly LiveContact[];
    }
  | {
      readonly kind: "change";
      readonly seq: number;
      readonly now: number;
      readonly today: TodayView;
      readonly changed: readonly LiveContact[];
      readonly gone: readonly string[];
    };

/** One of the several objects of a client that know its callers, by number. */
export interface CallersRpc extends Rpc.DurableObjectBranded {
  tell(readAt: number, callers: readonly CallerOnRecord[]): void;
  /** Null for a number of which nothing is known. */
  read(number: string): CallerOnRecord | null;
  /** Of the first object alone: until when all changes are known to have been announced; null when nothing ever was. */
  toldUntil(): number | null;
  noteTold(until: number): void;
  /** No queue asks any more: what is known of people is not kept without need. */
  forget(): void;
}
