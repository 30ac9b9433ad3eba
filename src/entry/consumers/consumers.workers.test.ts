import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env as bindings, exports } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { beforeEach, expect, test, vi } from "vitest";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { ToyCarrier } from "../../../test/support/toy-carrier.ts";
import { connect, withOperator } from "../../adapters/db/index.ts";
import type { Env } from "../env.ts";
import { replayParked } from "./dead.ts";
import { consume } from "./index.ts";

const env = bindings as unknown as Env;
const worker = (exports as unknown as { default: Fetcher }).default;

async function deliver(queue: string, bodies: readonly unknown[]) {
  const messages = bodies.map((body, index) => ({ id: `m${index}`, timestamp: new Date(index), attempts: 1, body }));
  const batch = createMessageBatch(queue, messages);
  const ctx = createExecutionContext();
  await consume(batch, env);
  return getQueueResult(batch, ctx);
}

beforeEach(async () => {
  const { objects } = await env.BLOBS.list({ prefix: "dead/" });
  await env.BLOBS.delete(objects.map(({ key }) => key));
});

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
  expect(await replayParked(env, "media")).toEqual({ sent: 2, more: false });
  expect(await replayParked(env, "media")).toEqual({ sent: 0, more: false });
});

const replay = (queue: string, key = "internal-key-of-the-tests") =>
  worker.fetch("http://callhouse.test/internal/replay", {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ queue }),
  });

test("SEC-4 a parked fact comes back through the door of the house, and only with its key", async () => {
  const callSid = `CA${crypto.randomUUID().replaceAll("-", "")}`;
  const body = {
    type: "unknown_number_called",
    accountSid: "AC1",
    callSid,
    tenantId: crypto.randomUUID(),
    to: "+14155550197",
    anotherTenants: false,
  };
  await deliver("facts-dead", [{ v: 1, kind: "house", facts: [{ at: 1_000, v: 1, body }] }]);
  expect((await replay("facts", "guess")).status).toBe(401);
  expect((await replay("everything")).status).toBe(422);
  const answer = await replay("facts");
  expect([answer.status, await answer.json()]).toEqual([200, { sent: 1, more: false }]);
  const db = connect(env.DB_OPERATOR);
  await vi.waitFor(
    async () => {
      const rows = await withOperator(db, (tx) =>
        tx.execute(sql`select 1 from house.unknown_number_calls where call_sid = ${callSid}`),
      );
      expect(rows).toHaveLength(1);
    },
    { timeout: 10_000, interval: 200 },
  );
  await db.close();
  expect(await parked("facts")).toBe(0);
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
