import { sql } from "drizzle-orm";
import { integer, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { dateRange, houseSchema, instant, tenantSchema } from "../../adapters/db/columns.ts";
import type { AgentId, BrandId, ContactId, NumberId, PoolId, TenantId } from "../../domain/kernel/ids.ts";
import type { Language } from "../../domain/kernel/language.ts";
import type { Policy } from "../../domain/routing/config.ts";

/** What each table means, its states and what enforces them: the comments in migrations/. */
export const outsourcers = houseSchema.table("outsourcers", {
  id: uuid("id").primaryKey().default(sql`uuidv7()`),
  slug: text("slug").notNull(),
  name: text("name").notNull(),
  createdAt: instant("created_at").notNull().default(sql`now()`),
});

export const sites = houseSchema.table("sites", {
  id: uuid("id").primaryKey().default(sql`uuidv7()`),
  outsourcerId: uuid("outsourcer_id").notNull(),
  slug: text("slug").notNull(),
  name: text("name").notNull(),
  timeZone: text("time_zone").notNull(),
  createdAt: instant("created_at").notNull().default(sql`now()`),
});

export const pools = houseSchema.table("pools", {
  id: uuid("id").$type<PoolId>().primaryKey().default(sql`uuidv7()`),
  siteId: uuid("site_id").notNull(),
  slug: text("slug").notNull(),
  name: text("name").notNull(),
  seats: integer("seats").notNull(),
  policy: text("policy").$type<Policy>().notNull().default("fifo"),
  version: integer("version").notNull().default(1),
  /** What the files last said, by column. */
  filed: jsonb("filed").$type<{ readonly [column: string]: unknown }>(),
  changedAt: instant("changed_at"),
  changedBy: text("changed_by"),
  createdAt: instant("created_at").notNull().default(sql`now()`),
});

export const tenants = houseSchema.table("tenants", {
  id: uuid("id").$type<TenantId>().primaryKey().default(sql`uuidv7()`),
  slug: text("slug").notNull(),
  name: text("name").notNull(),
  status: text("status").$type<"active" | "suspended" | "closed">().notNull().default("active"),
  timeZone: text("time_zone").notNull(),
  currency: text("currency").notNull(),
  createdAt: instant("created_at").notNull().default(sql`now()`),
});

export const lines = houseSchema.table("lines", {
  e164: text("e164").primaryKey(),
  tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
  numberId: uuid("number_id").$type<NumberId>().notNull(),
});

export const companies = tenantSchema.table("companies", {
  tenantId: uuid("tenant_id").$type<TenantId>().primaryKey(),
  slug: text("slug").notNull(),
  name: text("name").notNull(),
  nameZh: text("name_zh").notNull(),
  nameEn: text("name_en").notNull(),
  trade: text("trade").notNull(),
  timeZone: text("time_zone").notNull(),
  currency: text("currency").notNull(),
  language: text("language").$type<Language>().notNull(),
  revision: integer("revision").notNull().default(0),
  createdAt: instant("created_at").notNull().default(sql`now()`),
  updatedAt: instant("updated_at").notNull().default(sql`now()`),
});

export const brands = tenantSchema.table(
  "brands",
  {
    tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
    id: uuid("id").$type<BrandId>().notNull().default(sql`uuidv7()`),
    slug: text("slug").notNull(),
    name: text("name").notNull(),
    color: text("color").notNull(),
    greeting: text("greeting").notNull(),
    script: text("script").notNull().default(""),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const carrierAccounts = tenantSchema.table(
  "carrier_accounts",
  {
    tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    carrier: text("carrier").notNull(),
    accountSid: text("account_sid").notNull(),
    sealed: text("sealed").notNull(),
    fingerprint: text("fingerprint").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const seatEntitlements = tenantSchema.table(
  "seat_entitlements",
  {
    tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
    poolId: uuid("pool_id").$type<PoolId>().notNull(),
    valid: dateRange("valid").notNull(),
    guaranteed: integer("guaranteed").notNull(),
    burst: integer("burst").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.poolId, t.valid] })],
);

export const agentGrants = tenantSchema.table(
  "agent_grants",
  {
    tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    agentId: uuid("agent_id").$type<AgentId>().notNull(),
    scope: text("scope").$type<"contact" | "brand">().notNull(),
    contactId: uuid("contact_id").$type<ContactId>(),
    brandId: uuid("brand_id").$type<BrandId>(),
    grantedAt: instant("granted_at").notNull().default(sql`now()`),
    expiresAt: instant("expires_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
