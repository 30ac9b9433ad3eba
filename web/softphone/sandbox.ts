import type { ClientMessage, ToClient } from "../../src/adapters/carriers/sandbox/browser-protocol.ts";
import type { OpenedMicrophone } from "./microphone.ts";
import { createPeerAudio, type PeerAudio } from "./peer-audio.ts";
import { createPhoneState, EXPECT_GRACE_MS, type Softphone, type SoftphoneTicket } from "./port.ts";

const RETRY_MS = 1_500;

/** The browser phone of the sandbox carrier: signalling over its WebSocket, real sound by WebRTC. */
export function sandboxSoftphone(ticket: SoftphoneTicket, microphone: OpenedMicrophone): Softphone {
  const state = createPhoneState();
  state.set((before) => ({ ...before, microphone: microphone.kind }));
  let socket: WebSocket | null = null;
  let audio: PeerAudio | null = null;
  let expecting = false;
  let ringing: { callSid: string; timer: ReturnType<typeof setTimeout> } | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const say = (message: ClientMessage): void => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const patch = (change: Partial<ReturnType<typeof state.get>>): void =>
    state.set((before) => ({ ...before, ...change }));

  const accept = (callSid: string): void => {
    if (ringing !== null) clearTimeout(ringing.timer);
    ringing = null;
    audio?.close();
    audio = createPeerAudio(microphone.stream, (peer, signal) => say({ type: "webrtc", callSid, peer, signal }));
    patch({ call: { callSid, stage: "connecting", muted: false } });
    say({ type: "accept", callSid });
  };

  const ring = (callSid: string): void => {
    if (state.get().call !== null) return say({ type: "reject", callSid });
    if (expecting) return accept(callSid);
    const timer = setTimeout(() => {
      ringing = null;
      say({ type: "reject", callSid });
    }, EXPECT_GRACE_MS);
    ringing = { callSid, timer };
  };

  const end = (callSid: string): void => {
    if (ringing?.callSid === callSid) {
      clearTimeout(ringing.timer);
      ringing = null;
    }
    if (state.get().call?.callSid !== callSid) return;
    audio?.close();
    audio = null;
    patch({ call: null });
  };

  const hear = (message: ToClient): void => {
    if (message.type === "registered") return patch({ line: "registered", problem: null });
    if (message.type === "incoming") return ring(message.callSid);
    if (message.type === "refused") {
      if (state.get().line === "registering") patch({ line: "failed", problem: message.message });
      return;
    }
    if (message.type === "ended") return end(message.callSid);
    const call = state.get().call;
    if (call === null || message.callSid !== call.callSid) return;
    if (message.type === "answered") patch({ call: { ...call, stage: "connected" } });
    if (message.type === "peer_joined") audio?.join(message.peer, message.makeOffer);
    if (message.type === "peer_left") audio?.leave(message.peer);
    if (message.type === "webrtc") audio?.hear(message.peer, message.signal);
    if (message.type === "held") audio?.hold(message.on);
  };

  const connect = (): void => {
    if (stopped || ticket.url === null) return;
    const opened = new WebSocket(ticket.url.replace(/^http/, "ws"));
    socket = opened;
    patch({ line: "registering" });
    const tokens = ticket.tokens ?? (ticket.token === undefined ? [] : [ticket.token]);
    opened.onopen = () => say({ type: "register", tokens });
    opened.onmessage = (event) => hear(JSON.parse(String(event.data)) as ToClient);
    opened.onclose = () => {
      if (socket !== opened || stopped) return;
      patch({ line: "lost" });
      retry = setTimeout(connect, RETRY_MS);
    };
  };

  return {
    state,
    start: async () => connect(),
    expect: (on) => {
      expecting = on;
      if (on && ringing !== null) accept(ringing.callSid);
    },
    mute: (on) => {
      const call = state.get().call;
      if (call === null) return;
      audio?.mute(on);
      say({ type: "mute", callSid: call.callSid, on });
      patch({ call: { ...call, muted: on } });
    },
    press: (digits) => {
      const call = state.get().call;
      if (call !== null) say({ type: "digits", callSid: call.callSid, digits });
    },
    stop: () => {
      stopped = true;
      clearTimeout(retry);
      if (ringing !== null) clearTimeout(ringing.timer);
      audio?.close();
      socket?.close();
      microphone.close();
    },
  };
}
