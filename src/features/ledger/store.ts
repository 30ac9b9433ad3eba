import { sql } from "drizzle-orm";
import type { TenantTx } from "../../adapters/db/index.ts";
import { isCurrency } from "../../domain/kernel/currency.ts";
import { assert } from "../../domain/kernel/step.ts";
import { type Account, isAccountKind } from "../../domain/ledger/accounts.ts";
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
