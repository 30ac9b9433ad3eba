import { Refusal } from "../../domain/kernel/trouble.ts";

/** Where the next page begins: the parts by which the list is ordered, of its last row. Null when there is none. */
export function after(more: boolean, parts: readonly (string | number)[] | undefined): string | null {
  return more && parts !== undefined ? parts.join("_") : null;
}

/** The parts of a cursor that was given here; anything else is the caller's mistake and named as such. */
export function placeAfter(cursor: string | null, shape: RegExp): readonly string[] | null {
  if (cursor === null) return null;
  const match = shape.exec(cursor);
  if (match === null || match.some((part) => part === undefined)) {
    const faults = [{ path: "query.cursor", message: "not a cursor that was given here" }];
    throw new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
  }
  return match.slice(1);
}
