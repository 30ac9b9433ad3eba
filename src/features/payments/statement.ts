import { sql } from "drizzle-orm";
import { type Database, iso, type TenantScope, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { Currency } from "../../domain/kernel/currency.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { age, type Bucket } from "../../domain/payments/ageing.ts";
import { knownCurrency, type PaymentsContext, scopeOf } from "./context.ts";
import { invoiceMoney } from "./invoices-store.ts";
import { tenantsOf } from "./reconcile.ts";
import { paymentRows, unallocated } from "./store.ts";

export type EntryKind = "invoice" | "prepaid" | "credit_note" | "write_off" | "payment" | "refund";

/** `amountMinor` raises (above zero) or lowers what the client owes; `balanceMinor` is what it owes after it. */
export type StatementEntry = {
  readonly kind: EntryKind;
  readonly id: string;
  readonly on: string;
  readonly name: string;
  readonly amountMinor: bigint;
  readonly balanceMinor: bigint;
};

export type Statement = {
  readonly currency: Currency;
  readonly from: string;
  readonly to: string;
  readonly openingMinor: bigint;
  readonly entries: readonly StatementEntry[];
  readonly closingMinor: bigint;
};

/** Documents of one client in one range; a year of a busy one is less. */
const ENTRIES_MAX = 5_000;

/**
 * What a client owed at the start, every document and payment of the range (both days included), and what it owes at the
 * end; one statement a currency. The closing balance of one range is the opening balance of the next.
 */
export function statements(
  db: Database,
  scope: TenantScope,
  range: { readonly from: string; readonly to: string },
): Promise<Statement[]> {
  return withTenant(db, scope, async (tx) => {
    const rows = await documents(tx, range.to);
    const currencies = [...new Set(rows.map((row) => row.currency))].toSorted();
    return currencies.map((currency) =>
      statementOf(
        currency,
        range,
        rows.filter((row) => row.currency === currency),
      ),
    );
  });
}

type Document = {
  readonly currency: string;
  readonly kind: EntryKind;
  readonly id: string;
  readonly on: string;
  readonly name: string;
  readonly minor: bigint;
};

function statementOf(
  code: string,
  { from, to }: { readonly from: string; readonly to: string },
  rows: readonly Document[],
): Statement {
  let balanceMinor = 0n;
  let openingMinor = 0n;
  const entries: StatementEntry[] = [];
  for (const { kind, id, on, name, minor } of rows) {
    balanceMinor += minor;
    if (on < from) openingMinor = balanceMinor;
    else entries.push({ kind, id, on, name, amountMinor: minor, balanceMinor });
  }
  return { currency: knownCurrency(code), from, to, openingMinor, entries, closingMinor: balanceMinor };
}

async function documents(tx: TenantTx, to: string): Promise<Document[]> {
  const mine = sql`tenant_id = ${tx.tenantId}`;
  const rows = await tx.execute<Record<string, string>>(sql`
    select currency, kind, id, on_day::text as on_day, name, minor::text as minor from (
      select currency, 'invoice' as kind, id, issued_on as on_day, series || '-' || lpad(number::text, 6, '0') as name, gross_minor as minor, 0 as rank
        from tenant.invoices where ${mine} and status in ('finalized', 'credited')
      union all
      select currency, 'prepaid', id, issued_on, series || '-' || lpad(number::text, 6, '0'), -prepaid_minor, 1
        from tenant.invoices where ${mine} and status in ('finalized', 'credited') and prepaid_minor > 0
      union all
      select currency, 'credit_note', id, issued_on, series || '-' || lpad(number::text, 6, '0'), -gross_minor, 2
        from tenant.credit_notes where ${mine}
      union all
      select i.currency, 'write_off', w.id, (w.written_off_at at time zone i.time_zone)::date, i.series || '-' || lpad(i.number::text, 6, '0'),
          -w.amount_minor, 3
        from tenant.write_offs w join tenant.invoices i on i.tenant_id = w.tenant_id and i.id = w.invoice_id where w.${mine}
      union all
      select currency, 'payment', id, received_on, case when reference = '' then method else reference end, -amount_minor, 4
        from tenant.payments where ${mine}
      union all
      select p.currency, 'refund', r.id, r.settled_on, r.reason, r.amount_minor, 5
        from tenant.refunds r join tenant.payments p on p.tenant_id = r.tenant_id and p.id = r.payment_id
        where r.${mine} and r.state = 'succeeded') d
    where on_day <= ${to}::date order by on_day, rank, id limit ${ENTRIES_MAX}`);
  return rows.map((row) => ({
    currency: String(row.currency),
    kind: String(row.kind) as EntryKind, // written above
    id: String(row.id),
    on: String(row.on_day),
    name: String(row.name),
    minor: BigInt(String(row.minor)),
  }));
}

export type Ageing = {
  readonly currency: Currency;
  readonly asOf: string;
  readonly buckets: { readonly [bucket in Bucket]: bigint };
  /** Open on invoices, which the buckets add up to. */
  readonly openMinor: bigint;
  /** Money of the client that no invoice has claimed yet. */
  readonly creditMinor: bigint;
};

/** What is open by how late it is, on the client's own calendar; one row a currency. */
export function ageing(db: Database, scope: TenantScope, now: Instant): Promise<Ageing[]> {
  return withTenant(db, scope, (tx) => ageingOf(tx, now));
}

/** The same for every client, sums only: one transaction each, because no transaction sees two. */
export async function houseAgeing(
  ctx: PaymentsContext,
): Promise<(Ageing & { readonly tenantId: string; readonly tenantName: string })[]> {
  const found: (Ageing & { tenantId: string; tenantName: string })[] = [];
  for (const tenantId of await tenantsOf(ctx)) {
    await withTenant(ctx.db, scopeOf(ctx, tenantId), async (tx) => {
      const [company] = await tx.execute<{ name: string }>(
        sql`select name from tenant.companies where tenant_id = ${tx.tenantId}`,
      );
      const rows = await ageingOf(tx, ctx.now);
      found.push(...rows.map((row) => ({ ...row, tenantId, tenantName: company?.name ?? "" })));
    });
  }
  return found;
}

async function ageingOf(tx: TenantTx, now: Instant): Promise<Ageing[]> {
  const asOf = await todayOf(tx, now);
  const open = await invoiceMoney(tx, { openOnly: true });
  const payments = await paymentRows(tx);
  const currencies = [...new Set([...open, ...payments.filter((it) => unallocated(it) > 0n)].map((it) => it.currency))];
  return currencies.toSorted().map((currency) => {
    const of = open.filter((it) => it.currency === currency);
    const credit = payments.filter((it) => it.currency === currency).map(unallocated);
    return {
      currency,
      asOf,
      buckets: age(of, asOf),
      openMinor: sum(of.map((it) => it.openMinor)),
      creditMinor: sum(credit),
    };
  });
}

function sum(each: readonly bigint[]): bigint {
  return each.reduce((total, minor) => total + minor, 0n);
}

/** The day that the client's calendar shows. */
export async function todayOf(tx: TenantTx, now: Instant): Promise<string> {
  const [row] = await tx.execute<{ today: string }>(sql`
    select ((${iso(now)}::timestamptz at time zone time_zone)::date)::text as today from tenant.companies where tenant_id = ${tx.tenantId}`);
  return row?.today ?? iso(now).slice(0, 10);
}
