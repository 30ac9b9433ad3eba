import { sql } from "drizzle-orm";
import { bigint, date, integer, jsonb, numeric, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { dateRange, instant, tenantSchema } from "../../adapters/db/columns.ts";
import type { ContactId, TenantId } from "../../domain/kernel/ids.ts";
import type { ChargeModel, UsageKind } from "../../domain/rating/charge.ts";

const tenantId = () => uuid("tenant_id").$type<TenantId>().notNull();
type Json = { readonly [key: string]: unknown };

/** What each table means, its states and what enforces them: the comments in migrations/. */
export const contracts = tenantSchema.table(
  "contracts",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    slug: text("slug").notNull(),
    nameZh: text("name_zh").notNull(),
    nameEn: text("name_en").notNull(),
    currency: text("currency").notNull(),
    timeZone: text("time_zone").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const contractVersions = tenantSchema.table(
  "contract_versions",
  {
    tenantId: tenantId(),
    contractId: uuid("contract_id").notNull(),
    version: integer("version").notNull(),
    valid: dateRange("valid").notNull(),
    contentHash: text("content_hash").notNull(),
    createdAt: instant("created_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.contractId, t.version] })],
);

export const charges = tenantSchema.table(
  "charges",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    contractId: uuid("contract_id").notNull(),
    version: integer("version").notNull(),
    position: integer("position").notNull(),
    code: text("code").notNull(),
    model: text("model").$type<ChargeModel>().notNull(),
    /** A Charge of domain/rating without code, label and model. */
    params: jsonb("params").$type<Json>().notNull(),
    descriptionZh: text("description_zh").notNull(),
    descriptionEn: text("description_en").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const usage = tenantSchema.table(
  "usage",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    source: text("source").notNull(),
    sourceEventId: text("source_event_id").notNull(),
    kind: text("kind").$type<UsageKind>().notNull(),
    occurredAt: instant("occurred_at").notNull(),
    receivedAt: instant("received_at").notNull().default(sql`now()`),
    quantity: bigint("quantity", { mode: "number" }).notNull(),
    contactId: uuid("contact_id").$type<ContactId>(),
    attrs: jsonb("attrs").$type<Json>().notNull().default({}),
    payloadHash: text("payload_hash").notNull(),
    correctsId: uuid("corrects_id"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const invoices = tenantSchema.table(
  "invoices",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    contractId: uuid("contract_id").notNull(),
    periodStart: date("period_start").notNull(),
    periodEnd: date("period_end").notNull(),
    timeZone: text("time_zone").notNull(),
    currency: text("currency").notNull(),
    status: text("status")
      .$type<"draft" | "approved" | "finalized" | "credited" | "discarded">()
      .notNull()
      .default("draft"),
    totalMinor: bigint("total_minor", { mode: "bigint" }).notNull(),
    engineVersion: integer("engine_version").notNull(),
    cutoff: instant("cutoff").notNull(),
    inputHash: text("input_hash").notNull(),
    outputHash: text("output_hash").notNull(),
    computedAt: instant("computed_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const invoiceLines = tenantSchema.table(
  "invoice_lines",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    invoiceId: uuid("invoice_id").notNull(),
    position: integer("position").notNull(),
    stableKey: text("stable_key").notNull(),
    chargeId: uuid("charge_id").notNull(),
    descriptionZh: text("description_zh").notNull(),
    descriptionEn: text("description_en").notNull(),
    quantity: text("quantity").notNull(),
    unit: text("unit").notNull(),
    unitPrice: text("unit_price"),
    amountMinor: bigint("amount_minor", { mode: "bigint" }).notNull(),
    /** The exact amount in major units is exactNum / exactDen; sources stand over the same denominator. */
    exactNum: numeric("exact_num", { mode: "bigint" }).notNull(),
    exactDen: numeric("exact_den", { mode: "bigint" }).notNull(),
    detail: jsonb("detail").$type<Json>().notNull().default({}),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const invoiceLineSources = tenantSchema.table(
  "invoice_line_sources",
  {
    tenantId: tenantId(),
    lineId: uuid("line_id").notNull(),
    usageId: uuid("usage_id").notNull(),
    quantity: bigint("quantity", { mode: "number" }).notNull(),
    billedS: integer("billed_s"),
    amountNum: numeric("amount_num", { mode: "bigint" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.lineId, t.usageId] })],
);
