import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Makes the hold music of the house, ours from the first sample to the last: slow broken chords that end where they begin,
 * so that it can be played over and over. Telephone quality (G.711 µ-law, 8 kHz), which carriers and browsers both play.
 * Its length stands in its name, as the flow and the sandbox carrier read it.
 */
const RATE = 8_000;
const LENGTH_S = 12;
const NOTE_S = 0.5;
/** C, A minor, F, G: six notes each, as semitones above middle C. */
const NOTES = [
  [0, 4, 7, 12, 7, 4],
  [-3, 0, 4, 9, 4, 0],
  [-7, -3, 0, 5, 0, -3],
  [-5, -1, 2, 7, 2, -1],
].flat();
const MIDDLE_C_HZ = 261.63;

/** Each note rings on into the next ones, and the last ones into the beginning. */
function samples(): Float64Array {
  const sound = new Float64Array(RATE * LENGTH_S);
  for (const [index, semitones] of NOTES.entries()) {
    const hz = MIDDLE_C_HZ * 2 ** (semitones / 12);
    for (let at = 0; at < RATE * NOTE_S * 3; at++) {
      const seconds = at / RATE;
      const swell = Math.min(1, seconds / 0.02) * Math.exp(-3 * seconds);
      const tone = Math.sin(2 * Math.PI * hz * seconds) + 0.3 * Math.sin(4 * Math.PI * hz * seconds);
      const place = (Math.round(index * NOTE_S * RATE) + at) % sound.length;
      sound[place] = (sound[place] ?? 0) + 0.25 * swell * tone;
    }
  }
  return sound;
}

/** G.711 µ-law of a sample between -1 and 1. */
function muLaw(sample: number): number {
  const BIAS = 132;
  const magnitude = Math.min(32_635, Math.abs(Math.round(sample * 32_767))) + BIAS;
  const exponent = Math.floor(Math.log2(magnitude)) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}

export function holdMusic(): Buffer {
  const bytes = Buffer.from(Array.from(samples(), muLaw));
  const header = Buffer.alloc(46);
  header.write("RIFF", 0);
  header.writeUInt32LE(38 + bytes.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(18, 16);
  header.writeUInt16LE(7, 20); // µ-law
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write("data", 38);
  header.writeUInt32LE(bytes.length, 42);
  return Buffer.concat([header, bytes]);
}

export const HOLD_MUSIC = join(import.meta.dirname, `../../../web/public/media/house/hold.${LENGTH_S}s.wav`);

if (import.meta.main) await writeFile(HOLD_MUSIC, holdMusic());
