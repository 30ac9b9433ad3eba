import { and, eq, sql } from "drizzle-orm";
import { actorId, iso, type TenantTx } from "../../adapters/db/index.ts";
import type { LocalDate } from "../../domain/kernel/calendar-days.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { accountKey } from "../../domain/ledger/accounts.ts";
import { keyOf, type LedgerEvent } from "../../domain/ledger/events.ts";
import { type Entry, entriesOf, reversed, unlawful } from "../../domain/ledger/posting.ts";
import { entriesOfTxn } from "./store.ts";
import { ledgerTxns } from "./tables.ts";

/** A deed to be booked. */
export type Deed = {
  readonly event: LedgerEvent;
  readonly occurredAt: Instant;
  /** The day on which it counts; left out, the day that the client's calendar shows at `occurredAt`. */
  readonly bookedOn?: LocalDate;
};

export type Posted = {
  readonly txnId: string;
  /** False when the deed was in the book already. */
  readonly fresh: boolean;
};

/**
 * Books a deed in the caller's transaction, so that there is neither a deed without its entries nor entries without their
 * deed. The key is the event's type and id. A repeat that comes to the same entries returns the known transaction,
 * whenever it happens; one that comes to others is refused (`booked_differently`), because one of the two is wrong. Two at
 * once: the second waits for the first.
 */
export function post(tx: TenantTx, { event, occurredAt, bookedOn }: Deed): Promise<Posted> {
  const header = { key: keyOf(event), event: event.type, ref: event.id, reversesId: null };
  return book(tx, { ...header, occurredAt, bookedOn: bookedOn ?? null, entries: entriesOf(event) });
}

/**
 * Undoes a booked deed by a new transaction that points to it; a second reversal of the same one is the first again.
 * Refuses `txn_not_found`, and `is_a_reversal` for what is itself a reversal: book the deed again instead.
 */
export async function reverse(
  tx: TenantTx,
  {
    txnId,
    occurredAt,
    bookedOn,
  }: { readonly txnId: string; readonly occurredAt: Instant; readonly bookedOn?: LocalDate },
): Promise<Posted> {
  const [known] = await tx
    .select({ event: ledgerTxns.event })
    .from(ledgerTxns)
    .where(and(eq(ledgerTxns.tenantId, tx.tenantId), eq(ledgerTxns.id, txnId)));
  if (known === undefined) throw new Refusal("not_found", "txn_not_found", "there is no such transaction");
  if (known.event === "reversal") {
    throw new Refusal("conflict", "is_a_reversal", "a reversal is not reversed; book the deed again");
  }
  const entries = reversed(await entriesOfTxn(tx, txnId));
  const header = { key: `reversal:${txnId}`, event: "reversal", ref: txnId, reversesId: txnId };
  return book(tx, { ...header, occurredAt, bookedOn: bookedOn ?? null, entries });
}

type Txn = {
  readonly key: string;
  readonly event: string;
  readonly ref: string;
  readonly reversesId: string | null;
  readonly occurredAt: Instant;
  readonly bookedOn: LocalDate | null;
  readonly entries: readonly Entry[];
};

async function book(tx: TenantTx, txn: Txn): Promise<Posted> {
  assert(unlawful(txn.entries).length === 0, `the entries of ${txn.event} flow where money may flow`);
  const hash = await contentHash(txn);
  const [fresh] = await tx.execute<{ id: string }>(sql`
    insert into tenant.ledger_txns (tenant_id, idempotency_key, event, ref, occurred_at, booked_on, actor, content_hash, reverses_id)
    select c.tenant_id, ${txn.key}, ${txn.event}, ${txn.ref}, ${iso(txn.occurredAt)}::timestamptz,
      coalesce(${txn.bookedOn}::date, (${iso(txn.occurredAt)}::timestamptz at time zone c.time_zone)::date),
      ${`${tx.actor.kind}:${actorId(tx.actor)}`}, ${hash}, ${txn.reversesId}::uuid
    from tenant.companies c where c.tenant_id = ${tx.tenantId}
    on conflict (tenant_id, idempotency_key) do nothing returning id`);
  if (fresh === undefined) return { txnId: await known(tx, txn, hash), fresh: false };
  if (txn.entries.length > 0) await writeEntries(tx, fresh.id, txn.entries);
  return { txnId: fresh.id, fresh: true };
}

async function known(tx: TenantTx, txn: Txn, hash: string): Promise<string> {
  const [row] = await tx
    .select({ id: ledgerTxns.id, contentHash: ledgerTxns.contentHash })
    .from(ledgerTxns)
    .where(and(eq(ledgerTxns.tenantId, tx.tenantId), eq(ledgerTxns.idempotencyKey, txn.key)));
  assert(row !== undefined, "a key that is taken belongs to a transaction");
  if (row.contentHash !== hash) {
    throw new Refusal("conflict", "booked_differently", `${txn.key} is in the book with other entries`);
  }
  return row.id;
}

/** Accounts are opened in one order, so that two that open the same ones wait for each other and never in a ring. */
async function writeEntries(tx: TenantTx, txnId: string, entries: readonly Entry[]): Promise<void> {
  const accounts = [
    ...new Map(entries.flatMap(({ debit, credit }) => [debit, credit]).map((it) => [accountKey(it), it])),
  ]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, account]) => account);
  await tx.execute(sql`
    insert into tenant.ledger_accounts (tenant_id, kind, subject, currency)
    select ${tx.tenantId}, r.* from jsonb_to_recordset(${JSON.stringify(accounts)}::jsonb) as r(kind text, subject text, currency text)
    on conflict (tenant_id, kind, subject, currency) do nothing`);
  const rows = entries.map(({ debit, credit, amountMinor }, position) => ({
    position,
    dk: debit.kind,
    ds: debit.subject,
    ck: credit.kind,
    cs: credit.subject,
    currency: debit.currency,
    amount: amountMinor.toString(),
  }));
  await tx.execute(sql`
    insert into tenant.ledger_entries (tenant_id, txn_id, position, debit_account, credit_account, currency, amount_minor, booked_on)
    select t.tenant_id, t.id, r.position, d.id, c.id, r.currency, r.amount, t.booked_on
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(position int, dk text, ds text, ck text, cs text, currency text, amount bigint)
    join tenant.ledger_txns t on t.tenant_id = ${tx.tenantId} and t.id = ${txnId}
    join tenant.ledger_accounts d on d.tenant_id = t.tenant_id and d.kind = r.dk and d.subject = r.ds and d.currency = r.currency
    join tenant.ledger_accounts c on c.tenant_id = t.tenant_id and c.kind = r.ck and c.subject = r.cs and c.currency = r.currency`);
}

/** Of what was booked and not of when: a deed told again an hour later is the same deed. */
async function contentHash({ event, bookedOn, entries }: Txn): Promise<string> {
  const rows = entries.map((it) => `${accountKey(it.debit)}>${accountKey(it.credit)}:${it.amountMinor}`).toSorted();
  const text = JSON.stringify([event, bookedOn, rows]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
