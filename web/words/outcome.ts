const OUTCOMES = ["answered", "abandoned", "voicemail", "self_service", "closed", "rejected", "failed"] as const;

/** The word for how a contact ended; `open` while it has not. */
export function outcomeName(outcome: string | null): (typeof OUTCOMES)[number] | "open" {
  return OUTCOMES.find((known) => known === outcome) ?? "open";
}
