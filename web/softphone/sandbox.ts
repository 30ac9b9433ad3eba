import type { ClientMessage, ToClient } from "../../src/adapters/carriers/sandbox/browser-protocol.ts";
import type { OpenedMicrophone } from "./microphone.ts";
import { PeerAudio } from "./peer-audio.ts";
import {
  createPhoneState,
  EXPECT_GRACE_MS,
  type Softphone,
  type SoftphoneState,
  type SoftphoneTicket,
} from "./port.ts";

const RETRY_MS = 1_500;

/** The browser phone of the sandbox carrier: signalling over its WebSocket, real sound by WebRTC. */
export class SandboxSoftphone implements Softphone {
  readonly state = createPhoneState();
  private readonly ticket: SoftphoneTicket;
  private readonly microphone: OpenedMicrophone;
  private socket: WebSocket | null = null;
  private audio: PeerAudio | null = null;
  private expecting = false;
  private ringing: { readonly callSid: string; readonly timer: ReturnType<typeof setTimeout> } | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  constructor(ticket: SoftphoneTicket, microphone: OpenedMicrophone) {
    this.ticket = ticket;
    this.microphone = microphone;
    this.patch({ microphone: microphone.kind });
  }

  async start(): Promise<void> {
    this.connect();
  }

  expect(on: boolean): void {
    this.expecting = on;
    if (on && this.ringing !== null) this.accept(this.ringing.callSid);
  }

  mute(on: boolean): void {
    const { call } = this.state.get();
    if (call === null) return;
    this.audio?.mute(on);
    this.say({ type: "mute", callSid: call.callSid, on });
    this.patch({ call: { ...call, muted: on } });
  }

  press(digits: string): void {
    const { call } = this.state.get();
    if (call !== null) this.say({ type: "digits", callSid: call.callSid, digits });
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    if (this.ringing !== null) clearTimeout(this.ringing.timer);
    this.audio?.close();
    this.socket?.close();
    this.microphone.close();
  }

  private connect(): void {
    if (this.stopped || this.ticket.url === null) return;
    const opened = new WebSocket(this.ticket.url.replace(/^http/, "ws"));
    this.socket = opened;
    this.patch({ line: "registering" });
    opened.onopen = () => this.say({ type: "register", tokens: this.ticket.tokens });
    opened.onmessage = (event) => this.hear(JSON.parse(String(event.data)) as ToClient);
    opened.onclose = () => {
      if (this.socket !== opened || this.stopped) return;
      this.patch({ line: "lost" });
      this.retry = setTimeout(() => this.connect(), RETRY_MS);
    };
  }

  private hear(message: ToClient): void {
    switch (message.type) {
      case "registered":
        return this.patch({ line: "registered", problem: null });
      case "incoming":
        return this.ring(message.callSid);
      case "ended":
        return this.end(message.callSid);
      case "refused":
        if (this.state.get().line === "registering") this.patch({ line: "failed", problem: message.message });
        return;
      default:
        return this.hearOfCall(message);
    }
  }

  private hearOfCall(message: Exclude<ToClient, { type: "registered" | "incoming" | "ended" | "refused" }>): void {
    const { call } = this.state.get();
    if (call === null || message.callSid !== call.callSid) return;
    if (message.type === "answered") this.patch({ call: { ...call, stage: "connected" } });
    if (message.type === "peer_joined") this.audio?.join(message.peer, message.makeOffer);
    if (message.type === "peer_left") this.audio?.leave(message.peer);
    if (message.type === "webrtc") this.audio?.hear(message.peer, message.signal);
    if (message.type === "held") this.audio?.hold(message.on);
  }

  private ring(callSid: string): void {
    if (this.state.get().call !== null) return this.say({ type: "reject", callSid });
    if (this.expecting) return this.accept(callSid);
    const timer = setTimeout(() => {
      this.ringing = null;
      this.say({ type: "reject", callSid });
    }, EXPECT_GRACE_MS);
    this.ringing = { callSid, timer };
  }

  private accept(callSid: string): void {
    this.forgetRinging();
    this.audio?.close();
    this.audio = new PeerAudio(this.microphone.stream, (peer, signal) =>
      this.say({ type: "webrtc", callSid, peer, signal }),
    );
    this.patch({ call: { callSid, stage: "connecting", muted: false } });
    this.say({ type: "accept", callSid });
  }

  private end(callSid: string): void {
    if (this.ringing?.callSid === callSid) this.forgetRinging();
    if (this.state.get().call?.callSid !== callSid) return;
    this.audio?.close();
    this.audio = null;
    this.patch({ call: null });
  }

  private forgetRinging(): void {
    if (this.ringing !== null) clearTimeout(this.ringing.timer);
    this.ringing = null;
  }

  private say(message: ClientMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private patch(change: Partial<SoftphoneState>): void {
    this.state.set((before) => ({ ...before, ...change }));
  }
}
