import type { Instant } from "../../../../domain/kernel/instant.ts";
import type { Verb } from "./twiml.ts";

/**
 * Everything one carrier account knows while it runs: the memory of its Exchange object. It is changed in place by
 * `step` and by nothing else; what a step touched is saved by the shell before any effect leaves the house.
 */
export type Exchange = {
  account: Account | null;
  faults: Faults;
  readonly calls: Map<string, Call>;
  readonly conferences: Map<string, Conference>;
  /** Friendly name → sid of the one conference of that name that has not ended. */
  readonly openConferences: Map<string, string>;
  readonly recordings: Map<string, Recording>;
  readonly messages: Map<string, Message>;
  readonly timers: Map<string, Timer>;
  /** Softphones by identity: sockets and robots. */
  readonly clients: Map<string, Client>;
  /** A callback held back by the reorder fault, until the next of the same call or conference has gone. */
  readonly heldBack: Map<string, Callback>;
};

export type Account = {
  readonly sid: string;
  readonly authToken: string;
  readonly apiKeySid: string;
  readonly apiKeySecret: string;
  readonly numbers: readonly AccountNumber[];
  readonly createdAt: Instant;
};

export type AccountNumber = {
  readonly sid: string;
  readonly e164: string;
  readonly voiceUrl: string;
  readonly fallbackUrl: string | null;
  readonly statusCallback: string | null;
  readonly updatedAt: Instant;
};

/** Rates from 0 to 1 of each misbehaviour; `delayMs` is real time added to every callback that a draw picks (`delay`). */
export type Faults = {
  readonly seed: number;
  readonly duplicate: number;
  readonly reorder: number;
  readonly drop: number;
  readonly delay: number;
  readonly delayMs: number;
  readonly http429: number;
  readonly http500: number;
  readonly timeout: number;
};

export const NO_FAULTS: Faults = {
  seed: 0,
  duplicate: 0,
  reorder: 0,
  drop: 0,
  delay: 0,
  delayMs: 0,
  http429: 0,
  http500: 0,
  timeout: 0,
};

export type LiveStatus = "queued" | "ringing" | "in-progress";
export type EndStatus = "completed" | "busy" | "failed" | "no-answer" | "canceled";
export type CallStatus = LiveStatus | EndStatus;

export type Call = {
  readonly sid: string;
  readonly parentSid: string | null;
  readonly direction: "inbound" | "outbound-api" | "outbound-dial";
  readonly from: string;
  readonly to: string;
  readonly numberSid: string | null;
  readonly createdAt: Instant;
  readonly device: Device;
  readonly callback: CallbackTarget | null;
  /** What runs when the far end answers; null for calls that arrive from outside. */
  readonly onAnswer: OnAnswer | null;
  /** Where it is told who picked up, before the leg goes on; left out where nobody listens. */
  readonly pickedUpUrl?: string;
  status: CallStatus;
  updatedAt: Instant;
  answeredAt: Instant | null;
  endedAt: Instant | null;
  /** Next SequenceNumber of this call's status callbacks. */
  sequence: number;
  document: Document | null;
  activity: Activity;
  conferenceSid: string | null;
  /** Which script actions of a robot have been armed. */
  robotArmed: number[];
};

/** Who is at the far end of a leg. */
export type Device =
  | { readonly kind: "robot"; readonly script: readonly RobotAction[]; readonly patienceS: number | null }
  | { readonly kind: "phone"; readonly handset: string }
  /** `handset` is the socket that answered; null while it rings, and for a robot agent. */
  | {
      readonly kind: "client";
      readonly identity: string;
      readonly params: Readonly<Record<string, string>>;
      readonly rang: readonly string[];
      handset: string | null;
    }
  | { readonly kind: "outside" };

export type CallbackTarget = { readonly url: string; readonly events: readonly string[] };

export type OnAnswer =
  | { readonly do: "fetch"; readonly source: VoiceSource }
  | { readonly do: "run"; readonly verbs: readonly Verb[] }
  | { readonly do: "join"; readonly name: string; readonly options: JoinOptions }
  | { readonly do: "bridge" };

export type VoiceSource = {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly fallbackUrl: string | null;
};

export type Document = { readonly source: VoiceSource; readonly verbs: readonly Verb[]; index: number; prompt: number };

export type Activity =
  | { readonly at: "idle" }
  | { readonly at: "fetching"; readonly request: VoiceRequest }
  | { readonly at: "speaking" }
  | { readonly at: "gathering"; readonly listening: boolean; readonly digits: string }
  | { readonly at: "recording"; readonly recordingSid: string; readonly startedAt: Instant }
  | { readonly at: "conference"; readonly conferenceSid: string }
  | { readonly at: "dialling"; readonly children: readonly string[]; readonly bridgedTo: string | null };

export type VoiceRequest = {
  readonly id: string;
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly params: Readonly<Record<string, string>>;
  readonly source: VoiceSource;
  readonly attempt: "primary" | "fallback";
};

export type JoinOptions = {
  readonly label: string | null;
  readonly muted: boolean;
  readonly startOnEnter: boolean;
  readonly endOnExit: boolean;
  readonly coaching: boolean;
  readonly callSidToCoach: string | null;
  readonly record: boolean;
  /** Records this leg alone, from its joining on. */
  readonly legRecording: { readonly callback: CallbackTarget | null } | null;
  readonly callback: CallbackTarget | null;
  readonly recordingCallback: CallbackTarget | null;
  /** Hangs the leg up when it leaves; false for a leg whose TwiML goes on. */
  readonly hangUpAfter: boolean;
};

export type Conference = {
  readonly sid: string;
  readonly name: string;
  readonly createdAt: Instant;
  updatedAt: Instant;
  status: "init" | "in-progress" | "completed";
  callback: CallbackTarget | null;
  recordingCallback: CallbackTarget | null;
  wantsRecording: boolean;
  recordingSid: string | null;
  sequence: number;
  /** In order of creation; `joinedAt` is null while the leg still rings. */
  members: Member[];
  endReason: EndReason | null;
  endedBy: string | null;
};

export type EndReason =
  | "conference-ended-via-api"
  | "participant-with-end-conference-on-exit-left"
  | "participant-with-end-conference-on-exit-kicked"
  | "last-participant-kicked"
  | "last-participant-left";

export type Member = {
  readonly callSid: string;
  readonly options: JoinOptions;
  readonly createdAt: Instant;
  updatedAt: Instant;
  joinedAt: Instant | null;
  muted: boolean;
  hold: boolean;
  endOnExit: boolean;
  coaching: boolean;
  callSidToCoach: string | null;
};

export type Recording = {
  readonly sid: string;
  readonly callSid: string | null;
  readonly conferenceSid: string | null;
  readonly source:
    | "RecordVerb"
    | "Conference"
    | "StartCallRecordingAPI"
    | "StartConferenceRecordingAPI"
    | "OutboundAPI";
  readonly startedAt: Instant;
  readonly callback: CallbackTarget | null;
  status: "in-progress" | "paused" | "stopped" | "processing" | "completed" | "absent";
  updatedAt: Instant;
  /** Since when it runs (or, paused, null), and what ran before that. */
  runningSince: Instant | null;
  recordedMs: number;
  durationS: number | null;
};

export type Message = {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly direction: "outbound-api" | "outbound-call" | "inbound";
  readonly createdAt: Instant;
  readonly callback: string | null;
  status: "queued" | "sending" | "sent" | "delivered";
  sentAt: Instant | null;
  updatedAt: Instant;
};

export type Client = { readonly handsets: readonly string[]; readonly robot: { readonly answerAfterS: number } | null };

export type Timer = { readonly at: Instant; readonly work: TimerWork };

export type TimerWork =
  | { readonly kind: "turn_over"; readonly callSid: string }
  | { readonly kind: "first_ring"; readonly callSid: string }
  | { readonly kind: "ring_over"; readonly callSid: string }
  | { readonly kind: "far_end_answers"; readonly callSid: string }
  | { readonly kind: "listened"; readonly callSid: string }
  | { readonly kind: "life_over"; readonly callSid: string }
  | { readonly kind: "robot_acts"; readonly callSid: string; readonly action: number }
  | { readonly kind: "robot_leaves"; readonly callSid: string }
  | { readonly kind: "recording_processed"; readonly recordingSid: string }
  | { readonly kind: "message_moves"; readonly messageSid: string }
  | { readonly kind: "callback_due"; readonly callback: Callback }
  | { readonly kind: "held_back_due"; readonly orderKey: string };

/** A status callback on its way. Callbacks of one `orderKey` are in order until a fault says otherwise. */
export type Callback = {
  readonly id: string;
  readonly orderKey: string;
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
};

/**
 * What a robot caller does. `on` is the moment that arms the action, `afterS` the house seconds between the moment and
 * the deed; each action happens once. The folder's README says when each moment occurs.
 */
export type RobotAction = {
  readonly on: "start" | "previous" | "answered" | "say" | "play" | "gather" | "conference" | "held" | "record";
  readonly afterS: number;
  readonly press?: string | undefined;
  readonly say?: string | undefined;
  readonly talkS?: number | undefined;
  readonly hangUpAfterS?: number | undefined;
  readonly voicemailS?: number | undefined;
};

export function emptyExchange(): Exchange {
  return {
    account: null,
    faults: NO_FAULTS,
    calls: new Map(),
    conferences: new Map(),
    openConferences: new Map(),
    recordings: new Map(),
    messages: new Map(),
    timers: new Map(),
    clients: new Map(),
    heldBack: new Map(),
  };
}

export function isOver(call: Call): boolean {
  return call.endedAt !== null;
}

/** Twilio's CallDuration: whole seconds from answer to end, begun seconds counted, 0 for a leg never answered. */
export function billedSeconds(call: Call): number {
  if (call.answeredAt === null || call.endedAt === null) return 0;
  return Math.ceil((call.endedAt - call.answeredAt) / 1_000);
}
