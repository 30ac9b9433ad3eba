import { integer, jsonb, text, uuid } from "drizzle-orm/pg-core";
import { houseSchema, tenantSchema } from "../../adapters/db/columns.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";

/** What each table means: the comments in migrations/. */
export const sellers = houseSchema.table("sellers", {
  outsourcerId: uuid("outsourcer_id").primaryKey(),
  details: jsonb("details").notNull(),
  timeZone: text("time_zone").notNull(),
  invoicePrefix: text("invoice_prefix").notNull(),
  creditPrefix: text("credit_prefix").notNull(),
});

export const billingProfiles = tenantSchema.table("billing_profiles", {
  tenantId: uuid("tenant_id").$type<TenantId>().primaryKey(),
  buyer: jsonb("buyer").notNull(),
  tax: jsonb("tax").notNull(),
  dueDays: integer("due_days").notNull(),
  lateMonths: integer("late_months").notNull(),
  corrections: text("corrections").$type<"next_invoice" | "credit_note">().notNull(),
  prepaidOrder: text("prepaid_order").$type<"first_to_expire" | "first_bought" | "priority">().notNull(),
});
