import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { type Database, withTenant } from "../../src/adapters/db/index.ts";
import type { Currency } from "../../src/domain/kernel/currency.ts";
import { post } from "../../src/features/ledger/index.ts";
import type { TestClient } from "./billing-client.ts";

type Wanted = {
  readonly lines: readonly number[];
  readonly taxMinor?: number;
  readonly currency?: Currency;
  readonly issuedOn?: string;
  readonly dueOn?: string;
  /** Makes the invoice's month its own: one contract has one invoice a month. */
  readonly month?: number;
};

/** A final invoice as the house makes one, with its entry in the book. Written by the administrator of the test database. */
export async function finalInvoice(
  sql: postgres.Sql,
  db: Database,
  client: TestClient,
  wanted: Wanted,
): Promise<string> {
  const { lines, taxMinor = 0, currency = "CNY", issuedOn = "2026-10-01", dueOn = "2026-10-31", month = 0 } = wanted;
  const id = randomUUID();
  const { tenantId, contractId } = client;
  const net = lines.reduce((sum, amount) => sum + amount, 0);
  const charge = await chargeOf(sql, client);
  const zero = "0".repeat(64);
  const start = `${2000 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}-01`;
  await sql`insert into tenant.invoices (tenant_id, id, contract_id, period_start, period_end, time_zone, currency, total_minor,
      tax_minor, engine_version, cutoff, input_hash, output_hash)
    values (${tenantId}, ${id}, ${contractId}, ${start}::date, ${start}::date + 1, 'UTC', ${currency}, ${net}, ${taxMinor}, 1, now(), ${zero}, ${zero})`;
  for (const [position, amount] of lines.entries()) {
    await sql`insert into tenant.invoice_lines (tenant_id, invoice_id, position, stable_key, charge_id, description_zh,
        description_en, quantity, unit, amount_minor, exact_num, exact_den, tax_category, tax_rate)
      values (${tenantId}, ${id}, ${position}, ${`k${position}`}, ${charge}, '服务', 'Service', '1', 'call', ${amount}, ${amount}, 100,
        ${taxMinor === 0 ? "O" : "S"}, ${taxMinor === 0 ? "0" : "6"})`;
  }
  if (taxMinor !== 0) {
    await sql`insert into tenant.invoice_taxes (tenant_id, invoice_id, category, rate, base_minor, tax_minor)
      values (${tenantId}, ${id}, 'S', '6', ${net}, ${taxMinor})`;
  }
  await sql`update tenant.invoices set status = 'approved', approved_by = ${randomUUID()}, approved_at = now() where id = ${id}`;
  await sql`update tenant.invoices set status = 'finalized', series = 'INV-2026', issued_on = ${issuedOn}, due_on = ${dueOn},
    buyer = '{}', seller = '{}', finalized_by = ${randomUUID()}, finalized_at = now() where id = ${id}`;
  const event = {
    type: "invoice_finalized",
    id,
    currency,
    lines: [{ service: "calls", amountMinor: BigInt(net) }],
    taxMinor: BigInt(taxMinor),
  } as const;
  const scope = { tenantId, actor: { kind: "system", name: "test" } } as const;
  await withTenant(db, scope, (tx) => post(tx, { event, occurredAt: Date.parse(`${issuedOn}T04:00:00Z`) }));
  return id;
}

/** Everything of the invoice is given back, by its one credit note. */
export async function creditInvoice(
  sql: postgres.Sql,
  db: Database,
  client: TestClient,
  invoiceId: string,
): Promise<void> {
  const { tenantId } = client;
  const id = randomUUID();
  const [invoice] = await sql`select total_minor, tax_minor, currency from tenant.invoices where id = ${invoiceId}`;
  await sql.begin(async (tx) => {
    await tx`insert into tenant.credit_notes (tenant_id, id, invoice_id, series, number, kind, reason, net_minor, tax_minor,
        currency, issued_on, issued_at, request_key)
      select tenant_id, ${id}, id, 'CN-2026', 1, 'cancellation', 'r', total_minor, tax_minor, currency, '2026-11-01', now(), ${id}
      from tenant.invoices where id = ${invoiceId}`;
    await tx`insert into tenant.credit_note_lines (tenant_id, credit_note_id, line_id, net_minor)
      select tenant_id, ${id}, id, amount_minor from tenant.invoice_lines where invoice_id = ${invoiceId} and amount_minor <> 0`;
    await tx`insert into tenant.credit_note_taxes (tenant_id, credit_note_id, category, rate, base_minor, tax_minor)
      select tenant_id, ${id}, category, rate, base_minor, tax_minor from tenant.invoice_taxes where invoice_id = ${invoiceId}`;
  });
  const event = {
    type: "credit_note_issued",
    id,
    currency: String(invoice?.currency) as Currency,
    lines: [{ service: "calls", amountMinor: BigInt(invoice?.total_minor ?? 0) }],
    taxMinor: BigInt(invoice?.tax_minor ?? 0),
  } as const;
  const scope = { tenantId, actor: { kind: "system", name: "test" } } as const;
  await withTenant(db, scope, (tx) => post(tx, { event, occurredAt: Date.parse("2026-11-01T04:00:00Z") }));
}

/** Balances by kind of account, positive on the debit side; they sum to zero. */
export async function ledgerBalances(sql: postgres.Sql, tenantId: string): Promise<Record<string, number>> {
  const rows = await sql<{ kind: string; minor: string }[]>`
    select a.kind, sum(d.debit_minor - d.credit_minor)::text as minor from tenant.ledger_days d
    join tenant.ledger_accounts a on a.tenant_id = d.tenant_id and a.id = d.account_id
    where d.tenant_id = ${tenantId} group by a.kind having sum(d.debit_minor - d.credit_minor) <> 0`;
  return Object.fromEntries(rows.map((row) => [row.kind, Number(row.minor)]));
}

const charges = new Map<string, string>();

async function chargeOf(sql: postgres.Sql, client: TestClient): Promise<string> {
  const known = charges.get(client.contractId);
  if (known !== undefined) return known;
  const [standing] =
    await sql`select id from tenant.charges where contract_id = ${client.contractId} order by version, position limit 1`;
  if (standing !== undefined) return String(standing.id);
  await sql`insert into tenant.contract_versions (tenant_id, contract_id, version, valid, content_hash)
    values (${client.tenantId}, ${client.contractId}, 1, daterange('2000-01-01', null), 'h')`;
  const id = randomUUID();
  await sql`insert into tenant.charges (tenant_id, id, contract_id, version, position, code, model, params, description_zh, description_en)
    values (${client.tenantId}, ${id}, ${client.contractId}, 1, 0, 'calls', 'unit', '{}', '服务', 'Service')`;
  charges.set(client.contractId, id);
  return id;
}
