import { isLocalDate } from "../../domain/kernel/calendar-days.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";

/** What a list may be ordered by, each as PostgreSQL reads it without complaint; none holds the `_` between them. */
const PARTS = {
  id: (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
  day: isPastYearZero,
  /** `YYYY-MM` */
  month: (text: string) => isPastYearZero(`${text}-01`),
  /** Milliseconds since 1970, down to the microsecond: an instant far beyond any of ours, and within what is stored. */
  instant: (text: string) => /^\d{1,15}(\.\d{1,6})?$/.test(text),
  /** A place among the few that share what stands before it. */
  turn: (text: string) => /^\d{1,6}$/.test(text),
  key: (text: string) => /^[0-9a-z~-]{1,40}$/.test(text),
} as const;

export type CursorPart = keyof typeof PARTS;

/** Where the next page begins: the parts by which the list is ordered, of its last row. Null when there is none. */
export function nextPlace(more: boolean, parts: readonly (string | number)[] | undefined): string | null {
  return more && parts !== undefined ? parts.join("_") : null;
}

/** The parts of a cursor that was given here; anything else is the caller's mistake and named as such. */
export function placeAfter<const P extends readonly CursorPart[]>(
  cursor: string | null,
  parts: P,
): { readonly [at in keyof P]: string } | null {
  if (cursor === null) return null;
  const texts = cursor.split("_");
  if (texts.length === parts.length && parts.every((part, at) => PARTS[part](texts[at] ?? ""))) {
    return texts as unknown as { readonly [at in keyof P]: string };
  }
  const faults = [{ path: "query.cursor", message: "not a cursor that was given here: use `next` of the page before" }];
  throw new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
}

/** PostgreSQL's calendar has no year nought. */
function isPastYearZero(text: string): boolean {
  return isLocalDate(text) && !text.startsWith("0000");
}
