import { expect, test } from "vitest";
import { partOf } from "./sound.ts";

test.each([
  ["bytes=0-", { offset: 0, length: 100 }],
  ["bytes=0-0", { offset: 0, length: 1 }],
  ["bytes=10-19", { offset: 10, length: 10 }],
  ["bytes=99-", { offset: 99, length: 1 }],
  ["bytes=90-500", { offset: 90, length: 10 }],
  ["bytes=-30", { offset: 70, length: 30 }],
  ["bytes=-500", { offset: 0, length: 100 }],
  ["bytes=100-", "beyond"],
  ["bytes=-0", "beyond"],
  ["bytes=20-10", "whole"],
  ["bytes=-", "whole"],
  ["bytes=0-1,5-6", "whole"],
  ["pages=1-2", "whole"],
] as const)("CALL-3 of a hundred bytes %s is %o", (range, part) => {
  expect(partOf(range, 100)).toEqual(part);
});
