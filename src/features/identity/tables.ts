import { sql } from "drizzle-orm";
import { text, uuid } from "drizzle-orm/pg-core";
import { houseSchema, instant } from "../../adapters/db/columns.ts";
import type { TenantId, UserId } from "../../domain/kernel/ids.ts";
import type { Language } from "../../domain/kernel/language.ts";

/** What each table means, its states and what enforces them: the comments in migrations/. */
export const users = houseSchema.table("users", {
  id: uuid("id").$type<UserId>().primaryKey().default(sql`uuidv7()`),
  email: text("email").notNull(),
  emailLower: text("email_lower").notNull(),
  name: text("name").notNull(),
  passwordHash: text("password_hash").notNull(),
  locale: text("locale").$type<Language>().notNull(),
  status: text("status").$type<"active" | "disabled">().notNull().default("active"),
  createdAt: instant("created_at").notNull().default(sql`now()`),
  updatedAt: instant("updated_at").notNull().default(sql`now()`),
});

export type Role = "agent" | "supervisor" | "billing_admin" | "house_admin" | "tenant_admin";

export const userRoles = houseSchema.table("user_roles", {
  id: uuid("id").primaryKey().default(sql`uuidv7()`),
  userId: uuid("user_id").$type<UserId>().notNull(),
  role: text("role").$type<Role>().notNull(),
  tenantId: uuid("tenant_id").$type<TenantId>(),
});

export const sessions = houseSchema.table("sessions", {
  idHash: text("id_hash").primaryKey(),
  userId: uuid("user_id").$type<UserId>().notNull(),
  expiresAt: instant("expires_at").notNull(),
  createdAt: instant("created_at").notNull().default(sql`now()`),
});
