import type { CarrierSid } from "../domain/kernel/ids.ts";
import type { Language } from "../domain/kernel/language.ts";
import { Outage, Refusal } from "../domain/kernel/trouble.ts";

/**
 * The carrier port: what Callhouse says to a telephone carrier and hears from it, in the trade's words. The Twilio
 * adapter is the only implementation that ships; the sandbox carrier speaks Twilio's protocol, so the same adapter talks
 * to both and cannot tell them apart.
 */

/** Credentials and address of one tenant's carrier account. Only `baseUrl` and the secrets differ in the sandbox. */
export type CarrierAccount = {
  readonly carrier: string;
  readonly accountSid: string;
  /** Current token first; a former one after it while a rotation overlaps. */
  readonly authTokens: readonly [string, ...string[]];
  readonly baseUrl: string;
  /** For access tokens of browser phones. */
  readonly apiKeySid: string;
  readonly apiKeySecret: string;
  readonly applicationSid: string;
};

/** What the caller is to hear and do next: the answer to a voice webhook. Rendered to TwiML by the adapter. */
export type CallInstruction =
  | { readonly do: "say"; readonly text: string; readonly language: Language }
  | { readonly do: "play"; readonly url: string; readonly loop: number }
  | { readonly do: "pause"; readonly seconds: number }
  | {
      readonly do: "gather";
      readonly prompts: readonly CallInstruction[];
      readonly numDigits: number | null;
      readonly finishOnKey: string;
      readonly timeoutS: number;
      readonly speech: boolean;
      readonly language: Language;
      /** Where the digits go. When nothing is typed the following instructions run. */
      readonly action: string;
    }
  | { readonly do: "redirect"; readonly url: string }
  | {
      readonly do: "join_conference";
      readonly name: string;
      readonly startOnEnter: boolean;
      readonly endOnExit: boolean;
      readonly muted: boolean;
      readonly waitUrl: string | null;
      readonly record: boolean;
      readonly statusCallback: string;
      readonly recordingCallback: string;
    }
  | {
      readonly do: "record";
      readonly maxS: number;
      readonly finishOnKey: string;
      readonly action: string;
      readonly recordingCallback: string;
    }
  | { readonly do: "reject"; readonly reason: "busy" | "rejected" }
  | { readonly do: "hang_up" };

/** What the carrier told us, once verified and parsed. `legSid` is the leg it speaks of. */
export type CarrierEvent =
  | { readonly kind: "call_arrived"; readonly legSid: CarrierSid; readonly from: string; readonly to: string }
  /** The carrier asks what to do next on a leg: digits or speech gathered, a redirect reached, a recording made. */
  | {
      readonly kind: "instructions_wanted";
      readonly legSid: CarrierSid;
      readonly digits: string | null;
      readonly speech: string | null;
      readonly recording: { readonly sid: CarrierSid; readonly durationS: number; readonly url: string } | null;
    }
  | {
      readonly kind: "leg_status";
      readonly legSid: CarrierSid;
      readonly status: LegStatus;
      /** Order given by the carrier, from 0; null where it gave none. */
      readonly sequence: number | null;
      /** Whole seconds the carrier bills; only with a terminal status. */
      readonly durationS: number | null;
    }
  /** Who picked up a leg that was to be listened to: a person, or what is none (a mailbox, a fax). */
  | { readonly kind: "picked_up"; readonly legSid: CarrierSid; readonly by: "person" | "machine" }
  | {
      readonly kind: "conference";
      readonly conferenceSid: CarrierSid;
      readonly name: string;
      readonly what: "start" | "end" | "join" | "leave" | "hold" | "unhold" | "mute" | "unmute";
      readonly legSid: CarrierSid | null;
      readonly label: string | null;
      readonly sequence: number | null;
    }
  | {
      readonly kind: "recording_ready";
      readonly recordingSid: CarrierSid;
      readonly legSid: CarrierSid | null;
      readonly conferenceSid: CarrierSid | null;
      readonly url: string;
      readonly durationS: number;
    };

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

/**
 * Commands to the carrier. Each throws `CarrierOutage` when the carrier could not be reached or answered 429/5xx (with
 * whether and when to retry), and `CarrierRefusal` when it said no. Creates take a key: the adapter looks for what an
 * earlier attempt under this key made before it makes anything (a carrier's create is not idempotent).
 */
export interface Carrier {
  /** Redirects a live leg to fresh instructions. */
  updateCall(account: CarrierAccount, legSid: CarrierSid, instructions: readonly CallInstruction[]): Promise<void>;
  endCall(account: CarrierAccount, legSid: CarrierSid): Promise<void>;
  /** The carrier's own record of a leg: the truth that a sweep compares with. Null when the carrier knows no such leg. */
  fetchCall(account: CarrierAccount, legSid: CarrierSid): Promise<CarrierLeg | null>;
  /** Calls a browser phone or an outside number into a conference. */
  addParticipant(account: CarrierAccount, create: ParticipantCreate): Promise<{ readonly legSid: CarrierSid }>;
  /** Finds the leg that an earlier `addParticipant` with this label made, if any. */
  findParticipant(
    account: CarrierAccount,
    conferenceName: string,
    label: string,
  ): Promise<{ readonly legSid: CarrierSid } | null>;
  updateParticipant(
    account: CarrierAccount,
    conferenceName: string,
    legSid: CarrierSid,
    change: { readonly hold?: boolean; readonly holdUrl?: string; readonly muted?: boolean },
  ): Promise<void>;
  sendMessage(account: CarrierAccount, message: MessageCreate): Promise<{ readonly messageSid: CarrierSid }>;
  /** The bytes of a recording, for our own store. */
  fetchRecording(
    account: CarrierAccount,
    url: string,
  ): Promise<{
    readonly body: ReadableStream<Uint8Array>;
    readonly contentType: string;
    /** Bytes to come, where the carrier says so. */
    readonly length: number | null;
  }>;
}

export type CarrierLeg = {
  readonly legSid: CarrierSid;
  readonly status: LegStatus;
  readonly durationS: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
};

export type ParticipantCreate = {
  /** Ours: unique per intended leg; also the participant's label, by which a repeat finds it. */
  readonly key: string;
  readonly conferenceName: string;
  readonly from: string;
  /** `client:…` for a browser phone, or a number. */
  readonly to: string;
  readonly timeoutS: number;
  readonly endConferenceOnExit: boolean;
  readonly statusCallback: string;
  /** Told whether a person or a machine picked up; null where nobody is to listen. */
  readonly pickedUpCallback: string | null;
  readonly conferenceStatusCallback: string;
};

export type MessageCreate = {
  readonly key: string;
  /** When this message was first meant: a same text to the same number since then is what an earlier attempt made. */
  readonly intendedAt: number;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly statusCallback: string;
};

/** The carrier could not be reached, was too busy, or failed inside. Nothing is known about what it did with the command. */
export class CarrierOutage extends Outage {
  constructor(message: string, more: { retryAfterMs?: number | null; cause?: unknown } = {}) {
    super("carrier", message, { retryable: true, ...more });
    this.name = "CarrierOutage";
  }
}

/** The carrier said no, with its own error code (Twilio `21220`: the call is not in progress). A repeat gets the same no. */
export class CarrierRefusal extends Refusal {
  readonly status: number;
  readonly carrierCode: number | null;

  constructor(status: number, carrierCode: number | null, message: string) {
    super(status === 404 ? "not_found" : "conflict", "carrier_refused", message);
    this.name = "CarrierRefusal";
    this.status = status;
    this.carrierCode = carrierCode;
  }
}

/** A browser phone's ticket: enough for the softphone to register as `identity` and nothing else. */
export type SoftphoneTicket = { readonly identity: string; readonly token: string; readonly expiresAt: number };
