import { sql } from "drizzle-orm";
import {
  type Actor,
  type Database,
  type OperatorTx,
  type TenantScope,
  type TenantTx,
  withOperator,
  withTenant,
} from "../../adapters/db/index.ts";
import type { LocalDate } from "../../domain/kernel/calendar-days.ts";
import { CURRENCY_DECIMALS } from "../../domain/kernel/currency.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { ACCOUNT_KINDS, type Account, balanceOf } from "../../domain/ledger/accounts.ts";
import { safe } from "./amounts.ts";
import { type NameOf, namesOf } from "./names-store.ts";
import type { BalanceView, CurrencyTotal, HouseBalance, TrialBalance } from "./schema.ts";
import { accountOf } from "./store.ts";

/** Accounts of one client, at most: kinds × agents, partners and services, far above any real book. */
const ACCOUNTS_MAX = 20_000;
const TENANTS_MAX = 10_000;

type Sums = { readonly account: Account; readonly accountId: string; readonly debit: bigint; readonly credit: bigint };

export type HouseContext = { readonly db: Database; readonly operatorDb: Database; readonly actor: Actor };

/** Every account of a client with what stands on it at the end of a day; in each currency debits equal credits. */
export async function trialBalance(db: Database, scope: TenantScope, on: LocalDate | null): Promise<TrialBalance> {
  return withTenant(db, scope, async (tx) => {
    const sums = await sumsOf(tx, on);
    const nameOf = await namesOf(
      tx,
      sums.map((one) => one.account),
    );
    return { on, accounts: sums.map((one) => viewOf(one, nameOf)), totals: totalsOf(sums) };
  });
}

/** The same over all clients by kind of account: one transaction each, because no transaction sees two clients. */
export async function houseBalance(ctx: HouseContext, on: LocalDate | null): Promise<HouseBalance> {
  const kinds = new Map<string, Sums>();
  const tenants: { tenantId: TenantId; tenantName: string; balanced: boolean }[] = [];
  for (const { tenantId, tenantName } of await withOperator(ctx.operatorDb, namedTenants)) {
    const sums = await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) => sumsOf(tx, on));
    tenants.push({ tenantId, tenantName, balanced: totalsOf(sums).every((total) => total.balanced) });
    for (const one of sums) {
      const key = `${one.account.currency}|${one.account.kind}`;
      const known = kinds.get(key);
      const [debit, credit] = [one.debit + (known?.debit ?? 0n), one.credit + (known?.credit ?? 0n)];
      kinds.set(key, { ...one, debit, credit });
    }
  }
  const all = [...kinds].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sums]) => sums);
  return {
    on,
    kinds: all.map((one) => viewOf(one, () => null)).map(({ accountId: _a, subject: _s, name: _n, ...kind }) => kind),
    totals: totalsOf(all),
    tenants,
  };
}

/** Every client the house ever had: a closed one's book still stands. */
export async function tenantsOfHouse(tx: OperatorTx): Promise<TenantId[]> {
  return (await namedTenants(tx)).map(({ tenantId }) => tenantId);
}

async function namedTenants(tx: OperatorTx): Promise<{ tenantId: TenantId; tenantName: string }[]> {
  const rows = await tx.execute<{ id: string; name: string }>(
    sql`select id, name from house.tenants order by slug limit ${TENANTS_MAX}`,
  );
  return rows.map((row) => ({ tenantId: asId<TenantId>(row.id), tenantName: row.name }));
}

async function sumsOf(tx: TenantTx, on: LocalDate | null): Promise<Sums[]> {
  const upTo = on === null ? sql`true` : sql`d.booked_on <= ${on}::date`;
  const rows = await tx.execute<{
    id: string;
    kind: string;
    subject: string;
    currency: string;
    debit: string;
    credit: string;
  }>(sql`
    select a.id, a.kind, a.subject, a.currency, sum(d.debit_minor)::text as debit, sum(d.credit_minor)::text as credit
    from tenant.ledger_accounts a
    join tenant.ledger_days d on d.tenant_id = a.tenant_id and d.account_id = a.id
    where a.tenant_id = ${tx.tenantId} and ${upTo}
    group by a.tenant_id, a.id order by a.currency, a.kind, a.subject limit ${ACCOUNTS_MAX}`);
  return rows.map((row) => ({
    account: accountOf(row),
    accountId: row.id,
    debit: BigInt(row.debit),
    credit: BigInt(row.credit),
  }));
}

function viewOf({ account, accountId, debit, credit }: Sums, nameOf: NameOf): BalanceView {
  const { kind, subject, currency } = account;
  return {
    accountId,
    kind,
    class: ACCOUNT_KINDS[kind].class,
    subject,
    name: nameOf(account),
    currency,
    decimals: CURRENCY_DECIMALS[currency],
    debitMinor: safe(debit),
    creditMinor: safe(credit),
    balanceMinor: safe(balanceOf(kind, { debit, credit })),
  };
}

function totalsOf(sums: readonly Sums[]): CurrencyTotal[] {
  return Object.entries(Object.groupBy(sums, (one) => one.account.currency)).map(([currency, of]) => {
    const debit = of.reduce((total, one) => total + one.debit, 0n);
    const credit = of.reduce((total, one) => total + one.credit, 0n);
    return {
      currency,
      decimals: CURRENCY_DECIMALS[of[0]?.account.currency ?? "USD"],
      debitMinor: safe(debit),
      creditMinor: safe(credit),
      balanced: debit === credit,
    };
  });
}
