import { evictDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { expect, test } from "vitest";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import type { Env } from "../env.ts";
import { objectName } from "./contact-id.ts";

const env = bindings as unknown as Env;
const lineOf = (e164: string) => env.LINE.get(env.LINE.idFromName(objectName.line(e164)));

test("NUM-1 a publication is read by the next call, after an eviction too, and an overtaken one does not undo it", async () => {
  const line = lineOf("+8601055550100");
  expect(await line.read()).toBeNull();
  await line.publish({ ...SAMPLE_LINE, version: 2 });
  await line.publish({ ...SAMPLE_LINE, version: 1 });
  await evictDurableObject(line);
  expect((await line.read())?.version).toBe(2);
  await line.withdraw();
  expect(await line.read()).toBeNull();
});
