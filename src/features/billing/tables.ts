import { sql } from "drizzle-orm";
import { bigint, date, integer, jsonb, numeric, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { dateRange, instant, tenantSchema } from "../../adapters/db/columns.ts";
import type { ContactId, TenantId } from "../../domain/kernel/ids.ts";
import type { ChargeModel, UsageKind } from "../../domain/rating/charge.ts";
import type { ExceptionReason } from "../../domain/rating/exceptions.ts";
import type { TaxCategory } from "../../domain/rating/invoice-tax.ts";
import type { RUN_FAILURES } from "./schema.ts";

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
    /** Net: the sum of the lines. */
    totalMinor: bigint("total_minor", { mode: "bigint" }).notNull(),
    taxProfile: text("tax_profile").$type<"none" | "cn_vat" | "eu_vat">().notNull().default("none"),
    taxMinor: bigint("tax_minor", { mode: "bigint" }).notNull().default(0n),
    grossMinor: bigint("gross_minor", { mode: "bigint" }).notNull().generatedAlwaysAs(sql`total_minor + tax_minor`),
    prepaidMinor: bigint("prepaid_minor", { mode: "bigint" }).notNull().default(0n),
    /** What is to be paid: gross less the prepaid credit drawn. */
    dueMinor: bigint("due_minor", { mode: "bigint" })
      .notNull()
      .generatedAlwaysAs(sql`total_minor + tax_minor - prepaid_minor`),
    terms: jsonb("terms").$type<unknown>().notNull().default([]),
    usageRows: bigint("usage_rows", { mode: "number" }).notNull().default(0),
    notCharged: jsonb("not_charged").$type<{ readonly [kind: string]: number }>(),
    preparedBy: uuid("prepared_by").array().notNull().default([]),
    series: text("series"),
    number: bigint("number", { mode: "number" }),
    issuedOn: date("issued_on"),
    dueOn: date("due_on"),
    buyer: jsonb("buyer").$type<unknown>(),
    seller: jsonb("seller").$type<unknown>(),
    approvedBy: uuid("approved_by"),
    approvedAt: instant("approved_at"),
    finalizedBy: uuid("finalized_by"),
    finalizedAt: instant("finalized_at"),
    discardedBy: uuid("discarded_by"),
    discardedAt: instant("discarded_at"),
    discardReason: text("discard_reason"),
    replacesId: uuid("replaces_id"),
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
    kind: text("kind").$type<"charge" | "adjustment">().notNull().default("charge"),
    /** For an adjustment: the first day of the month it belongs to, and the line of that month's invoice it corrects. */
    originalStart: date("original_start"),
    correctsLine: uuid("corrects_line"),
    taxCategory: text("tax_category").$type<TaxCategory>().notNull().default("O"),
    taxRate: text("tax_rate").notNull().default("0"),
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

export const invoiceTaxes = tenantSchema.table(
  "invoice_taxes",
  {
    tenantId: tenantId(),
    invoiceId: uuid("invoice_id").notNull(),
    category: text("category").$type<TaxCategory>().notNull(),
    rate: text("rate").notNull(),
    baseMinor: bigint("base_minor", { mode: "bigint" }).notNull(),
    taxMinor: bigint("tax_minor", { mode: "bigint" }).notNull(),
    exemption: text("exemption"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.invoiceId, t.category, t.rate] })],
);

export const invoiceRuns = tenantSchema.table(
  "invoice_runs",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    batchId: uuid("batch_id").notNull(),
    contractId: uuid("contract_id").notNull(),
    periodStart: date("period_start").notNull(),
    periodEnd: date("period_end").notNull(),
    state: text("state").$type<"queued" | "running" | "done" | "failed">().notNull().default("queued"),
    outcome: text("outcome").$type<"written" | "unchanged" | "closed" | "no_terms" | "failed">(),
    requestedBy: uuid("requested_by"),
    requestedAt: instant("requested_at").notNull(),
    startedAt: instant("started_at"),
    finishedAt: instant("finished_at"),
    attempts: integer("attempts").notNull().default(0),
    engineVersion: integer("engine_version"),
    cutoff: instant("cutoff"),
    inputHash: text("input_hash"),
    outputHash: text("output_hash"),
    invoiceId: uuid("invoice_id"),
    lines: integer("lines"),
    usageRows: bigint("usage_rows", { mode: "number" }),
    notCharged: jsonb("not_charged").$type<Json>().notNull().default({}),
    exceptions: integer("exceptions").notNull().default(0),
    failure: text("failure").$type<(typeof RUN_FAILURES)[number]>(),
    error: text("error"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const usageExceptions = tenantSchema.table(
  "usage_exceptions",
  {
    tenantId: tenantId(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    usageId: uuid("usage_id"),
    source: text("source").notNull(),
    sourceEventId: text("source_event_id").notNull(),
    kind: text("kind").notNull(),
    occurredAt: instant("occurred_at").notNull(),
    reason: text("reason").$type<ExceptionReason>().notNull(),
    detail: jsonb("detail").$type<unknown>().notNull().default({}),
    state: text("state").$type<"open" | "resolved">().notNull().default("open"),
    resolution: text("resolution").$type<"rated" | "accepted" | "excluded" | "corrected">(),
    note: text("note"),
    openedAt: instant("opened_at").notNull(),
    resolvedAt: instant("resolved_at"),
    resolvedBy: uuid("resolved_by"),
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
