import { z } from "zod";
import { TELEPHONE_RINGS } from "../../domain/routing/config.ts";

/**
 * What goes over the agent desktop's socket and the floor's: one JSON object a frame. The server's frames carry `seq`,
 * without gaps per socket; a client that sees a gap asks for a snapshot. All instants are the house's clock (`now` in the
 * snapshot ties it to the browser's), all ids are UUIDs.
 */
export const AgentStateSchema = z.enum([
  "off_shift",
  "ready",
  "reserved",
  "ringing",
  "on_contact",
  "wrap_up",
  "not_ready",
]);

/** Reasons an agent may give for not being ready; the words shown are the console's. */
export const NotReadyReasonSchema = z.enum(["break", "lunch", "training", "meeting", "after_work", "missed", "device"]);

/** An outside telephone that is an agent's only ear; `at_once` rings with the offer. Null where the browser is. */
export const TelephoneSchema = z.object({
  number: z.string().regex(/^\+[1-9][0-9]{6,14}$/, "a telephone number in E.164: + and 7 to 15 digits"),
  rings: z.enum(TELEPHONE_RINGS),
});

/** An agent's telephone as who runs the floor sees it; `version` names what a change was made of. */
export const TelephoneViewSchema = z.object({
  agentId: z.string(),
  name: z.string(),
  telephone: TelephoneSchema.nullable(),
  version: z.number(),
  /** The files name another number; what was changed here stays. */
  differsFromFiles: z.boolean(),
  changedAt: z.number().nullable(),
  changedBy: z.string().nullable(),
});
export const TelephoneSaveSchema = z.strictObject({
  version: z.int().positive().max(1_000_000_000),
  telephone: z.strictObject(TelephoneSchema.shape).nullable(),
});
export const TelephoneSavedSchema = z.object({
  agent: TelephoneViewSchema,
  /** False where the live pools could not be told; they are told when somebody publishes again. */
  live: z.boolean(),
});

export const OfferSchema = z.object({
  reservationId: z.string(),
  contactId: z.string(),
  tenantId: z.string(),
  brand: z.object({ id: z.string(), name: z.string(), color: z.string(), greeting: z.string() }),
  queueName: z.string(),
  from: z.string(),
  to: z.string(),
  queuedAt: z.number(),
  offeredAt: z.number(),
  /** The offer lapses here and goes to another seat. */
  deadline: z.number(),
});

export const ActiveContactSchema = z.object({
  reservationId: z.string(),
  contactId: z.string(),
  tenantId: z.string(),
  brand: OfferSchema.shape.brand,
  queueName: z.string(),
  from: z.string(),
  to: z.string(),
  queuedAt: z.number(),
  stage: z.enum(["connecting", "talking", "held", "wrap_up"]),
  /** Both could hear each other from here; null while connecting. */
  answeredAt: z.number().nullable(),
  heldAt: z.number().nullable(),
  /** Wrap-up ends by itself here; null before wrap-up, and where it ends with an outcome alone. */
  wrapUpDeadline: z.number().nullable(),
  wrapUpKind: z.enum(["timed", "optional", "mandatory"]),
});

export const AgentViewSchema = z.object({
  agentId: z.string(),
  name: z.string(),
  state: AgentStateSchema,
  reason: z.string().nullable(),
  /** In this state since; null for somebody who has never been on shift. */
  since: z.number().nullable(),
  /** Applied when the contact in hand is done; null when none was chosen. */
  nextState: z.object({ to: z.enum(["ready", "not_ready", "off_shift"]), reason: z.string().nullable() }).nullable(),
  brands: z.array(z.object({ id: z.string(), name: z.string(), color: z.string() })),
  offer: OfferSchema.nullable(),
  contact: ActiveContactSchema.nullable(),
  /** Further minutes of wrap-up that may be asked for; 0 outside wrap-up. */
  extensionsLeft: z.number(),
  /** True on the one socket that owns the softphone; a second tab may claim it with `use_here`. */
  ownsPhone: z.boolean(),
  telephone: TelephoneSchema.nullable(),
});

export const QueueStatsSchema = z.object({ waiting: z.number(), longestSince: z.number().nullable() });

/** Server to desktop. Every frame of kind `agent` carries the whole view: small, and it cannot drift. */
export const DesktopFrameSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("agent"),
    seq: z.number(),
    now: z.number(),
    speed: z.number(),
    agent: AgentViewSchema,
    queue: QueueStatsSchema,
  }),
  z.object({ kind: z.literal("queue"), seq: z.number(), now: z.number(), queue: QueueStatsSchema }),
  /** Answer to a command. `code` is stable: `taken` (another seat won), `caller_gone`,
   * `offer_lapsed`, `not_your_offer`, `busy`, `phone_elsewhere`, `no_wrap_up`, `no_more_extensions`, `bad_frame` … */
  z.object({ kind: z.literal("reply"), seq: z.number(), id: z.string(), ok: z.boolean(), code: z.string().nullable() }),
  z.object({ kind: z.literal("pong"), seq: z.number(), now: z.number() }),
]);

/** Desktop to server. `id` is chosen by the client and comes back in the reply; a repeat of it has no further effect. */
export const DesktopCommandSchema = z.discriminatedUnion("cmd", [
  z.object({ id: z.string().min(1).max(64), cmd: z.literal("snapshot") }),
  z.object({
    id: z.string().min(1).max(64),
    cmd: z.literal("set_state"),
    to: z.enum(["ready", "not_ready", "off_shift"]),
    reason: NotReadyReasonSchema.nullable(),
  }),
  z.object({ id: z.string().min(1).max(64), cmd: z.literal("cancel_next_state") }),
  z.object({ id: z.string().min(1).max(64), cmd: z.literal("accept"), reservationId: z.string() }),
  z.object({ id: z.string().min(1).max(64), cmd: z.literal("decline"), reservationId: z.string() }),
  z.object({ id: z.string().min(1).max(64), cmd: z.literal("extend_wrap_up"), reservationId: z.string() }),
  z.object({ id: z.string().min(1).max(64), cmd: z.literal("use_here") }),
  z.object({ id: z.string().min(1).max(64), cmd: z.literal("ping") }),
]);

/** Supervisor's floor: the whole pool, no customer data. Sent whole on join, then at most four times a second. */
export const FloorFrameSchema = z.object({
  kind: z.literal("floor"),
  seq: z.number(),
  now: z.number(),
  speed: z.number(),
  agents: z.array(
    z.object({
      agentId: z.string(),
      name: z.string(),
      state: AgentStateSchema,
      reason: z.string().nullable(),
      /** Null for somebody who has never been on shift. */
      since: z.number().nullable(),
      tenantId: z.string().nullable(),
      brand: z.object({ name: z.string(), color: z.string() }).nullable(),
      contactId: z.string().nullable(),
      /** Left out for a browser phone. */
      telephone: TelephoneSchema.optional(),
    }),
  ),
  queues: z.array(
    z.object({
      queueId: z.string(),
      tenantId: z.string(),
      name: z.string(),
      brand: z.object({ name: z.string(), color: z.string() }),
      waiting: z.number(),
      longestSince: z.number().nullable(),
      offered: z.number(),
      answered: z.number(),
      abandoned: z.number(),
      /** Of the abandoned, those the target's short-abandon rule leaves out. */
      shortAbandoned: z.number(),
      /** Stays that went on elsewhere: by the flow, to another site, to a number outside. */
      overflowed: z.number(),
      withinTarget: z.number(),
      target: z.object({ share: z.number(), withinS: z.number() }),
    }),
  ),
});

export type DesktopFrame = z.infer<typeof DesktopFrameSchema>;
export type DesktopCommand = z.infer<typeof DesktopCommandSchema>;
export type AgentView = z.infer<typeof AgentViewSchema>;
export type Offer = z.infer<typeof OfferSchema>;
export type Telephone = z.infer<typeof TelephoneSchema>;
export type TelephoneView = z.infer<typeof TelephoneViewSchema>;
export type TelephoneSaved = z.infer<typeof TelephoneSavedSchema>;
export type ActiveContact = z.infer<typeof ActiveContactSchema>;
export type FloorFrame = z.infer<typeof FloorFrameSchema>;
