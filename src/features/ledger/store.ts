import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { isCurrency } from "../../domain/kernel/currency.ts";
import { assert } from "../../domain/kernel/step.ts";
import { type Account, type AccountKind, isAccountKind } from "../../domain/ledger/accounts.ts";
import type { Entry } from "../../domain/ledger/posting.ts";

type AccountRow = { readonly kind: string; readonly subject: string; readonly currency: string };

export async function entriesOfTxn(tx: TenantTx, txnId: string): Promise<Entry[]> {
  const rows = await tx.execute<{
    dk: string;
    ds: string;
    ck: string;
    cs: string;
    currency: string;
    amount: string;
  }>(sql`
    select d.kind as dk, d.subject as ds, c.kind as ck, c.subject as cs, e.currency, e.amount_minor::text as amount
    from tenant.ledger_entries e
    join tenant.ledger_accounts d on d.tenant_id = e.tenant_id and d.id = e.debit_account
    join tenant.ledger_accounts c on c.tenant_id = e.tenant_id and c.id = e.credit_account
    where e.tenant_id = ${tx.tenantId} and e.txn_id = ${txnId} order by e.position`);
  return rows.map((row) => ({
    debit: accountOf({ kind: row.dk, subject: row.ds, currency: row.currency }),
    credit: accountOf({ kind: row.ck, subject: row.cs, currency: row.currency }),
    amountMinor: BigInt(row.amount),
  }));
}

export function accountOf({ kind, subject, currency }: AccountRow): Account {
  assert(isAccountKind(kind) && isCurrency(currency), `${kind} in ${currency} is an account that was booked on`);
  return { kind, subject, currency };
}

/** Debits less credits that one deed, named by its key, made on accounts of a kind; zero when it is not in the book. */
export async function bookedOn(tx: TenantTx, key: string, kind: AccountKind): Promise<bigint> {
  const [row] = await tx.execute<{ amount: string }>(sql`
    select coalesce(sum(case when d.kind = ${kind} then e.amount_minor else 0 end)
      - sum(case when c.kind = ${kind} then e.amount_minor else 0 end), 0)::text as amount
    from tenant.ledger_txns t
    join tenant.ledger_entries e on e.tenant_id = t.tenant_id and e.txn_id = t.id
    join tenant.ledger_accounts d on d.tenant_id = e.tenant_id and d.id = e.debit_account
    join tenant.ledger_accounts c on c.tenant_id = e.tenant_id and c.id = e.credit_account
    where t.tenant_id = ${tx.tenantId} and t.idempotency_key = ${key}`);
  return BigInt(row?.amount ?? 0);
}

export async function isBooked(tx: TenantTx, key: string): Promise<boolean> {
  const rows = await tx.execute(
    sql`select 1 from tenant.ledger_txns where tenant_id = ${tx.tenantId} and idempotency_key = ${key}`,
  );
  return rows.length > 0;
}
