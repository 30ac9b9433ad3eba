import { z } from "zod";
import { OUTCOMES } from "../../domain/call/facts.ts";
import { CustomerSchema } from "../customers/schema.ts";
import { plainText } from "../identity/schema.ts";

/** Wire forms of contacts: the agent's card and commands, the client's own list and page. Instants are house-clock ms. */
const LocalText = z.object({ zh: z.string(), en: z.string() });

export const HistoryRowSchema = z.object({
  contactId: z.string(),
  at: z.number(),
  outcome: z.string().nullable(),
  disposition: z.string().nullable(),
  agentName: z.string().nullable(),
});

export const ContactCardSchema = z.object({
  contact: z.object({
    from: z.string(),
    to: z.string(),
    brand: z.object({ id: z.string(), name: z.string(), color: z.string(), greeting: z.string() }),
    queueName: z.string().nullable(),
    queuedAt: z.number().nullable(),
    /** What the caller typed in the flow, by the flow's own names. */
    variables: z.record(z.string(), z.string()),
  }),
  /** `unavailable`: the database is away; the call goes on without customers, history and script. */
  records: z.enum(["available", "unavailable"]),
  /** None: a form with the number; one: opened; several: to choose from. */
  customers: z.array(CustomerSchema),
  history: z.array(HistoryRowSchema),
  dispositions: z.array(z.object({ code: z.string(), label: LocalText, success: z.boolean() })),
  script: z.string().nullable(),
});

export const CustomerCreateSchema = z.object({
  name: plainText().trim().min(1).max(200),
  /** Absent where the caller withheld the number and gave none. */
  phone: plainText().min(3).max(32).nullish(),
  note: plainText().trim().max(4_000).nullish(),
});
export const CustomerChangeSchema = z
  .object({
    name: plainText().trim().min(1).max(200).optional(),
    tier: z.enum(["standard", "silver", "gold", "platinum"]).optional(),
    note: plainText().trim().min(1).max(4_000).optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "say what is to change: name, tier or note");

export const HoldSchema = z.object({ on: z.boolean() });
export const WrapUpSchema = z
  .object({
    /** Null keeps a note whose author chose no outcome before the timer of wrap-up ends: `then` is `stay`. */
    disposition: plainText().min(1).max(64).nullable(),
    notes: plainText().max(4_000).default(""),
    then: z.enum(["ready", "not_ready", "stay"]),
    reason: plainText().max(40).nullish(),
  })
  .refine(({ disposition, then }) => disposition !== null || then === "stay", {
    path: ["disposition"],
    error: "say how it ended; without an outcome only a note is kept until wrap-up ends by itself",
    params: { is: "missing" },
  });

export const PortalContactSchema = z.object({
  contactId: z.string(),
  offeredAt: z.number(),
  from: z.string(),
  to: z.string(),
  brandName: z.string().nullable(),
  queueName: z.string().nullable(),
  agentName: z.string().nullable(),
  outcome: z.string().nullable(),
  waitedMs: z.number().nullable(),
  talkMs: z.number(),
  /** The client's own code of what came of it; `auto` where nobody chose. */
  disposition: z.string().nullable(),
  dispositionLabel: LocalText.nullable(),
  hasRecording: z.boolean(),
});

/** The last instant that a date of ours can hold. */
const INSTANT_MAX = 8_640_000_000_000_000;
const instant = z.coerce.number().int().min(0).max(INSTANT_MAX);

export const PortalContactsQuerySchema = z.object({
  cursor: plainText().max(120).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  from: instant.optional(),
  to: instant.optional(),
  outcome: z.enum(OUTCOMES).optional(),
  /** The beginning of a caller's number. */
  q: plainText().max(32).optional(),
});

const NamesSchema = z.object({
  agents: z.record(z.string(), z.string()),
  queues: z.record(z.string(), z.string()),
});

export const PortalContactPageSchema = z.object({
  contact: PortalContactSchema.extend({
    language: z.string(),
    queuedAt: z.number().nullable(),
    answeredAt: z.number().nullable(),
    endedAt: z.number().nullable(),
    wrappedUpAt: z.number().nullable(),
    endedBy: z.string().nullable(),
    holdMs: z.number(),
    wrapUpMs: z.number(),
    withinTarget: z.boolean().nullable(),
    success: z.boolean(),
    notes: z.string(),
  }),
  legs: z.array(
    z.object({
      callSid: z.string(),
      party: z.string(),
      direction: z.string(),
      status: z.string(),
      durationS: z.number(),
      endedAt: z.number(),
    }),
  ),
  facts: z.array(
    z.object({ seq: z.number(), at: z.number(), type: z.string(), body: z.record(z.string(), z.unknown()) }),
  ),
  recordings: z.array(
    z.object({ recordingSid: z.string(), purpose: z.string(), durationS: z.number(), storedAt: z.number() }),
  ),
  /** Names behind the ids of the facts: of agents who answer for this client, and of its own queues. */
  names: NamesSchema.optional(),
});

/** How the house sees a contact: its routing, with the clients whose contacts were passed over, and nothing of a customer. */
export const RoutedContactSchema = z.object({
  tenantName: z.string(),
  queueName: z.string().nullable(),
  outcome: z.string().nullable(),
  facts: PortalContactPageSchema.shape.facts,
  names: NamesSchema,
  /** For the fact of this number: the clients passed over, in the order of its decision. */
  passedOver: z.array(z.object({ seq: z.number(), names: z.array(z.string()) })),
});

export const RoutingLogSchema = z.object({
  items: z.array(
    z.object({
      at: z.number(),
      tenantId: z.string(),
      contactId: z.string(),
      tenantName: z.string(),
      agentName: z.string(),
    }),
  ),
});

const TodayNumbers = {
  /** Of a day or month: contacts that came. Of a queue: stays that were offered to it. */
  offered: z.number(),
  answered: z.number(),
  abandoned: z.number(),
  shortAbandoned: z.number(),
  voicemail: z.number(),
  withinTarget: z.number(),
  /** Answered within target ÷ (answered + abandoned, without short abandons); null before the first. */
  serviceLevel: z.number().nullable(),
  waitedMsMean: z.number().nullable(),
  talkMsMean: z.number().nullable(),
};
export const PortalTodaySchema = z.object({
  now: z.number(),
  timeZone: z.string(),
  day: z.string(),
  ...TodayNumbers,
  queues: z.array(
    z.object({
      queueId: z.string(),
      name: z.string(),
      /** What was promised: this share answered within so many seconds. */
      target: z.object({ share: z.number(), withinS: z.number() }),
      ...TodayNumbers,
    }),
  ),
  /** Hours of the client's own clock that had a contact. */
  hours: z.array(
    z.object({
      hour: z.number(),
      offered: z.number(),
      answered: z.number(),
      abandoned: z.number(),
      withinTarget: z.number(),
    }),
  ),
});

export const PortalRecentSchema = z.object({
  yesterday: z.object({
    day: z.string(),
    ...TodayNumbers,
    /** The hour with most contacts; null on a day without any. */
    busiest: z.object({ hour: z.number(), offered: z.number() }).nullable(),
  }),
  /** This month up to now. */
  month: z.object({ period: z.string(), ...TodayNumbers }),
});

export type ContactCard = z.infer<typeof ContactCardSchema>;
export type PortalContact = z.infer<typeof PortalContactSchema>;
export type PortalContactPage = z.infer<typeof PortalContactPageSchema>;
export type PortalRecent = z.infer<typeof PortalRecentSchema>;
export type PortalToday = z.infer<typeof PortalTodaySchema>;
export type RoutedContact = z.infer<typeof RoutedContactSchema>;
export type RoutingLog = z.infer<typeof RoutingLogSchema>;
