import { mkdtempSync, rmSync } from "node:fs";
import { createServer, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import twilio from "twilio/lib/webhooks/webhooks.js";
import WebSocket from "ws";
import { freePorts } from "../../src/entry/cli/ports.ts";
import { startWorker } from "../../src/entry/cli/workerd.ts";

/**
 * The sandbox carrier in real workerd on an accelerated clock, and an application beside it that answers its webhooks and
 * checks every signature with Twilio's own library.
 */
export type Stage = Awaited<ReturnType<typeof openStage>>;

export type Heard = {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly signed: boolean;
  readonly idempotencyToken: string;
};

const CONTROL_KEY = "control-key-of-the-carrier-test";
export const ACCOUNT = {
  sid: `AC${"a".repeat(32)}`,
  authToken: "auth-token-of-the-test",
  apiKeySid: `SK${"b".repeat(32)}`,
  apiKeySecret: "api-key-secret-of-the-test",
};
export const LINE = "+12025550101";
export const CALLER = "+12025550199";
const DEADLINE_MS = 15_000;

export async function openStage(
  application: (path: string, params: Readonly<Record<string, string>>) => string | number,
  speed = 10,
) {
  const [port = 0, appPort = 0] = await freePorts(2);
  const heard: Heard[] = [];
  const appUrl = `http://127.0.0.1:${appPort}`;
  const app = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const params = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString("utf8")));
    const path = request.url ?? "";
    const signature = String(request.headers["x-twilio-signature"]);
    heard.push({
      path,
      params,
      signed: twilio.validateRequest(ACCOUNT.authToken, signature, `${appUrl}${path}`, params),
      idempotencyToken: String(request.headers["i-twilio-idempotency-token"]),
    });
    const answer = application(path, params);
    if (typeof answer === "number") response.writeHead(answer).end();
    else response.writeHead(200, { "content-type": "text/xml" }).end(`<Response>${answer}</Response>`);
  });
  await new Promise<void>((done) => app.listen(appPort, "127.0.0.1", done));
  const stateDir = mkdtempSync(join(tmpdir(), "sandbox-carrier-"));
  const worker = await startWorker({
    name: "callhouse-sandbox-carrier",
    configPath: "src/adapters/carriers/sandbox/wrangler.toml",
    port,
    stateDir,
    hyperdrives: {},
    log: (line) => line.startsWith("error") && console.error(line),
    variables: {
      ENVIRONMENT: "sandbox",
      SANDBOX_URL: `http://127.0.0.1:${port}`,
      SANDBOX_CONTROL_KEY: CONTROL_KEY,
      CLOCK_ORIGIN_MS: String(Date.now()),
      CLOCK_REAL_ORIGIN_MS: String(Date.now()),
      CLOCK_SPEED: String(speed),
    },
  });

  const control = (method: string, path: string, body?: unknown, key = CONTROL_KEY) =>
    fetch(`${worker.url}/sandbox/${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const { sid, ...secrets } = ACCOUNT;
  const numbers = [
    { e164: LINE, voiceUrl: `${appUrl}/voice`, fallbackUrl: `${appUrl}/fallback`, statusCallback: `${appUrl}/over` },
  ];
  await control("PUT", `accounts/${sid}`, { ...secrets, numbers });

  return {
    appUrl,
    url: worker.url,
    heard,
    control,
    baseUrl: worker.url,
    /** Aborts the object, as the platform may at any moment. */
    evict: () => control("POST", `accounts/${sid}/evict`),
    /** One request to the REST interface below the account. */
    async rest(method: string, path: string, form?: URLSearchParams, credentials = `${sid}:${ACCOUNT.authToken}`) {
      const url = `${worker.url}/2010-04-01/Accounts/${sid}/${path}`;
      const response = await fetch(url, {
        method,
        headers: { authorization: `Basic ${btoa(credentials)}` },
        ...(form === undefined ? {} : { body: form }),
      });
      return {
        url,
        status: response.status,
        headers: response.headers,
        bytes: Buffer.from(await response.arrayBuffer()),
      };
    },
    async robotCalls(script: readonly unknown[], more: Readonly<Record<string, unknown>> = {}): Promise<string> {
      const answer = await control("POST", `accounts/${sid}/calls`, { from: CALLER, to: LINE, script, ...more });
      return ((await answer.json()) as { callSid: string }).callSid;
    },
    socket: (path: "phone" | "client") => openSocket(`${worker.url.replace("http", "ws")}/sandbox/${path}`),
    /** A plain request for a socket, whose refusal can be read. */
    upgrade: (path: "phone" | "client", headers: Readonly<Record<string, string>>) =>
      new Promise<{ status: number }>((done, failed) => {
        const request = get(`${worker.url}/sandbox/${path}`, { headers: { connection: "upgrade", ...headers } });
        request.on("response", (response) => done({ status: response.resume().statusCode ?? 0 })).on("error", failed);
      }),
    async close() {
      await worker.stop();
      app.closeAllConnections();
      await new Promise((done) => app.close(done));
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
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

export type Message = { readonly type: string } & Readonly<Record<string, unknown>>;

async function openSocket(url: string) {
  const socket = new WebSocket(url, { origin: "http://localhost:5173" });
  const messages: Message[] = [];
  socket.on("message", (data) => messages.push(JSON.parse(String(data)) as Message));
  await new Promise((done, failed) => socket.once("open", done).once("error", failed));
  return {
    messages,
    send: (message: object) => socket.send(JSON.stringify(message)),
    message: (type: string) => until(`a message ${type}`, () => messages.find((each) => each.type === type)),
    close: () => socket.close(),
  };
}
