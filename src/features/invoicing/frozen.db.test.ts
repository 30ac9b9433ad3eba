import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestClient, testClient } from "../../../test/support/billing-client.ts";
import { useDatabase } from "../../../test/support/database.ts";
import { finalInvoice, person, withProfile, withSeller } from "../../../test/support/invoices.ts";
import { connect, type Database } from "../../adapters/db/index.ts";
import type { Charge } from "../../domain/rating/charge.ts";
import { credit } from "./credit.ts";

const databases = useDatabase();
const NOW = "2026-12-03T00:00:00Z";
const named = (code: string) => ({ code, label: { zh: code, en: code } });
const FEE: Charge = { ...named("fee"), model: "fee", amount: "100.00", every: "month" };
const CALLS: Charge = { ...named("calls"), model: "unit", usage: "contact", price: "2.50", per: 1, baseCount: 0 };

let db: Database;
let operatorDb: Database;
let of: TestClient;
let invoiceId: string;

beforeAll(async () => {
  db = connect(databases.urls.app, { max: 3 });
  operatorDb = connect(databases.urls.operator, { max: 1 });
  of = await testClient(databases.admin);
  await withSeller(databases.admin);
  await withProfile(databases.admin, of.tenantId, { profile: "cn_vat", rate: "6", charges: {} });
  await of.version("2026-01-01", null, [FEE, CALLS]);
  await of.use({ event: "one", kind: "contact", at: "2026-11-03T00:00:00Z" });
  await of.use({ event: "two", kind: "contact", at: "2026-11-04T00:00:00Z" });
  invoiceId = await finalInvoice({ db, operatorDb }, { tenantId: of.tenantId, period: "2026-11", now: NOW });
  const boss = person({ db, operatorDb }, of.tenantId, NOW);
  const [line] = await databases.admin<
    { id: string }[]
  >`select id from tenant.invoice_lines where invoice_id = ${invoiceId} order by position`;
  const lines = [{ lineId: line?.id ?? "", netMinor: 100n }];
  await credit(boss, { invoiceId, kind: "goodwill", reason: "r", requestKey: "a-request-key", lines });
});
afterAll(async () => {
  await db.close();
  await operatorDb.close();
});

/** Runs one statement as the app role in the client's own scope, or as the superuser; true when it changed a row. */
async function changes(role: "app" | "admin", statement: string): Promise<boolean> {
  const undo = new Error("undo");
  let changed = false;
  try {
    await databases[role].begin(async (tx) => {
      await tx`select set_config('app.tenant_id', ${of.tenantId}, true)`;
      changed = (await tx.unsafe(statement)).count > 0;
      await tx`set constraints all immediate`;
      throw undo;
    });
  } catch (error) {
    if (error !== undo) changed = false;
  }
  return changed;
}

/** Another value than the one that stands there, by the type of the column. */
const OTHER: { readonly [type: string]: (column: string) => string } = {
  text: (column) => `coalesce(${column}, '') || 'x'`,
  bigint: (column) => `coalesce(${column}, 0) + 1`,
  integer: (column) => `coalesce(${column}, 0) + 1`,
  numeric: (column) => `${column} + 1`,
  uuid: () => "uuidv7()",
  "uuid[]": () => "array[uuidv7()]",
  date: (column) => `coalesce(${column}, '2026-01-01') + 1`,
  "timestamp with time zone": (column) => `coalesce(${column}, now()) + interval '1 day'`,
  jsonb: () => "'{\"changed\": true}'::jsonb",
};

const MONEY = [
  "invoices",
  "invoice_lines",
  "invoice_line_sources",
  "invoice_taxes",
  "credit_notes",
  "credit_note_lines",
  "credit_note_taxes",
];

test.each(MONEY)(
  "BIL-8 no column of a final invoice can be changed in %s, by the app role or by anybody",
  async (table) => {
    const columns = await databases.admin<{ name: string; type: string }[]>`
    select attname as name, format_type(atttypid, null) as type from pg_attribute
    where attrelid = ${`tenant.${table}`}::regclass and attnum > 0 and not attisdropped and attgenerated = ''`;
    const open: string[] = [];
    for (const { name, type } of columns) {
      const other = OTHER[type];
      if (other === undefined) throw new Error(`no other value for ${type}`);
      for (const role of ["app", "admin"] as const) {
        if (
          await changes(
            role,
            `update tenant.${table} set "${name}" = ${other(`"${name}"`)} where tenant_id = '${of.tenantId}'`,
          )
        ) {
          open.push(`${role}: ${table}.${name}`);
        }
      }
    }
    expect(columns.length).toBeGreaterThan(3);
    expect(open).toEqual([]);
  },
);

test.each(MONEY)("BIL-8 no row of a final invoice can be taken out of %s, or doubled into it", async (table) => {
  const columns = await databases.admin<{ name: string }[]>`
    select attname as name from pg_attribute where attrelid = ${`tenant.${table}`}::regclass and attnum > 0 and not attisdropped and attgenerated = ''`;
  const list = columns.map(({ name }) => `"${name}"`).join(", ");
  for (const role of ["app", "admin"] as const) {
    expect(await changes(role, `delete from tenant.${table} where tenant_id = '${of.tenantId}'`)).toBe(false);
    expect(
      await changes(
        role,
        `insert into tenant.${table} (${list}) select ${list} from tenant.${table} where tenant_id = '${of.tenantId}'`,
      ),
    ).toBe(false);
  }
});

test.each([
  [
    "a line more on the invoice",
    "insert into tenant.invoice_lines (tenant_id, invoice_id, position, stable_key, charge_id, description_zh, description_en, quantity, unit, amount_minor, exact_num, exact_den) select tenant_id, invoice_id, 99, 'new', charge_id, description_zh, description_en, quantity, unit, 1, 1, 100 from tenant.invoice_lines limit 1",
  ],
  [
    "a tax group more",
    "insert into tenant.invoice_taxes (tenant_id, invoice_id, category, rate, base_minor, tax_minor) select tenant_id, invoice_id, 'S', '13', 1, 1 from tenant.invoice_taxes limit 1",
  ],
  [
    "a source moved to another line",
    "update tenant.invoice_line_sources set line_id = (select id from tenant.invoice_lines order by position limit 1)",
  ],
  [
    "a note with a line too much",
    "insert into tenant.credit_note_lines (tenant_id, credit_note_id, line_id, net_minor) select n.tenant_id, n.id, l.id, 1 from tenant.credit_notes n, tenant.invoice_lines l where l.position = 1",
  ],
  [
    "a final invoice made a draft",
    "update tenant.invoices set status = 'draft', number = null, series = null, approved_by = null",
  ],
  ["credited without notes for all of it", "update tenant.invoices set status = 'credited'"],
  [
    "a new invoice that is born final",
    "insert into tenant.invoices (tenant_id, contract_id, period_start, period_end, time_zone, currency, status, total_minor, engine_version, cutoff, input_hash, output_hash, approved_by) select tenant_id, contract_id, '2020-01-01', '2020-02-01', time_zone, currency, 'approved', 0, 1, now(), input_hash, output_hash, uuidv7() from tenant.invoices",
  ],
  [
    "a draft approved whose lines do not sum",
    "with d as (insert into tenant.invoices (tenant_id, contract_id, period_start, period_end, time_zone, currency, total_minor, engine_version, cutoff, input_hash, output_hash) select tenant_id, contract_id, '2020-01-01', '2020-02-01', time_zone, currency, 7, 1, now(), input_hash, output_hash from tenant.invoices returning id) select 1 from d; update tenant.invoices set status = 'approved', approved_by = uuidv7() where status = 'draft'",
  ],
])("BIL-8 refused by the database itself: %s", async (_what, statement) => {
  for (const role of ["app", "admin"] as const) expect(await changes(role, statement)).toBe(false);
});

test("BIL-8 nobody takes a number without its document", async () => {
  for (const role of ["app", "operator"] as const) {
    await expect(
      databases[role]`select house.take_number('INV-2026', ${of.tenantId}, 'invoice', uuidv7())`,
    ).rejects.toThrow(/permission denied/);
  }
  await expect(databases.app`insert into house.invoice_series values ('X-2026', 1)`).rejects.toThrow(
    /permission denied/,
  );
  await expect(databases.operator`update house.invoice_series set last = 7`).rejects.toThrow(/permission denied/);
});

test("BIL-8 what is drawn from prepaid credit is never more than was bought, and stays", async () => {
  const [row] = await databases.admin<{ id: string }[]>`
    insert into tenant.prepaid_credits (tenant_id, currency, amount_minor, bought_on, reference, created_at)
    values (${of.tenantId}, 'CNY', 100, '2026-01-01', 'p', now()) returning id`;
  const draw = (minor: number) =>
    `insert into tenant.prepaid_draws (tenant_id, credit_id, kind, amount_minor, drawn_at) values ('${of.tenantId}', '${row?.id}', 'expiry', ${minor}, now())`;
  expect(await changes("app", draw(101))).toBe(false);
  expect(await changes("app", draw(100))).toBe(true);
  expect(await changes("admin", `update tenant.prepaid_credits set amount_minor = 200 where id = '${row?.id}'`)).toBe(
    false,
  );
});
