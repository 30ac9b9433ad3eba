import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, type TenantScope, withTenant } from "../../adapters/db/index.ts";
import { asId, type UserId } from "../../domain/kernel/ids.ts";
import { add, equal, exact, rational } from "../../domain/kernel/rational.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import type { HouseEnv } from "../identity/index.ts";
import { reconcileMonth } from "./reconcile.ts";
import { billingRoutes } from "./routes.ts";
import type { BillingContext } from "./run-contract.ts";
import { runMonth } from "./run-month.ts";
import { billedContact, contactLines, getInvoice, lineContacts, listInvoices } from "./views.ts";

const databases = useDatabase();
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const tiers = [
  { upTo: "2", price: "1.005", flat: "3.00" },
  { upTo: "4", price: "0.333" },
  { upTo: null, price: "0.111" },
];
const CHARGES: readonly Charge[] = [
  { ...named("seats"), model: "seat_month", price: "4800.00", minSeats: 2 },
  {
    ...named("orders"),
    model: "package",
    usage: "contact",
    where: { queues: ["orders"] },
    fee: "99.99",
    included: 2,
    overflow: "1.115",
  },
  { ...named("calls"), model: "unit", usage: "contact", price: "3.335", per: 1, baseCount: 7 },
  {
    ...named("caller-time"),
    model: "carrier_time",
    where: { parties: ["caller"] },
    buy: { perMinute: "0.0123", firstS: 60, nextS: 60, connectFee: "0.01" },
    sell: { by: "markup", percent: "15", perMinute: "0.001", minCharge: "0.02" },
  },
  {
    ...named("agent-time"),
    model: "carrier_time",
    buy: { perMinute: "0.01", firstS: 1, nextS: 1 },
    sell: { by: "tariff", perMinute: "0.018", firstS: 6, nextS: 6, maxCharge: "0.05" },
  },
  {
    ...named("wins"),
    model: "commission",
    where: { dispositions: ["sold"] },
    pay: { by: "percent", percent: "4.5", minEach: "1.00" },
  },
  {
    ...named("gifts"),
    model: "commission",
    where: { hours: { from: "22:00", to: "11:00", weekdays: [1, 2, 3, 4, 5] } },
    pay: {
      by: "bands",
      bands: [
        { upToPercent: "20", amount: "1.115" },
        { upToPercent: null, amount: "2.225" },
      ],
    },
  },
  { ...named("late-gifts"), model: "commission", pay: { by: "fixed", amount: "2.5" } },
  { ...named("sms"), model: "graduated", usage: "message", tiers },
  { ...named("desk"), model: "volume", usage: "agent_time", tiers },
  { ...named("rent"), model: "day_rate", price: "33.33", monthCap: "150.005", limits: { discountPercent: "7.5" } },
  {
    ...named("project"),
    model: "milestone",
    milestones: [
      { code: "live", amount: "1000.005" },
      { code: "kick-off", amount: "5" },
    ],
  },
  { ...named("set-up"), model: "fee", amount: "99.995", every: "once", limits: { maximum: "60.00" } },
  { ...named("line-rent"), model: "fee", amount: "10.01", every: "month", limits: { minimum: "20.00" } },
  { ...named("least"), model: "commitment", amount: "20000.00" },
  {
    ...named("level"),
    model: "sla_credit",
    targetPercent: "95",
    perStartedPointPercent: "1.5",
    capPercent: "10",
    of: ["calls", "seats"],
  },
];

let db: Database;
let operatorDb: Database;
let client: TestClient;
let other: TestClient;
const contactIds = Array.from({ length: 7 }, () => randomUUID());
const ctx = (): BillingContext => ({
  db,
  operatorDb,
  actor: { kind: "system", name: "test" },
  now: Date.parse("2026-11-20T00:00:00Z"),
});
const scope = (of = client): TenantScope => ({ tenantId: of.tenantId, actor: { kind: "system", name: "test" } });
const page = { limit: 3, cursor: null };

beforeAll(async () => {
  db = connect(databases.urls.app, { max: 4 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
  client = await testClient(databases.admin, { seats: [{ from: "2026-01-01", to: null, guaranteed: 1 }] });
  other = await testClient(databases.admin);
  await client.version("2026-01-01", "2026-11-06", CHARGES);
  await client.version("2026-11-06", null, CHARGES);
  for (const [n, id] of contactIds.entries()) {
    const at = `2026-11-0${n + 1}T02:00:00Z`;
    await client.contact({ id, at });
    const attrs = n % 2 === 0 ? { queueId: client.queueId, outcome: "answered" } : { outcome: "answered" };
    await client.use({ event: `${id}:9`, kind: "contact", at, contactId: id, attrs });
    for (const [party, quantity] of [
      ["caller", 31 + n * 40],
      ["agent", 7 + n * 33],
    ] as const) {
      await client.use({ event: `${id}:${party}`, kind: "carrier_leg", at, quantity, contactId: id, attrs: { party } });
    }
    const sale = { disposition: n < 3 ? "sold" : "gift", saleMinor: 12_990 * n };
    await client.use({ event: `${id}:s`, kind: "success", at, contactId: id, attrs: sale });
    await client.use({ event: `${id}:m`, kind: "message", at, quantity: n, contactId: id });
    await client.use({ event: `${id}:d`, kind: "seat_day", at, quantity: n % 3 });
    await client.use({
      event: `${id}:p`,
      kind: "milestone",
      at,
      attrs: { milestone: n % 2 === 0 ? "live" : "kick-off" },
    });
    await client.use({ event: `${id}:a`, kind: "agent_time", at, quantity: n });
  }
  await databases.admin`insert into tenant.queue_stays (tenant_id, contact_id, no, queue_id, queued_at, outcome, left_at, waited_ms, in_time)
    select tenant_id, id, 1, queue_id, offered_at, 'answered', offered_at, 0, from_number <> '' and extract(day from offered_at)::int % 3 <> 0
    from tenant.contacts where tenant_id = ${client.tenantId}`;
  await databases.admin`insert into tenant.contact_facts (tenant_id, contact_id, seq, at, v, type, body)
    values (${client.tenantId}, ${contactIds[0] ?? ""}, 1, now(), 1, 'contact_offered', '{"type":"contact_offered","from":"+8613812345678"}'),
      (${client.tenantId}, ${contactIds[0] ?? ""}, 2, now(), 1, 'wrapped_up', '{"type":"wrapped_up","notes":"Mr Li, +8613812345678"}')`;
  await runMonth(ctx(), { period: "2026-11" });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

async function invoice() {
  const [summary] = await listInvoices(db, scope());
  return getInvoice(db, scope(), summary?.id ?? "");
}

test("BIL-8 from invoice to line to contact to its lines, the totals agree to the minor unit and below", async () => {
  const { items, totalMinor, id } = await invoice();
  const codes = CHARGES.map((charge) => charge.code);
  expect([...new Set(items.map((line) => line.code))].sort()).toEqual([...codes].sort());
  expect(items.reduce((sum, line) => sum + line.amountMinor, 0)).toBe(totalMinor);
  for (const line of items) {
    let parts = rational(0);
    let cursor: string | null = null;
    let found = 0;
    let total = rational(0);
    do {
      const answer = await lineContacts(db, scope(), { invoiceId: id, lineId: line.id, limit: 3, cursor }, "client");
      for (const contact of answer.items) parts = add(parts, exact(contact.exact));
      found += answer.items.length;
      total = exact(answer.total.exact);
      cursor = answer.next;
    } while (cursor !== null);
    const people = await databases.admin`
      select distinct u.contact_id from tenant.line_usage s join tenant.usage u on u.tenant_id = s.tenant_id and u.id = s.usage_id
      where s.line_id = ${line.id} and u.contact_id is not null`;
    expect([line.key, line.contacts]).toEqual([line.key, people.length]);
    if (found === 0) continue;
    expect([line.key, equal(parts, exact(line.exact)), equal(total, exact(line.exact))]).toEqual([
      line.key,
      true,
      true,
    ]);
  }
});

test("a contact's own lines are its parts of the invoice's lines", async () => {
  const contactId = contactIds[6] ?? "";
  const lines = await withTenant(db, scope(), (tx) => contactLines(tx, contactId));
  expect(lines.map((line) => [line.label.en, line.component, line.exact])).toContainEqual([
    "agent-time",
    "time",
    "0.05",
  ]);
  for (const line of lines) {
    const query = { invoiceId: line.invoiceId, lineId: line.lineId, limit: 50, cursor: null };
    const { items } = await lineContacts(db, scope(), query, "client");
    expect(items.find((item) => item.contactId === contactId)?.exact).toBe(line.exact);
  }
});

test("the invoice computed again by SQL alone comes to the same minor unit", async () => {
  const [found] = await reconcileMonth(ctx(), { tenantId: client.tenantId, period: "2026-11" });
  expect(found?.mismatches.filter((it) => it.what.includes("invoice") || it.what.includes("parts"))).toEqual([]);
  expect(found).toMatchObject({ currency: "CNY", totalMinor: BigInt((await invoice()).totalMinor), billedContacts: 7 });
});

test("reconciliation sees a changed amount, a lost source and legs without usage", async () => {
  const broken = await testClient(databases.admin);
  await broken.version("2026-01-01", null, CHARGES);
  const contactId = randomUUID();
  await broken.contact({ id: contactId, at: "2026-11-02T00:00:00Z" });
  await broken.use({ event: "e", kind: "contact", at: "2026-11-02T00:00:00Z", contactId });
  await runMonth(ctx(), { tenantId: broken.tenantId, period: "2026-11" });
  await databases.admin`update tenant.invoice_lines set amount_minor = amount_minor + 1 where tenant_id = ${broken.tenantId} and stable_key like 'seats%'`;
  await databases.admin`update tenant.invoice_lines set each_num = each_num + 1 where tenant_id = ${broken.tenantId} and each_num is not null`;
  await databases.admin`insert into tenant.contact_legs (tenant_id, contact_id, call_sid, party, direction, status, duration_s, ended_at)
    values (${broken.tenantId}, ${contactId}, 'CA1', 'caller', 'inbound', 'completed', 9, '2026-11-02T00:00:00Z')`;
  const [found] = await reconcileMonth(ctx(), { tenantId: broken.tenantId, period: "2026-11" });
  expect(found?.mismatches.map((it) => it.what)).toEqual([
    "answered contacts and contact usage",
    "legs without usage of the same seconds",
    "lines whose parts do not sum to them",
    "invoice total and sum of its lines",
    "the month recomputed by SQL and all that is booked on it",
  ]);
});

test("billing staff see a contact's facts without who the customer is", async () => {
  const contact = await billedContact(db, scope(), contactIds[0] ?? "");
  expect(contact.from).toBe("+86*********78");
  expect(JSON.stringify(contact)).not.toContain("13812345678");
  expect(contact.facts.map((fact) => fact.body)).toEqual([
    { type: "contact_offered", from: "+86*********78" },
    { type: "wrapped_up", notes: "***" },
  ]);
});

test("TEN-1 another client's invoice, line and contact are simply not found", async () => {
  const { id, items } = await invoice();
  const lineId = items[0]?.id ?? "";
  await expect(getInvoice(db, scope(other), id)).rejects.toMatchObject({ kind: "not_found" });
  const reading = lineContacts(db, scope(other), { invoiceId: id, lineId, ...page }, "client");
  await expect(reading).rejects.toMatchObject({ kind: "not_found" });
  await expect(billedContact(db, scope(other), contactIds[0] ?? "")).rejects.toMatchObject({ kind: "not_found" });
  expect(await listInvoices(db, scope(other))).toEqual([]);
});

test("a cursor that was never given is a named field error", async () => {
  const { id, items } = await invoice();
  const query = { invoiceId: id, lineId: items[0]?.id ?? "", limit: 3, cursor: "1_x'; drop table" };
  await expect(lineContacts(db, scope(), query, "client")).rejects.toBeInstanceOf(Refusal);
});

type Role = "tenant_admin" | "billing_admin" | "agent";

/** The routes behind a sign-in with one role, as the HTTP entry would mount them. */
function appAs(role: Role | null, tenant: TestClient = client) {
  const app = new Hono<HouseEnv>();
  app.use(async (c, next) => {
    const userId = asId<UserId>(randomUUID());
    const tenantId = role === "tenant_admin" ? tenant.tenantId : null;
    const signedIn = {
      userId,
      name: "N",
      email: "n@example.com",
      locale: "en-US",
      roles: [{ role, tenantId, tenantName: null, timeZone: null }],
      agent: null,
    };
    const clock = { now: () => ctx().now, realInstant: (at: number) => at };
    c.set("services", { db, operatorDb, clock } as unknown as HouseEnv["Variables"]["services"]);
    c.set("signedIn", role === null ? null : (signedIn as unknown as HouseEnv["Variables"]["signedIn"]));
    await next();
  });
  app.onError((error, c) => c.text(error instanceof Refusal ? error.kind : String(error), 418));
  return app.route("/", billingRoutes());
}

test("the client's page and the billing staff's page read the same amounts; staff see numbers masked", async () => {
  const { id, totalMinor, items } = await invoice();
  const line = items.find((it) => it.contacts > 0);
  const own = await appAs("tenant_admin").request(`/api/portal/invoices/${id}/lines/${line?.id}/contacts?limit=2`);
  const staff = await appAs("billing_admin").request(
    `/api/billing/tenants/${client.tenantId}/invoices/${id}/lines/${line?.id}/contacts?limit=2`,
  );
  type Body = { items: { from: string; exact: string }[]; total: object };
  const [seen, masked] = [(await own.json()) as Body, (await staff.json()) as Body];
  expect(seen.items.map((it) => it.from)).toContain("+8613812345678");
  expect(masked.items.map((it) => it.from)).not.toContain("+8613812345678");
  expect(masked.total).toEqual(seen.total);
  const list = (await (await appAs("billing_admin").request("/api/billing/invoices?period=2026-11")).json()) as {
    items: { id: string; totalMinor: number }[];
  };
  expect(list.items.find((it) => it.id === id)?.totalMinor).toBe(totalMinor);
});

test.each([
  [null, "unauthenticated"],
  ["agent", "forbidden"],
  ["tenant_admin", "forbidden"],
] as const)("%s cannot run a month", async (role, kind) => {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: '{"period":"2026-11"}' };
  expect(await (await appAs(role).request("/api/billing/runs", request)).text()).toBe(kind);
});

test("TEN-1 a client asking for another's invoice by id is told there is none", async () => {
  const { id } = await invoice();
  expect(await (await appAs("tenant_admin", other).request(`/api/portal/invoices/${id}`)).text()).toBe("not_found");
});

test("a run from the page answers what it did; a malformed period is a field error", async () => {
  const post = (body: string) =>
    appAs("billing_admin").request("/api/billing/runs", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
  const answer = (await (
    await post(JSON.stringify({ period: "2026-11", tenantId: client.tenantId }))
  ).json()) as object;
  expect(answer).toMatchObject({ items: [{ what: "unchanged", currency: "CNY" }] });
  expect(await (await post('{"period":"2026-13"}')).text()).toBe("invalid");
  expect(await (await post(JSON.stringify({ period: "2026-11", tenantId: randomUUID() }))).text()).toBe("not_found");
});

const previewAs = (role: Role | null, body: object) =>
  appAs(role).request(`/api/billing/tenants/${client.tenantId}/previews`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

test("BIL-8 a preview of the contract as it stands is the invoice, line by line, and writes nothing", async () => {
  const { items, totalMinor } = await invoice();
  type Body = { totalMinor: number; lines: { key: string; amountMinor: number; exact: string }[] };
  const seen = (await (await previewAs("billing_admin", { period: "2026-11" })).json()) as Body;
  const amounts = (lines: Body["lines"]) => lines.map(({ key, amountMinor, exact: part }) => [key, amountMinor, part]);
  expect(seen.totalMinor).toBe(totalMinor);
  expect(amounts(seen.lines)).toEqual(amounts(items));
  expect(await previewMonthCount()).toBe(1);
});

const previewMonthCount = async () => (await listInvoices(db, scope())).length;

test("a preview of other charges says what they come to and what to look at", async () => {
  const charges = [
    { ...named("all"), model: "unit", usage: "contact", price: "1.00" },
    { ...named("some"), model: "unit", usage: "contact", price: "2.00", where: { outcomes: ["answered"] } },
  ];
  const seen = (await (await previewAs("billing_admin", { period: "2026-11", charges })).json()) as object;
  expect(seen).toMatchObject({ totalMinor: 700, warnings: [{ kind: "never_charged", code: "some", takenBy: "all" }] });
  expect(await (await previewAs("billing_admin", { period: "2026-11", charges: [{ model: "barter" }] })).text()).toBe(
    "invalid",
  );
  expect(await (await previewAs("tenant_admin", { period: "2026-11" })).text()).toBe("forbidden");
});
