import { exports } from "cloudflare:workers";
import { expect, test } from "vitest";

test("OPS-4 health names the state of each part", async () => {
  const response = await exports.default.fetch("http://callhouse.test/health");
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    status: "ok",
    parts: { config: { ok: true }, database: { ok: true }, operatorDatabase: { ok: true }, blobs: { ok: true } },
  });
});
