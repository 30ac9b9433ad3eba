import { z } from "zod";

/**
 * Text as it may be kept: PostgreSQL stores no NUL, and half of a surrogate pair is no character. Refused where it enters,
 * because a fact that carries it would be refused much later by the queue's consumer, again and again.
 */
export function plainText() {
  return z.string().refine((given) => given.isWellFormed() && !given.includes("\0"), {
    error: "must be text: no NUL character and no half of a surrogate pair",
    abort: true,
  });
}
