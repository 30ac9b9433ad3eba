import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { HOLD_MUSIC, holdMusic } from "./hold-music.ts";

test("IVR-4 the hold music of the house is the one that is made here, as long as its name says, and small", () => {
  const file = readFileSync(HOLD_MUSIC);
  expect(file.equals(holdMusic())).toBe(true);
  expect(file.readUInt32LE(42) / file.readUInt32LE(28)).toBe(Number(/\.(\d+)s\.wav$/.exec(HOLD_MUSIC)?.[1]));
  expect(file.length).toBeLessThanOrEqual(100_000);
  // Neither silence nor noise at the limit: µ-law of silence is 0xff, of the loudest 0x80 and 0x00.
  const sound = file.subarray(46);
  expect(new Set(sound).size).toBeGreaterThan(100);
  expect(sound.filter((byte) => byte === 0x80 || byte === 0x00).length).toBe(0);
});
