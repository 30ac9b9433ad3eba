import { z } from "zod";
import type { AgentFact, ContactFact, HouseFact } from "../../domain/call/facts.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";

const instant = z.number().int().nonnegative();
const seq = z.number().int().positive();
/** Bodies are our own and typed at their source; here only what the store relies on is checked. */
const body = z.looseObject({ type: z.string().min(1) });

const ContactFactSchema = z.object({
  tenantId: z.uuid(),
  contactId: z.uuid(),
  seq,
  at: instant,
  v: z.literal(1),
  body,
});
const AgentFactSchema = z.object({
  poolId: z.uuid(),
  agentId: z.uuid(),
  seq,
  at: instant,
  v: z.literal(1),
  body: body.extend({ to: z.string() }),
});

const HouseFactSchema = z.object({
  at: instant,
  v: z.literal(1),
  body: z.object({
    type: z.literal("unknown_number_called"),
    accountSid: z.string().min(1).max(64),
    callSid: z.string().min(1).max(64),
    tenantId: z.uuid(),
    to: z.string().max(64),
    anotherTenants: z.boolean(),
  }),
});

const FactsMessageSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("contact"), facts: z.array(ContactFactSchema).max(1_000) }),
  z.object({ kind: z.literal("agent"), facts: z.array(AgentFactSchema).max(1_000) }),
  z.object({ kind: z.literal("house"), facts: z.array(HouseFactSchema).max(1_000) }),
  z.object({ kind: z.literal("callers"), tenantId: z.uuid(), numbers: z.array(z.string().max(64)).max(1_000) }),
]);

export type FactsMessage =
  | { readonly kind: "contact"; readonly facts: readonly ContactFact[] }
  | { readonly kind: "agent"; readonly facts: readonly AgentFact[] }
  | { readonly kind: "house"; readonly facts: readonly HouseFact[] }
  /** Something is known anew of these numbers of a client's callers. */
  | { readonly kind: "callers"; readonly tenantId: TenantId; readonly numbers: readonly string[] };

/** Null for a message that no later attempt could read either. */
export function parseFactsMessage(input: unknown): FactsMessage | null {
  const parsed = FactsMessageSchema.safeParse(input);
  // The schema proves the envelope; the body's shape is promised by the objects that wrote it under this version.
  return parsed.success ? (parsed.data as unknown as FactsMessage) : null;
}

export const MediaMessageSchema = z.object({
  v: z.literal(1),
  tenantId: z.uuid(),
  contactId: z.uuid(),
  token: z.string().min(1),
  recordingSid: z.string().min(1).max(64),
  purpose: z.enum(["call", "voicemail"]),
  durationS: z.number().int().nonnegative(),
  url: z.url(),
});
