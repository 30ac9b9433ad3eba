import type { Instant } from "../../domain/kernel/instant.ts";

/** An instant as a statement's parameter; cast it: `${iso(at)}::timestamptz`. */
export function iso(at: Instant): string {
  return new Date(at).toISOString();
}
