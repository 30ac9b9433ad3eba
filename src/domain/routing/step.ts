import type { AgentId, ContactId, ReservationId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import { unreachable } from "../kernel/step.ts";
import { rest, serviceOf } from "./agents.ts";
import { configure } from "./configure.ts";
import { runDue } from "./deadlines.ts";
import { joinDevice, leaveDevice, loseDevices, usePhoneHere } from "./devices.ts";
import { dispatch } from "./dispatch.ts";
import { DONE, ignored, type PoolEvent, type Reply, refused } from "./events.ts";
import { accept, decline, showOffer } from "./offers.ts";
import { newRun, type Run, touchAgent } from "./run.ts";
import {
  believe,
  connected,
  endTalk,
  extendWrapUp,
  hold,
  lapseWrapUp,
  legFailed,
  mayEndWrapUp,
  wrappedUp,
} from "./service.ts";
import type { Agent, Chance, Pool, Service } from "./state.ts";
import { beginClientDay, count } from "./stays.ts";
import { wait, waitAnswer, withdraw, withdrawn } from "./tickets.ts";
import { remember } from "./waiting.ts";

/**
 * The pool machine: total over every state and event, changing `pool` in place. What the shell has to store, send and
 * show stands in `pool.out` until the next step. The reply is for whoever sent the event.
 */
export function step(pool: Pool, event: PoolEvent, now: Instant, chance: Chance): Reply {
  emptyOutcome(pool);
  const run = newRun(pool, now, chance);
  if (event.type === "wait") {
    const { ticket, late } = wait(run, event.ticket);
    dispatch(run);
    return { is: "wait", answer: waitAnswer(pool, ticket, late) };
  }
  const reply = react(run, event);
  dispatch(run);
  return reply;
}

function react(run: Run, event: Exclude<PoolEvent, { readonly type: "wait" }>): Reply {
  switch (event.type) {
    case "withdraw":
      return withdrawn(run, event);
    case "connected":
      return onConnected(run, event);
    case "leg_failed":
      return onService(run, event, (r, agent, service) => legFailed(r, agent, service, event.missed === true));
    case "held":
      return onService(run, event, (r, agent, service) => hold(r, agent, service, true));
    case "resumed":
      return onService(run, event, (r, agent, service) => hold(r, agent, service, false));
    case "talk_ended":
      return onService(run, event, (r, agent, service) => endTalk(r, agent, service, event.wrapUpS));
    case "wrapped_up":
      return onService(run, event, (r, agent, service) => wrappedUp(r, agent, service, event.then));
    case "contact_said":
      return contactSaid(run, event);
    case "configure":
      return configure(run, event.config);
    case "day_began":
      return beginDay(run);
    case "client_day_began":
      return beginClientDay(run, event.day);
    case "tick":
      runDue(run);
      return DONE;
    default:
      return withAgent(run, event);
  }
}

type AgentEvent = Extract<PoolEvent, { readonly agentId: AgentId }>;

function withAgent(run: Run, event: AgentEvent): Reply {
  const agent = run.pool.agents.get(event.agentId);
  if (agent === undefined) return refused("unknown_agent");
  switch (event.type) {
    case "set_state":
      return setState(run, agent, event.to, event.reason);
    case "cancel_next_state":
      if (agent.next === null) return ignored("none chosen");
      agent.next = null;
      touchAgent(run.pool, agent);
      return DONE;
    case "accept":
      return accept(run, agent, event.deviceId, event.reservationId);
    case "decline":
      return decline(run, agent, event.reservationId);
    case "extend_wrap_up":
      return extendWrapUp(run, agent, event.reservationId);
    case "use_here":
      return usePhoneHere(run, agent, event.deviceId);
    case "device_joined":
      return joinDevice(run, agent, event.deviceId);
    case "device_left":
      return leaveDevice(run, agent, event.deviceId);
    case "devices_lost":
      return loseDevices(run, agent);
    case "offer_shown":
      return showOffer(run, agent, event.reservationId);
    default:
      return unreachable(event);
  }
}

/** A free agent changes at once; a busy one when the contact in hand is done, which an optional wrap-up then is. */
function setState(run: Run, agent: Agent, to: "ready" | "not_ready" | "off_shift", reason: string | null): Reply {
  switch (agent.at.is) {
    case "reserved":
    case "ringing":
    case "on_contact":
    case "wrap_up":
      agent.next = { to, reason };
      touchAgent(run.pool, agent);
      if (agent.at.is === "wrap_up" && mayEndWrapUp(agent.at.service)) lapseWrapUp(run, agent, agent.at.service);
      return DONE;
    default:
      if (to === "ready" && agent.at.is === "ready") return ignored("ready already");
      agent.misses = 0;
      agent.next = null;
      if (agent.devices.length === 0) agent.lostAt ??= run.now;
      if (to === "ready") agent.figures.idleSince = run.now;
      rest(run, agent, { to, reason });
      return DONE;
  }
}

type Seat = { readonly contactId: ContactId; readonly reservationId: ReservationId };

function onService(run: Run, event: Seat, then: (run: Run, agent: Agent, service: Service) => Reply): Reply {
  const taken = seatOf(run.pool, event);
  return taken === null ? ignored("no such seat") : then(run, taken.agent, taken.service);
}

/** The stay is answered whatever the pool made of the seat: it may have been taken back before this word came. */
function onConnected(run: Run, event: Extract<PoolEvent, { readonly type: "connected" }>): Reply {
  const ticket = run.pool.tickets.get(event.contactId);
  const isNews = ticket !== undefined && ticket.stay !== null && (ticket.at.is === "served" || ticket.at.is === "gone");
  if (isNews) count(run, ticket, "answered", event.waitedMs);
  if (isNews && ticket.at.is === "gone") remember(run, ticket);
  const reply = onService(run, event, connected);
  return isNews ? DONE : reply;
}

type Taken = { readonly agent: Agent; readonly service: Service };

/** Who serves this contact under this reservation, in talk or in wrap-up. */
function seatOf(pool: Pool, { contactId, reservationId }: Seat): Taken | null {
  const agent = pool.services.get(reservationId);
  if (agent === undefined) return null;
  const service = serviceOf(agent.at);
  return service?.ticket.contactId === contactId ? { agent, service } : null;
}

function contactSaid(run: Run, event: Extract<PoolEvent, { readonly type: "contact_said" }>): Reply {
  const taken = seatOf(run.pool, event);
  if (taken !== null) return believe(run, taken.agent, taken.service, event.stage);
  const ticket = run.pool.tickets.get(event.contactId);
  if (event.stage !== "over" || ticket === undefined || ticket.at.is !== "offered") return ignored("nothing to mend");
  const offer = ticket.at.offers.find((candidate) => candidate.id === event.reservationId);
  if (offer === undefined) return ignored("no such offer");
  return withdraw(run, ticket, "ended");
}

function beginDay(run: Run): Reply {
  for (const agent of run.pool.agents.values()) {
    agent.figures.contactsToday = 0;
    agent.figures.talkMsToday = 0;
    agent.figures.offersToday = 0;
    touchAgent(run.pool, agent);
  }
  return DONE;
}

function emptyOutcome(pool: Pool): void {
  const { out } = pool;
  for (const agent of out.agents) agent.dirty = false;
  for (const ticket of out.tickets) ticket.dirty = false;
  for (const queue of out.queues) queue.dirty = false;
  empty(out.messages);
  empty(out.facts);
  empty(out.agents);
  empty(out.tickets);
  empty(out.queues);
}

/** These lists are short and emptied at every step: taking out one by one is what engines do fastest. */
function empty(list: unknown[]): void {
  while (list.length > 0) list.pop();
}
