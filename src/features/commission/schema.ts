import { z } from "zod";
import { SALE_EVENT_KINDS, STAGES } from "../../domain/commission/sale.ts";
import { isAbove } from "../../domain/kernel/rational.ts";

/** Sales, plans and statements on the wire. Amounts are whole minor units of the named currency; instants milliseconds. */

export const PeriodSchema = z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/, "a period is written YYYY-MM");
/** Events of one request: a file of more is sent in parts, which its ids make harmless. */
export const EVENTS_MAX = 500;
const MINOR_MAX = 1_000_000_000_000;
const DECIMAL = /^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$/;

const storable = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed() && !text.includes("\u0000"), "text that cannot be stored");
const partySlug = z.string().regex(/^[a-z0-9-]{1,40}$/, "a partner's short name is a-z, 0-9 and -");
export const SourceSchema = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, "a source is a-z, 0-9, - and _, at most 40");

export const SaleEventInputSchema = z.strictObject({
  /** Unique for ever in its source: a repeat of it is the same event. */
  sourceEventId: storable(100),
  /** The order number by which the source knows the sale. */
  sale: storable(100),
  kind: z.enum(SALE_EVENT_KINDS),
  occurredAt: z.iso.datetime({ offset: true }),
  /** Net value in minor units; for `returned` of what came back. Left out: unknown, and for `returned` all of it. */
  amountMinor: z.int().min(0).max(MINOR_MAX).nullish(),
  /** The call that it was sold in. */
  contactId: z.uuid().nullish(),
  supplier: partySlug.nullish(),
  courier: partySlug.nullish(),
  dealer: partySlug.nullish(),
  /** The `sourceEventId` that this row takes the place of. */
  corrects: storable(100).nullish(),
  /** Takes the corrected row back and puts nothing in its place. */
  isVoid: z.boolean().optional(),
});

export const SaleEventsSchema = z.strictObject({
  source: SourceSchema,
  events: z.array(SaleEventInputSchema).min(1).max(EVENTS_MAX),
});

export const SaleFileSchema = z.strictObject({
  source: SourceSchema,
  /** Columns by name in the first row: `id, sale, event, at` and any of `amount, contact, supplier, courier, dealer, corrects, void`. */
  csv: storable(120_000),
});

export const RecordedSchema = z.object({
  items: z.array(
    z.object({
      /** Line of the file, or place in the list, from 1. */
      line: z.int(),
      sourceEventId: z.string(),
      /** `rival`: the same id came before with other contents; the first stands. `refused`: see `why`. */
      what: z.enum(["recorded", "known", "rival", "refused"]),
      why: z.string().nullable(),
      saleId: z.string().nullable(),
    }),
  ),
  recorded: z.int(),
  known: z.int(),
  refused: z.int(),
});

export const SaleSchema = z.object({
  saleId: z.string(),
  ref: z.string(),
  contactId: z.string().nullable(),
  agentId: z.string().nullable(),
  agentName: z.string().nullable(),
  currency: z.string(),
  decimals: z.int(),
  soldAt: z.number().nullable(),
  stage: z.enum(STAGES).nullable(),
  amountMinor: z.int(),
  returnedMinor: z.int(),
  isReturned: z.boolean(),
  supplier: z.string().nullable(),
  courier: z.string().nullable(),
  dealer: z.string().nullable(),
});
export const SalePageSchema = z.object({ items: z.array(SaleSchema), next: z.string().nullable() });

export const CommissionMoveSchema = z.object({
  moveId: z.string(),
  saleId: z.string(),
  saleRef: z.string(),
  soldAt: z.number().nullable(),
  saleMinor: z.int(),
  beneficiary: z.enum(["agent", "house"]),
  agentId: z.string().nullable(),
  kind: z.enum(["accrued", "confirmed", "clawed_back_pending", "clawed_back_payable"]),
  /** With its sign in the balance: taken back is negative. */
  amountMinor: z.int(),
  planVersion: z.int(),
  bookedOn: z.string(),
  txnId: z.string(),
});

export const SaleDetailSchema = SaleSchema.extend({
  events: z.array(
    z.object({
      source: z.string(),
      sourceEventId: z.string(),
      kind: z.enum(SALE_EVENT_KINDS),
      occurredAt: z.number(),
      receivedAt: z.number(),
      amountMinor: z.int().nullable(),
      corrects: z.string().nullable(),
      isVoid: z.boolean(),
    }),
  ),
  moves: z.array(CommissionMoveSchema),
});

const price = z.string().regex(DECIMAL, 'an amount is text of digits with at most 6 decimals, for example "12.50"');
export const PlanTermsSchema = z
  .strictObject({
    pay: z.discriminatedUnion("by", [
      z.strictObject({ by: z.literal("fixed"), amount: price }),
      z
        .strictObject({
          by: z.literal("percent"),
          percent: price.refine((text) => Number(text) <= 100, {
            error: "a percentage is at most 100",
            params: { is: "max", limit: 100 },
          }),
          minEach: price.optional(),
          maxEach: price.optional(),
        })
        .refine((it) => it.minEach === undefined || it.maxEach === undefined || !isAbove(it.minEach, it.maxEach), {
          path: ["minEach"],
          error: "the minimum is above the maximum",
        }),
    ]),
    accrueOn: z.enum(STAGES),
    payableOn: z.enum(STAGES),
  })
  .refine((it) => STAGES.indexOf(it.accrueOn) <= STAGES.indexOf(it.payableOn), {
    path: ["payableOn"],
    error: "a commission is not payable before it accrues",
  });

export const BeneficiarySchema = z.enum(["agent", "house"]);
export const PlanInputSchema = z.strictObject({
  beneficiary: BeneficiarySchema,
  /** First day on the client's calendar. */
  from: z.iso.date(),
  terms: PlanTermsSchema,
});
export const PlanSchema = z.object({
  planId: z.string(),
  beneficiary: BeneficiarySchema,
  version: z.int(),
  from: z.string(),
  /** First day no longer in force; null while open. */
  to: z.string().nullable(),
  currency: z.string(),
  terms: PlanTermsSchema,
});

export const StatementSchema = z.object({
  statementId: z.string(),
  tenantId: z.string(),
  tenantName: z.string(),
  beneficiary: BeneficiarySchema,
  agentId: z.string().nullable(),
  agentName: z.string().nullable(),
  period: PeriodSchema,
  currency: z.string(),
  decimals: z.int(),
  openingMinor: z.int(),
  earnedMinor: z.int(),
  clawedBackMinor: z.int(),
  closingMinor: z.int(),
  payableMinor: z.int(),
  status: z.enum(["prepared", "approved", "paid"]),
  preparedAt: z.number(),
  approvedAt: z.number().nullable(),
  paidAt: z.number().nullable(),
  paymentRef: z.string().nullable(),
});
export const StatementPageSchema = z.object({ items: z.array(StatementSchema), next: z.string().nullable() });
export const StatementDetailSchema = StatementSchema.extend({
  items: z.array(CommissionMoveSchema),
  next: z.string().nullable(),
});
export const StandingSchema = z.object({
  items: z.array(
    z.object({
      tenantId: z.string(),
      tenantName: z.string(),
      currency: z.string(),
      decimals: z.int(),
      /** Sales that have not reached the stage at which the plan pays. */
      pendingMinor: z.int(),
      /** Payable and on no statement yet; below zero when more was taken back. */
      unstatedMinor: z.int(),
    }),
  ),
});

export type SaleEventInput = z.infer<typeof SaleEventInputSchema>;
export type Recorded = z.infer<typeof RecordedSchema>;
export type SaleView = z.infer<typeof SaleSchema>;
export type SaleDetail = z.infer<typeof SaleDetailSchema>;
export type CommissionMoveView = z.infer<typeof CommissionMoveSchema>;
export type PlanInput = z.infer<typeof PlanInputSchema>;
export type PlanView = z.infer<typeof PlanSchema>;
export type StatementView = z.infer<typeof StatementSchema>;
export type StatementDetail = z.infer<typeof StatementDetailSchema>;
export type Standing = z.infer<typeof StandingSchema>;
