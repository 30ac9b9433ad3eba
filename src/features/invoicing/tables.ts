import { sql } from "drizzle-orm";
import { bigint, date, integer, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant, tenantSchema } from "../../adapters/db/columns.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { TaxCategory } from "../../domain/rating/invoice-tax.ts";

const tenantId = () => uuid("tenant_id").$type<TenantId>().notNull();
const id = () => uuid("id").notNull().default(sql`uuidv7()`);
const minor = (name: string) => bigint(name, { mode: "bigint" }).notNull();

/** What each table means, its states and what enforces them: the comments in migrations/. */
export const creditNotes = tenantSchema.table(
  "credit_notes",
  {
    tenantId: tenantId(),
    id: id(),
    invoiceId: uuid("invoice_id").notNull(),
    series: text("series").notNull(),
    number: bigint("number", { mode: "number" }).notNull(),
    kind: text("kind").$type<"goodwill" | "dispute" | "correction" | "cancellation">().notNull(),
    reason: text("reason").notNull(),
    netMinor: minor("net_minor"),
    taxMinor: minor("tax_minor"),
    grossMinor: minor("gross_minor").generatedAlwaysAs(sql`net_minor + tax_minor`),
    currency: text("currency").notNull(),
    issuedOn: date("issued_on").notNull(),
    issuedBy: uuid("issued_by"),
    issuedAt: instant("issued_at").notNull(),
    requestKey: text("request_key").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const creditNoteLines = tenantSchema.table(
  "credit_note_lines",
  {
    tenantId: tenantId(),
    creditNoteId: uuid("credit_note_id").notNull(),
    lineId: uuid("line_id").notNull(),
    netMinor: minor("net_minor"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.creditNoteId, t.lineId] })],
);

export const creditNoteTaxes = tenantSchema.table(
  "credit_note_taxes",
  {
    tenantId: tenantId(),
    creditNoteId: uuid("credit_note_id").notNull(),
    category: text("category").$type<TaxCategory>().notNull(),
    rate: text("rate").notNull(),
    baseMinor: minor("base_minor"),
    taxMinor: minor("tax_minor"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.creditNoteId, t.category, t.rate] })],
);

export const disputes = tenantSchema.table(
  "disputes",
  {
    tenantId: tenantId(),
    id: id(),
    invoiceId: uuid("invoice_id").notNull(),
    lineId: uuid("line_id").notNull(),
    state: text("state").$type<"open" | "accepted" | "rejected" | "withdrawn">().notNull().default("open"),
    reason: text("reason").notNull(),
    claimedMinor: minor("claimed_minor"),
    openedBy: uuid("opened_by").notNull(),
    openedAt: instant("opened_at").notNull(),
    decidedBy: uuid("decided_by"),
    decidedAt: instant("decided_at"),
    decision: text("decision"),
    creditNoteId: uuid("credit_note_id"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const prepaidCredits = tenantSchema.table(
  "prepaid_credits",
  {
    tenantId: tenantId(),
    id: id(),
    currency: text("currency").notNull(),
    amountMinor: minor("amount_minor"),
    boughtOn: date("bought_on").notNull(),
    expiresOn: date("expires_on"),
    priority: integer("priority").notNull().default(100),
    reference: text("reference").notNull(),
    createdBy: uuid("created_by"),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const prepaidDraws = tenantSchema.table(
  "prepaid_draws",
  {
    tenantId: tenantId(),
    id: id(),
    creditId: uuid("credit_id").notNull(),
    invoiceId: uuid("invoice_id"),
    kind: text("kind").$type<"invoice" | "expiry">().notNull(),
    amountMinor: minor("amount_minor"),
    drawnAt: instant("drawn_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const writeOffs = tenantSchema.table(
  "write_offs",
  {
    tenantId: tenantId(),
    id: id(),
    invoiceId: uuid("invoice_id").notNull(),
    amountMinor: minor("amount_minor"),
    reason: text("reason").notNull(),
    writtenOffBy: uuid("written_off_by").notNull(),
    writtenOffAt: instant("written_off_at").notNull(),
    requestKey: text("request_key").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const fapiaos = tenantSchema.table(
  "fapiaos",
  {
    tenantId: tenantId(),
    id: id(),
    invoiceId: uuid("invoice_id").notNull(),
    creditNoteId: uuid("credit_note_id"),
    kind: text("kind").$type<"special" | "general">().notNull(),
    title: text("title").notNull(),
    taxId: text("tax_id").notNull(),
    state: text("state").$type<"requested" | "issued">().notNull().default("requested"),
    number: text("number"),
    issuedOn: date("issued_on"),
    requestedAt: instant("requested_at").notNull(),
    requestedBy: uuid("requested_by"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
