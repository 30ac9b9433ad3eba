/**
 * What the browser and the sandbox carrier say to each other over their WebSockets, one JSON object a message. Types
 * only, so that a page can import this file without a byte of script.
 *
 * - `WS /sandbox/phone`: the phone page, a telephone in a browser. It has one call at a time.
 * - `WS /sandbox/client`: an agent's softphone, registered by one access token per carrier account it serves.
 *
 * A `callSid` is always this browser's own leg. `peer` is the leg of another browser in the same conference: pages that
 * hear `peer_joined` set up one RTCPeerConnection for each peer; the one with `makeOffer` starts. The exchange relays
 * `webrtc` messages between the two and nothing else, so the sound itself never passes through it.
 */

/** Exactly one of the two, as RTCPeerConnection gives and takes them. A null candidate ends the candidates. */
export type WebRtcSignal =
  | { readonly sdp: { readonly type: "offer" | "answer"; readonly sdp: string } }
  | {
      readonly candidate: {
        readonly candidate: string;
        readonly sdpMid?: string | null;
        readonly sdpMLineIndex?: number | null;
        readonly usernameFragment?: string | null;
      } | null;
    };

/** Phone page → exchange. */
export type PhoneMessage =
  | { readonly type: "dial"; readonly to: string; readonly from?: string }
  | { readonly type: "digits"; readonly digits: string }
  /** What the caller says while a Gather listens for speech. */
  | { readonly type: "speech"; readonly text: string }
  | { readonly type: "mute"; readonly on: boolean }
  | { readonly type: "hang_up" }
  | { readonly type: "webrtc"; readonly peer: string; readonly signal: WebRtcSignal };

/** Agent softphone → exchange. */
export type ClientMessage =
  /** Replaces the earlier registration of this socket. `autoAnswer` is for robots: the leg answers at once. */
  | { readonly type: "register"; readonly tokens: readonly string[]; readonly autoAnswer?: boolean }
  | { readonly type: "accept"; readonly callSid: string }
  | { readonly type: "reject"; readonly callSid: string }
  | { readonly type: "hang_up"; readonly callSid: string }
  | { readonly type: "mute"; readonly callSid: string; readonly on: boolean }
  | { readonly type: "digits"; readonly callSid: string; readonly digits: string }
  | { readonly type: "webrtc"; readonly callSid: string; readonly peer: string; readonly signal: WebRtcSignal };

/** What both kinds of browser hear of a leg of theirs. */
export type LegMessage =
  | { readonly type: "ringing"; readonly callSid: string; readonly to: string }
  | { readonly type: "answered"; readonly callSid: string; readonly answeredAt: number }
  /** What the line is saying now; replaces the caption before it. `music` has no text. `durationS` is house-clock time. */
  | {
      readonly type: "caption";
      readonly callSid: string;
      readonly kind: "say" | "play" | "music" | "gather";
      readonly text: string;
      readonly language: string | null;
      readonly durationS: number | null;
      /** For `play` and for hold music with a declared address: what to fetch and sound. */
      readonly url: string | null;
    }
  /** The line waits for keys or speech (`gather`) or records after the tone (`record`). `on: false` ends it. */
  | { readonly type: "listening"; readonly callSid: string; readonly on: boolean; readonly what: "gather" | "record" }
  | {
      readonly type: "conference_joined";
      readonly callSid: string;
      readonly conferenceSid: string;
      readonly name: string;
    }
  | { readonly type: "conference_left"; readonly callSid: string; readonly conferenceSid: string }
  /** Held by the other side: mute the microphone, silence the peers, play hold music. */
  | { readonly type: "held"; readonly callSid: string; readonly on: boolean }
  | { readonly type: "muted"; readonly callSid: string; readonly on: boolean }
  | { readonly type: "peer_joined"; readonly callSid: string; readonly peer: string; readonly makeOffer: boolean }
  | { readonly type: "peer_left"; readonly callSid: string; readonly peer: string }
  | { readonly type: "webrtc"; readonly callSid: string; readonly peer: string; readonly signal: WebRtcSignal }
  | { readonly type: "ended"; readonly callSid: string; readonly status: EndStatus; readonly durationS: number }
  /** The message before was not understood or not possible; the socket stays open. */
  | { readonly type: "refused"; readonly code: RefusalCode; readonly message: string };

export type EndStatus = "completed" | "busy" | "failed" | "no-answer" | "canceled";

export type RefusalCode =
  | "bad_message"
  | "unknown_number"
  | "already_in_call"
  | "no_such_call"
  | "bad_token"
  | "not_registered";

/** Exchange → phone page. */
export type ToPhone = LegMessage;

/** Exchange → agent softphone. */
export type ToClient =
  | LegMessage
  | { readonly type: "registered"; readonly identity: string; readonly accountSids: readonly string[] }
  | {
      readonly type: "incoming";
      readonly callSid: string;
      readonly accountSid: string;
      readonly from: string;
      readonly to: string;
      /** Parameters after the question mark of `client:identity?key=value`. */
      readonly params: Readonly<Record<string, string>>;
    };
