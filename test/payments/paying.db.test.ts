import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Stripe from "stripe";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type Database } from "../../src/adapters/db/index.ts";
import { freePorts } from "../../src/entry/cli/ports.ts";
import { applyTenants } from "../../src/entry/cli/tenants.ts";
import { type RunningWorker, startWorker } from "../../src/entry/cli/workerd.ts";
import { DEMO_PASSWORD } from "../../src/entry/http/demo.ts";
import { idOf } from "../../src/features/tenants/index.ts";
import type { TestClient } from "../support/billing-client.ts";
import { useDatabase } from "../support/database.ts";
import { finalInvoice, ledgerBalances } from "../support/final-invoice.ts";
import { type BureauStage, MAIL_KEY, openBureau, SECRET_KEY, until, WEBHOOK_SECRET } from "./bureau-stage.ts";

/** The real Worker and the sandbox bureau in workerd, a real PostgreSQL: a client pays on the page, and Stripe's messages come. */
const databases = useDatabase();
const dir = mkdtempSync(join(tmpdir(), "callhouse-paying-"));
const INTERNAL_KEY = "internal-key-of-the-paying-test";
const HEARTHLINE = idOf.tenant("hearthline");
let bureau: BureauStage;
let worker: RunningWorker;
let db: Database;
let admin = "";
let client: TestClient;

beforeAll(async () => {
  const sealKey = Buffer.alloc(32, 7).toString("base64");
  const sandbox = { baseUrl: "http://127.0.0.1:1", password: DEMO_PASSWORD };
  await applyTenants({ ownerUrl: databases.urls.owner, sealKey, sandbox });
  const [port = 0] = await freePorts(1);
  bureau = await openBureau(`http://127.0.0.1:${port}/webhooks/stripe`);
  worker = await startWorker({
    name: "callhouse-paying",
    configPath: "wrangler.toml",
    port,
    variables: {
      ENVIRONMENT: "sandbox",
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      SEAL_KEY: sealKey,
      INTERNAL_KEY,
      STRIPE_SECRET_KEY: SECRET_KEY,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      STRIPE_BASE_URL: bureau.url,
      MAIL_API_KEY: MAIL_KEY,
      MAIL_FROM: "Billing <billing@callhouse.example>",
      MAIL_BASE_URL: bureau.url,
    },
    hyperdrives: { DB: databases.urls.app, DB_OPERATOR: databases.urls.operator },
    stateDir: join(dir, "state"),
    log: () => {},
  });
  db = connect({ connectionString: databases.urls.app });
  const [contract] = await databases.admin`select id from tenant.contracts where tenant_id = ${HEARTHLINE} limit 1`;
  // As far as a final invoice needs one: the client stands in tenants/.
  client = { tenantId: HEARTHLINE, contractId: String(contract?.id) } as TestClient;
  admin = await signIn("tenant_admin", "Hearthline Appliance Care");
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  await bureau?.close();
  await db?.close();
  rmSync(dir, { recursive: true, force: true });
});

const CURRENCY = { currency: "USD" } as const;
let month = 0;
const invoiceOf = (lines: readonly number[], dueOn = "2099-10-31") => {
  month += 1;
  return finalInvoice(databases.admin, db, client, { lines, month, dueOn, ...CURRENCY });
};
const api = (path: string, init: RequestInit = {}, cookie = admin) =>
  fetch(worker.url + path, {
    ...init,
    headers: { cookie, origin: worker.url, "content-type": "application/json", ...init.headers },
  });
const openInvoices = async () =>
  ((await (await api("/api/portal/open-invoices")).json()) as { items: { invoiceId: string; openMinor: number }[] })
    .items;
const isPaid = async (id: string) => !(await openInvoices()).some(({ invoiceId }) => invoiceId === id);

async function payPage(invoiceId: string, triesLeft = 20): Promise<string> {
  const answer = await api(`/api/portal/invoices/${invoiceId}/payment-requests`, { method: "POST" });
  if (answer.status === 503 && triesLeft > 0) return payPage(invoiceId, triesLeft - 1);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { payUrl: string }).payUrl;
}

async function payOn(page: string): Promise<void> {
  const answer = await fetch(page, { method: "POST", body: new URLSearchParams({ card: "4242424242424242" }) });
  expect(answer.status).toBe(200);
}

test("BIL-8 a client opens the page of its invoice, pays by card, and a moment later it is paid in the portal and in the book", async () => {
  const invoiceId = await invoiceOf([12_000, 500]);
  const page = await payPage(invoiceId);
  await payOn(page);
  await until("the invoice is paid", () => isPaid(invoiceId));
  const payments = (await (await api("/api/portal/payments")).json()) as {
    items: { amountMinor: number; method: string }[];
  };
  expect(payments.items[0]).toMatchObject({ amountMinor: 12_500, method: "stripe" });
  const statement = (await (await api("/api/portal/statement?from=2026-01-01&to=2099-12-31")).json()) as {
    items: { closingMinor: number; entries: { kind: string }[] }[];
  };
  expect(statement.items[0]).toMatchObject({ closingMinor: 0 });
  expect(statement.items[0]?.entries.map(({ kind }) => kind)).toEqual(["invoice", "payment"]);
});

test.each([
  ["doubled, reversed and joined by unknown ones", { duplicate: 1, reverse: 1, unknown: 1 }],
  ["delivered before Stripe's own answers", { early: 1 }],
  ["while Stripe breaks after its effects and is busy", { http500After: 0.4, http429: 0.2, seed: 5 }],
])("BIL-8 with events %s there is one payment and a balanced book", async (_how, faults) => {
  const invoiceId = await invoiceOf([7_700]);
  await bureau.faults(faults);
  await payOn(await payPage(invoiceId));
  await until("the invoice is paid", async () => {
    await bureau.faults({});
    return isPaid(invoiceId);
  });
  await until(
    "every event is taken",
    async () => ((await (await bureau.control("GET", "ledger")).json()) as { waiting: number }).waiting === 0,
  );
  const rows = await databases.admin`select 1 from tenant.payment_allocations where invoice_id = ${invoiceId}`;
  expect(rows).toHaveLength(1);
  const balances = await ledgerBalances(databases.admin, HEARTHLINE);
  expect(Object.values(balances).reduce((sum, minor) => sum + minor, 0)).toBe(0);
  expect(balances.receivable).toBeUndefined();
  const ledger = (await (await bureau.control("GET", "ledger")).json()) as {
    entries: { amount: number; fee: number }[];
  };
  expect(balances.stripe_clearing).toBe(ledger.entries.reduce((sum, it) => sum + it.amount - it.fee, 0));
});

test("SEC-1 a message that Stripe did not sign, or signed long ago, is refused and changes nothing", async () => {
  const stripe = new Stripe("sk_test_unused");
  const payload = JSON.stringify({
    id: "evt_forged",
    object: "event",
    type: "invoice.paid",
    created: 1,
    data: { object: { object: "invoice", id: "in_x" } },
  });
  const send = (signature: string) =>
    fetch(`${worker.url}/webhooks/stripe`, {
      method: "POST",
      body: payload,
      headers: { "stripe-signature": signature },
    });
  const now = Math.floor(Date.now() / 1_000);
  const header = (secret: string, timestamp: number) =>
    stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  const answers = [
    await send(header("whsec_another_secret", now)),
    await send(header(WEBHOOK_SECRET, now - 600)),
    await send(header(WEBHOOK_SECRET, now + 600)),
    await send(""),
  ];
  expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  expect(await databases.admin`select 1 from house.payment_events where id = 'evt_forged'`).toEqual([]);
  const foreign = await send(header(WEBHOOK_SECRET, now));
  expect([foreign.status, await foreign.json()]).toEqual([200, { outcome: "foreign" }]);
});

test("BIL-8 a suspended client's lines say so politely at the next call, its letters are in the mailbox, and paying lifts it", async () => {
  const [number] =
    await databases.admin`select e164 from tenant.numbers where tenant_id = ${HEARTHLINE} and retired_at is null limit 1`;
  const line = (await worker.object("LINE", `line:${number?.e164}`)) as {
    read(): Promise<{ flow: { entry: string; steps: object } } | null>;
  };
  await databases.admin`insert into tenant.dunning_rules (tenant_id, contract_id, steps, changed_by, changed_at)
    values (${HEARTHLINE}, ${client.contractId}, ${databases.admin.json([
      { day: 1, deed: "warn" },
      { day: 2, deed: "suspend" },
    ])}, 'test', now())`;
  const invoiceId = await invoiceOf([3_300], "2026-10-02");
  await worker.runCron("* * * * *", Date.now());
  await worker.runCron("* * * * *", Date.now());
  expect(JSON.stringify((await line.read())?.flow)).toContain("cannot be reached at the moment");
  const letters = (await (await bureau.control("GET", "letters")).json()) as {
    items: { to: string[]; subject: string }[];
  };
  expect(letters.items.map(({ to, subject }) => [to, subject.split(":")[0]])).toEqual([
    [["ap@hearthline.example"], "Service suspended"],
    [["ap@hearthline.example"], "Warning"],
  ]);
  await payOn(await payPage(invoiceId));
  await until("the invoice is paid", () => isPaid(invoiceId));
  await worker.runCron("* * * * *", Date.now());
  expect(JSON.stringify((await line.read())?.flow)).not.toContain("cannot be reached at the moment");
});

test("BIL-8 a bank statement: exact lines become payments, others wait with suggestions, a second import adds nothing", async () => {
  const staff = await signIn("billing_admin", null);
  const [first, second] = [await invoiceOf([10_000]), await invoiceOf([20_000])];
  const [row] = await databases.admin`select series, number from tenant.invoices where id = ${first}`;
  const name = `${row?.series}-${String(row?.number).padStart(6, "0")}`;
  const csv = `date,amount,currency,payer,reference\n2026-11-02,100.00,USD,Hearthline,"${name}, thank you"\n2026-11-03,200.00,USD,HEARTHLINE APPLIANCE CARE LLC,services\n`;
  const send = () => api("/api/billing/remittances", { method: "POST", body: JSON.stringify({ csv }) }, staff);
  expect(await (await send()).json()).toEqual({ added: 2, known: 0, matched: 1 });
  expect(await (await send()).json()).toEqual({ added: 0, known: 2, matched: 0 });
  expect(await isPaid(first)).toBe(true);
  const waiting = (await (await api("/api/billing/remittances", {}, staff)).json()) as {
    items: { id: string; suggestions: { tenantId: string; invoices: { invoiceId: string }[]; because: string[] }[] }[];
  };
  expect(waiting.items[0]?.suggestions[0]).toMatchObject({
    tenantId: HEARTHLINE,
    invoices: [{ invoiceId: second }],
    because: ["amount", "payer"],
  });
  const confirm = () =>
    api(
      `/api/billing/remittances/${waiting.items[0]?.id}/match`,
      { method: "POST", body: JSON.stringify({ tenantId: HEARTHLINE, invoiceIds: [second] }) },
      staff,
    );
  expect(await (await confirm()).json()).toMatchObject({ state: "matched", exact: false });
  expect((await confirm()).status).toBe(409);
  expect(await isPaid(second)).toBe(true);
  const wrong = await api(
    "/api/billing/remittances",
    {
      method: "POST",
      body: JSON.stringify({ csv: "date,amount,currency,payer,reference\n2026-13-01,1.005,USD,x,y\n" }),
    },
    staff,
  );
  expect(await wrong.json()).toMatchObject({
    code: "invalid_input",
    errors: [{ path: "json.csv.2" }, { path: "json.csv.2" }],
  });
  const ageing = (await (await api("/api/billing/ageing", {}, staff)).json()) as {
    items: { tenantId: string; openMinor: number }[];
  };
  expect(ageing.items.filter(({ tenantId, openMinor }) => tenantId === HEARTHLINE && openMinor !== 0)).toEqual([]);
});

async function signIn(role: string, tenantName: string | null): Promise<string> {
  const { signIns } = (await (await fetch(`${worker.url}/api/demo/sign-ins`)).json()) as {
    signIns: { role: string; email: string; tenantName: string | null }[];
  };
  const person = signIns.find((it) => it.role === role && (tenantName === null || it.tenantName === tenantName));
  const answer = await fetch(`${worker.url}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: worker.url },
    body: JSON.stringify({ email: person?.email, password: DEMO_PASSWORD }),
  });
  if (!answer.ok) throw new Error(`${role} ${tenantName} could not sign in: ${await answer.text()}`);
  return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
}
