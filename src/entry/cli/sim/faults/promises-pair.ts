import { seatStage } from "../../../../domain/call/seats.ts";
import type { ContactId } from "../../../../domain/kernel/ids.ts";
import type { House } from "./watched.ts";

/**
 * Contact and pool on the same seat. While either has something to tell the other they may differ; as soon as both have
 * been heard they must agree. Returns what they disagree about, or null.
 */
export function unmatched(house: House, contactId: ContactId): string | null {
  const contact = house.contact(contactId);
  if (contact === null || contact.owesPool || house.pool.owes(contactId)) return null;
  const { state } = contact.mind;
  const { stage } = state;
  const { pool } = house.pool;
  const held = new Set<string>();
  for (const { at, profile } of pool.agents.values()) {
    if (at.is === "reserved" || at.is === "ringing") {
      const { id, ticket } = at.reservation;
      if (ticket.contactId !== contactId) continue;
      held.add(id);
      const known = stage.at === "queued" && stage.seats.some((seat) => seat.reservationId === id);
      if (!known) return `${profile.agentId} rings with ${id}, of which the contact (${stage.at}) knows nothing`;
    }
    if (at.is !== "on_contact" || at.service.ticket.contactId !== contactId) continue;
    held.add(at.service.id);
    const as = seatStage(state, at.service.id);
    if (as !== "connecting" && as !== "talking" && as !== "held")
      return `${profile.agentId} is held by ${at.service.id}, which the contact (${stage.at}) says is ${as}`;
  }
  if (stage.at === "queued") {
    const ghost = stage.seats.find((seat) => !held.has(seat.reservationId));
    if (ghost !== undefined) return `the contact waits for ${ghost.reservationId}, which no agent holds`;
  }
  const seated = stage.at === "connecting" || (stage.at === "talking" && !stage.letGo);
  if (seated && !held.has(stage.seat.reservationId))
    return `the contact is ${stage.at} with ${stage.seat.reservationId}, which no agent holds`;
  return null;
}
