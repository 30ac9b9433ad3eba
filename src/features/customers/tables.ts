import { sql } from "drizzle-orm";
import { primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant, tenantSchema } from "../../adapters/db/columns.ts";
import type { ContactId, CustomerId, TenantId } from "../../domain/kernel/ids.ts";
import type { Language } from "../../domain/kernel/language.ts";

/** What each table means, its states and what enforces them: the comments in migrations/. */
export const customers = tenantSchema.table(
  "customers",
  {
    tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
    id: uuid("id").$type<CustomerId>().notNull().default(sql`uuidv7()`),
    name: text("name").notNull(),
    tier: text("tier").$type<"standard" | "silver" | "gold" | "platinum">().notNull().default("standard"),
    language: text("language").$type<Language>(),
    createdAt: instant("created_at").notNull().default(sql`now()`),
    updatedAt: instant("updated_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const customerPoints = tenantSchema.table(
  "customer_points",
  {
    tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    customerId: uuid("customer_id").$type<CustomerId>().notNull(),
    kind: text("kind").$type<"phone" | "email">().notNull(),
    asGiven: text("as_given").notNull(),
    phoneE164: text("phone_e164"),
    emailLower: text("email_lower"),
    createdAt: instant("created_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const customerNotes = tenantSchema.table(
  "customer_notes",
  {
    tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    customerId: uuid("customer_id").$type<CustomerId>().notNull(),
    contactId: uuid("contact_id").$type<ContactId>(),
    body: text("body").notNull(),
    authorKind: text("author_kind").$type<"agent" | "user" | "system">().notNull(),
    authorId: text("author_id").notNull(),
    createdAt: instant("created_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
