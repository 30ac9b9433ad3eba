import { sql } from "drizzle-orm";
import { jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { houseSchema, instant, tenantSchema } from "../../adapters/db/columns.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";

type Json = { readonly [key: string]: unknown };

/** What each table means, its states and what enforces them: the comments in migrations/. */
export const audit = tenantSchema.table(
  "audit",
  {
    tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
    id: uuid("id").notNull().default(sql`uuidv7()`),
    at: instant("at").notNull().default(sql`now()`),
    actorKind: text("actor_kind").$type<"user" | "agent" | "system" | "cli">().notNull(),
    actorId: text("actor_id").notNull(),
    action: text("action").notNull(),
    subjectKind: text("subject_kind").notNull(),
    subjectId: text("subject_id").notNull(),
    detail: jsonb("detail").$type<Json>().notNull().default({}),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const houseAudit = houseSchema.table("audit", {
  id: uuid("id").primaryKey().default(sql`uuidv7()`),
  at: instant("at").notNull().default(sql`now()`),
  actorKind: text("actor_kind").$type<"user" | "system" | "cli">().notNull(),
  actorId: text("actor_id").notNull(),
  action: text("action").notNull(),
  subjectKind: text("subject_kind").notNull(),
  subjectId: text("subject_id").notNull(),
  detail: jsonb("detail").$type<Json>().notNull().default({}),
});
