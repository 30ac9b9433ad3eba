import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { finalInvoice, withProfile, withSeller } from "../../../test/support/invoices.ts";
import { overStatements } from "../../../test/support/statements.ts";
import { connect, type Database, withTenant } from "../../adapters/db/index.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { runMonth } from "./run-month.ts";
import { type NewUsage, storeUsage } from "./usage-store.ts";

const databases = useDatabase();
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const CHARGES: readonly Charge[] = [
  { ...named("bundle"), model: "package", usage: "contact", fee: "50", included: 700, overflow: "1.005" },
  {
    ...named("talk"),
    model: "carrier_time",
    buy: { perMinute: "0.0123", firstS: 60, nextS: 60 },
    sell: { by: "markup", percent: "15" },
  },
];
const CONTACTS = 1_500;
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

/** The same database, counting the rows that leave it. */
function counting(): Database & { rows(): number } {
  let rows = 0;
  const counted = async (answer: PromiseLike<readonly unknown[]>) => {
    const found = await answer;
    rows += found.length;
    return found;
  };
  const over = overStatements(db, (ask, text, rest) => {
    const query = ask(text, ...rest);
    void counted(query).catch(() => {});
    return query;
  });
  return { ...over, rows: () => rows };
}

function contactAt(at: number, name: string = randomUUID()): NewUsage[] {
  const contactId = randomUUID();
  const one = { source: "facts", contactId, occurredAt: FROM + at * 1000, attrs: {} };
  return [
    { ...one, sourceEventId: name, kind: "contact", quantity: 1 },
    {
      ...one,
      sourceEventId: `${name}:leg`,
      kind: "carrier_leg",
      quantity: 30 + (Math.floor(at) % 90),
      attrs: { party: "caller" },
    },
  ];
}

const store = (of: TestClient, usage: readonly NewUsage[]) =>
  withTenant(db, { tenantId: of.tenantId, actor }, (tx) => storeUsage(tx, usage));

test("BIL-7 one call that comes late to a month of many moves the rows that it changes, and never the month", async () => {
  const of = await testClient(databases.admin);
  await withSeller(databases.admin);
  await withProfile(databases.admin, of.tenantId, { profile: "none" });
  await of.version("2026-01-01", null, CHARGES);
  await store(of, Array.from({ length: CONTACTS }, (_, at) => contactAt(at)).flat());
  const november = { tenantId: of.tenantId, period: "2026-11", now: "2026-12-03T00:00:00Z" };
  const invoiceId = await finalInvoice({ db, operatorDb }, november);
  await store(of, contactAt(100.5, "late"));

  const over = counting();
  const ctx = { db: over, operatorDb, actor, now: Date.parse("2026-12-10T00:00:00Z") };
  const [december] = await runMonth(ctx, { tenantId: of.tenantId, period: "2026-12" });
  expect(december).toMatchObject({ what: "written" });
  expect(over.rows()).toBeLessThan(300);

  const changed = await databases.admin`
    select l.stable_key as key, l.amount_minor::int as minor, u.source_event_id like 'late%' as late, s.quantity::int as quantity
    from tenant.invoice_lines l join tenant.invoice_line_sources s on s.tenant_id = l.tenant_id and s.line_id = l.id
    join tenant.usage u on u.tenant_id = s.tenant_id and u.id = s.usage_id
    where l.tenant_id = ${of.tenantId} and l.invoice_id = ${december?.invoiceId ?? ""} order by l.stable_key, u.source_event_id like 'late%'`;
  // The late call is inside the bundle; the last that was inside is now beyond it.
  expect(changed.map((row) => [row.key, row.late, row.quantity])).toEqual([
    ["adj/2026-11/bundle/included@v1", false, -1],
    ["adj/2026-11/bundle/included@v1", true, 1],
    ["adj/2026-11/bundle/overflow@v1", false, 1],
    ["adj/2026-11/talk/time@v1", true, 40],
  ]);
  expect(await wholeOf(of, invoiceId)).toEqual(await wholeAtOnce());
});

/** Per line, all that is booked on November: its invoice and what came late. */
async function wholeOf(of: TestClient, invoiceId: string) {
  const rows = await databases.admin`
    select coalesce(l.detail->>'key', l.stable_key) as key, sum(l.amount_minor)::int as minor from tenant.invoice_lines l
    where l.tenant_id = ${of.tenantId} and (l.invoice_id = ${invoiceId} or l.original_start = '2026-11-01') group by 1 order by 1`;
  return rows.map((row) => [row.key, row.minor]);
}

/** The same month where nothing came late. */
async function wholeAtOnce() {
  const of = await testClient(databases.admin);
  await of.version("2026-01-01", null, CHARGES);
  await store(of, [...Array.from({ length: CONTACTS }, (_, at) => contactAt(at)).flat(), ...contactAt(100.5, "late")]);
  const ctx = { db, operatorDb, actor, now: Date.parse("2026-12-03T00:00:00Z") };
  const [outcome] = await runMonth(ctx, { tenantId: of.tenantId, period: "2026-11" });
  return wholeOf(of, outcome?.invoiceId ?? "");
}
