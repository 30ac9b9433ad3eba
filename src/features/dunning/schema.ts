import { z } from "zod";
import { DEEDS, STANDINGS } from "../../domain/dunning/dunning.ts";

/** Steps of a rule: more than this is pestering. */
export const StepsSchema = z.array(z.strictObject({ day: z.int().min(-60).max(365), deed: z.enum(DEEDS) })).max(20);

export const RuleSchema = z.strictObject({ steps: StepsSchema });

export const TakenSchema = z.object({
  invoiceId: z.string(),
  number: z.string(),
  currency: z.string(),
  decimals: z.int(),
  openMinor: z.int(),
  day: z.int(),
  deed: z.enum(DEEDS),
  takenOn: z.string(),
  /** Where its letter went; empty while none was sent. */
  letterTo: z.array(z.string()),
  letterTrouble: z.string().nullable(),
});

export const ClientDunningSchema = z.object({
  standing: z.enum(STANDINGS),
  since: z.number().nullable(),
  house: StepsSchema,
  contracts: z.array(
    z.object({ contractId: z.string(), zh: z.string(), en: z.string(), steps: StepsSchema.nullable() }),
  ),
  taken: z.array(TakenSchema),
});

export type ClientDunning = z.infer<typeof ClientDunningSchema>;
