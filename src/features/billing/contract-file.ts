import { z } from "zod";
import { ChargesSchema, CodeSchema, CurrencySchema, LocalDateSchema } from "./contract-schema.ts";

/** Contracts and price cards as files. What a contract has of a card is resolved when the files are read (`features/tenants`). */

const VERSIONS_MAX = 200;

type Dated = { readonly validFrom: string };

/** Each version holds from its date until the next begins. */
function inOrder(versions: readonly Dated[], ctx: z.RefinementCtx) {
  versions.forEach((version, at) => {
    const before = versions[at - 1];
    if (before !== undefined && version.validFrom <= before.validFrom) {
      const message = `versions must follow one another: ${version.validFrom} after ${before.validFrom}`;
      ctx.addIssue({ code: "custom", path: [at, "validFrom"], message });
    }
  });
}

/**
 * Terms from a date on: charges written out, or a price card with what this client has otherwise. `overrides` gives fields by
 * the code of the card's charge, `without` names what is left out ("answered", "answered.limits"), `charges` are the client's own
 * besides. `cardVersion` stays with one version of the card; without it the contract follows the card's later versions.
 */
const TermsSchema = z
  .strictObject({
    validFrom: LocalDateSchema,
    card: CodeSchema.optional(),
    cardVersion: z.int().min(1).max(VERSIONS_MAX).optional(),
    without: z.array(z.string().min(1).max(80)).optional(),
    overrides: z.record(CodeSchema, z.record(z.string(), z.unknown())).optional(),
    charges: ChargesSchema.optional(),
  })
  .superRefine((terms, ctx) => {
    if (terms.card !== undefined) return;
    if (terms.charges === undefined) {
      const message = "say the charges, or name the price card they come from";
      ctx.addIssue({ code: "custom", path: ["charges"], message });
    }
    for (const field of ["cardVersion", "without", "overrides"] as const) {
      if (terms[field] === undefined) continue;
      const message = "this says what is otherwise than a price card: name the card under `card`";
      ctx.addIssue({ code: "custom", path: [field], message });
    }
  });

/** A contract as a file: versions in time, each valid from the start of its local date until the next begins. */
export const ContractFileSchema = z.strictObject({
  currency: CurrencySchema,
  versions: z.array(TermsSchema).min(1).max(VERSIONS_MAX).superRefine(inOrder),
});

/** A price card of the house: prices for as many clients as name it, in versions that are never changed. */
export const CardFileSchema = z.strictObject({
  name: z.strictObject({ zh: z.string().min(1).max(80), en: z.string().min(1).max(80) }),
  currency: CurrencySchema,
  versions: z
    .array(z.strictObject({ validFrom: LocalDateSchema, charges: ChargesSchema }))
    .min(1)
    .max(VERSIONS_MAX)
    .superRefine(inOrder),
});

export type ContractFile = z.infer<typeof ContractFileSchema>;
export type CardFile = z.infer<typeof CardFileSchema>;
