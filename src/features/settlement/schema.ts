import { z } from "zod";
import { DECISIONS, ITEMS } from "../../domain/settlement/statement.ts";

/**
 * Settlement on the wire. Totals are whole minor units of the named currency; amounts of lines are micros, millionths of
 * its major unit, because carriers charge fractions of the smallest coin. Instants are milliseconds.
 */

export const PeriodSchema = z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/, "a period is written YYYY-MM");
/** Rows of one part of a partner's file; more come as further parts. */
export const ROWS_MAX = 2_000;
const MINOR_MAX = 1_000_000_000_000;
const DECIMAL = /^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$/;
const price = z.string().regex(DECIMAL, 'an amount is text of digits with at most 6 decimals, for example "12.50"');
const storable = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed() && !text.includes("\u0000"), "text that cannot be stored");

export const PartyKindSchema = z.enum(["supplier", "courier", "dealer", "carrier"]);

export const TermsSchema = z.strictObject({
  deliveryFee: price.default("0"),
  returnFee: price.default("0"),
  /** Of the goods' value, kept by the house. */
  sharePercent: price
    .refine((text) => Number(text) <= 100, { error: "a percentage is at most 100", params: { is: "max", limit: 100 } })
    .default("0"),
  /** What a carrier charges for a leg; null for other partners. */
  tariff: z
    .strictObject({
      perMinute: price,
      connectFee: price.optional(),
      firstS: z.int().min(1).max(3600),
      nextS: z.int().min(1).max(3600),
    })
    .nullable()
    .default(null),
  /** How far both sides' amounts of a line may be apart and still agree, in major units. */
  tolerance: price.default("0"),
});

export const PartyInputSchema = z.strictObject({
  kind: PartyKindSchema,
  slug: z.string().regex(/^[a-z0-9-]{1,40}$/, "a short name is a-z, 0-9 and -"),
  name: storable(100),
  /** The supplier is the client company itself, which may then read its statements. */
  isClient: z.boolean().optional(),
  from: z.iso.date(),
  terms: TermsSchema,
});

export const PartySchema = z.object({
  partyId: z.string(),
  kind: PartyKindSchema,
  slug: z.string(),
  name: z.string(),
  currency: z.string(),
  isClient: z.boolean(),
  terms: z.object({ version: z.int(), from: z.string(), terms: TermsSchema }).nullable(),
});

export const SettlementSchema = z.object({
  statementId: z.string(),
  tenantId: z.string(),
  tenantName: z.string(),
  party: z.object({ partyId: z.string(), kind: PartyKindSchema, slug: z.string(), name: z.string() }),
  period: PeriodSchema,
  currency: z.string(),
  decimals: z.int(),
  status: z.enum(["draft", "accepted", "settled"]),
  openingMinor: z.int(),
  /** Of agreed lines, each positive in the sense of its name. */
  sums: z.array(z.object({ item: z.enum(ITEMS), amountMinor: z.int() })),
  /** Owed to a supplier or carrier, owed by a courier or dealer; below zero it is carried to the next. */
  closingMinor: z.int(),
  settledMinor: z.int(),
  /** Lines by how they stand. `open` needs somebody's decision before the statement can be accepted. */
  lines: z.object({
    all: z.int(),
    matched: z.int(),
    onlyOurs: z.int(),
    onlyTheirs: z.int(),
    differs: z.int(),
    open: z.int(),
    disputed: z.int(),
  }),
  /** Files of which parts are still to come, the newest first: nothing of them counts yet. */
  incomplete: z.array(
    z.object({
      key: z.string(),
      name: z.string(),
      parts: z.int(),
      received: z.int(),
      /** Numbers of the first parts that are missing, counted from 1. */
      missing: z.array(z.int()),
    }),
  ),
  paymentRef: z.string().nullable(),
  acceptedAt: z.number().nullable(),
  settledAt: z.number().nullable(),
});
export const SettlementPageSchema = z.object({ items: z.array(SettlementSchema), next: z.string().nullable() });

export const LineStateSchema = z.enum(["unmatched", "matched", "only_ours", "only_theirs", "differs"]);
export const SettlementLineSchema = z.object({
  lineId: z.string(),
  item: z.enum(ITEMS),
  /** An order number, or a call's id at the carrier. */
  ref: z.string(),
  occurredAt: z.number().nullable(),
  state: LineStateSchema,
  oursMicros: z.int().nullable(),
  theirsMicros: z.int().nullable(),
  oursQuantity: z.int().nullable(),
  theirsQuantity: z.int().nullable(),
  termsVersion: z.int().nullable(),
  decision: z.enum(DECISIONS).nullable(),
  reason: z.string().nullable(),
  /** What is agreed; null while open or disputed. */
  agreedMicros: z.int().nullable(),
  /** The contact of the call, and the sale of the parcel: the way down to their facts. */
  contactId: z.string().nullable(),
  saleId: z.string().nullable(),
});
export const SettlementDetailSchema = SettlementSchema.extend({
  items: z.array(SettlementLineSchema),
  next: z.string().nullable(),
});

const FileKeySchema = z.string().regex(/^[0-9a-f]{64}$/, "a key is 64 hexadecimal digits");
/** Parts of one file, at most: a million rows. */
const PARTS_MAX = 500;
export const FileInputSchema = z.strictObject({
  statementId: z.uuid(),
  name: storable(200),
  /**
   * Where the file is sent in parts: its key (the SHA-256 of the whole, in hex) and which part of how many this is. Nothing of
   * it counts before all have come; a part that is known is not taken again, so an upload goes on by sending all once more.
   */
  file: z
    .strictObject({
      key: FileKeySchema,
      part: z.int().min(1).max(PARTS_MAX),
      parts: z.int().min(1).max(PARTS_MAX),
    })
    .refine(({ part, parts }) => part <= parts, "a part is one of the file's parts")
    .optional(),
  /** Columns by name in the first row: `ref, amount` and any of `item, quantity`. */
  csv: storable(120_000),
});
export const BrokenFileSchema = z.strictObject({
  statementId: z.uuid(),
  /** The file's key, as the statement tells it of a file of which parts are missing. */
  key: FileKeySchema,
  reason: storable(1000),
});
export const DecisionsSchema = z.strictObject({
  statementId: z.uuid(),
  lineIds: z.array(z.uuid()).min(1).max(500),
  decision: z.enum(DECISIONS),
  reason: storable(1000),
});
export const AdjustmentSchema = z.strictObject({
  statementId: z.uuid(),
  /** Names the adjustment, so that a repeat of the request is the same one. */
  ref: storable(100),
  /** Minor units; positive grows what is owed at the close. */
  amountMinor: z.int().min(-MINOR_MAX).max(MINOR_MAX),
  reason: storable(1000),
});
export const StepSchema = z.strictObject({
  statementId: z.uuid(),
  step: z.enum(["accept", "settle"]),
  /** The bank's reference; needed to settle. */
  paymentRef: storable(100).optional(),
});

export type TermsView = z.infer<typeof TermsSchema>;
export type PartyInput = z.infer<typeof PartyInputSchema>;
export type PartyView = z.infer<typeof PartySchema>;
export type SettlementView = z.infer<typeof SettlementSchema>;
export type SettlementDetail = z.infer<typeof SettlementDetailSchema>;
export type SettlementLineView = z.infer<typeof SettlementLineSchema>;
