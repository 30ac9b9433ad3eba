import type { Page } from "playwright-core";

/**
 * What a browser really hears of its call. Installed before any script of the page: every connection and every
 * loudspeaker the page opens is remembered, so that WebRTC's own counters can be read from outside.
 */
export const REMEMBER_SOUND = `
  window.__sound = { peers: [], speakers: [] };
  const Peer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Peer {
    constructor(...given) { super(...given); window.__sound.peers.push(this); }
  };
  const Speaker = window.Audio;
  window.Audio = function (...given) {
    const speaker = new Speaker(...given);
    window.__sound.speakers.push(speaker);
    return speaker;
  };
`;

const READ = `(async () => {
  const read = async () => {
    const seen = { bytes: 0, energy: 0, seconds: 0 };
    for (const peer of window.__sound.peers) {
      if (peer.connectionState === "closed") continue;
      for (const stat of (await peer.getStats()).values()) {
        if (stat.type !== "inbound-rtp" || stat.kind !== "audio") continue;
        seen.bytes += stat.bytesReceived ?? 0;
        seen.energy += stat.totalAudioEnergy ?? 0;
        seen.seconds += stat.totalSamplesDuration ?? 0;
      }
    }
    return seen;
  };
  const before = await read();
  await new Promise((done) => setTimeout(done, WINDOW));
  const after = await read();
  const audible = window.__sound.speakers.some((one) => one.srcObject !== null && !one.muted);
  const seconds = after.seconds - before.seconds;
  const power = seconds > 0 ? (after.energy - before.energy) / seconds : 0;
  return { bytes: after.bytes - before.bytes, power: audible ? power : 0 };
})()`;

/** The fake microphone of Chromium beeps twice a second: a window this long holds at least two beeps. */
const WINDOW_MS = 1_200;
/** A beep's mean power is above one thousandth; what an encoder makes of silence is far below. */
export const AUDIBLE = 1e-6;

export type Heard = { readonly bytes: number; readonly power: number };

/** Sound that came in over a little more than a second: bytes from the wire, and mean power from the loudspeaker. */
export function listen(page: Page): Promise<Heard> {
  return page.evaluate<Heard>(READ.replace("WINDOW", String(WINDOW_MS)));
}

export async function hears(page: Page): Promise<boolean> {
  const { bytes, power } = await listen(page);
  return bytes > 0 && power > AUDIBLE;
}
