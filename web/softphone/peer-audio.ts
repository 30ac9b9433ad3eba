import type { WebRtcSignal } from "../../src/adapters/carriers/sandbox/browser-protocol.ts";

/**
 * Sound between the browsers of one conference, one connection per peer. The same code carries the agent's softphone
 * and the caller's phone page. Signals travel through the exchange, sound goes straight from browser to browser.
 */
export type PeerAudio = {
  readonly join: (peer: string, makeOffer: boolean) => void;
  readonly leave: (peer: string) => void;
  readonly hear: (peer: string, signal: WebRtcSignal) => void;
  /** Our microphone to nobody. */
  readonly mute: (on: boolean) => void;
  /** Held by the other side: neither speaks nor hears. */
  readonly hold: (on: boolean) => void;
  readonly close: () => void;
};

type Peer = {
  connection: RTCPeerConnection;
  sound: HTMLAudioElement;
  early: RTCIceCandidateInit[];
  ready: Promise<void>;
};

export function createPeerAudio(
  microphone: MediaStream,
  signal: (peer: string, signal: WebRtcSignal) => void,
): PeerAudio {
  const peers = new Map<string, Peer>();
  let muted = false;
  let held = false;

  const apply = (): void => {
    for (const track of microphone.getAudioTracks()) track.enabled = !muted && !held;
    for (const peer of peers.values()) peer.sound.muted = held;
  };

  const open = (name: string): Peer => {
    const known = peers.get(name);
    if (known !== undefined) return known;
    // Both browsers of a sandbox sit on one machine or one network: host candidates are enough, no server is asked.
    const connection = new RTCPeerConnection();
    const sound = new Audio();
    sound.autoplay = true;
    for (const track of microphone.getAudioTracks()) connection.addTrack(track, microphone);
    connection.ontrack = (event) => {
      sound.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      void sound.play().catch(() => undefined); // the browser wants a click first; the call itself goes on
    };
    connection.onicecandidate = (event) => signal(name, { candidate: (event.candidate?.toJSON() as never) ?? null });
    const peer: Peer = { connection, sound, early: [], ready: Promise.resolve() };
    peers.set(name, peer);
    apply();
    return peer;
  };

  const offer = async (name: string, peer: Peer): Promise<void> => {
    await peer.connection.setLocalDescription(await peer.connection.createOffer());
    tell(name, peer);
  };

  const tell = (name: string, peer: Peer): void => {
    const local = peer.connection.localDescription;
    if (local !== null && (local.type === "offer" || local.type === "answer")) {
      signal(name, { sdp: { type: local.type, sdp: local.sdp } });
    }
  };

  const take = async (name: string, peer: Peer, heard: WebRtcSignal): Promise<void> => {
    if ("sdp" in heard) {
      await peer.connection.setRemoteDescription(heard.sdp);
      if (heard.sdp.type === "offer") {
        await peer.connection.setLocalDescription(await peer.connection.createAnswer());
        tell(name, peer);
      }
      for (const candidate of peer.early.splice(0)) await peer.connection.addIceCandidate(candidate);
    } else if (heard.candidate !== null) {
      // Candidates may overtake the description they belong to.
      if (peer.connection.remoteDescription === null) peer.early.push(heard.candidate);
      else await peer.connection.addIceCandidate(heard.candidate);
    }
  };

  /** Steps of one peer run one after the other; a failed step loses sound, never the call. */
  const queue = (peer: Peer, step: () => Promise<void>): void => {
    peer.ready = peer.ready.then(step).catch((problem: unknown) => console.warn("peer audio", problem));
  };

  return {
    join: (name, makeOffer) => {
      const peer = open(name);
      if (makeOffer) queue(peer, () => offer(name, peer));
    },
    hear: (name, heard) => {
      const peer = open(name);
      queue(peer, () => take(name, peer, heard));
    },
    leave: (name) => {
      const peer = peers.get(name);
      peer?.connection.close();
      if (peer !== undefined) peer.sound.srcObject = null;
      peers.delete(name);
    },
    mute: (on) => {
      muted = on;
      apply();
    },
    hold: (on) => {
      held = on;
      apply();
    },
    close: () => {
      for (const peer of peers.values()) {
        peer.connection.close();
        peer.sound.srcObject = null;
      }
      peers.clear();
      muted = false;
      held = false;
      apply();
    },
  };
}
