/** The sound of a recording: a soft tone once a second (WAV) or silence (MP3), of exactly the length that was recorded. */
const RATE = 8_000;
const WAV_HEADER_BYTES = 44;

/** 8-bit mono PCM, which everything that plays sound can play. */
export function wav(seconds: number): Uint8Array<ArrayBuffer> {
  const samples = Math.round(seconds * RATE);
  const bytes = new Uint8Array(WAV_HEADER_BYTES + samples);
  const view = new DataView(bytes.buffer);
  const ascii = (at: number, text: string) => {
    for (let i = 0; i < text.length; i += 1) bytes[at + i] = text.charCodeAt(i);
  };
  ascii(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  ascii(36, "data");
  view.setUint32(40, samples, true);
  bytes.fill(128, WAV_HEADER_BYTES);
  const toneSamples = RATE / 10;
  for (let start = 0; start < samples; start += RATE) {
    for (let i = 0; i < toneSamples && start + i < samples; i += 1) {
      bytes[WAV_HEADER_BYTES + start + i] = 128 + Math.round(20 * Math.sin((2 * Math.PI * 440 * i) / RATE));
    }
  }
  return bytes;
}

/** One frame of MPEG 2.5 Layer III at 8 kbit/s, 8 kHz, mono: 72 bytes for 576 samples, and all zero is silence. */
const MP3_FRAME_HEADER = [0xff, 0xe3, 0x18, 0xc0] as const;
const MP3_FRAME_BYTES = 72;
const MP3_FRAME_SAMPLES = 576;

export function mp3(seconds: number): Uint8Array<ArrayBuffer> {
  const frames = Math.max(1, Math.round((seconds * RATE) / MP3_FRAME_SAMPLES));
  const bytes = new Uint8Array(frames * MP3_FRAME_BYTES);
  for (let frame = 0; frame < frames; frame += 1) bytes.set(MP3_FRAME_HEADER, frame * MP3_FRAME_BYTES);
  return bytes;
}
