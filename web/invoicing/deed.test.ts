import { expect, test } from "vitest";
import { majorOf, minorOf } from "./deed.ts";

test.each([
  ["12.5", 2, 1250],
  ["12,000", 2, 1_200_000],
  ["0.05", 2, 5],
  ["7", 0, 7],
  ["1.250", 3, 1250],
  ["1.5", 0, null],
  ["1.005", 2, null],
  ["-1", 2, null],
  ["", 2, null],
  ["1e3", 2, null],
] as const)("an amount typed as %s with %i decimals is %s minor units", (typed, decimals, minor) => {
  expect(minorOf(typed, decimals)).toBe(minor);
  if (minor !== null) expect(minorOf(majorOf(minor, decimals), decimals)).toBe(minor);
});
