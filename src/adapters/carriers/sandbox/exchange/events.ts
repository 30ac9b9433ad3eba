import type { LegMessage, ToClient, WebRtcSignal } from "../browser-protocol.ts";
import type {
  Account,
  Callback,
  CallbackTarget,
  Device,
  EndReason,
  EndStatus,
  Faults,
  JoinOptions,
  OnAnswer,
  Recording,
  RobotAction,
  VoiceRequest,
  VoiceSource,
} from "./state.ts";
import type { Verb } from "./twiml.ts";

/** What happens to an exchange. The second group is raised by the exchange's own parts and never comes from outside. */
export type ExchangeEvent =
  | { readonly kind: "account_set"; readonly account: Account }
  | { readonly kind: "faults_set"; readonly faults: Faults }
  | {
      readonly kind: "call_arrives";
      readonly sid: string;
      readonly from: string;
      readonly to: string;
      readonly device: Device;
    }
  | OutboundCall
  | { readonly kind: "call_redirected"; readonly callSid: string; readonly next: RunNext }
  | { readonly kind: "call_over"; readonly callSid: string; readonly status: EndStatus }
  | { readonly kind: "document_arrived"; readonly callSid: string; readonly requestId: string; readonly body: string }
  | { readonly kind: "document_failed"; readonly callSid: string; readonly requestId: string; readonly code: number }
  | { readonly kind: "digits"; readonly callSid: string; readonly digits: string }
  | { readonly kind: "speech"; readonly callSid: string; readonly text: string }
  | { readonly kind: "client_accepts"; readonly callSid: string; readonly handset: string }
  | { readonly kind: "client_rejects"; readonly callSid: string }
  | { readonly kind: "device_muted"; readonly callSid: string; readonly on: boolean }
  | { readonly kind: "signal"; readonly callSid: string; readonly peer: string; readonly signal: WebRtcSignal }
  | { readonly kind: "client_registered"; readonly identity: string; readonly handset: string }
  | { readonly kind: "client_robot"; readonly identity: string; readonly answerAfterS: number | null }
  | { readonly kind: "handset_gone"; readonly handset: string }
  | {
      readonly kind: "participant_changed";
      readonly conferenceSid: string;
      readonly callSid: string;
      readonly change: MemberChange;
    }
  | { readonly kind: "participant_removed"; readonly conferenceSid: string; readonly callSid: string }
  | {
      readonly kind: "conference_ended";
      readonly conferenceSid: string;
      readonly reason: EndReason;
      readonly by: string | null;
    }
  | RecordingStart
  | {
      readonly kind: "recording_changed";
      readonly recordingSid: string;
      readonly to: "in-progress" | "paused" | "stopped";
    }
  | MessageCreated
  | { readonly kind: "timer"; readonly key: string }
  // Raised within.
  | { readonly kind: "run"; readonly callSid: string; readonly next: RunNext }
  | { readonly kind: "answered"; readonly callSid: string }
  | { readonly kind: "join"; readonly callSid: string; readonly name: string; readonly options: JoinOptions }
  | { readonly kind: "dial_over"; readonly callSid: string; readonly outcome: Readonly<Record<string, string>> }
  | { readonly kind: "bridge"; readonly parentSid: string; readonly childSid: string }
  | { readonly kind: "child_over"; readonly parentSid: string; readonly childSid: string }
  | { readonly kind: "robot_moment"; readonly callSid: string; readonly moment: RobotAction["on"] };

export type RunNext =
  | { readonly do: "fetch"; readonly source: VoiceSource }
  | { readonly do: "run"; readonly verbs: readonly Verb[] };

export type OutboundCall = {
  readonly kind: "call_created";
  readonly sid: string;
  readonly parentSid: string | null;
  readonly direction: "outbound-api" | "outbound-dial";
  readonly from: string;
  readonly to: string;
  readonly timeoutS: number;
  readonly callback: CallbackTarget | null;
  /** Where it is told who picked up; left out where nobody listens. */
  readonly pickedUpUrl?: string;
  readonly onAnswer: OnAnswer;
};

export type RecordingStart = {
  readonly kind: "recording_started";
  readonly sid: string;
  readonly callSid: string | null;
  readonly conferenceSid: string | null;
  readonly source: Recording["source"];
  readonly callback: CallbackTarget | null;
};

export type MessageCreated = {
  readonly kind: "message_created";
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly direction: "outbound-api" | "outbound-call";
  readonly callback: string | null;
};

export type MemberChange = {
  readonly muted?: boolean | undefined;
  readonly hold?: boolean | undefined;
  readonly holdUrl?: string | undefined;
  readonly coaching?: boolean | undefined;
  readonly callSidToCoach?: string | undefined;
  readonly endOnExit?: boolean | undefined;
};

/** What the shell must do once the touched rows are saved. */
export type Effect =
  /** Ask the application what to do with a call; the answer comes back as `document_arrived` or `document_failed`. */
  | { readonly do: "ask"; readonly callSid: string; readonly request: VoiceRequest; readonly twice: boolean }
  | { readonly do: "notify"; readonly callback: Callback }
  | { readonly do: "tell"; readonly handset: string; readonly message: LegMessage | ToClient }
  | { readonly do: "book"; readonly line: LedgerLine };

/** The carrier's truth about one leg or message that is over. Seconds are whole and billed. */
export type LedgerLine =
  | {
      readonly kind: "leg";
      readonly sid: string;
      readonly parentSid: string | null;
      readonly accountSid: string;
      readonly direction: string;
      readonly from: string;
      readonly to: string;
      readonly status: EndStatus;
      readonly startedAt: number;
      readonly answeredAt: number | null;
      readonly endedAt: number;
      readonly seconds: number;
    }
  | {
      readonly kind: "message";
      readonly sid: string;
      readonly accountSid: string;
      readonly from: string;
      readonly to: string;
      readonly status: string;
      readonly startedAt: number;
      readonly endedAt: number;
      readonly segments: number;
    };
