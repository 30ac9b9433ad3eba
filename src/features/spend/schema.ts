import { z } from "zod";
import { LabelSchema as label, PeriodSchema } from "../billing/schema.ts";

/** A client's month so far, on the wire. Amounts are whole minor units before tax unless they say gross; days are local. */
export const AssumptionSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.enum(["even_pace", "stocks_hold", "service_level_holds", "no_more_milestones"]) }),
  z.object({ kind: z.literal("prices_change"), on: z.string() }),
  z.object({ kind: z.literal("unseen_charges"), labels: z.array(label) }),
]);

export const SpendSchema = z.object({
  contractId: z.string(),
  contract: label,
  period: PeriodSchema,
  periodStart: z.string(),
  /** First day of the next month. */
  periodEnd: z.string(),
  timeZone: z.string(),
  currency: z.string(),
  decimals: z.int(),
  /** The instant of what is shown, and the share of the month that is over, in per cent. */
  asOf: z.number(),
  elapsedPercent: z.number(),
  /** This month's draft, where the lines stand one by one. */
  invoiceId: z.string().nullable(),
  soFarMinor: z.int(),
  /** Null while less than a day of the month was seen. */
  forecast: z.object({ netMinor: z.int(), grossMinor: z.int(), assumes: z.array(AssumptionSchema) }).nullable(),
  lastMonthMinor: z.int().nullable(),
  charges: z.array(
    z.object({
      code: z.string(),
      label,
      /** What was counted so far and in what; null where nothing is counted, such as a fee. */
      quantity: z.string().nullable(),
      unit: z.string().nullable(),
      soFarMinor: z.int(),
      forecastMinor: z.int().nullable(),
    }),
  ),
  /** Packages in units, the client's own limit in minor units; `step` is the highest of 50, 80 and 100 per cent reached. */
  allowances: z.array(
    z.object({
      kind: z.enum(["package", "limit"]),
      /** The package's charge. */
      code: z.string().nullable(),
      label: label.nullable(),
      unit: z.string().nullable(),
      used: z.int(),
      of: z.int(),
      step: z.union([z.literal(50), z.literal(80), z.literal(100)]).nullable(),
      /** The day on which it is used up at the pace so far; null where that is not this month. */
      usedUpOn: z.string().nullable(),
    }),
  ),
  limitMinor: z.int().nullable(),
});

export const SpendLimitSchema = z.strictObject({
  /** Before tax; null takes the limit away. */
  amountMinor: z.int().min(1).max(9_000_000_000_000).nullable(),
});

export type SpendView = z.infer<typeof SpendSchema>;
