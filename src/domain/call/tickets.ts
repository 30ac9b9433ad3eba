import { assert } from "../kernel/step.ts";
import type { Draft } from "./draft.ts";
import type { WaitTicket } from "./messages.ts";
import type { QueuePlace } from "./state.ts";

/** The ticket under which a contact waits: made anew each time, the pool keeps the latest. */
export function ticketOf(draft: Draft, place: QueuePlace): WaitTicket {
  const { contactId, tenantId, from, to } = draft.state;
  const queue = draft.config.queues[place.queueId];
  assert(queue !== undefined, "a contact waits only in a queue of its own configuration");
  const { brand } = draft.config;
  return { contactId, tenantId, brand, queue, from, to, queuedAt: place.queuedAt, attempt: place.attempt };
}

/** The pool has let this contact go: it comes back under a new attempt, with the place it had by age. */
export function waitAnew(draft: Draft, place: QueuePlace): QueuePlace {
  const attempt = draft.state.history.queueVisits + 1;
  draft.state.history = { ...draft.state.history, queueVisits: attempt };
  const anew = { ...place, attempt };
  draft.tellPool(place.poolId, { say: "wait", ticket: ticketOf(draft, anew) });
  return anew;
}
