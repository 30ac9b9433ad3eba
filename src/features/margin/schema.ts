import { z } from "zod";

/**
 * Margins on the wire: sell − carrier cost − agent cost = margin, in major units of the client's currency. `…` fields are
 * exact, a decimal or a fraction; `shown` has the same to four decimals for reading.
 */

export const PeriodSchema = z.string().regex(/^[0-9]{4}-(0[1-9]|1[0-2])$/, "a period is written YYYY-MM");
export const GROUPINGS = ["contract", "line", "queue", "campaign", "agent", "contact"] as const;
export const GroupingSchema = z.enum(GROUPINGS);

const amounts = z.object({ sell: z.string(), carrierCost: z.string(), agentCost: z.string(), margin: z.string() });
export const AmountsSchema = amounts.extend({ shown: amounts });

export const MarginRowSchema = AmountsSchema.extend({
  /** Id of what the row is about; null for what belongs to none, such as a monthly fee under `contact`. */
  key: z.string().nullable(),
  label: z.object({ zh: z.string(), en: z.string() }).nullable(),
  /** Seconds of agents' time in it. */
  agentS: z.int(),
});

export const MarginSchema = z.object({
  tenantId: z.string(),
  period: PeriodSchema,
  currency: z.string(),
  by: GroupingSchema,
  /** False when no cost rate, or no exchange into this currency, is known: agents' time then costs nothing here. */
  agentCostKnown: z.boolean(),
  /** Over everything, not over this page. */
  total: AmountsSchema.extend({ agentS: z.int() }),
  items: z.array(MarginRowSchema),
  next: z.string().nullable(),
});

export const HouseMarginSchema = z.object({
  period: PeriodSchema,
  items: z.array(
    AmountsSchema.extend({
      tenantId: z.string(),
      tenantName: z.string(),
      currency: z.string(),
      agentCostKnown: z.boolean(),
      agentS: z.int(),
    }),
  ),
});

export type MarginRow = z.infer<typeof MarginRowSchema>;
export type Amounts = z.infer<typeof AmountsSchema>;
export type MarginReport = z.infer<typeof MarginSchema>;
export type HouseMargin = z.infer<typeof HouseMarginSchema>;
export type Grouping = z.infer<typeof GroupingSchema>;
