import { env, exports } from "cloudflare:workers";
import { expect, test } from "vitest";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { type Config, configOf, type Env } from "../env.ts";
import { addressesOf, toInstructions } from "./contact-addresses.ts";
import { recordedUrl } from "./recorded.ts";

const bindings = env as unknown as Env;
const worker = (exports as unknown as { default: Fetcher }).default;
const config = configOf(bindings);
const { tenantId } = SAMPLE_LINE;
const at = (nowMs: number): Config => ({ ...config, clock: { ...config.clock, now: () => nowMs } });

async function urlOf(name: string, from: Config = config): Promise<string> {
  await bindings.BLOBS.put(`${tenantId}/prompts/${name}`, "sound", { httpMetadata: { contentType: "audio/wav" } });
  return recordedUrl(from, tenantId, name) ?? "none";
}

test("IVR-4 the carrier fetches a client's recording by its signed address alone", async () => {
  const answer = await worker.fetch(await urlOf("welcome.4s.wav"));
  expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([200, "audio/wav", "sound"]);
});

test("IVR-4 a flow's own/ recording becomes that address, a file of the house an asset", () => {
  const addresses = addressesOf(at(5), { config: SAMPLE_LINE, token: "t" }, "c");
  const play = (recording: string) => toInstructions([{ do: "play", recording, loop: 1 }], addresses)[0];
  expect(play("own/welcome.wav")).toEqual({ do: "play", url: recordedUrl(at(5), tenantId, "welcome.wav"), loop: 1 });
  expect(play("house/hold.12s.wav")).toMatchObject({ url: `${config.publicUrl}/media/house/hold.12s.wav` });
});

test("SEC-1 an address is for one file of one client, for a while", async () => {
  const url = await urlOf("welcome.wav");
  await bindings.BLOBS.put(`${tenantId}/prompts/other.wav`, "other");
  const old = await urlOf("welcome.wav", at(Date.now() - 3 * 3_600_000));
  const [, , , , until = ""] = new URL(url).pathname.split("/");
  const wrong = [
    url.replace("welcome.wav", "other.wav"),
    url.replace(tenantId, "22222222-0000-4000-8000-0000000000ff"),
    url.replace(until, String(Number(until) + 1)),
    url.replace("welcome.wav", "../recordings/welcome.wav"),
    `${config.publicUrl}/recorded/`,
    old,
  ];
  for (const address of wrong) expect((await worker.fetch(address)).status, address).toBe(404);
  expect((await worker.fetch(url, { method: "POST" })).status).toBe(404);
  expect(recordedUrl(config, tenantId, "../../secret")).toBeNull();
});

test("IVR-4 a repeated webhook within the hour is answered with the same address", () => {
  const hour = 3_600_000;
  expect(recordedUrl(at(hour), tenantId, "a.wav")).toBe(recordedUrl(at(2 * hour - 1), tenantId, "a.wav"));
  expect(recordedUrl(at(hour), tenantId, "a.wav")).not.toBe(recordedUrl(at(2 * hour), tenantId, "a.wav"));
});
