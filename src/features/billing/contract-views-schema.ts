import { z } from "zod";
import { ChargesSchema, CurrencySchema } from "./contract-schema.ts";

/** Contracts on the wire: charges stand as in contract files, dates are local dates of the contract's zone. */

const label = z.object({ zh: z.string(), en: z.string() });
const CardNameSchema = z.strictObject({
  slug: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "a card's name is a-z, 0-9 and -, starting with a letter"),
  version: z.int().min(1).max(100_000),
});

const head = {
  id: z.string(),
  tenantId: z.string(),
  tenantName: z.string(),
  slug: z.string(),
  name: label,
  currency: z.string(),
  timeZone: z.string(),
};

export const ContractSummarySchema = z.object({
  ...head,
  versions: z.int(),
  /** First day of the newest version. */
  newest: z.string().nullable(),
  hasDraft: z.boolean(),
  /** Of what price card the newest version is made, and how many of the card's charges are otherwise for this client. */
  card: z.object({ name: label, version: z.int(), ownPrices: z.int() }).nullable(),
});

export const DraftRequestSchema = z.strictObject({
  validFrom: z.iso.date("a date is written YYYY-MM-DD"),
  charges: ChargesSchema,
  /** The house's card that these charges were made from; what differs from it is kept as overrides. */
  card: CardNameSchema.nullable().default(null),
});

/**
 * What stood when the writer read the contract: when its draft was kept (null for none) and the number of its newest version.
 * Where something else stands by now the request is refused, so that nobody overwrites what he has not seen. Left out by a
 * caller that keeps contracts by itself.
 */
const SeenSchema = z.strictObject({ draftAt: z.number().nullable(), version: z.int().min(0) });
export const DraftWrittenSchema = DraftRequestSchema.extend({ seen: SeenSchema.optional() });
/** When the draft was kept that is thrown away; left out by a caller that keeps contracts by itself. */
export const DraftDroppedSchema = z.object({ seen: z.coerce.number().optional() });
export const DraftKeptSchema = z.object({ savedAt: z.number() });

export const ContractViewSchema = z.object({
  ...head,
  versions: z.array(
    z.object({
      version: z.int(),
      from: z.string(),
      /** First day after it; null while it is open. */
      to: z.string().nullable(),
      source: z.enum(["file", "console"]),
      publishedBy: z.string().nullable(),
      publishedAt: z.number(),
      card: CardNameSchema.nullable(),
      /** True when a month of it is billed: its prices there can never change. */
      billed: z.boolean(),
      charges: ChargesSchema,
    }),
  ),
  draft: DraftRequestSchema.extend({ savedAt: z.number() }).nullable(),
});

export const PublishedSchema = z.object({ version: z.int() });

export const CardRequestSchema = z.strictObject({
  slug: CardNameSchema.shape.slug,
  name: z.strictObject({ zh: z.string().min(1).max(80), en: z.string().min(1).max(80) }),
  currency: CurrencySchema,
  charges: ChargesSchema,
});
export const CardSchema = CardRequestSchema.extend({
  currency: z.string(),
  version: z.int(),
  /** The day from which clients that follow the card pay these prices; null for a card of the console. */
  validFrom: z.string().nullable(),
  source: z.enum(["file", "console"]),
});

export type ContractSummary = z.infer<typeof ContractSummarySchema>;
export type ContractView = z.infer<typeof ContractViewSchema>;
export type DraftRequest = z.infer<typeof DraftWrittenSchema>;
export type CardView = z.infer<typeof CardSchema>;
