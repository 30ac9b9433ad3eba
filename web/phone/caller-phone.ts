import type { PhoneMessage, ToPhone } from "../../src/adapters/carriers/sandbox/browser-protocol.ts";
import { createStore, type Store } from "../live/store.ts";
import type { OpenedMicrophone } from "../softphone/microphone.ts";
import { PeerAudio } from "../softphone/peer-audio.ts";

type EndStatus = Extract<ToPhone, { type: "ended" }>["status"];
type CaptionMessage = Extract<ToPhone, { type: "caption" }>;

export type Caption = {
  readonly id: number;
  readonly at: number;
  readonly kind: CaptionMessage["kind"];
  readonly text: string;
  readonly language: string | null;
};

export type CallerState = {
  readonly line: "connecting" | "open" | "lost";
  readonly stage: "idle" | "dialing" | "in_call" | "with_agent" | "ended";
  readonly answeredAt: number | null;
  readonly muted: boolean;
  readonly held: boolean;
  readonly listening: "gather" | "record" | null;
  readonly captions: readonly Caption[];
  readonly pressed: string;
  readonly endedWith: EndStatus | null;
  readonly refused: { readonly code: string; readonly message: string } | null;
};

const IDLE: CallerState = {
  line: "connecting",
  stage: "idle",
  answeredAt: null,
  muted: false,
  held: false,
  listening: null,
  captions: [],
  pressed: "",
  endedWith: null,
  refused: null,
};

/** Enough to read back a whole call; older lines are gone. */
const CAPTIONS_MAX = 60;
const RETRY_MS = 1_500;

/** A telephone in the browser that rings clients' numbers through the sandbox carrier. One call at a time. */
export class CallerPhone {
  readonly state: Store<CallerState> = createStore(IDLE);
  private readonly url: string;
  private socket: WebSocket | null = null;
  private audio: PeerAudio | null = null;
  private microphone: OpenedMicrophone | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private captionCount = 0;

  constructor(url: string) {
    this.url = url.replace(/^http/, "ws");
    this.connect();
  }

  dial(to: string, from: string, microphone: OpenedMicrophone): void {
    this.microphone?.close();
    this.microphone = microphone;
    const { line } = this.state.get();
    this.state.set(() => ({ ...IDLE, line, stage: "dialing" }));
    this.say({ type: "dial", to, ...(from === "" ? {} : { from }) });
  }

  press(digit: string): void {
    this.patch({ pressed: (this.state.get().pressed + digit).slice(-24) });
    this.say({ type: "digits", digits: digit });
  }

  speak(text: string): void {
    this.say({ type: "speech", text });
  }

  mute(on: boolean): void {
    this.audio?.mute(on);
    this.say({ type: "mute", on });
    this.patch({ muted: on });
  }

  hangUp(): void {
    this.say({ type: "hang_up" });
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    this.silence();
    this.socket?.close();
  }

  private connect(): void {
    if (this.closed) return;
    const opened = new WebSocket(this.url);
    this.socket = opened;
    opened.onopen = () => this.patch({ line: "open" });
    opened.onmessage = (event) => this.hear(JSON.parse(String(event.data)) as ToPhone);
    opened.onclose = () => {
      if (this.socket !== opened || this.closed) return;
      this.silence();
      const { stage } = this.state.get();
      this.patch({ line: "lost", ...(stage === "idle" ? {} : { stage: "ended", endedWith: "failed" }) });
      this.retry = setTimeout(() => this.connect(), RETRY_MS);
    };
  }

  private hear(message: ToPhone): void {
    switch (message.type) {
      case "answered":
        return this.patch({ stage: "in_call", answeredAt: message.answeredAt });
      case "caption":
        return this.caption(message);
      case "listening":
        return this.patch({ listening: message.on ? message.what : null });
      case "held":
        this.audio?.hold(message.on);
        return this.patch({ held: message.on });
      case "conference_left":
        return this.patch({ stage: "in_call", held: false });
      case "peer_joined":
        this.openAudio().join(message.peer, message.makeOffer);
        return this.patch({ stage: "with_agent" });
      case "peer_left":
        this.audio?.leave(message.peer);
        return this.patch({ stage: "in_call" });
      case "webrtc":
        return this.openAudio().hear(message.peer, message.signal);
      case "ended":
        this.silence();
        return this.patch({ stage: "ended", endedWith: message.status, listening: null, held: false, muted: false });
      case "refused": {
        const dialing = this.state.get().stage === "dialing";
        return this.patch({
          refused: { code: message.code, message: message.message },
          ...(dialing ? { stage: "idle" } : {}),
        });
      }
      default:
        return; // ringing, joining and the echo of mute change nothing that is shown
    }
  }

  private caption({ kind, text, language }: CaptionMessage): void {
    this.captionCount += 1;
    const line: Caption = { id: this.captionCount, at: Date.now(), kind, text, language };
    this.patch({ captions: [...this.state.get().captions, line].slice(-CAPTIONS_MAX) });
  }

  /** A caller has one leg, so its peers need no telling apart by leg. */
  private openAudio(): PeerAudio {
    this.audio ??= new PeerAudio(this.microphone?.stream ?? new MediaStream(), (peer, signal) =>
      this.say({ type: "webrtc", peer, signal }),
    );
    return this.audio;
  }

  private silence(): void {
    this.audio?.close();
    this.audio = null;
    this.microphone?.close();
    this.microphone = null;
  }

  private say(message: PhoneMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private patch(change: Partial<CallerState>): void {
    this.state.set((before) => ({ ...before, ...change }));
  }
}
