import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { soundOf } from "./sound.ts";

const blobs = (env as unknown as { BLOBS: R2Bucket }).BLOBS;
const key = `${crypto.randomUUID()}/recordings/c/RE1`;

beforeAll(() => blobs.put(key, "0123456789", { httpMetadata: { contentType: "audio/mpeg" } }));

test.each([
  [null, 200, "0123456789", null],
  ["bytes=2-4", 206, "234", "bytes 2-4/10"],
  ["bytes=-99", 206, "0123456789", "bytes 0-9/10"],
  ["bytes=10-", 416, "", "bytes */10"],
] as const)("CALL-3 a player that asks for %s is answered %i", async (range, status, text, told) => {
  const answer = await soundOf(blobs, key, range);
  expect([answer?.status, await answer?.text(), answer?.headers.get("content-range")]).toEqual([status, text, told]);
});

test("CALL-3 a recording that the store does not have is not there, in parts neither", async () => {
  expect(await soundOf(blobs, "nobody/recordings/c/RE1", null)).toBeNull();
  expect(await soundOf(blobs, "nobody/recordings/c/RE1", "bytes=0-1")).toBeNull();
});
