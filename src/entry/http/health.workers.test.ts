import { createExecutionContext } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { afterEach, expect, test } from "vitest";
import type { Env } from "../env.ts";
import { createApp } from "./app.ts";

const env = bindings as unknown as Env;
const app = createApp();
const ok = { ok: true };

async function health(changed: Partial<Record<keyof Env, unknown>> = {}) {
  const request = new Request("http://callhouse.test/health");
  const answer = await app.fetch(request, { ...env, ...changed } as Env, createExecutionContext());
  return { status: answer.status, body: await answer.json() };
}

const PARKED = "dead/facts/2026-11-01T00:00:00.000Z-of-the-health-test.json";
afterEach(() => env.BLOBS.delete(PARKED));

test("OPS-4 health names the house, the state of each part and what a person should look at", async () => {
  const before = await health();
  expect(before).toMatchObject({
    status: 200,
    body: {
      status: "ok",
      environment: "sandbox",
      parts: { config: ok, database: ok, operatorDatabase: ok, objects: ok, blobs: ok },
      attention: {
        parkedFacts: expect.any(Number),
        parkedMedia: expect.any(Number),
        unknownNumberCalls: expect.any(Number),
      },
    },
  });
  const { attention } = before.body as { attention: { parkedFacts: number } };
  await env.BLOBS.put(PARKED, "{}");
  expect((await health()).body).toMatchObject({ attention: { parkedFacts: attention.parkedFacts + 1 } });
});

const DEAD = { connectionString: "postgres://nobody:nothing@127.0.0.1:1/away" };
const dead = async () => {
  throw new Error("the platform is out of order");
};
const NO_OBJECTS = { idFromName: (name: string) => name, get: () => ({ read: dead }) };

test.each([
  ["the clients' database", { DB: DEAD }, "database", 503, "down"],
  ["the house's database", { DB_OPERATOR: DEAD }, "operatorDatabase", 503, "down"],
  ["the live objects", { LINE: NO_OBJECTS }, "objects", 503, "down"],
  ["the recordings", { BLOBS: { head: dead, list: dead } }, "blobs", 200, "degraded"],
])("OPS-4 without %s health says so, to a balancer by its status code", async (_case, changed, part, status, word) => {
  const answer = await health(changed);
  expect(answer).toMatchObject({ status, body: { status: word, parts: { [part]: { ok: false } } } });
  const { parts } = answer.body as { parts: Record<string, { ok: boolean }> };
  expect(
    Object.entries(parts)
      .filter(([, { ok }]) => !ok)
      .map(([name]) => name),
  ).toEqual([part]);
});
