import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { expect, test } from "vitest";
import { SAMPLE_LINE } from "../../../test/support/sample-line.ts";
import { ToyCarrier } from "../../../test/support/toy-carrier.ts";
import type { Env } from "../env.ts";
import { objectName } from "./contact-id.ts";
import type { LiveFrame } from "./rpc.ts";
import { SOCKET_HEADERS } from "./socket-headers.ts";

const env = bindings as unknown as Env;

/** A portal's socket, not read from until `accept`. */
async function portal(stub: DurableObjectStub, headers: Record<string, string> = {}): Promise<WebSocket> {
  const { webSocket } = await stub.fetch("http://object/", { headers: { upgrade: "websocket", ...headers } });
  if (webSocket === null) throw new Error("no socket");
  return webSocket;
}

test("MON-1 a portal that has been closed and does not hear it keeps nobody else from the news", async () => {
  const stub = env.TENANT_LIVE.get(env.TENANT_LIVE.idFromName(objectName.tenant(crypto.randomUUID())));
  const deaf = await portal(stub, { [SOCKET_HEADERS.session]: "over" });
  const watches = await portal(stub);
  const heard: LiveFrame[] = [];
  watches.addEventListener("message", ({ data }) => {
    heard.push(JSON.parse(String(data)));
  });
  watches.accept();
  const { facts } = new ToyCarrier(SAMPLE_LINE);
  const told = await runInDurableObject(stub, async (live) => {
    live.endSession("over");
    return live.apply({ facts, timeZone: "UTC" });
  });
  expect(told).toBe(facts.length);
  // The client's clock may pass midnight meanwhile, which is told too and is no contact's news.
  const news = () => heard.filter((frame) => frame.kind === "change" && frame.changed.length > 0);
  await expect.poll(() => news().length).toBe(1);
  deaf.accept();
  watches.close();
});
