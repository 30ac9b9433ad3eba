import { sql } from "drizzle-orm";
import { bigint, boolean, date, integer, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { dateRange, instant, tenantSchema } from "../../adapters/db/columns.ts";
import type { MoveKind } from "../../domain/commission/commission.ts";
import type { SaleEventKind, Stage } from "../../domain/commission/sale.ts";
import type { AgentId, ContactId, TenantId } from "../../domain/kernel/ids.ts";

const tenantId = () => uuid("tenant_id").$type<TenantId>().notNull();
const minor = (name: string) => bigint(name, { mode: "bigint" });
type BeneficiaryKind = "agent" | "house";

/** What each table means, its states and what enforces them: the comments in migrations/. */
export const sales = tenantSchema.table(
  "sales",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    ref: text("ref").notNull(),
    contactId: uuid("contact_id").$type<ContactId>(),
    agentId: uuid("agent_id").$type<AgentId>(),
    currency: text("currency").notNull(),
    soldAt: instant("sold_at"),
    stage: text("stage").$type<Stage>(),
    amountMinor: minor("amount_minor").notNull().default(0n),
    returnedMinor: minor("returned_minor").notNull().default(0n),
    isReturned: boolean("is_returned").notNull().default(false),
    supplier: text("supplier"),
    courier: text("courier"),
    dealer: text("dealer"),
    usageId: uuid("usage_id"),
    updatedAt: instant("updated_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export type SaleRow = typeof sales.$inferSelect;

export const saleEvents = tenantSchema.table(
  "sale_events",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    saleId: uuid("sale_id").notNull(),
    source: text("source").notNull(),
    sourceEventId: text("source_event_id").notNull(),
    kind: text("kind").$type<SaleEventKind>().notNull(),
    occurredAt: instant("occurred_at").notNull(),
    receivedAt: instant("received_at").notNull().default(sql`now()`),
    amountMinor: minor("amount_minor"),
    corrects: text("corrects"),
    isVoid: boolean("is_void").notNull().default(false),
    supplier: text("supplier"),
    courier: text("courier"),
    dealer: text("dealer"),
    payloadHash: text("payload_hash").notNull(),
    recordedBy: text("recorded_by").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const commissionPlans = tenantSchema.table(
  "commission_plans",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    beneficiary: text("beneficiary").$type<BeneficiaryKind>().notNull(),
    version: integer("version").notNull(),
    valid: dateRange("valid").notNull(),
    currency: text("currency").notNull(),
    terms: jsonb("terms").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const commissionMoves = tenantSchema.table(
  "commission_moves",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    saleId: uuid("sale_id").notNull(),
    planId: uuid("plan_id").notNull(),
    beneficiary: text("beneficiary").$type<BeneficiaryKind>().notNull(),
    agentId: uuid("agent_id").$type<AgentId>(),
    kind: text("kind").$type<MoveKind>().notNull(),
    currency: text("currency").notNull(),
    amountMinor: minor("amount_minor").notNull(),
    bookedOn: date("booked_on").notNull(),
    bookedAt: instant("booked_at").notNull().default(sql`now()`),
    txnId: uuid("txn_id").notNull(),
    statementId: uuid("statement_id"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const commissionStatements = tenantSchema.table(
  "commission_statements",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    beneficiary: text("beneficiary").$type<BeneficiaryKind>().notNull(),
    agentId: uuid("agent_id").$type<AgentId>(),
    currency: text("currency").notNull(),
    periodStart: date("period_start").notNull(),
    openingMinor: minor("opening_minor").notNull(),
    earnedMinor: minor("earned_minor").notNull(),
    clawedBackMinor: minor("clawed_back_minor").notNull(),
    closingMinor: minor("closing_minor")
      .generatedAlwaysAs(sql`opening_minor + earned_minor - clawed_back_minor`)
      .notNull(),
    payableMinor: minor("payable_minor")
      .generatedAlwaysAs(sql`greatest(opening_minor + earned_minor - clawed_back_minor, 0)`)
      .notNull(),
    status: text("status").$type<"prepared" | "approved" | "paid">().notNull().default("prepared"),
    preparedBy: text("prepared_by").notNull(),
    preparedAt: instant("prepared_at").notNull(),
    approvedBy: text("approved_by"),
    approvedAt: instant("approved_at"),
    paidBy: text("paid_by"),
    paidAt: instant("paid_at"),
    paymentRef: text("payment_ref"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
