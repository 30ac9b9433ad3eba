import { sql } from "drizzle-orm";
import { bigint, boolean, date, integer, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { dateRange, instant, tenantSchema } from "../../adapters/db/columns.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Decision, Item, StatementLine } from "../../domain/settlement/statement.ts";

const tenantId = () => uuid("tenant_id").$type<TenantId>().notNull();
const id = () => uuid("id").notNull().default(sql`uuidv7()`);
const whole = (name: string) => bigint(name, { mode: "bigint" });

/** What each table means, its states and what enforces them: the comments in migrations/. */
export const settlementParties = tenantSchema.table(
  "settlement_parties",
  {
    tenantId: tenantId(),
    id: id(),
    kind: text("kind").$type<"supplier" | "courier" | "dealer" | "carrier">().notNull(),
    slug: text("slug").notNull(),
    name: text("name").notNull(),
    currency: text("currency").notNull(),
    isClient: boolean("is_client").notNull().default(false),
    createdAt: instant("created_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const settlementTerms = tenantSchema.table(
  "settlement_terms",
  {
    tenantId: tenantId(),
    id: id(),
    partyId: uuid("party_id").notNull(),
    version: integer("version").notNull(),
    valid: dateRange("valid").notNull(),
    terms: jsonb("terms").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const settlementStatements = tenantSchema.table(
  "settlement_statements",
  {
    tenantId: tenantId(),
    id: id(),
    partyId: uuid("party_id").notNull(),
    currency: text("currency").notNull(),
    periodStart: date("period_start").notNull(),
    openingMinor: whole("opening_minor").notNull().default(0n),
    closingMinor: whole("closing_minor"),
    settledMinor: whole("settled_minor").notNull().default(0n),
    sums: jsonb("sums").notNull().default([]),
    status: text("status").$type<"draft" | "accepted" | "settled">().notNull().default("draft"),
    preparedBy: text("prepared_by").notNull(),
    preparedAt: instant("prepared_at").notNull(),
    acceptedBy: text("accepted_by"),
    acceptedAt: instant("accepted_at"),
    settledBy: text("settled_by"),
    settledAt: instant("settled_at"),
    paymentRef: text("payment_ref"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const settlementLines = tenantSchema.table(
  "settlement_lines",
  {
    tenantId: tenantId(),
    id: id(),
    statementId: uuid("statement_id").notNull(),
    partyId: uuid("party_id").notNull(),
    item: text("item").$type<Item>().notNull(),
    ref: text("ref").notNull(),
    occurredAt: instant("occurred_at"),
    sourceKey: text("source_key"),
    theirKey: text("their_key"),
    termsVersion: integer("terms_version"),
    quantity: whole("quantity"),
    oursMicros: whole("ours_micros"),
    theirsMicros: whole("theirs_micros"),
    theirsQuantity: whole("theirs_quantity"),
    state: text("state").$type<StatementLine["state"]>().notNull(),
    decision: text("decision").$type<Decision>(),
    decidedBy: text("decided_by"),
    decidedAt: instant("decided_at"),
    reason: text("reason"),
    carriesId: uuid("carries_id"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const settlementFiles = tenantSchema.table(
  "settlement_files",
  {
    tenantId: tenantId(),
    id: id(),
    statementId: uuid("statement_id").notNull(),
    name: text("name").notNull(),
    contentHash: text("content_hash").notNull(),
    fileKey: text("file_key"),
    part: integer("part").notNull().default(1),
    parts: integer("parts").notNull().default(1),
    rows: jsonb("rows").notNull(),
    sentBy: text("sent_by").notNull(),
    sentAt: instant("sent_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
