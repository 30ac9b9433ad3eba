import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { expect, test } from "vitest";
import {
  arrive,
  asked,
  bindings,
  type Call,
  factsOf,
  freshCall,
  recording,
  token,
} from "../../../test/support/call-in-workerd.ts";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { consume } from "./index.ts";

const RECORDING = `RE${"e".repeat(32)}`;
const CHUNK_BYTES = 64 * 1024;

function message(call: Call) {
  return {
    v: 1,
    tenantId: SAMPLE_LINE.tenantId,
    contactId: call.contactId,
    token,
    recordingSid: RECORDING,
    purpose: "call",
    durationS: 61,
    url: `http://carrier.test/2010-04-01/Accounts/AC1/Recordings/${RECORDING}`,
  };
}

async function deliver(body: unknown) {
  const batch = createMessageBatch("media", [{ id: "m0", timestamp: new Date(0), attempts: 1, body }]);
  const ctx = createExecutionContext();
  await consume(batch, bindings);
  return getQueueResult(batch, ctx);
}

/** A recording that comes chunk by chunk, each byte told by its place. */
function sound(bytes: number, declared: number | null) {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent >= bytes) return controller.close();
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, bytes - sent)).map((_, index) => (sent + index) % 251);
      sent += chunk.length;
      controller.enqueue(chunk);
    },
  });
  const headers: Record<string, string> = { "content-type": "audio/mpeg" };
  if (declared !== null) headers["content-length"] = String(declared);
  return new Response(body, { headers });
}

async function begun(): Promise<{ call: Call; key: string }> {
  const call = await freshCall();
  await arrive(call);
  return { call, key: `${SAMPLE_LINE.tenantId}/recordings/${call.contactId}/${RECORDING}` };
}

const storedFacts = async (call: Call) =>
  (await factsOf(call)).flatMap(({ body }) => (body.type === "recording_stored" ? [body] : []));

test.each([
  ["of a declared length", 300_000, true],
  ["of an undeclared length, larger than one part", 9_000_000, false],
] as const)(
  "CALL-3 a recording %s comes into the tenant's keys, byte by byte, and becomes one fact",
  async (_case, bytes, declares) => {
    const { call, key } = await begun();
    recording.answer = () => sound(bytes, declares ? bytes : null);
    expect((await deliver(message(call))).explicitAcks).toEqual(["m0"]);
    const blob = await bindings.BLOBS.get(key);
    expect([blob?.size, blob?.httpMetadata?.contentType]).toEqual([bytes, "audio/mpeg"]);
    const kept = new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(kept.every((byte, index) => byte === index % 251)).toBe(true);
    expect(await storedFacts(call)).toEqual([
      {
        type: "recording_stored",
        recordingSid: RECORDING,
        purpose: "call",
        durationS: 61,
        key,
        bytes: expect.any(Number),
      },
    ]);
    // The queue may deliver it again: nothing is fetched twice, no fact is written twice.
    const before = asked.length;
    expect((await deliver(message(call))).explicitAcks).toEqual(["m0"]);
    expect(asked).toHaveLength(before);
    expect(await storedFacts(call)).toHaveLength(1);
  },
);

test("CALL-3 a recording that breaks off leaves nothing behind, and comes whole the next time", async () => {
  const { call, key } = await begun();
  recording.answer = () => sound(100_000, 300_000);
  expect((await deliver(message(call))).retryMessages).toHaveLength(1);
  expect(await bindings.BLOBS.head(key)).toBeNull();
  expect(await storedFacts(call)).toEqual([]);
  recording.answer = () => sound(300_000, 300_000);
  expect((await deliver(message(call))).explicitAcks).toEqual(["m0"]);
  expect((await bindings.BLOBS.head(key))?.size).toBe(300_000);
});

test("CALL-3 a recording that the carrier has not ready yet waits", async () => {
  const { call, key } = await begun();
  expect((await deliver(message(call))).retryMessages).toMatchObject([{ msgId: "m0" }]);
  expect(await bindings.BLOBS.head(key)).toBeNull();
});
