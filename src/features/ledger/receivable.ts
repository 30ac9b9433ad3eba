import { sql } from "drizzle-orm";
import { type Database, type TenantScope, withTenant } from "../../adapters/db/index.ts";
import { CURRENCY_DECIMALS, isCurrency } from "../../domain/kernel/currency.ts";
import { assert } from "../../domain/kernel/step.ts";
import { safe } from "./amounts.ts";
import type { ReceivableCheck } from "./schema.ts";

/** Currencies of one client, at most: each contract has one. */
const CURRENCIES_MAX = 50;

/**
 * What the client owes, told twice: by its documents (final invoices less prepaid draws, credit notes, write-offs and what
 * payments are allocated to them), and by the receivable account. They differ when a document or a payment was booked
 * wrongly or not at all.
 */
export function receivableCheck(db: Database, scope: TenantScope): Promise<ReceivableCheck> {
  return withTenant(db, scope, async (tx) => {
    const rows = await tx.execute<{
      currency: string;
      invoiced: string;
      drawn: string;
      credited: string;
      written_off: string;
      money: string;
      ledger: string;
    }>(sql`
      with documents as (
        select i.currency, i.gross_minor as invoiced, i.prepaid_minor as drawn, 0::bigint as credited, 0::bigint as written_off,
          0::bigint as money from tenant.invoices i where i.tenant_id = ${tx.tenantId} and i.status in ('finalized', 'credited')
        union all select n.currency, 0, 0, n.gross_minor, 0, 0 from tenant.credit_notes n where n.tenant_id = ${tx.tenantId}
        union all select i.currency, 0, 0, 0, w.amount_minor, 0 from tenant.write_offs w
          join tenant.invoices i on i.tenant_id = w.tenant_id and i.id = w.invoice_id where w.tenant_id = ${tx.tenantId}
        union all select i.currency, 0, 0, 0, 0, -p.amount_minor from tenant.payment_allocations p
          join tenant.invoices i on i.tenant_id = p.tenant_id and i.id = p.invoice_id where p.tenant_id = ${tx.tenantId}),
      moves as (
        select a.currency, case when e.debit_account = a.id then e.amount_minor else -e.amount_minor end as minor
        from tenant.ledger_accounts a
        join tenant.ledger_entries e on e.tenant_id = a.tenant_id and (e.debit_account = a.id or e.credit_account = a.id)
        where a.tenant_id = ${tx.tenantId} and a.kind = 'receivable')
      select currency, sum(invoiced)::text as invoiced, sum(drawn)::text as drawn, sum(credited)::text as credited,
        sum(written_off)::text as written_off, sum(money)::text as money, sum(ledger)::text as ledger
      from (select currency, invoiced, drawn, credited, written_off, money, 0::bigint as ledger from documents
        union all select currency, 0, 0, 0, 0, 0, minor from moves) both_sides
      group by currency order by currency limit ${CURRENCIES_MAX}`);
    return {
      items: rows.map((row) => {
        assert(isCurrency(row.currency), `${row.currency} is a currency that was billed in`);
        const [invoiced, drawn, credited] = [BigInt(row.invoiced), BigInt(row.drawn), BigInt(row.credited)];
        const expected = invoiced - drawn - credited - BigInt(row.written_off) + BigInt(row.money);
        return {
          currency: row.currency,
          decimals: CURRENCY_DECIMALS[row.currency],
          invoicedMinor: safe(invoiced),
          prepaidDrawnMinor: safe(drawn),
          creditedMinor: safe(credited),
          writtenOffMinor: safe(row.written_off),
          moneyMinor: safe(row.money),
          expectedMinor: safe(expected),
          ledgerMinor: safe(row.ledger),
          agrees: expected === BigInt(row.ledger),
        };
      }),
    };
  });
}
