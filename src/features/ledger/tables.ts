import { sql } from "drizzle-orm";
import { bigint, date, integer, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant, tenantSchema } from "../../adapters/db/columns.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { AccountKind } from "../../domain/ledger/accounts.ts";

const tenantId = () => uuid("tenant_id").$type<TenantId>().notNull();

/** What each table means, its states and what enforces them: the comments in migrations/. */
export const ledgerAccounts = tenantSchema.table(
  "ledger_accounts",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    kind: text("kind").$type<AccountKind>().notNull(),
    subject: text("subject").notNull(),
    currency: text("currency").notNull(),
    openedAt: instant("opened_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const ledgerTxns = tenantSchema.table(
  "ledger_txns",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    idempotencyKey: text("idempotency_key").notNull(),
    event: text("event").notNull(),
    ref: text("ref").notNull(),
    occurredAt: instant("occurred_at").notNull(),
    bookedOn: date("booked_on").notNull(),
    bookedAt: instant("booked_at").notNull().default(sql`now()`),
    actor: text("actor").notNull(),
    contentHash: text("content_hash").notNull(),
    reversesId: uuid("reverses_id"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const ledgerEntries = tenantSchema.table(
  "ledger_entries",
  {
    tenantId: tenantId(),
    txnId: uuid("txn_id").notNull(),
    position: integer("position").notNull(),
    debitAccount: uuid("debit_account").notNull(),
    creditAccount: uuid("credit_account").notNull(),
    currency: text("currency").notNull(),
    amountMinor: bigint("amount_minor", { mode: "bigint" }).notNull(),
    bookedOn: date("booked_on").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.txnId, t.position] })],
);

export const ledgerDays = tenantSchema.table(
  "ledger_days",
  {
    tenantId: tenantId(),
    accountId: uuid("account_id").notNull(),
    bookedOn: date("booked_on").notNull(),
    debitMinor: bigint("debit_minor", { mode: "bigint" }).notNull(),
    creditMinor: bigint("credit_minor", { mode: "bigint" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.accountId, t.bookedOn] })],
);
