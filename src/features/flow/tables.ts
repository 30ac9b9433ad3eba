import { sql } from "drizzle-orm";
import { integer, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant, tenantSchema } from "../../adapters/db/columns.ts";
import type { Flow } from "../../domain/flow/flow.ts";
import type { FlowId, StepId, TenantId } from "../../domain/kernel/ids.ts";

/** What each table means, its states and what enforces them: the comments in migrations/. */
export const flows = tenantSchema.table(
  "flows",
  {
    tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
    id: uuid("id").$type<FlowId>().notNull().default(sql`uuidv7()`),
    slug: text("slug").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const flowVersions = tenantSchema.table(
  "flow_versions",
  {
    tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
    flowId: uuid("flow_id").$type<FlowId>().notNull(),
    version: integer("version").notNull(),
    entry: text("entry").$type<StepId>().notNull(),
    steps: jsonb("steps").$type<Flow["steps"]>().notNull(),
    contentHash: text("content_hash").notNull(),
    publishedAt: instant("published_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.flowId, t.version] })],
);
