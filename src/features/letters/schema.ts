import { z } from "zod";

/** A letter to a client and what became of it. `about` says which of the two: a step of dunning, or a step of spending. */
export const LetterSchema = z.object({
  id: z.string(),
  at: z.number(),
  about: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("dunning"),
      deed: z.enum(["remind", "warn", "stop_outbound", "suspend"]),
      number: z.string(),
    }),
    z.object({
      kind: z.literal("spend"),
      what: z.enum(["package", "limit"]),
      label: z.object({ zh: z.string(), en: z.string() }).nullable(),
      step: z.int(),
    }),
  ]),
  /** Where it went; empty while it was not sent. */
  to: z.array(z.string()),
  state: z.enum(["sent", "waiting", "given_up"]),
  /** Why the last try failed. */
  trouble: z.string().nullable(),
});

export type LetterView = z.infer<typeof LetterSchema>;
