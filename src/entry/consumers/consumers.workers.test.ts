import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { expect, test } from "vitest";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { ToyCarrier } from "../../../test/support/toy-carrier.ts";
import type { Env } from "../env.ts";
import { replayParked } from "./dead.ts";
import { consume } from "./index.ts";

const env = bindings as unknown as Env;

async function deliver(queue: string, bodies: readonly unknown[]) {
  const messages = bodies.map((body, index) => ({ id: `m${index}`, timestamp: new Date(index), attempts: 1, body }));
  const batch = createMessageBatch(queue, messages);
  const ctx = createExecutionContext();
  await consume(batch, env);
  return getQueueResult(batch, ctx);
}

const parked = async (queue: string) => (await env.BLOBS.list({ prefix: `dead/${queue}/` })).objects.length;

test("SEC-4 a message that nobody can read is parked, and what comes with it is not held up", async () => {
  const { facts } = new ToyCarrier(SAMPLE_LINE);
  // This tenant is in no database of this test: its facts are refused and must wait, not vanish.
  const result = await deliver("facts", [{ kind: "nonsense" }, { v: 1, kind: "contact", facts }, "text"]);
  expect(result.explicitAcks).toEqual(["m0", "m2"]);
  expect(result.retryMessages.map((message) => message.msgId)).toEqual(["m1"]);
  expect(await parked("facts")).toBe(2);
});

test("SEC-4 dead letters are kept, can be brought back, and are then forgotten", async () => {
  await deliver("media-dead", [{ v: 1 }, { v: 1, again: true }]);
  expect(await parked("media")).toBe(2);
  expect(await replayParked(env, "media")).toBe(2);
  expect(await replayParked(env, "media")).toBe(0);
});

test("CALL-3 a recording of an account that is not the tenant's is not fetched", async () => {
  const media = {
    v: 1,
    tenantId: crypto.randomUUID(),
    contactId: crypto.randomUUID(),
    token: "forged",
    recordingSid: "RE1",
    purpose: "call",
    durationS: 3,
    url: "http://carrier.test/RE1",
  };
  const result = await deliver("media", [media]);
  expect(result.retryMessages).toHaveLength(1);
  expect((await env.BLOBS.list({ prefix: media.tenantId })).objects).toHaveLength(0);
});
