import { z } from "zod";

/** A customer of one client, as its agents see it. */
export const CustomerSchema = z.object({
  id: z.string(),
  name: z.string(),
  tier: z.string(),
  points: z.array(z.object({ kind: z.enum(["phone", "email"]), value: z.string() })),
  notes: z.array(z.object({ id: z.string(), at: z.number(), text: z.string(), authorName: z.string().nullable() })),
});

export type Customer = z.infer<typeof CustomerSchema>;
