import { randomInt, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildConsole } from "../../src/entry/cli/bundle.ts";
import { freePorts } from "../../src/entry/cli/ports.ts";
import { applyTenants } from "../../src/entry/cli/tenants.ts";
import { type RunningWorker, startWorker } from "../../src/entry/cli/workerd.ts";
import { DEMO_PASSWORD } from "../../src/entry/http/demo.ts";
import { idOf } from "../../src/features/tenants/index.ts";
import { useDatabase } from "../support/database.ts";
import { type Mischief, mischiefOf } from "./bad-input.ts";
import { type Answer, ask, type Document, type Operation, operationsOf, withoutRequestId } from "./routes.ts";
import { plantStatements } from "./statement-canaries.ts";

/**
 * Every operation of the served document × every kind of caller × ids that exist for somebody else and ids that exist for
 * nobody. It runs on the real Worker in workerd with a real PostgreSQL, and it is made from the document, so a new route is
 * in it the moment it exists.
 */
const CANARY = "CANARY-7f3a";
const VICTIM = "qingchuan-tv";
const INTERNAL_KEY = "internal-key-of-the-matrix";
/** On a fresh clone the console and the Worker are built first. */
const BEGIN_MS_MAX = 180_000;
const databases = useDatabase();
const dir = mkdtempSync(join(tmpdir(), "callhouse-routes-"));
let worker: RunningWorker;
let operations: Operation[] = [];
/** Ids of the victim, by the name a path or query gives them. */
let foreign: Record<string, string> = {};
const cookies = new Map<string, string | null>([["anonymous", null]]);
const ROLES: { readonly [caller: string]: readonly string[] } = {
  anonymous: [],
  "another client's admin": ["tenant_admin"],
  "an agent who serves nobody": ["agent"],
  "a supervisor": ["supervisor"],
  "a billing admin": ["billing_admin"],
  "the victim's own admin": ["tenant_admin"],
};

beforeAll(async () => {
  // Printed invoices take their letters from the console's files.
  await buildConsole();
  const sealKey = Buffer.alloc(32, 7).toString("base64");
  await applyTenants({
    ownerUrl: databases.urls.owner,
    sealKey,
    sandbox: { baseUrl: "http://127.0.0.1:1", password: DEMO_PASSWORD },
  });
  const [port = 0] = await freePorts(1);
  worker = await startWorker({
    name: "callhouse-routes",
    configPath: "wrangler.toml",
    port,
    variables: {
      ENVIRONMENT: "sandbox",
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      SEAL_KEY: sealKey,
      INTERNAL_KEY,
    },
    hyperdrives: { DB: databases.urls.app, DB_OPERATOR: databases.urls.operator },
    stateDir: join(dir, "state"),
    log: () => {},
  });
  foreign = await plantCanaries();
  operations = operationsOf((await (await fetch(`${worker.url}/openapi.json`)).json()) as Document);
  await signEverybodyIn();
}, BEGIN_MS_MAX);
afterAll(async () => {
  await worker?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test("SEC-1 the document has every operation with its roles", () => {
  expect(operations.length).toBeGreaterThan(25);
  expect(operations.filter((each) => each.roles.length === 0)).toEqual([]);
});

test.each(Object.keys(ROLES).filter((caller) => caller !== "the victim's own admin" && caller !== "a billing admin"))(
  "SEC-1 %s gets nothing of another client from any operation",
  async (caller) => {
    for (const operation of operations) {
      // Ends the asker's own session, which the rest of the matrix needs; it takes no id.
      if (operation.operationId === "signOut") continue;
      const random = Object.fromEntries(Object.keys(foreign).map((name) => [name, randomId(name)]));
      const both = [foreign, random].map((ids) => askAs(caller, operation, ids));
      const [theirs, nobodys] = (await Promise.all(both)) as [Answer, Answer];
      const name = `${operation.method} ${operation.path}`;
      expect(theirs.body, name).not.toContain(CANARY);
      expect(theirs.status, `${name}: ${theirs.body}`).toBeLessThan(500);
      if (!mayCall(caller, operation)) {
        expect(theirs.status, name).toBe(caller === "anonymous" || operation.roles.includes("internal") ? 401 : 403);
      } else if (operation.pathParameters.length > 0 && !isStaffs(operation)) {
        expect(theirs.status, name).toBe(404);
        expect(withoutRequestId(theirs).replaceAll(foreign.tenantId ?? "", ""), name).toBe(withoutRequestId(nobodys));
      }
    }
  },
);

/** The house's own look at a client, named in the path. What it may show of that client is proven below. */
function isStaffs({ pathParameters, roles }: Operation): boolean {
  return pathParameters[0] === "tenantId" && roles.includes("supervisor");
}

/** By somebody who may call it, so that it is the input that is judged. */
test("whatever is sent, every operation answers with what it promises or a problem document; none breaks", async () => {
  const broken: string[] = [];
  for (const operation of operations) {
    if (operation.operationId === "signOut" || operation.isSocket) continue;
    const caller = Object.keys(ROLES).find((each) => each !== "anonymous" && mayCall(each, operation)) ?? "anonymous";
    const all = mischiefOf(operation, foreign);
    for (let at = 0; at < all.length; at += AT_ONCE) {
      const found = await Promise.all(all.slice(at, at + AT_ONCE).map((each) => send(caller, operation, each)));
      broken.push(...found.filter((each) => each !== null));
    }
  }
  expect(broken).toEqual([]);
}, 180_000);

const AT_ONCE = 8;

/** Null when the answer is fine; else what was sent and what came back. */
async function send(caller: string, operation: Operation, mischief: Mischief): Promise<string | null> {
  const { name, path, body, type } = mischief;
  const answer = await fetch(worker.url + path, {
    method: operation.method,
    headers: {
      origin: worker.url,
      cookie: cookies.get(caller) ?? "",
      ...(operation.roles.includes("internal") ? { authorization: `Bearer ${INTERNAL_KEY}` } : {}),
      ...(body === undefined ? {} : { "content-type": type ?? "application/json" }),
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  if (isFine(answer, text, mischief)) return null;
  return `${operation.operationId} ${name}: ${answer.status} ${text.slice(0, 200)}`;
}

/** Anything but an answer as described or a refusal that says where: wrong input names each place. */
function isFine({ status, headers }: Response, text: string, { refused, names }: Mischief): boolean {
  if (status < 300) return refused !== true;
  // The demo floor is not part of this stage.
  if (status < 400 || (status >= 500 && !text.includes("demo_floor_away") && !text.includes("carrier_away")))
    return false;
  if (!headers.get("content-type")?.includes("application/problem+json")) return false;
  const { code, errors } = JSON.parse(text) as { code: string; errors?: { path: string; message: string }[] };
  if (names !== undefined && errors?.some(({ path }) => path === names) !== true) return false;
  return code !== "invalid_input" || (errors?.every(({ path, message }) => path !== "" && message !== "") ?? false);
}

/** Staff may read any client's bills: the walls are between the client in the path and everything below it. */
test("SEC-1 under one client's name a billing admin finds nothing of another: bill, line or contact", async () => {
  const own = await billOfAnother();
  const below = operations.filter(
    ({ method, pathParameters, roles }) =>
      method.toLowerCase() === "get" &&
      roles.includes("billing_admin") &&
      pathParameters[0] === "tenantId" &&
      pathParameters.length > 1,
  );
  expect(below.map(({ operationId }) => operationId).sort()).toEqual([
    "compareInvoice",
    "downloadCreditNotePdf",
    "downloadInvoiceCsv",
    "downloadInvoicePdf",
    "downloadInvoiceXlsx",
    "explainLine",
    "listInvoiceDeedRequests",
    "listLineContacts",
    "readBilledContact",
    "readContract",
    "readInvoice",
    "readInvoiceDocument",
    "readPayment",
  ]);
  for (const operation of below) {
    const alive = await askAs("a billing admin", operation, foreign);
    expect(alive.status, `${operation.operationId}: ${alive.body}`).toBe(200);
    const mixes = operation.pathParameters.slice(1).map((name) => ({ ...own, [name]: foreign[name] ?? "" }));
    const under = own.tenantId ?? "";
    for (const ids of [...mixes, { ...foreign, tenantId: under }]) {
      const answer = await askAs("a billing admin", operation, ids);
      expect(answer.status, `${operation.operationId} ${JSON.stringify(ids)}: ${answer.body}`).toBe(404);
      const nobodys = Object.fromEntries(Object.keys(ids).map((name) => [name, randomUUID()]));
      const none = await askAs("a billing admin", operation, { ...nobodys, tenantId: under });
      expect(withoutRequestId(answer)).toBe(withoutRequestId(none));
    }
  }
});

test("SEC-1 under one client's name a supervisor finds nothing of another, and of none more than how the house works", async () => {
  const own = { ...foreign, tenantId: idOf.tenant("hearthline") };
  const staffs = operations.filter((operation) => isStaffs(operation));
  expect(staffs.map(({ operationId }) => operationId).sort()).toEqual([
    "changeQueue",
    "listQueueChanges",
    "readRoutedContact",
  ]);
  for (const operation of staffs) {
    const alive = await askAs("a supervisor", operation, foreign);
    // A change names the version it was made from, and a sample names the first: reached, and told that it is stale.
    const reached = operation.operationId === "changeQueue" ? [200, 409] : [200];
    expect(reached, `${operation.operationId}: ${alive.body}`).toContain(alive.status);
    expect(alive.body).not.toContain(CANARY);
    expect(alive.body).not.toContain("+1415555");
    const answer = await askAs("a supervisor", operation, own);
    expect(answer.status, `${operation.operationId}: ${answer.body}`).toBe(404);
    const nobodys = { ...own, contactId: randomUUID(), queueId: randomUUID() };
    expect(withoutRequestId(answer)).toBe(withoutRequestId(await askAs("a supervisor", operation, nobodys)));
  }
});

test("SEC-1 the canaries are alive: their own client sees them", async () => {
  const operation = operations.find((each) => each.operationId === "readOwnContact");
  if (operation === undefined) throw new Error("no operation readOwnContact");
  const answer = await askAs("the victim's own admin", operation, foreign);
  expect(answer.status).toBe(200);
  expect(answer.body).toContain(CANARY);
});

test("SEC-1 a client is never told which persons of the house made or approved its bill", async () => {
  const hand = randomUUID();
  await databases.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`update tenant.invoices set prepared_by = array[${hand}::uuid] where id = ${foreign.invoiceId ?? ""}`;
  });
  const own = operations.filter(({ method, path }) => method === "GET" && path.startsWith("/api/portal/invoices/"));
  expect(own.length).toBeGreaterThan(5);
  for (const operation of own) {
    const { body } = await askAs("the victim's own admin", operation, foreign);
    expect(body, operation.operationId).not.toContain(hand);
  }
  const staffs = operations.find(({ operationId }) => operationId === "readInvoice");
  if (staffs === undefined) throw new Error("no operation readInvoice");
  expect((await askAs("a billing admin", staffs, foreign)).body).toContain(hand);
});

/** Another client with a bill of its own, so that every part of an address but one is right. */
async function billOfAnother(): Promise<Record<string, string>> {
  const tenantId = idOf.tenant("hearthline");
  const bill = await draftInvoice(tenantId);
  return {
    ...foreign,
    tenantId,
    ...bill,
    noteId: await plantCreditNote(tenantId, bill.invoiceId),
    ...(await plantClaims(tenantId, bill)),
    contactId: randomUUID(),
    contractId: idOf.contract("hearthline"),
  };
}

function mayCall(caller: string, { roles }: Operation): boolean {
  if (roles.includes("anyone")) return true;
  if (roles.includes("internal")) return false;
  return caller !== "anonymous" && (roles.includes("signed_in") || roles.some((role) => ROLES[caller]?.includes(role)));
}

function askAs(caller: string, operation: Operation, ids: Record<string, string>): Promise<Answer> {
  return ask({ origin: worker.url, cookie: cookies.get(caller) ?? null, operation, ids });
}

function randomId(name: string): string {
  if (name === "recordingSid") return `RE${randomUUID().replaceAll("-", "")}`;
  // Staff may read any client's bills, so the client in a path is a real one there and only the rest is nobody's.
  return randomUUID();
}

async function plantCanaries(): Promise<Record<string, string>> {
  const { admin } = databases;
  const tenantId = idOf.tenant(VICTIM);
  const contactId = randomUUID();
  const customerId = randomUUID();
  const recordingSid = `RE${"e".repeat(32)}`;
  const [pool] = await admin`select id from house.pools limit 1`;
  const [number] = await admin`select id, brand_id, flow_id from tenant.numbers where tenant_id = ${tenantId} limit 1`;
  await admin`insert into tenant.contacts (tenant_id, id, direction, carrier, from_number, to_number, number_id, brand_id, flow_id,
      flow_version, language, outcome, offered_at, ended_at, notes, facts_folded)
    values (${tenantId}, ${contactId}, 'inbound', 'sandbox', '+14155550100', '+14155550101', ${number?.id}, ${number?.brand_id},
      ${number?.flow_id}, 1, 'zh-CN', 'abandoned', now(), now(), ${CANARY}, 1)`;
  await admin`insert into tenant.contact_facts (tenant_id, contact_id, seq, at, v, type, body)
    values (${tenantId}, ${contactId}, 1, now(), 1, 'reconciled', ${admin.json({ type: "reconciled", what: CANARY, detail: CANARY })})`;
  await admin`insert into tenant.recordings (tenant_id, contact_id, recording_sid, purpose, duration_s, blob_key, stored_at)
    values (${tenantId}, ${contactId}, ${recordingSid}, 'call', 5, ${`${tenantId}/${CANARY}`}, now())`;
  await admin`insert into tenant.customers (tenant_id, id, name) values (${tenantId}, ${customerId}, ${CANARY})`;
  const statementId = randomUUID();
  await plantStatements(admin, { tenantId, statementId, canary: CANARY });
  const { invoiceId, lineId } = await draftInvoice(tenantId);
  const noteId = await plantCreditNote(tenantId, invoiceId);
  const claims = await plantClaims(tenantId, { invoiceId, lineId });
  const poolId = String(pool?.id);
  const queueId = idOf.queue(VICTIM, "orders");
  return {
    tenantId,
    agentId: randomUUID(),
    queueId,
    contractId: idOf.contract(VICTIM),
    contactId,
    customerId,
    recordingSid,
    invoiceId,
    lineId,
    noteId,
    paymentId: await plantPayment(tenantId),
    remittanceId: randomUUID(),
    statementId,
    ...claims,
    poolId,
    otherInvoiceId: invoiceId,
  };
}

/** A dispute of a line, a fapiao asked for, and usage that waits for a person. */
async function plantClaims(
  tenantId: string,
  { invoiceId, lineId }: { readonly invoiceId: string; readonly lineId: string },
): Promise<Record<"disputeId" | "fapiaoId" | "exceptionId" | "runId" | "requestId", string>> {
  const { admin } = databases;
  const [disputeId, fapiaoId, exceptionId] = [randomUUID(), randomUUID(), randomUUID()];
  await admin`insert into tenant.disputes (tenant_id, id, invoice_id, line_id, reason, claimed_minor, opened_by, opened_at)
    values (${tenantId}, ${disputeId}, ${invoiceId}, ${lineId}, ${CANARY}, 1, ${randomUUID()}, now())`;
  await admin`insert into tenant.fapiaos (tenant_id, id, invoice_id, kind, title, tax_id, requested_at)
    values (${tenantId}, ${fapiaoId}, ${invoiceId}, 'general', ${CANARY}, '91350100M000100Y43', now())`;
  await admin`insert into tenant.usage_exceptions (tenant_id, id, source, source_event_id, kind, occurred_at, reason, opened_at)
    values (${tenantId}, ${exceptionId}, 'facts', ${CANARY}, 'contact', now(), 'no_contract', now())`;
  const runId = randomUUID();
  await admin`insert into tenant.invoice_runs (tenant_id, id, batch_id, contract_id, period_start, period_end, state, requested_at, finished_at, error)
    select tenant_id, ${runId}, ${runId}, contract_id, period_start, period_end, 'failed', now(), now(), ${CANARY}
    from tenant.invoices where id = ${invoiceId}`;
  const requestId = randomUUID();
  const request = { invoiceId, kind: "goodwill", reason: CANARY, lines: null, requestKey: requestId };
  await admin`insert into tenant.deed_requests (tenant_id, id, invoice_id, what, request_key, wanted, gross_minor, reason, asked_by, asked_at)
    values (${tenantId}, ${requestId}, ${invoiceId}, 'credit', ${requestId}, ${admin.json({ what: "credit", request })}, 1, ${CANARY}, ${randomUUID()}, now())`;
  return { disputeId, fapiaoId, exceptionId, runId, requestId };
}

async function plantPayment(tenantId: string): Promise<string> {
  const [row] =
    await databases.admin`insert into tenant.payments (tenant_id, method, source, currency, amount_minor, payer,
      received_on, received_at, recorded_by, recorded_at)
    values (${tenantId}, 'other', ${CANARY}, 'CNY', 5, ${CANARY}, current_date, now(), 'test', now()) returning id`;
  return String(row?.id);
}

/** Past the guards that only let a final invoice be credited: it is who may read the row that is asked here. */
async function plantCreditNote(tenantId: string, invoiceId: string): Promise<string> {
  const id = randomUUID();
  await databases.admin.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql`insert into tenant.credit_notes (tenant_id, id, invoice_id, series, number, kind, reason, net_minor, tax_minor,
        currency, issued_on, issued_at, request_key)
      values (${tenantId}, ${id}, ${invoiceId}, 'CN-2026', ${randomInt(1, 1_000_000_000)}, 'goodwill', ${CANARY}, 1, 0, 'CNY',
        current_date, now(), ${id})`;
  });
  return id;
}

/** A real draft of the victim, made by the product's own month run. */
async function draftInvoice(tenantId: string): Promise<{ invoiceId: string; lineId: string }> {
  const answer = await fetch(`${worker.url}/internal/billing/runs`, {
    method: "POST",
    headers: { authorization: `Bearer ${INTERNAL_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ period: "2026-10", tenantId }),
  });
  if (!answer.ok) throw new Error(`the month run answered ${answer.status} ${await answer.text()}`);
  const [line] =
    await databases.admin`select invoice_id, id from tenant.invoice_lines where tenant_id = ${tenantId} limit 1`;
  if (line === undefined) throw new Error("the month run drafted no line for the victim");
  return { invoiceId: String(line.invoice_id), lineId: String(line.id) };
}

async function signEverybodyIn(): Promise<void> {
  const { signIns } = (await (await fetch(`${worker.url}/api/demo/sign-ins`)).json()) as {
    signIns: { role: string; email: string; tenantName: string | null }[];
  };
  const [victim] = await databases.admin`select name from house.tenants where slug = ${VICTIM}`;
  const admins = signIns.filter((each) => each.role === "tenant_admin");
  await signIn("another client's admin", admins.find((each) => each.tenantName !== victim?.name)?.email);
  await signIn("the victim's own admin", admins.find((each) => each.tenantName === victim?.name)?.email);
  await signIn("an agent who serves nobody", signIns.find((each) => each.role === "agent")?.email);
  const [supervisor] =
    await databases.admin`select u.email from house.users u join house.user_roles r on r.user_id = u.id
    group by u.id having array_agg(r.role) = '{supervisor}' limit 1`;
  await signIn("a supervisor", supervisor?.email);
  await signIn("a billing admin", signIns.find((each) => each.role === "billing_admin")?.email);
}

async function signIn(caller: string, email: string | undefined): Promise<void> {
  const answer = await fetch(`${worker.url}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: worker.url },
    body: JSON.stringify({ email, password: DEMO_PASSWORD }),
  });
  if (!answer.ok) throw new Error(`${caller} (${email}) could not sign in: ${answer.status} ${await answer.text()}`);
  cookies.set(caller, answer.headers.get("set-cookie")?.split(";")[0] ?? null);
}
