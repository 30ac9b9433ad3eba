import { type SQL, sql } from "drizzle-orm";
import {
  type Database,
  nextPlace,
  placeAfter,
  type TenantScope,
  type TenantTx,
  withTenant,
} from "../../adapters/db/index.ts";
import type { LocalDate } from "../../domain/kernel/calendar-days.ts";
import { CURRENCY_DECIMALS } from "../../domain/kernel/currency.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { type Account, balanceOf } from "../../domain/ledger/accounts.ts";
import { aboutOf } from "./about-store.ts";
import { safe } from "./amounts.ts";
import { type NameOf, namesOf } from "./names-store.ts";
import type { AccountStatement, LedgerTxnPage } from "./schema.ts";
import { accountOf } from "./store.ts";

/** Rows of one page, at most. */
export const PAGE_MAX = 200;
/** Entries of one transaction, at most: two for each line of the longest invoice. */
const ENTRIES_MAX = 4_000;

export type StatementQuery = {
  readonly accountId: string;
  readonly from: LocalDate | null;
  readonly to: LocalDate | null;
  readonly cursor: string | null;
  readonly limit: number;
};

type EntryRow = {
  day: string;
  txn_id: string;
  position: number;
  side: "debit" | "credit";
  amount: string;
  other_kind: string;
  other_subject: string;
  event: string;
  ref: string;
  reverses_id: string | null;
};

/** An account's entries in order of their day, each with what stood on the account after it. `from` and `to` are included. */
export function accountStatement(db: Database, scope: TenantScope, query: StatementQuery): Promise<AccountStatement> {
  return withTenant(db, scope, async (tx) => {
    const account = await accountById(tx, query.accountId);
    const place = placeAfter(query.cursor, ["day", "id", "turn"]);
    const from = place?.[0] ?? query.from;
    const opening = balanceOf(account.kind, await sumsBefore(tx, query.accountId, query.from));
    let running =
      place === null ? opening : balanceOf(account.kind, await sumsUpTo(tx, query.accountId, from ?? "", place));
    const rows = await entryRows(tx, query, place);
    const closing = balanceOf(account.kind, await sumsBefore(tx, query.accountId, null, query.to));
    const page = rows.slice(0, query.limit);
    const others = page.map((row) => ({ kind: row.other_kind, subject: row.other_subject }));
    const nameOf = await namesOf(tx, [account, ...others]);
    const about = await aboutOf(tx, [...new Set(page.map((row) => row.ref))]);
    const items = page.map((row, at) => {
      const amount = BigInt(row.amount);
      const signed = balanceOf(account.kind, {
        debit: row.side === "debit" ? amount : 0n,
        credit: row.side === "credit" ? amount : 0n,
      });
      running += signed;
      return {
        txnId: row.txn_id,
        position: row.position,
        bookedOn: row.day,
        event: row.event,
        ref: row.ref,
        about: about(row.ref),
        side: row.side,
        amountMinor: safe(amount),
        balanceMinor: safe(running),
        other: named(others[at] ?? account, nameOf),
        reversesId: row.reverses_id,
      };
    });
    const last = page.at(-1);
    return {
      account: {
        accountId: query.accountId,
        ...account,
        name: nameOf(account),
        decimals: CURRENCY_DECIMALS[account.currency],
      },
      from: query.from,
      to: query.to,
      openingMinor: safe(opening),
      closingMinor: safe(closing),
      items,
      next: rows.length > query.limit && last ? `${last.day}_${last.txn_id}_${last.position}` : null,
    };
  });
}

function named({ kind, subject }: { readonly kind: string; readonly subject: string }, nameOf: NameOf) {
  return { kind, subject, name: nameOf({ kind, subject }) };
}

async function accountById(tx: TenantTx, accountId: string): Promise<Account> {
  const [row] = await tx.execute<{ kind: string; subject: string; currency: string }>(
    sql`select kind, subject, currency from tenant.ledger_accounts where tenant_id = ${tx.tenantId} and id = ${accountId}`,
  );
  if (row === undefined) throw new Refusal("not_found", "account_not_found", "there is no such account");
  return accountOf(row);
}

/** From the sums by day: cheap however long the book is. */
async function sumsBefore(tx: TenantTx, accountId: string, from: LocalDate | null, to: LocalDate | null = null) {
  if (from === null && to === null) return sumsOf(tx, sql`true`, accountId);
  return sumsOf(tx, from === null ? sql`booked_on <= ${to}::date` : sql`booked_on < ${from}::date`, accountId);
}

async function sumsOf(tx: TenantTx, days: SQL, accountId: string) {
  const [row] = await tx.execute<{ debit: string; credit: string }>(sql`
    select coalesce(sum(debit_minor), 0)::text as debit, coalesce(sum(credit_minor), 0)::text as credit
    from tenant.ledger_days where tenant_id = ${tx.tenantId} and account_id = ${accountId} and ${days}`);
  return { debit: BigInt(row?.debit ?? 0), credit: BigInt(row?.credit ?? 0) };
}

/** What stood on the account when a page ended: the days before, and of that day the entries up to the place. */
async function sumsUpTo(tx: TenantTx, accountId: string, day: LocalDate, place: readonly string[]) {
  const before = await sumsBefore(tx, accountId, day);
  const [row] = await tx.execute<{ debit: string; credit: string }>(sql`
    select coalesce(sum(amount_minor) filter (where debit_account = ${accountId}), 0)::text as debit,
      coalesce(sum(amount_minor) filter (where credit_account = ${accountId}), 0)::text as credit
    from tenant.ledger_entries
    where tenant_id = ${tx.tenantId} and (debit_account = ${accountId} or credit_account = ${accountId})
      and booked_on = ${day}::date and (txn_id, position) <= (${place[1]}::uuid, ${place[2]}::int)`);
  return { debit: before.debit + BigInt(row?.debit ?? 0), credit: before.credit + BigInt(row?.credit ?? 0) };
}

function entryRows(tx: TenantTx, query: StatementQuery, place: readonly string[] | null): Promise<EntryRow[]> {
  const from = query.from === null ? sql`true` : sql`e.booked_on >= ${query.from}::date`;
  const to = query.to === null ? sql`true` : sql`e.booked_on <= ${query.to}::date`;
  const rest =
    place === null
      ? sql`true`
      : sql`(e.booked_on, e.txn_id, e.position) > (${place[0]}::date, ${place[1]}::uuid, ${place[2]}::int)`;
  const half = (side: "debit" | "credit") => {
    const [own, other] = side === "debit" ? ["debit_account", "credit_account"] : ["credit_account", "debit_account"];
    return sql`(select e.*, ${side} as side, e.${sql.raw(other)} as other from tenant.ledger_entries e
      where e.tenant_id = ${tx.tenantId} and e.${sql.raw(own)} = ${query.accountId} and ${from} and ${to} and ${rest}
      order by e.booked_on, e.txn_id, e.position limit ${query.limit + 1})`;
  };
  return tx.execute<EntryRow>(sql`
    select to_char(h.booked_on, 'YYYY-MM-DD') as day, h.txn_id, h.position, h.side, h.amount_minor::text as amount,
      o.kind as other_kind, o.subject as other_subject, t.event, t.ref, t.reverses_id
    from (${half("debit")} union all ${half("credit")}) h
    join tenant.ledger_txns t on t.tenant_id = h.tenant_id and t.id = h.txn_id
    join tenant.ledger_accounts o on o.tenant_id = h.tenant_id and o.id = h.other
    order by h.booked_on, h.txn_id, h.position limit ${query.limit + 1}`);
}

export type TxnQuery = {
  readonly ref: string | null;
  readonly event: string | null;
  readonly txnId: string | null;
  readonly from: LocalDate | null;
  readonly to: LocalDate | null;
  readonly cursor: string | null;
  readonly limit: number;
};

/** Transactions, newest day first, each with its entries; `ref` finds all that was booked of one invoice or statement. */
export function transactions(db: Database, scope: TenantScope, query: TxnQuery): Promise<LedgerTxnPage> {
  return withTenant(db, scope, async (tx) => {
    const place = placeAfter(query.cursor, ["day", "id"]);
    const only = (given: string | null, condition: (value: string) => SQL) =>
      given === null ? sql`true` : condition(given);
    const rows = await tx.execute<{
      id: string;
      event: string;
      ref: string;
      day: string;
      occurred: string;
      booked: string;
      actor: string;
      reverses_id: string | null;
      reversed_by: string | null;
    }>(sql`
      select t.id, t.event, t.ref, to_char(t.booked_on, 'YYYY-MM-DD') as day, t.actor, t.reverses_id, r.id as reversed_by,
        (extract(epoch from t.occurred_at) * 1000)::bigint::text as occurred,
        (extract(epoch from t.booked_at) * 1000)::bigint::text as booked
      from tenant.ledger_txns t
      left join tenant.ledger_txns r on r.tenant_id = t.tenant_id and r.reverses_id = t.id
      where t.tenant_id = ${tx.tenantId} and ${only(query.ref, (ref) => sql`t.ref = ${ref}`)}
        and ${only(query.event, (event) => sql`t.event = ${event}`)} and ${only(query.txnId, (id) => sql`t.id = ${id}`)}
        and ${only(query.from, (day) => sql`t.booked_on >= ${day}::date`)}
        and ${only(query.to, (day) => sql`t.booked_on <= ${day}::date`)}
        and ${place === null ? sql`true` : sql`(t.booked_on, t.id) < (${place[0]}::date, ${place[1]}::uuid)`}
      order by t.booked_on desc, t.id desc limit ${query.limit + 1}`);
    const page = rows.slice(0, query.limit);
    const entries = await entriesOfTxns(
      tx,
      page.map((row) => row.id),
    );
    const last = page.at(-1);
    return {
      items: page.map((row) => ({
        txnId: row.id,
        event: row.event,
        ref: row.ref,
        bookedOn: row.day,
        occurredAt: Number(row.occurred),
        bookedAt: Number(row.booked),
        actor: row.actor,
        reversesId: row.reverses_id,
        reversedBy: row.reversed_by,
        entries: entries.filter((entry) => entry.txnId === row.id).map(({ txnId: _, ...entry }) => entry),
      })),
      next: nextPlace(rows.length > query.limit, last && [last.day, last.id]),
    };
  });
}

async function entriesOfTxns(tx: TenantTx, ids: readonly string[]) {
  const rows = await tx.execute<{
    txn_id: string;
    dk: string;
    ds: string;
    da: string;
    ck: string;
    cs: string;
    ca: string;
    currency: string;
    amount: string;
  }>(sql`
    select e.txn_id, d.kind as dk, d.subject as ds, d.id as da, c.kind as ck, c.subject as cs, c.id as ca, e.currency,
      e.amount_minor::text as amount
    from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) as wanted(id)
    join tenant.ledger_entries e on e.tenant_id = ${tx.tenantId} and e.txn_id = wanted.id::uuid
    join tenant.ledger_accounts d on d.tenant_id = e.tenant_id and d.id = e.debit_account
    join tenant.ledger_accounts c on c.tenant_id = e.tenant_id and c.id = e.credit_account
    order by e.txn_id, e.position limit ${ENTRIES_MAX}`);
  const sides = rows.flatMap((row) => [
    { kind: row.dk, subject: row.ds },
    { kind: row.ck, subject: row.cs },
  ]);
  const nameOf = await namesOf(tx, sides);
  return rows.map((row) => {
    const debit = accountOf({ kind: row.dk, subject: row.ds, currency: row.currency });
    return {
      txnId: row.txn_id,
      debit: { accountId: row.da, ...named({ kind: row.dk, subject: row.ds }, nameOf) },
      credit: { accountId: row.ca, ...named({ kind: row.ck, subject: row.cs }, nameOf) },
      currency: row.currency,
      decimals: CURRENCY_DECIMALS[debit.currency],
      amountMinor: safe(BigInt(row.amount)),
    };
  });
}
