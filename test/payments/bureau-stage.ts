import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Stripe from "stripe";
import { freePorts } from "../../src/entry/cli/ports.ts";
import { startWorker } from "../../src/entry/cli/workerd.ts";

/**
 * The sandbox bureau in real workerd, and an application beside it that takes its events and checks every signature. The
 * official client speaks to it as it speaks to Stripe.
 */
export type Heard = { readonly id: string; readonly type: string; readonly signed: boolean };
export type BureauStage = Awaited<ReturnType<typeof openBureau>>;

export const SECRET_KEY = "sk_test_of_the_bureau_stage";
export const WEBHOOK_SECRET = "whsec_of_the_bureau_stage";
export const MAIL_KEY = "re_of_the_bureau_stage";
const CONTROL_KEY = "control-key-of-the-bureau-stage";
const DEADLINE_MS = 15_000;

/** `webhookUrl`: who takes the events; without it, the stage does. */
export async function openBureau(webhookUrl?: string) {
  const [port = 0, appPort = 0] = await freePorts(2);
  const heard: Heard[] = [];
  const app = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const raw = Buffer.concat(chunks).toString("utf8");
      const { id, type } = JSON.parse(raw) as { id: string; type: string };
      heard.push({ id, type, signed: isSigned(raw, String(request.headers["stripe-signature"])) });
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((done) => app.listen(appPort, "127.0.0.1", done));
  const dir = mkdtempSync(join(tmpdir(), "sandbox-bureau-"));
  const url = `http://127.0.0.1:${port}`;
  const worker = await startWorker({
    name: "callhouse-sandbox-bureau",
    configPath: "src/adapters/sandbox/wrangler.toml",
    port,
    stateDir: dir,
    hyperdrives: {},
    log: (line) => line.startsWith("error") && console.error(line),
    variables: {
      ENVIRONMENT: "sandbox",
      BUREAU_URL: url,
      SANDBOX_CONTROL_KEY: CONTROL_KEY,
      STRIPE_SECRET_KEY: SECRET_KEY,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      STRIPE_WEBHOOK_URL: webhookUrl ?? `http://127.0.0.1:${appPort}/webhooks/stripe`,
      MAIL_API_KEY: MAIL_KEY,
    },
  });
  const control = (method: string, path: string, body?: unknown) =>
    fetch(`${url}/sandbox/${path}`, {
      method,
      headers: { authorization: `Bearer ${CONTROL_KEY}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    url,
    heard,
    control,
    client: (maxNetworkRetries = 0) =>
      new Stripe(SECRET_KEY, { host: "127.0.0.1", port, protocol: "http", maxNetworkRetries, telemetry: false }),
    faults: async (faults: Readonly<Record<string, number>>) => {
      const answer = await control("PUT", "faults", faults);
      if (!answer.ok) throw new Error(await answer.text());
    },
    async close() {
      await worker.stop();
      app.closeAllConnections();
      await new Promise((done) => app.close(done));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function isSigned(raw: string, header: string): boolean {
  const at = /t=(\d+)/.exec(header)?.[1] ?? "";
  return header.includes(`v1=${createHmac("sha256", WEBHOOK_SECRET).update(`${at}.${raw}`).digest("hex")}`);
}

/** Waits until it is so: the only waiting in these tests, bounded by one deadline. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}
