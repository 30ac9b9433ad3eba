import { OUTCOMES } from "../../src/domain/call/facts.ts";

/** The word for how a contact ended; `open` while it has not. */
export function outcomeName(outcome: string | null): (typeof OUTCOMES)[number] | "open" {
  return OUTCOMES.find((known) => known === outcome) ?? "open";
}
