import type { WebRtcSignal } from "../../src/adapters/carriers/sandbox/browser-protocol.ts";

type Peer = {
  readonly connection: RTCPeerConnection;
  readonly sound: HTMLAudioElement;
  readonly early: RTCIceCandidateInit[];
  ready: Promise<void>;
};

/**
 * Sound between the browsers of one conference, one connection per peer. The same code carries the agent's softphone
 * and the caller's phone page. Signals travel through the exchange, sound goes straight from browser to browser.
 */
export class PeerAudio {
  private readonly microphone: MediaStream;
  private readonly signal: (peer: string, signal: WebRtcSignal) => void;
  private readonly peers = new Map<string, Peer>();
  private muted = false;
  private held = false;

  constructor(microphone: MediaStream, signal: (peer: string, signal: WebRtcSignal) => void) {
    this.microphone = microphone;
    this.signal = signal;
  }

  join(name: string, makeOffer: boolean): void {
    const peer = this.open(name);
    if (makeOffer) this.queue(peer, () => this.offer(name, peer));
  }

  leave(name: string): void {
    const peer = this.peers.get(name);
    if (peer !== undefined) shut(peer);
    this.peers.delete(name);
  }

  hear(name: string, heard: WebRtcSignal): void {
    const peer = this.open(name);
    this.queue(peer, () => this.take(name, peer, heard));
  }

  /** Our microphone to nobody. */
  mute(on: boolean): void {
    this.muted = on;
    this.apply();
  }

  /** Held by the other side: neither speaks nor hears. */
  hold(on: boolean): void {
    this.held = on;
    this.apply();
  }

  close(): void {
    for (const peer of this.peers.values()) shut(peer);
    this.peers.clear();
    this.muted = false;
    this.held = false;
    this.apply();
  }

  private open(name: string): Peer {
    const known = this.peers.get(name);
    if (known !== undefined) return known;
    // Both browsers of a sandbox sit on one machine or one network: host candidates are enough, no server is asked.
    const connection = new RTCPeerConnection();
    const sound = new Audio();
    sound.autoplay = true;
    for (const track of this.microphone.getAudioTracks()) connection.addTrack(track, this.microphone);
    connection.ontrack = (event) => {
      sound.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      void sound.play().catch(() => undefined); // the browser wants a click first; the call itself goes on
    };
    connection.onicecandidate = ({ candidate }) => this.signal(name, { candidate: plain(candidate) });
    const peer: Peer = { connection, sound, early: [], ready: Promise.resolve() };
    this.peers.set(name, peer);
    this.apply();
    return peer;
  }

  private async offer(name: string, peer: Peer): Promise<void> {
    await peer.connection.setLocalDescription(await peer.connection.createOffer());
    this.tell(name, peer);
  }

  private async take(name: string, peer: Peer, heard: WebRtcSignal): Promise<void> {
    const { connection, early } = peer;
    if ("sdp" in heard) {
      await connection.setRemoteDescription(heard.sdp);
      if (heard.sdp.type === "offer") {
        await connection.setLocalDescription(await connection.createAnswer());
        this.tell(name, peer);
      }
      for (const candidate of early.splice(0)) await connection.addIceCandidate(candidate);
    } else if (heard.candidate !== null) {
      // Candidates may overtake the description they belong to.
      if (connection.remoteDescription === null) early.push(heard.candidate);
      else await connection.addIceCandidate(heard.candidate);
    }
  }

  private tell(name: string, { connection }: Peer): void {
    const local = connection.localDescription;
    if (local?.type === "offer" || local?.type === "answer") {
      this.signal(name, { sdp: { type: local.type, sdp: local.sdp } });
    }
  }

  /** Steps of one peer run one after the other; a failed step loses sound, never the call. */
  private queue(peer: Peer, step: () => Promise<void>): void {
    peer.ready = peer.ready.then(step).catch((problem: unknown) => console.warn("peer audio", problem));
  }

  private apply(): void {
    for (const track of this.microphone.getAudioTracks()) track.enabled = !this.muted && !this.held;
    for (const peer of this.peers.values()) peer.sound.muted = this.held;
  }
}

function shut({ connection, sound }: Peer): void {
  connection.close();
  sound.srcObject = null;
}

type Candidate = Extract<WebRtcSignal, { candidate: unknown }>["candidate"];

function plain(candidate: RTCIceCandidate | null): Candidate {
  if (candidate === null) return null;
  const { candidate: line, sdpMid, sdpMLineIndex } = candidate;
  return { candidate: line, sdpMid, sdpMLineIndex };
}
