import { createStore, type Store } from "../live/store.ts";

/** What the house hands out for the browser phone: one token per carrier account that this agent takes calls from. */
export type SoftphoneTicket = {
  readonly kind: "twilio" | "sandbox";
  readonly identity: string;
  readonly tokens: readonly string[];
  readonly url: string | null;
};

export type Microphone =
  /** Not looked at yet. */
  | "unknown"
  /** The browser would ask: a click of the agent comes first, with the reason beside it. */
  | "ask"
  | "real"
  /** Sandbox on a machine without an audio device: silence stands in, and the page says so. */
  | "silent"
  | "refused"
  | "missing";

export type SoftphoneState = {
  readonly microphone: Microphone;
  readonly line: "off" | "registering" | "registered" | "lost" | "failed";
  readonly problem: string | null;
  readonly call: {
    readonly callSid: string;
    readonly stage: "connecting" | "connected";
    readonly muted: boolean;
  } | null;
};

/**
 * The agent's telephone in the browser. It never decides to take a call: the pool decides who won a contact, the desktop
 * says `expect`, and the leg that then rings is taken at once.
 */
export interface Softphone {
  readonly state: Store<SoftphoneState>;
  /** Registers with the carrier. The microphone is already open. */
  start(): Promise<void>;
  /** True while this desktop holds an accepted reservation: the next leg that rings belongs to it. */
  expect(on: boolean): void;
  mute(on: boolean): void;
  press(digit: string): void;
  stop(): void;
}

export const SILENT_PHONE: SoftphoneState = { microphone: "unknown", line: "off", problem: null, call: null };

export function createPhoneState(): Store<SoftphoneState> {
  return createStore<SoftphoneState>(SILENT_PHONE);
}

/** A leg may ring a moment before the desktop hears that its acceptance won; this long it is left ringing. */
export const EXPECT_GRACE_MS = 4_000;
