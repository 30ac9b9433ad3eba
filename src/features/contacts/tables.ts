import { sql } from "drizzle-orm";
import { bigint, boolean, integer, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant, tenantSchema } from "../../adapters/db/columns.ts";
import type { ContactFactBody, EndedBy, Outcome } from "../../domain/call/facts.ts";
import type {
  AgentId,
  BrandId,
  CarrierSid,
  ContactId,
  CustomerId,
  FlowId,
  NumberId,
  QueueId,
  TenantId,
} from "../../domain/kernel/ids.ts";
import type { Language } from "../../domain/kernel/language.ts";
import type { QueueOutcome } from "../../domain/sla/grade.ts";

const tenantId = () => uuid("tenant_id").$type<TenantId>().notNull();
const ms = (name: string) => bigint(name, { mode: "number" });
type LegEnded = Extract<ContactFactBody, { type: "leg_ended" }>;

/** What each table means, its states and what enforces them: the comments in migrations/. */
export const contacts = tenantSchema.table(
  "contacts",
  {
    tenantId: tenantId(),
    id: uuid("id").$type<ContactId>().notNull(),
    direction: text("direction").$type<"inbound">().notNull(),
    carrier: text("carrier").notNull(),
    fromNumber: text("from_number").notNull(),
    toNumber: text("to_number").notNull(),
    numberId: uuid("number_id").$type<NumberId>().notNull(),
    brandId: uuid("brand_id").$type<BrandId>().notNull(),
    flowId: uuid("flow_id").$type<FlowId>().notNull(),
    flowVersion: integer("flow_version").notNull(),
    language: text("language").$type<Language>().notNull(),
    queueId: uuid("queue_id").$type<QueueId>(),
    agentId: uuid("agent_id").$type<AgentId>(),
    outcome: text("outcome").$type<Outcome>(),
    endedBy: text("ended_by").$type<EndedBy>(),
    offeredAt: instant("offered_at").notNull(),
    queuedAt: instant("queued_at"),
    answeredAt: instant("answered_at"),
    endedAt: instant("ended_at"),
    wrappedUpAt: instant("wrapped_up_at"),
    waitedMs: ms("waited_ms"),
    talkMs: ms("talk_ms").notNull().default(0),
    holdMs: ms("hold_ms").notNull().default(0),
    wrapUpMs: ms("wrap_up_ms").notNull().default(0),
    withinTarget: boolean("within_target"),
    shortAbandon: boolean("short_abandon").notNull().default(false),
    disposition: text("disposition"),
    success: boolean("success").notNull().default(false),
    notes: text("notes").notNull().default(""),
    factsFolded: integer("facts_folded").notNull(),
    /** Linked by an agent, not folded from facts: the projection must leave it as it is. */
    customerId: uuid("customer_id").$type<CustomerId>(),
    updatedAt: instant("updated_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

/** Mirror of the migration; see `domain/call/stays.ts` for the rule by which stays count. */
export const queueStays = tenantSchema.table(
  "queue_stays",
  {
    tenantId: tenantId(),
    contactId: uuid("contact_id").$type<ContactId>().notNull(),
    /** 1 for the contact's first. */
    no: integer("no").notNull(),
    queueId: uuid("queue_id").$type<QueueId>().notNull(),
    queuedAt: instant("queued_at").notNull(),
    /** This and the next three are null while the stay is open. */
    outcome: text("outcome").$type<QueueOutcome>(),
    leftAt: instant("left_at"),
    waitedMs: ms("waited_ms"),
    inTime: boolean("in_time"),
    shortAbandon: boolean("short_abandon").notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.contactId, t.no] })],
);

export const contactFacts = tenantSchema.table(
  "contact_facts",
  {
    tenantId: tenantId(),
    contactId: uuid("contact_id").$type<ContactId>().notNull(),
    seq: integer("seq").notNull(),
    at: instant("at").notNull(),
    v: integer("v").notNull(),
    type: text("type").$type<ContactFactBody["type"]>().notNull(),
    /** The whole body, its type included. */
    body: jsonb("body").$type<ContactFactBody>().notNull(),
    receivedAt: instant("received_at").notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.contactId, t.seq] })],
);

export const contactLegs = tenantSchema.table(
  "contact_legs",
  {
    tenantId: tenantId(),
    contactId: uuid("contact_id").$type<ContactId>().notNull(),
    callSid: text("call_sid").$type<CarrierSid>().notNull(),
    party: text("party").$type<LegEnded["party"]>().notNull(),
    direction: text("direction").$type<LegEnded["direction"]>().notNull(),
    status: text("status").$type<LegEnded["status"]>().notNull(),
    durationS: integer("duration_s").notNull(),
    endedAt: instant("ended_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.contactId, t.callSid] })],
);

export const recordings = tenantSchema.table(
  "recordings",
  {
    tenantId: tenantId(),
    contactId: uuid("contact_id").$type<ContactId>().notNull(),
    recordingSid: text("recording_sid").$type<CarrierSid>().notNull(),
    purpose: text("purpose").$type<"call" | "voicemail">().notNull(),
    durationS: integer("duration_s").notNull(),
    /** Begins with the tenant's id and a slash; a CHECK refuses anything else. */
    blobKey: text("blob_key").notNull(),
    storedAt: instant("stored_at").notNull(),
    /** Null for recordings from before their size was asked. */
    bytes: bigint("bytes", { mode: "number" }),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.contactId, t.recordingSid] })],
);

export const dispositions = tenantSchema.table(
  "dispositions",
  {
    tenantId: tenantId(),
    code: text("code").notNull(),
    position: integer("position").notNull(),
    labelZh: text("label_zh").notNull(),
    labelEn: text("label_en").notNull(),
    success: boolean("success").notNull(),
    retiredAt: instant("retired_at"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.code] })],
);
