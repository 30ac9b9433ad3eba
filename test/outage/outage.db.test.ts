import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePorts } from "../../src/entry/cli/ports.ts";
import { applyTenants } from "../../src/entry/cli/tenants.ts";
import { type RunningWorker, startWorker } from "../../src/entry/cli/workerd.ts";
import { DEMO_PASSWORD } from "../../src/entry/http/demo.ts";
import { ask, type Document, type Operation, operationsOf } from "../isolation/routes.ts";
import { useDatabase } from "../support/database.ts";
import { type Wire, wireTo } from "./cut-wire.ts";

/** The Worker in workerd, its two databases behind a wire that is cut: what a floor sees while PostgreSQL is away. */
const databases = useDatabase();
const dir = mkdtempSync(join(tmpdir(), "callhouse-outage-"));
const INTERNAL_KEY = "internal-key-of-the-outage";
let worker: RunningWorker;
let wire: Wire;
let operations: Operation[];
const cookies: Record<string, string> = {};

beforeAll(async () => {
  const sealKey = Buffer.alloc(32, 7).toString("base64");
  await applyTenants({
    ownerUrl: databases.urls.owner,
    sealKey,
    sandbox: { baseUrl: "http://127.0.0.1:1", password: DEMO_PASSWORD },
  });
  const server = new URL(databases.urls.app);
  wire = await wireTo(server.hostname, Number(server.port));
  const [port = 0] = await freePorts(1);
  worker = await startWorker({
    name: "callhouse-outage",
    configPath: "wrangler.toml",
    port,
    variables: { ENVIRONMENT: "sandbox", PUBLIC_URL: `http://127.0.0.1:${port}`, SEAL_KEY: sealKey, INTERNAL_KEY },
    hyperdrives: { DB: wire.url(databases.urls.app), DB_OPERATOR: wire.url(databases.urls.operator) },
    stateDir: join(dir, "state"),
    log: () => {},
  });
  operations = operationsOf((await (await fetch(`${worker.url}/openapi.json`)).json()) as Document);
  await fetch(`${worker.url}/internal/publish`, {
    method: "POST",
    headers: { authorization: `Bearer ${INTERNAL_KEY}`, "content-type": "application/json" },
    body: "{}",
  });
  const { signIns } = (await (await fetch(`${worker.url}/api/demo/sign-ins`)).json()) as {
    signIns: { role: string; email: string }[];
  };
  for (const role of ["agent", "supervisor", "tenant_admin"]) {
    const answer = await signIn(signIns.find((each) => each.role === role)?.email);
    cookies[role] = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  }
  // A floor in use: each has been seen by this isolate.
  for (const [role, cookie] of Object.entries(cookies))
    expect((await as(cookie, "readSession")).status, role).toBe(200);
  expect((await as(cookies.supervisor, "openFloorSocket")).status).toBe(101);
});
afterAll(async () => {
  await worker?.stop();
  await wire?.cut();
  rmSync(dir, { recursive: true, force: true });
});

test("SEC-4 with the database away calls go on, what needs it says 503, and nothing says 500", async () => {
  await wire.cut();
  const unknown = cookies.agent?.replace(/=.*/, `=${"a".repeat(40)}`);
  const refused = await ask({ origin: worker.url, cookie: unknown ?? "", operation: named("readSession"), ids: {} });
  expect([refused.status, JSON.parse(refused.body).code]).toEqual([503, "database_away"]);
  const signingIn = await signIn("anybody@callhouse.example");
  expect([signingIn.status, Number(signingIn.headers.get("retry-after")) > 0]).toEqual([503, true]);

  // Commands reach the pool, which knows of no such contact: the answer is the pool's and not the database's.
  for (const command of ["holdContact", "hangUpContact", "wrapUpContact", "readContactCard"]) {
    expect((await as(cookies.agent, command)).status, command).toBe(404);
  }
  expect((await as(cookies.agent, "openAgentSocket")).status).toBe(101);
  expect((await as(cookies.supervisor, "openFloorSocket")).status).toBe(101);
  expect((await as(cookies.tenant_admin, "openPortalSocket")).status).toBe(101);

  for (const operation of operations) {
    if (operation.operationId === "signOut") continue;
    for (const cookie of [null, ...Object.values(cookies)]) {
      const { status, body } = await ask({ origin: worker.url, cookie, operation, ids: IDS });
      expect([500, 502, 504], `${operation.operationId}: ${body}`).not.toContain(status);
    }
  }
  await wire.mend();
  expect((await as(cookies.agent, "readSession")).status).toBe(200);
});

test("a wire cut under requests in flight is told as an outage too", async () => {
  const asked = Array.from({ length: 20 }, () => as(cookies.tenant_admin, "readToday"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  await wire.cut();
  for (const { status, body } of await Promise.all(asked)) expect([200, 503], body).toContain(status);
  await wire.mend();
});

const IDS = {
  contactId: "00000000-0000-4000-8000-000000000000",
  customerId: "00000000-0000-4000-8000-000000000000",
  tenantId: "00000000-0000-4000-8000-000000000000",
  invoiceId: "00000000-0000-4000-8000-000000000000",
  lineId: "00000000-0000-4000-8000-000000000000",
  recordingSid: `RE${"0".repeat(32)}`,
};

function named(operationId: string): Operation {
  const found = operations.find((each) => each.operationId === operationId);
  if (found === undefined) throw new Error(`no operation ${operationId}`);
  return { ...found, queryIds: [] };
}

function as(cookie: string | undefined, operationId: string) {
  return ask({ origin: worker.url, cookie: cookie ?? null, operation: named(operationId), ids: IDS });
}

function signIn(email: string | undefined): Promise<Response> {
  return fetch(`${worker.url}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: worker.url },
    body: JSON.stringify({ email, password: DEMO_PASSWORD }),
  });
}
