import type { ContactEvent } from "../../../../domain/call/state.ts";
import type { PoolId } from "../../../../domain/kernel/ids.ts";
import type { PoolEvent, PoolMessage } from "../../../../domain/routing/index.ts";

/** A pool's message as the contact machine hears it. */
export function toContact(message: PoolMessage, poolId: PoolId): ContactEvent {
  const { reservationId } = message;
  switch (message.kind) {
    case "seat_reserved": {
      const { agentId, decision, attempt } = message;
      return { type: "seat_reserved", agentId, reservationId, decision, poolId, attempt };
    }
    case "seat_accepted":
      return { type: "seat_accepted", agentId: message.agentId, reservationId, poolId, attempt: message.attempt };
    case "seat_returned":
      return { type: "seat_returned", reservationId, why: message.why };
    case "wrap_up_lapsed":
      return { type: "wrap_up_lapsed", reservationId, wrapUpMs: message.wrapUpMs };
    default:
      return { type: message.kind, reservationId };
  }
}

/** One line of a trace. */
export function inWords(event: ContactEvent | PoolEvent): string {
  const { type, ...rest } = event;
  const told = Object.entries(rest).filter(([name]) => !["decision", "ticket", "config"].includes(name));
  return [
    type,
    ...told.map(([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`),
  ].join(" ");
}
