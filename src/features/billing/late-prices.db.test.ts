import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { finalInvoice, person, withProfile, withSeller } from "../../../test/support/invoices.ts";
import { connect, type Database, withTenant } from "../../adapters/db/index.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { listExceptions, resolveException } from "./exceptions.ts";
import { explainLine } from "./explain.ts";
import { runMonth } from "./run-month.ts";
import { storeUsage } from "./usage-store.ts";
import { lineContacts } from "./views.ts";

const databases = useDatabase();
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const CALLS = 200;
const VOLUME: Charge = {
  ...named("calls"),
  model: "volume",
  usage: "contact",
  tiers: [
    { upTo: String(CALLS), price: "1.005" },
    { upTo: null, price: "0.8" },
  ],
};
/** So that a month with a correction downwards is still an invoice. */
const FEE: Charge = { ...named("fee"), model: "fee", amount: "100", every: "month" };
const BANDS: Charge = {
  ...named("sales"),
  model: "commission",
  pay: {
    by: "bands",
    bands: [
      { upToPercent: "50", amount: "10.001" },
      { upToPercent: null, amount: "20" },
    ],
  },
};
const FROM = Date.parse("2026-11-02T00:00:00Z");
const actor = { kind: "system", name: "test" } as const;

let db: Database;
let operatorDb: Database;

beforeAll(() => {
  db = connect(databases.urls.app, { max: 2 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

async function client(charge: Charge, terms: Parameters<typeof withProfile>[3] = {}): Promise<TestClient> {
  const of = await testClient(databases.admin);
  await withSeller(databases.admin);
  await withProfile(databases.admin, of.tenantId, { profile: "none" }, terms);
  await of.version("2026-01-01", null, [charge, FEE]);
  return of;
}

/** So many calls of November, a second apart. */
function calls(of: TestClient, count: number, kind: "contact" | "success" = "contact") {
  const usage = Array.from({ length: count }, (_, at) => ({
    source: "facts",
    sourceEventId: `${kind}${at}`,
    kind,
    quantity: 1,
    contactId: randomUUID(),
    occurredAt: FROM + at * 1000,
    attrs: {},
  }));
  return withTenant(db, { tenantId: of.tenantId, actor }, (tx) => storeUsage(tx, usage));
}

const call = (of: TestClient, event: string, more: { corrects?: string; quantity?: number } = {}) =>
  of.use({ event, kind: "contact", at: "2026-11-20T02:00:00Z", contactId: randomUUID(), ...more });
const final = (of: TestClient, period: string, now: string) =>
  finalInvoice({ db, operatorDb }, { tenantId: of.tenantId, period, now });
const run = (of: TestClient, period: string, now: string) =>
  runMonth({ db, operatorDb, actor, now: Date.parse(now) }, { tenantId: of.tenantId, period });

type Line = { id: string; invoice_id: string; key: string; minor: number; listed: number; behind: string };
/** Corrections of November on the month's invoice, and how many records each lists. */
const corrections = (of: TestClient, period: string) =>
  databases.admin<Line[]>`
    select l.id, l.invoice_id, l.stable_key as key, l.amount_minor::int as minor, l.behind,
      (select count(*)::int from tenant.invoice_line_sources s where s.tenant_id = l.tenant_id and s.line_id = l.id) as listed
    from tenant.invoice_lines l join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
    where l.tenant_id = ${of.tenantId} and i.period_start = ${`${period}-01`} and l.original_start = '2026-11-01' order by l.position`;

async function explained(of: TestClient, line: Line | undefined) {
  const query = { invoiceId: line?.invoice_id ?? "", lineId: line?.id ?? "", limit: 40 };
  const scope = { tenantId: of.tenantId, actor };
  const first = await explainLine(db, scope, { ...query, cursor: null });
  const items = [...first.items];
  for (let next = first.next; next !== null; ) {
    const page = await explainLine(db, scope, { ...query, cursor: next });
    items.push(...page.items);
    next = page.next;
  }
  const [view] = await databases.admin`
    select count(*)::int as records, count(distinct usage_id)::int as usages, sum(amount_num)::text as num, sum(quantity)::int as quantity
    from tenant.line_usage where tenant_id = ${of.tenantId} and line_id = ${line?.id ?? null}`;
  const [whole] = await databases.admin`
    select exact_num::text as num, quantity from tenant.invoice_lines where tenant_id = ${of.tenantId} and id = ${line?.id ?? null}`;
  expect([view?.num, view?.records, String(view?.quantity)]).toEqual([whole?.num, view?.usages, whole?.quantity]);
  expect([first.agrees, first.behind.records, new Set(items.map((it) => it.usageId)).size]).toEqual([
    true,
    view?.records,
    view?.records,
  ]);
  return { ...first, items };
}

/** All that is booked on November besides its fee, in minor units. */
async function booked(of: TestClient, november: string): Promise<number> {
  const [row] = await databases.admin`
    select sum(l.amount_minor)::int as minor from tenant.invoice_lines l join tenant.invoices i on i.tenant_id = l.tenant_id and i.id = l.invoice_id
    where l.tenant_id = ${of.tenantId} and i.status <> 'discarded'
      and (l.invoice_id = ${november} or l.original_start = '2026-11-01')`;
  return (row?.minor ?? 0) - 10_000;
}

test("BIL-7 a late call that reaches the next volume tier is one correction: it lists that call, and every other by its price", async () => {
  const of = await client(VOLUME);
  await calls(of, CALLS);
  const november = await final(of, "2026-11", "2026-12-03T00:00:00Z");
  await call(of, "late");
  await run(of, "2026-12", "2026-12-10T00:00:00Z");
  const lines = await corrections(of, "2026-12");
  // 201 at 0.80 is 160.80; booked were 200 at 1.005, 201.00.
  expect(lines.map(({ key, minor, listed, behind }) => [key, minor, listed, behind])).toEqual([
    ["adj/2026-11/calls/volume@v1", -4020, 1, "repriced"],
  ]);
  const told = await explained(of, lines[0]);
  expect(told.breakdown).toMatchObject({
    kind: "adjustment",
    period: "2026-11",
    before: { quantity: "200", amountMinor: 20_100 },
    after: { quantity: "201", amountMinor: 16_080 },
    price: { before: "1.005", after: "0.8" },
  });
  expect(told.line.contacts).toBe(CALLS + 1);
  expect(told.items.slice(0, 3).map((it) => [it.source, it.quantity, it.exact])).toEqual([
    ["facts:late", 1, "0.8"],
    ["facts:contact0", 0, "-0.205"],
    ["facts:contact1", 0, "-0.205"],
  ]);
  const page = { invoiceId: lines[0]?.invoice_id ?? "", lineId: lines[0]?.id ?? "", limit: 2, cursor: null };
  const contacts = await lineContacts(db, { tenantId: of.tenantId, actor }, page, "house");
  expect([contacts.items.map((it) => it.exact), contacts.total.contacts]).toEqual([["0.8", "-0.205"], CALLS + 1]);
  expect(await booked(of, november)).toBe(16_080);
});

test("BIL-7 over four invoices a month at a volume price comes to one rating of it, up a tier and down again", async () => {
  const of = await client(VOLUME, { lateMonths: 6 });
  await calls(of, CALLS - 1);
  const november = await final(of, "2026-11", "2026-12-03T00:00:00Z");
  const [a, b] = [await call(of, "a"), await call(of, "b")];
  await final(of, "2026-12", "2027-01-05T00:00:00Z");
  await call(of, "c");
  await final(of, "2027-01", "2027-02-05T00:00:00Z");
  for (const gone of [a, b]) await call(of, `void${gone}`, { corrects: gone, quantity: 0 });
  await final(of, "2027-02", "2027-03-05T00:00:00Z");
  const told = await Promise.all(["2026-12", "2027-01", "2027-02"].map((period) => corrections(of, period)));
  expect(told.map((lines) => lines.map(({ minor, listed, behind }) => [minor, listed, behind]))).toEqual([
    // 199 at 1.005 is 200.00 (199.995), 201 at 0.80 is 160.80, 202 is 161.60, 200 at 1.005 is 201.00.
    [[-3920, 2, "repriced"]],
    [[80, 1, "listed"]],
    [[3940, 2, "repriced"]],
  ]);
  expect(await booked(of, november)).toBe(20_100);
  for (const [line] of told) await explained(of, line);
  const back = await explained(of, told[2]?.[0]);
  expect(back.items.slice(0, 3).map((it) => it.exact)).toEqual(["-0.8", "-0.8", "0.205"]);
  await run(of, "2027-03", "2027-03-10T00:00:00Z");
  expect(await corrections(of, "2027-03")).toEqual([]);
});

test("BIL-7 a late contact that lowers the success rate moves the band: no success is listed, each is told by its price", async () => {
  const of = await client(BANDS);
  await calls(of, 19);
  await calls(of, 10, "success");
  const november = await final(of, "2026-11", "2026-12-03T00:00:00Z");
  await call(of, "late");
  await run(of, "2026-12", "2026-12-10T00:00:00Z");
  const lines = await corrections(of, "2026-12");
  expect(lines.map(({ key, minor, listed, behind }) => [key, minor, listed, behind])).toEqual([
    // 10 of 19 are above a half, 10 of 20 are not.
    ["adj/2026-11/sales/success@v1", 10_001 - 20_000, 0, "repriced"],
  ]);
  const told = await explained(of, lines[0]);
  expect(told.items.map((it) => it.exact)).toEqual(Array.from({ length: 10 }, () => "-9.999"));
  expect(await booked(of, november)).toBe(10_001);
});

test("BIL-8 what a final correction names by rule is never taken away, nor added to by a later decision", async () => {
  const of = await client(VOLUME, { lateMonths: 1 });
  await calls(of, CALLS);
  await final(of, "2026-11", "2026-12-03T00:00:00Z");
  await final(of, "2026-12", "2027-01-05T00:00:00Z");
  for (const event of ["waits", "goes"]) await call(of, event);
  const now = Date.parse("2027-01-10T00:00:00Z");
  const ctx = { db, operatorDb, actor: person({ db, operatorDb }, of.tenantId, "2027-01-10T00:00:00Z").actor, now };
  await run(of, "2027-01", "2027-01-10T00:00:00Z");
  const waiting = await listExceptions(ctx, { state: "open", tenantId: of.tenantId });
  expect(waiting.map((it) => it.reason)).toEqual(["late", "late"]);
  const accept = (at: number) =>
    resolveException(ctx, { tenantId: of.tenantId, exceptionId: waiting[at]?.id ?? "" }, { what: "accept" });
  await accept(0);
  await final(of, "2027-01", "2027-02-05T00:00:00Z");
  const [line] = await corrections(of, "2027-01");
  expect((await explained(of, line)).behind.records).toBe(CALLS + 1);
  await accept(1);
  expect((await explained(of, line)).behind.records).toBe(CALLS + 1);
  await expect(databases.admin`
    delete from tenant.rated_items where tenant_id = ${of.tenantId} and rated_at > (select cutoff from tenant.invoices
      where tenant_id = ${of.tenantId} and period_start = '2026-11-01')`).rejects.toThrow(/never changed/);
});
