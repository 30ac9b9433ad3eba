import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { connect, type Database, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import { add, exact, rational } from "../../domain/kernel/rational.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { ruleOfLine, sumBehind, usageBehind } from "./behind-line.ts";
import { partsOfLine } from "./line-parts.ts";
import { runMonth } from "./run-month.ts";
import { type NewUsage, storeUsage } from "./usage-store.ts";

const databases = useDatabase();
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const CHARGES: readonly Charge[] = [
  { ...named("bundle"), model: "package", usage: "contact", fee: "50", included: 400, overflow: "1.005" },
  {
    ...named("talk"),
    model: "carrier_time",
    buy: { perMinute: "0.0123", firstS: 60, nextS: 60 },
    sell: { by: "markup", percent: "15" },
  },
  { ...named("texts"), model: "unit", usage: "message", price: "0.05", per: 1, baseCount: 0 },
];
const CONTACTS = 2_000;
const MESSAGES = 7;
const RECORDS = CONTACTS * 3 + MESSAGES;
const PAGE = 50;
/** Rows that may be read for each contact of a page: its records, by their own and by their contact's key, for each of them. */
const ROWS_A_CONTACT = 40;
const FROM = Date.parse("2026-11-01T00:00:00Z");

let db: Database;
let operatorDb: Database;
let client: TestClient;
const actor = { kind: "system", name: "test" } as const;

beforeAll(async () => {
  db = connect(databases.urls.app, { max: 2 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
  client = await testClient(databases.admin, { timeZone: "UTC" });
  await client.version("2026-01-01", null, CHARGES);
  const scope = { tenantId: client.tenantId, actor };
  await withTenant(db, scope, (tx) => storeUsage(tx, usage()));
  const ctx = { db, operatorDb, actor, now: Date.parse("2026-11-20T00:00:00Z") };
  const [outcome] = await runMonth(ctx, { tenantId: client.tenantId, period: "2026-11" });
  expect(outcome).toMatchObject({ what: "written", usageRows: RECORDS });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

/** Contacts a second apart, each with two legs, and a few messages of no contact. */
function usage(): NewUsage[] {
  const base = { source: "facts", quantity: 1, attrs: {} };
  const messages = Array.from({ length: MESSAGES }, (_, at): NewUsage => {
    const occurredAt = FROM + at * 1000;
    return { ...base, sourceEventId: `m${at}`, kind: "message", occurredAt, contactId: null };
  });
  const calls = Array.from({ length: CONTACTS }, (_, at) => at).flatMap((at): NewUsage[] => {
    const contactId = randomUUID();
    const one = { ...base, contactId, occurredAt: FROM + at * 1000 };
    const leg = (party: string, quantity: number): NewUsage => {
      const occurredAt = one.occurredAt + quantity * 1000;
      return {
        ...one,
        sourceEventId: `${contactId}:${party}`,
        kind: "carrier_leg",
        occurredAt,
        quantity,
        attrs: { party },
      };
    };
    return [{ ...one, sourceEventId: contactId, kind: "contact" }, leg("caller", 61 + (at % 100)), leg("agent", 60)];
  });
  return [...messages, ...calls];
}

async function lineIds(tx: TenantTx): Promise<{ id: string; key: string }[]> {
  return [
    ...(await tx.execute<{ id: string; key: string }>(sql`
      select id, stable_key as key from tenant.invoice_lines where tenant_id = ${tx.tenantId} and behind in ('own', 'quantity') order by 2`)),
  ];
}

/** Rows that this transaction has read so far, counted by PostgreSQL itself. */
async function rowsRead(tx: TenantTx): Promise<number> {
  const [row] = await tx.execute<{ rows: number }>(sql`
    select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_xact_all_tables
    where schemaname = 'tenant' and relname in ('usage', 'rated_items')`);
  return row?.rows ?? 0;
}

const inTenant = <T>(work: (tx: TenantTx) => Promise<T>) => withTenant(db, { tenantId: client.tenantId, actor }, work);

/** What a page of each line reads, at its start and far inside. */
function readByPages(): Promise<{ key: string; rows: number; found: number }[]> {
  return inTenant(async (tx) => {
    const pages: { key: string; rows: number; found: number }[] = [];
    for (const { id, key } of await lineIds(tx)) {
      const rule = await ruleOfLine(tx, id);
      for (const after of [
        null,
        { turn: 0, at: FROM + 1_500_000, id: "00000000-0000-0000-0000-000000000000" },
      ] as const) {
        const before = await rowsRead(tx);
        const found = await partsOfLine(tx, rule, PAGE, after);
        pages.push({ key, rows: (await rowsRead(tx)) - before, found: found.length });
      }
    }
    return pages;
  });
}

test("BIL-8 a page behind a line reads the records of its page, not those of the line for each of them", async () => {
  const unknown = await readByPages();
  expect(unknown).toHaveLength(8);
  // Nothing is known of the tables yet: each may be read once, to put it in order.
  for (const { key, rows } of unknown) expect([key, rows <= 2 * RECORDS + PAGE * ROWS_A_CONTACT]).toEqual([key, true]);
  await databases.admin`analyze tenant.usage`;
  await databases.admin`analyze tenant.rated_items`;
  const known = await readByPages();
  for (const { key, rows } of known) expect([key, rows <= PAGE * ROWS_A_CONTACT]).toEqual([key, true]);
  expect(known.filter((it) => it.found === PAGE).length).toBeGreaterThanOrEqual(4);
});

test("BIL-8 pages put together are the view of what is behind a line, each contact once, and the sums are the line", async () => {
  await inTenant(async (tx) => {
    for (const { id, key } of await lineIds(tx)) {
      const rule = await ruleOfLine(tx, id);
      const parts: Awaited<ReturnType<typeof partsOfLine>> = [];
      for (let more = true; more; ) {
        const page = await partsOfLine(tx, rule, 171, parts.at(-1)?.place ?? null);
        parts.push(...page);
        more = page.length === 171;
      }
      const [view] = await tx.execute<{
        contacts: number;
        records: number;
        num: string;
        quantity: string;
        exact: string;
      }>(sql`
        select count(distinct coalesce(s.contact_id, s.usage_id))::int as contacts, count(*)::int as records, sum(s.amount_num)::text as num,
          sum(s.quantity)::text as quantity, min(l.exact_num)::text as exact
        from tenant.line_usage s join tenant.invoice_lines l on l.tenant_id = s.tenant_id and l.id = s.line_id
        where s.tenant_id = ${tx.tenantId} and s.line_id = ${id}::uuid`);
      const [same] = await tx.execute<{ other: number }>(sql`
        select count(*)::int as other from (${usageBehind(tx, rule, () => sql`true`)}) b
        full join (select * from tenant.line_usage where tenant_id = ${tx.tenantId} and line_id = ${id}::uuid) s on s.usage_id = b.usage_id
        where (b.quantity, b.billed_s, b.amount_num, b.occurred_at) is distinct from (s.quantity, s.billed_s, s.amount_num, s.occurred_at)`);
      const whole = parts.reduce((sum, { contact }) => add(sum, exact(contact.exact)), rational(0));
      const told = await sumBehind(tx, rule);
      expect([key, parts.length, new Set(parts.map((it) => it.place.id)).size]).toEqual([
        key,
        view?.contacts,
        view?.contacts,
      ]);
      expect([key, told.records, told.num.toString(), told.quantity]).toEqual([
        key,
        view?.records,
        view?.exact,
        Number(view?.quantity),
      ]);
      expect([key, same?.other, view?.num]).toEqual([key, 0, view?.exact]);
      expect([key, whole.num * BigInt(rule.den)]).toEqual([key, BigInt(view?.exact ?? 0) * whole.den]);
    }
  });
});
