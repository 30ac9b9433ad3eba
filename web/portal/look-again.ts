import type { PortalContactPage } from "../../src/features/contacts/schema.ts";

/** A minute of looking: a recording is fetched from the carrier after the talk, and whoever opens the page at once sees it come. */
const LOOKS_FOR_LATE_FACTS = 20;
const SOON_MS = 3_000;
const LIVE_MS = 5_000;

type Ends = Pick<PortalContactPage["contact"], "endedAt" | "answeredAt" | "wrappedUpAt">;

/**
 * When a contact's page looks again; false once nothing is to come, so that a page left open all day asks no more. Nobody wraps
 * up a contact that no agent took. `contact` is null for one that could not be read: its reader tries again.
 */
export function lookAgainMs(looks: number, contact: Ends | null): number | false {
  if (contact === null) return false;
  if (looks < LOOKS_FOR_LATE_FACTS) return SOON_MS;
  const isOver = contact.endedAt !== null && (contact.answeredAt === null || contact.wrappedUpAt !== null);
  return isOver ? false : LIVE_MS;
}
