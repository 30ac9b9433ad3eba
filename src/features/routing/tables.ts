import { sql } from "drizzle-orm";
import { bigint, integer, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { houseSchema, instant, tenantSchema } from "../../adapters/db/columns.ts";
import type { AgentFact, AgentState } from "../../domain/call/facts.ts";
import type { QueueRules } from "../../domain/call/line-config.ts";
import type {
  AgentId,
  BrandId,
  ContactId,
  PhoneNumber,
  PoolId,
  QueueId,
  TenantId,
  UserId,
} from "../../domain/kernel/ids.ts";
import type { SeatKind, TelephoneRings } from "../../domain/routing/config.ts";

/** What each table means, its states and what enforces them: the comments in migrations/. */
export const agents = houseSchema.table("agents", {
  id: uuid("id").$type<AgentId>().primaryKey().default(sql`uuidv7()`),
  userId: uuid("user_id").$type<UserId>(),
  poolId: uuid("pool_id").$type<PoolId>().notNull(),
  slug: text("slug").notNull(),
  name: text("name").notNull(),
  status: text("status").$type<"active" | "left">().notNull().default("active"),
  kind: text("kind").$type<SeatKind>().notNull().default("ordinary"),
  extension: text("extension"),
  groups: text("groups").array().notNull().default([]),
  telephone: text("telephone").$type<PhoneNumber>(),
  telephoneRings: text("telephone_rings").$type<TelephoneRings>().notNull().default("on_accept"),
  version: integer("version").notNull().default(1),
  /** What the files last said, by column. */
  filed: jsonb("filed").$type<{ readonly [column: string]: unknown }>(),
  changedAt: instant("changed_at"),
  changedBy: text("changed_by"),
  createdAt: instant("created_at").notNull().default(sql`now()`),
});

export const agentSkills = houseSchema.table(
  "agent_skills",
  {
    agentId: uuid("agent_id").$type<AgentId>().notNull(),
    skill: text("skill").notNull(),
    level: integer("level").notNull().default(5),
  },
  (t) => [primaryKey({ columns: [t.agentId, t.skill] })],
);

export const agentBrands = houseSchema.table(
  "agent_brands",
  {
    agentId: uuid("agent_id").$type<AgentId>().notNull(),
    tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
    brandId: uuid("brand_id").$type<BrandId>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.agentId, t.tenantId, t.brandId] })],
);

export const agentFacts = houseSchema.table(
  "agent_facts",
  {
    agentId: uuid("agent_id").$type<AgentId>().notNull(),
    seq: bigint("seq", { mode: "number" }).notNull(),
    poolId: uuid("pool_id").$type<PoolId>().notNull(),
    at: instant("at").notNull(),
    v: integer("v").notNull(),
    type: text("type").notNull(),
    body: jsonb("body").$type<AgentFact["body"]>().notNull(),
    receivedAt: instant("received_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.agentId, t.seq] })],
);

export const agentStateIntervals = houseSchema.table(
  "agent_state_intervals",
  {
    agentId: uuid("agent_id").$type<AgentId>().notNull(),
    seq: bigint("seq", { mode: "number" }).notNull(),
    poolId: uuid("pool_id").$type<PoolId>().notNull(),
    state: text("state").$type<AgentState>().notNull(),
    reason: text("reason"),
    tenantId: uuid("tenant_id").$type<TenantId>(),
    contactId: uuid("contact_id").$type<ContactId>(),
    startedAt: instant("started_at").notNull(),
    endedAt: instant("ended_at"),
  },
  (t) => [primaryKey({ columns: [t.agentId, t.seq] })],
);

export const queues = tenantSchema.table(
  "queues",
  {
    tenantId: uuid("tenant_id").$type<TenantId>().notNull(),
    id: uuid("id").$type<QueueId>().notNull().default(sql`uuidv7()`),
    slug: text("slug").notNull(),
    name: text("name").notNull(),
    poolId: uuid("pool_id").$type<PoolId>().notNull(),
    priority: integer("priority").notNull(),
    skills: text("skills").array().notNull(),
    strategy: text("strategy").notNull(),
    ringTimeoutS: integer("ring_timeout_s").notNull(),
    wrapUpS: integer("wrap_up_s").notNull(),
    targetPercent: integer("target_percent").notNull(),
    targetWithinS: integer("target_within_s").notNull(),
    shortAbandonS: integer("short_abandon_s").notNull(),
    rules: jsonb("rules").$type<Partial<QueueRules>>().notNull().default({}),
    version: integer("version").notNull().default(1),
    /** What the files last said, by column. */
    filed: jsonb("filed").$type<{ readonly [column: string]: unknown }>(),
    changedAt: instant("changed_at"),
    changedBy: text("changed_by"),
    retiredAt: instant("retired_at"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
