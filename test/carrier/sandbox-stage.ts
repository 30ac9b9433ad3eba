import { mkdtempSync, rmSync } from "node:fs";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
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

/** What the application answers: TwiML inside Response, or a status without a body. */
export type Application = (path: string, params: Readonly<Record<string, string>>) => string | number;

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

export async function openStage(application: Application, speed = 10) {
  const [port = 0, appPort = 0] = await freePorts(2);
  const app = await openApplication(application, appPort);
  const carrier = await startCarrier(port, speed);
  const stage = { appUrl: app.url, heard: app.heard, ...clientOf(carrier.url) };
  const { sid, ...secrets } = ACCOUNT;
  const hooks = { voiceUrl: `${app.url}/voice`, fallbackUrl: `${app.url}/fallback`, statusCallback: `${app.url}/over` };
  await stage.control("PUT", `accounts/${sid}`, { ...secrets, numbers: [{ e164: LINE, ...hooks }] });
  return {
    ...stage,
    async close() {
      await carrier.stop();
      await app.close();
    },
  };
}

async function openApplication(application: Application, port: number) {
  const url = `http://127.0.0.1:${port}`;
  const heard: Heard[] = [];
  const server = createServer((request, response) => void hear(request, response));
  const hear = async (request: IncomingMessage, response: ServerResponse) => {
    const params = await formOf(request);
    const path = request.url ?? "";
    const signature = String(request.headers["x-twilio-signature"]);
    const signed = twilio.validateRequest(ACCOUNT.authToken, signature, `${url}${path}`, params);
    heard.push({ path, params, signed, idempotencyToken: String(request.headers["i-twilio-idempotency-token"]) });
    const answer = application(path, params);
    if (typeof answer === "number") response.writeHead(answer).end();
    else response.writeHead(200, { "content-type": "text/xml" }).end(`<Response>${answer}</Response>`);
  };
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  return { url, heard, close };
}

async function formOf(request: IncomingMessage): Promise<Record<string, string>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString("utf8")));
}

async function startCarrier(port: number, speed: number) {
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
  const stop = async () => {
    await worker.stop();
    rmSync(stateDir, { recursive: true, force: true });
  };
  return { url: worker.url, stop };
}

/** What a test does with the carrier: its REST interface, its control, its sockets. */
function clientOf(url: string) {
  const { sid } = ACCOUNT;
  const control = (method: string, path: string, body?: unknown, key = CONTROL_KEY) =>
    fetch(`${url}/sandbox/${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    url,
    control,
    /** Aborts the account's object, as the platform may at any moment. */
    evict: () => control("POST", `accounts/${sid}/evict`),
    /** One request to the REST interface below the account. */
    async rest(method: string, path: string, form?: URLSearchParams, credentials = `${sid}:${ACCOUNT.authToken}`) {
      const address = `${url}/2010-04-01/Accounts/${sid}/${path}`;
      const headers = { authorization: `Basic ${btoa(credentials)}` };
      const response = await fetch(address, { method, headers, ...(form === undefined ? {} : { body: form }) });
      const bytes = Buffer.from(await response.arrayBuffer());
      return { url: address, status: response.status, headers: response.headers, bytes };
    },
    async robotCalls(script: readonly unknown[], more: Readonly<Record<string, unknown>> = {}): Promise<string> {
      const answer = await control("POST", `accounts/${sid}/calls`, { from: CALLER, to: LINE, script, ...more });
      return ((await answer.json()) as { callSid: string }).callSid;
    },
    socket: (path: "phone" | "client") => openSocket(`${url.replace("http", "ws")}/sandbox/${path}`),
    /** A plain request for a socket, whose refusal can be read. */
    upgrade: (path: "phone" | "client", headers: Readonly<Record<string, string>>) =>
      new Promise<{ status: number }>((done, failed) => {
        const request = get(`${url}/sandbox/${path}`, { headers: { connection: "upgrade", ...headers } });
        request.on("response", (response) => done({ status: response.resume().statusCode ?? 0 })).on("error", failed);
      }),
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

type Message = { readonly type: string } & Readonly<Record<string, unknown>>;

async function openSocket(url: string) {
  const socket = new WebSocket(url, { origin: "http://localhost:5173" });
  const messages: Message[] = [];
  socket.on("message", (data) => messages.push(JSON.parse(String(data)) as Message));
  await new Promise((done, failed) => socket.once("open", done).once("error", failed));
  return {
    send: (message: object) => socket.send(JSON.stringify(message)),
    message: (type: string) => until(`a message ${type}`, () => messages.find((each) => each.type === type)),
    close: () => socket.close(),
  };
}
