import { sql } from "drizzle-orm";
import { boolean, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant, tenantSchema } from "../../adapters/db/columns.ts";
import type { Calendar } from "../../domain/flow/flow.ts";
import type { BrandId, FlowId, NumberId, TenantId } from "../../domain/kernel/ids.ts";
import type { Language } from "../../domain/kernel/language.ts";

/** What each table means, its states and what enforces them: the comments in migrations/. */
export const numbers = tenantSchema.table(
  "numbers",
  {
    tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
    id: uuid("id").$type<NumberId>().notNull().default(sql`uuidv7()`),
    e164: text("e164").notNull(),
    label: text("label").notNull(),
    brandId: uuid("brand_id").$type<BrandId>().notNull(),
    flowId: uuid("flow_id").$type<FlowId>().notNull(),
    carrierAccountId: uuid("carrier_account_id").notNull(),
    language: text("language").$type<Language>().notNull(),
    recordCalls: boolean("record_calls").notNull(),
    retiredAt: instant("retired_at"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const calendars = tenantSchema.table(
  "calendars",
  {
    tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    name: text("name").notNull(),
    timeZone: text("time_zone").notNull(),
    weekly: jsonb("weekly").$type<Calendar["weekly"]>().notNull(),
    exceptions: jsonb("exceptions").$type<Calendar["exceptions"]>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

/** A line is assembled from tables of its neighbours too; only `tables.ts` may take them from there. */
export { dispositions } from "../contacts/tables.ts";
export { agentBrands, agentSkills, agents, queues } from "../routing/tables.ts";
