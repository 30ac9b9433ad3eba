import { type Instant, type Ms, SECOND_MS } from "../kernel/instant.ts";
import { assert } from "../kernel/step.ts";
import type { Draft } from "./draft.ts";
import { type QueueConfig, timeZoneOf } from "./line-config.ts";
import type { StayEnd, WaitTicket } from "./messages.ts";
import type { QueuePlace } from "./state.ts";

/** The ticket under which a contact waits: made anew each time, the pool keeps the latest. */
export function ticketOf(draft: Draft, place: QueuePlace): WaitTicket {
  const { contactId, tenantId, from, to } = draft.state;
  const queue = draft.config.queues[place.queueId];
  assert(queue !== undefined, "a contact waits only in a queue of its own configuration");
  const { brand } = draft.config;
  const { queuedAt, attempt, date } = place;
  const day = date === undefined ? {} : { day: { date, timeZone: timeZoneOf(draft.config) } };
  const ticket = { contactId, tenantId, brand, queue, from, to, queuedAt, attempt, ...day };
  const { namedAgent } = queue.rules ?? {};
  const extension =
    namedAgent !== undefined && namedAgent.patienceS > 0 ? draft.state.variables[namedAgent.variable] : null;
  return extension == null || extension === "" ? ticket : { ...ticket, extension };
}

/** How a stay ended, for the pool to count; with its ticket where the pool may not have heard of the stay. */
export function stayEnd(draft: Draft, place: QueuePlace, isHeard: boolean): StayEnd {
  const waitedMs = draft.now - place.queuedAt;
  return isHeard ? { waitedMs } : { waitedMs, ticket: ticketOf(draft, place) };
}

/** The next site that a queue sends its callers to, after those whose time has come by `waited`. */
export function nextMove(queue: QueueConfig, queuedAt: Instant, waited: Ms): Pick<QueuePlace, "move"> {
  const steps = queue.rules?.relax ?? [];
  const next = steps.find((step) => step.do === "move" && step.afterS * SECOND_MS > waited);
  return next?.do === "move" ? { move: { at: queuedAt + next.afterS * SECOND_MS, poolId: next.poolId } } : {};
}

/** The queue's next number outside behind the step that was tried last (-1: none yet): each is called once, none is skipped. */
export function nextOutside(queue: QueueConfig, queuedAt: Instant, tried: number): Pick<QueuePlace, "outside"> {
  const steps = queue.rules?.relax ?? [];
  const step = steps.findIndex(({ do: what }, at) => at > tried && what === "outside");
  const next = steps[step];
  if (next?.do !== "outside") return {};
  return { outside: { at: queuedAt + next.afterS * SECOND_MS, step, number: next.number, name: next.name } };
}

/** The time here is over: the contact leaves this pool and waits in the next site's, as old as it is. */
export function moveSite(draft: Draft, { move, ...place }: QueuePlace, isHeard: boolean): QueuePlace {
  const queue = draft.config.queues[place.queueId];
  assert(queue !== undefined && move !== undefined, "a contact moves only where its queue sends it");
  const { queueId, poolId, queuedAt, attempt } = place;
  draft.fact({ type: "site_moved", queueId, from: poolId, to: move.poolId });
  draft.tellPool(poolId, { say: "withdraw", why: "moved", attempt, stay: stayEnd(draft, place, isHeard) });
  return waitAfresh(draft, { ...place, poolId: move.poolId, ...nextMove(queue, queuedAt, draft.now - queuedAt) });
}

/** After the contact itself has withdrawn: what was offered before is over. */
export function waitAfresh(draft: Draft, place: QueuePlace): QueuePlace {
  const anew = waitAnew(draft, place);
  return { ...anew, since: anew.attempt };
}

/** The pool has let this contact go: it comes back under a new attempt, with the place it had by age. */
export function waitAnew(draft: Draft, place: QueuePlace): QueuePlace {
  const attempt = draft.state.history.queueVisits + 1;
  draft.state.history = { ...draft.state.history, queueVisits: attempt };
  const anew = { ...place, attempt };
  draft.tellPool(place.poolId, { say: "wait", ticket: ticketOf(draft, anew) });
  return anew;
}
