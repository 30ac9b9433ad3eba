import { evictDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { expect, test } from "vitest";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import type { Env } from "../env.ts";
import { objectName } from "./contact-id.ts";

const env = bindings as unknown as Env;
const lineOf = (e164: string) => env.LINE.get(env.LINE.idFromName(objectName.line(e164)));

test("NUM-1 a publication is read by the next call, after an eviction too, and an overtaken one does not undo it", async () => {
  const line = lineOf("+8601055550100");
  expect(await line.read()).toBeNull();
  await line.publish({ ...SAMPLE_LINE, version: 2 }, 20);
  await line.publish({ ...SAMPLE_LINE, version: 1 }, 10);
  await evictDurableObject(line);
  expect((await line.read())?.version).toBe(2);
});

test("NUM-1 a number out of service stays so, whatever an older reading still sends, until a later one has it again", async () => {
  const line = lineOf("+8601055550101");
  await line.publish(SAMPLE_LINE, 10);
  await line.withdraw(30);
  await evictDurableObject(line);
  await line.publish(SAMPLE_LINE, 20);
  expect(await line.read()).toBeNull();
  await line.publish(SAMPLE_LINE, 40);
  await line.withdraw(30);
  expect(await line.read()).not.toBeNull();
});

test("NUM-1 a number that goes to another client is that client's, however few changes its set-up has seen", async () => {
  const line = lineOf("+8601055550102");
  await line.publish({ ...SAMPLE_LINE, version: 50 }, 10);
  const tenantId = asId<TenantId>("33333333-0000-4000-8000-000000000009");
  await line.publish({ ...SAMPLE_LINE, tenantId, version: 3 }, 20);
  expect((await line.read())?.tenantId).toBe(tenantId);
});
