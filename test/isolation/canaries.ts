import type postgres from "postgres";
import { applyTenants } from "../../src/entry/cli/tenants.ts";
import { idOf } from "../../src/features/tenants/index.ts";
import type { TestDatabase } from "../support/database.ts";
import { invoiceLifeRows } from "./invoice-canaries.ts";
import { ledgerRows } from "./ledger-canaries.ts";
import { paymentRows } from "./payment-canaries.ts";

/** Two clients with a row of their own in every tenant table. */
export const OURS = idOf.tenant("harbourlight");
export const THEIRS = idOf.tenant("hearthline");

/** Fills what the set-up from files leaves empty. A table that is forgotten here fails the matrix by name. */
export async function plantCanaries(databases: TestDatabase): Promise<void> {
  await applyTenants({
    ownerUrl: databases.urls.owner,
    sealKey: Buffer.alloc(32, 7).toString("base64"),
    sandbox: { baseUrl: "http://127.0.0.1:1", password: "not a secret" },
  });
  for (const [at, tenantId] of [OURS, THEIRS].entries()) {
    await plantFor(databases.admin, tenantId, at + 1);
    await plantStay(databases.admin, tenantId, canaryId(at + 1, "c1"));
  }
}

async function plantStay(sql: postgres.Sql, tenant_id: string, contact_id: string): Promise<void> {
  const [queue] = await sql`select id from tenant.queues where tenant_id = ${tenant_id} limit 1`;
  const stay = { contact_id, no: 1, queue_id: queue?.id, queued_at: "2026-11-20T10:00:00Z" };
  await plantRow(sql, "queue_stays", { tenant_id, ...stay });
}

async function plantFor(sql: postgres.Sql, tenant_id: string, nth: number): Promise<void> {
  const id = (part: string) => canaryId(nth, part);
  const at = "2026-11-20T10:00:00Z";
  const [number] = await sql`select * from tenant.numbers where tenant_id = ${tenant_id} limit 1`;
  const [charge] = await sql`select * from tenant.charges where tenant_id = ${tenant_id} limit 1`;
  const [agent] = await sql`select id from house.agents limit 1`;
  const [flow] = await sql`select * from tenant.flow_versions where tenant_id = ${tenant_id} limit 1`;
  const contact_id = id("c1");
  const rows: [table: string, row: Record<string, unknown>][] = [
    [
      "contacts",
      {
        id: contact_id,
        direction: "inbound",
        carrier: "sandbox",
        from_number: "+15550100",
        to_number: number?.e164,
        number_id: number?.id,
        brand_id: number?.brand_id,
        flow_id: number?.flow_id,
        flow_version: flow?.version,
        language: "en-US",
        offered_at: at,
        facts_folded: 1,
      },
    ],
    ["contact_facts", { contact_id, seq: 1, at, v: 1, type: "ended", body: {} }],
    [
      "contact_legs",
      {
        contact_id,
        call_sid: `CA${nth}`,
        party: "caller",
        direction: "inbound",
        status: "completed",
        duration_s: 1,
        ended_at: at,
      },
    ],
    [
      "recordings",
      {
        contact_id,
        recording_sid: `RE${nth}`,
        purpose: "call",
        duration_s: 1,
        blob_key: `${tenant_id}/x`,
        stored_at: at,
      },
    ],
    [
      "agent_grants",
      { id: id("b1"), agent_id: agent?.id, scope: "contact", contact_id, expires_at: "2099-01-01T00:00:00Z" },
    ],
    [
      "agent_grants",
      {
        id: id("b2"),
        agent_id: agent?.id,
        scope: "brand",
        brand_id: number?.brand_id,
        expires_at: "2099-01-01T00:00:00Z",
      },
    ],
    ...billedRows(nth, at, contact_id, charge),
    ...invoiceLifeRows((part) => id(part), { at, contractId: charge?.contract_id }),
    ...[ledgerRows(id), paymentRows(id, { at, contractId: charge?.contract_id })].flat(),
  ];
  for (const [table, row] of rows) await plantRow(sql, table, { tenant_id, ...row });
}

/** A value for each column that must have one and gives itself none, so that a new column needs no change here. */
async function fillers(sql: postgres.Sql, table: string): Promise<Record<string, unknown>> {
  const columns = await sql<{ name: string; type: string }[]>`
    select a.attname as name, t.typname as type from pg_attribute a join pg_type t on t.oid = a.atttypid
    where a.attrelid = ${`tenant.${table}`}::regclass and a.attnum > 0 and not a.attisdropped and a.attnotnull and not a.atthasdef`;
  const VALUES: Record<string, unknown> = {
    text: "1",
    int4: 1,
    int8: 1,
    numeric: 1,
    bool: false,
    jsonb: {},
    timestamptz: "2026-11-20T10:00:00Z",
    date: "2026-11-20",
  };
  return Object.fromEntries(columns.filter(({ type }) => type in VALUES).map(({ name, type }) => [name, VALUES[type]]));
}

/** What a month of one contact leaves behind: usage, and an invoice with the line it came to. */
function billedRows(
  nth: number,
  at: string,
  contact_id: string,
  charge: postgres.Row | undefined,
): [table: string, row: Record<string, unknown>][] {
  const id = (part: string) => canaryId(nth, part);
  return [
    [
      "usage",
      {
        id: id("a1"),
        source: "contact",
        source_event_id: `${contact_id}:1`,
        kind: "contact",
        occurred_at: at,
        quantity: 1,
        payload_hash: "0".repeat(64),
      },
    ],
    [
      "invoices",
      {
        id: id("e1"),
        contract_id: charge?.contract_id,
        period_start: "2026-11-01",
        period_end: "2026-12-01",
        time_zone: "UTC",
        currency: "USD",
        total_minor: 1,
        engine_version: 1,
        cutoff: at,
        input_hash: "0".repeat(64),
        output_hash: "0".repeat(64),
      },
    ],
    [
      "invoice_lines",
      {
        id: id("f1"),
        invoice_id: id("e1"),
        position: 0,
        stable_key: "k",
        charge_id: charge?.id,
        description_zh: "一",
        description_en: "one",
        quantity: "1",
        unit: "contact",
        amount_minor: 1,
      },
    ],
    ["invoice_line_sources", { line_id: id("f1"), usage_id: id("a1") }],
    ["contract_drafts", { contract_id: charge?.contract_id, valid_from: "2027-01-01" }],
    ["rated_months", { contract_id: charge?.contract_id, period_start: "2026-11-01", terms_hash: "0".repeat(64) }],
    [
      "rated_sums",
      { contract_id: charge?.contract_id, period_start: "2026-11-01", charge_id: charge?.id, reason: null, kind: null },
    ],
    [
      "rated_contacts",
      { contract_id: charge?.contract_id, period_start: "2026-11-01", charge_id: charge?.id, contact_id },
    ],
    ["rated_days", { contract_id: charge?.contract_id, period_start: "2026-11-01", day: "2026-11-03" }],
    [
      "rated_items",
      { contract_id: charge?.contract_id, usage_id: id("a1"), charge_id: charge?.id, reason: null, occurred_at: at },
    ],
  ];
}

function canaryId(nth: number, part: string): string {
  return `0000000${nth}-0000-4000-8000-0000000000${part}`;
}

async function plantRow(sql: postgres.Sql, table: string, row: Record<string, unknown>): Promise<void> {
  const whole = { ...(await fillers(sql, table)), ...row };
  const columns = Object.keys(whole)
    .map((column) => `"${column}"`)
    .join(", ");
  await sql.begin(async (tx) => {
    // A canary need not have lived: no trigger asks how an invoice came to be final.
    await tx`set local session_replication_role = replica`;
    await tx.unsafe(
      `insert into tenant.${table} (${columns}) select ${columns} from jsonb_populate_record(null::tenant.${table}, $1)`,
      [tx.json(whole as postgres.JSONValue)],
    );
  });
}
