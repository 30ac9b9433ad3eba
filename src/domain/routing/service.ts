import { wrapUpSecondsOf } from "../call/line-config.ts";
import type { ReservationId } from "../kernel/ids.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import { enter, NOT_READY_DEVICE, READY, rest } from "./agents.ts";
import { rulesOf, TALK_LEASE_MS, WRAP_UP_MAX_MS } from "./config.ts";
import { DONE, ignored, type Reply, refused } from "./events.ts";
import { afterMiss, grant } from "./offers.ts";
import type { AfterWrapUp, SeatStage } from "./protocol.ts";
import { type Run, tell, touchAgent, touchQueue } from "./run.ts";
import type { Agent, NextStatus, PoolTicket, Service } from "./state.ts";
import { bury, seek, WAITING } from "./waiting.ts";

/** How much one contact moves the average seat time of its queue. */
const SEAT_TIME_SHARE = 0.1;
/** Times a silent contact is asked about a reservation before the seat is taken back. */
const ASK_MAX = 2;

/** Caller and agent hear each other. */
export function connected(run: Run, agent: Agent, service: Service): Reply {
  if (agent.at.is !== "on_contact" || service.answeredAt !== null) return ignored("connected already");
  service.answeredAt = run.now;
  service.asked = 0;
  agent.misses = 0;
  agent.figures.contactsToday += 1;
  enter(run, agent, agent.at, run.now + TALK_LEASE_MS);
  return DONE;
}

/**
 * The agent's phone did not take the call: the caller waits on, as old as before, and this phone rings no more. A telephone
 * outside the house that rang in vain counts as an offer missed.
 */
export function legFailed(run: Run, agent: Agent, service: Service, missed: boolean): Reply {
  if (agent.at.is !== "on_contact") return ignored("the talk is over already");
  const { ticket } = service;
  noteTalk(run, agent, service);
  tell(run, ticket, { kind: "seat_returned", reservationId: service.id, why: missed ? "missed" : "leg_failed" });
  ticket.at = WAITING;
  ticket.heardAt = run.now;
  ticket.queue.waiting += 1;
  touchQueue(run.pool, ticket.queue);
  seek(run, ticket);
  rest(run, agent, missed ? afterMiss(run, agent, ticket) : NOT_READY_DEVICE);
  return DONE;
}

export function hold(run: Run, agent: Agent, service: Service, on: boolean): Reply {
  if (agent.at.is !== "on_contact") return ignored("the talk is over already");
  if ((service.heldAt !== null) === on) return ignored("so already");
  service.heldAt = on ? run.now : null;
  touchAgent(run.pool, agent);
  return DONE;
}

/** Ends the talk: wrap-up follows, unless it has no time. */
export function endTalk(run: Run, agent: Agent, service: Service, wrapUpS: number | null): Reply {
  if (agent.at.is !== "on_contact") return ignored("the talk is over already");
  noteTalk(run, agent, service);
  leaveTicket(run, agent, service.ticket);
  if (wrapUpS === 0) finish(run, agent, service, READY);
  else {
    const deadline = run.now + (wrapUpS === null ? WRAP_UP_MAX_MS : wrapUpS * SECOND_MS);
    enter(run, agent, { is: "wrap_up", service, timed: wrapUpS !== null, extensions: 0 }, deadline);
  }
  return DONE;
}

/** The agent has noted the outcome. May overtake the news that the talk has ended. */
export function wrappedUp(run: Run, agent: Agent, service: Service, then: AfterWrapUp): Reply {
  if (agent.at.is === "on_contact") endTalk(run, agent, service, null);
  if (then.to === "stay") return DONE;
  agent.next = { to: then.to, reason: then.reason };
  finish(run, agent, service, READY);
  return DONE;
}

export function extendWrapUp(run: Run, agent: Agent, id: ReservationId): Reply {
  const { at } = agent;
  if (at.is !== "wrap_up" || at.service.id !== id || !at.timed || agent.deadline === null) return refused("no_wrap_up");
  const { extensions, extensionS } = rulesOf(at.service.ticket.queue.config).wrapUp;
  if (at.extensions >= extensions) return refused("no_more_extensions");
  enter(run, agent, { ...at, extensions: at.extensions + 1 }, agent.deadline + extensionS * SECOND_MS);
  return DONE;
}

/** True where the queue lets an agent end wrap-up by saying what comes next. */
export function mayEndWrapUp({ ticket }: Service): boolean {
  return rulesOf(ticket.queue.config).wrapUp.kind === "optional";
}

/** Wrap-up is over without an outcome: its timer ran out, or the agent was free to end it. */
export function lapseWrapUp(run: Run, agent: Agent, service: Service): void {
  tell(run, service.ticket, {
    kind: "wrap_up_lapsed",
    reservationId: service.id,
    wrapUpMs: Math.max(0, run.now - agent.since),
  });
  finish(run, agent, service, READY);
}

/** The contact has not been heard of for a whole lease: ask it, and after some silence take the seat back. */
export function askContact(run: Run, agent: Agent, service: Service, leaseMs: number): void {
  service.asked += 1;
  if (service.asked > ASK_MAX) {
    loseService(run, agent, service);
    return;
  }
  grant(run, agent, service);
  enter(run, agent, agent.at, run.now + leaseMs);
}

/**
 * The agent's desktop is gone for good; his telephone need not be. The contact is told, and the seat is taken until the
 * contact says that the leg is over: whoever comes back in mid-talk is not offered a second call.
 */
export function letGo(run: Run, agent: Agent, service: Service): void {
  service.letGo = true;
  tell(run, service.ticket, { kind: "agent_gone", reservationId: service.id });
  touchAgent(run.pool, agent);
}

/** The contact has been silent for too long: whatever becomes of it, the seat is taken back. */
function loseService(run: Run, agent: Agent, service: Service): void {
  noteTalk(run, agent, service);
  tell(run, service.ticket, { kind: "agent_gone", reservationId: service.id });
  leaveTicket(run, agent, service.ticket);
  finish(run, agent, service, NOT_READY_DEVICE);
}

/**
 * The contact has dropped the seat without the usual words. A caller lost while connecting leaves no wrap-up; after a
 * talk the queue's own wrap-up follows.
 */
export function dropService(run: Run, agent: Agent, wrapUpS: number | null): void {
  if (agent.at.is !== "on_contact") return;
  const { service } = agent.at;
  if (service.answeredAt === null) {
    tell(run, service.ticket, { kind: "seat_returned", reservationId: service.id, why: "rescinded" });
    leaveTicket(run, agent, service.ticket);
    rest(run, agent, READY);
  } else endTalk(run, agent, service, wrapUpS ?? wrapUpSecondsOf(service.ticket.queue.config));
}

/** The contact's own word on where it stands; heals what a lost message left behind. */
export function believe(run: Run, agent: Agent, service: Service, stage: SeatStage): Reply {
  if (service.asked > 0) touchAgent(run.pool, agent);
  service.asked = 0;
  const { at } = agent;
  if (stage === "over" && at.is === "on_contact") dropService(run, agent, null);
  else if (stage === "over" && at.is === "wrap_up") return ignored("the agent is still wrapping up");
  else if (stage === "wrap_up" && at.is === "on_contact") {
    return endTalk(run, agent, service, wrapUpSecondsOf(service.ticket.queue.config));
  } else if ((stage === "talking" || stage === "held") && service.answeredAt === null)
    return connected(run, agent, service);
  return DONE;
}

function finish(run: Run, agent: Agent, service: Service, wish: NextStatus): void {
  const { queue } = service.ticket;
  const seatTime = Math.max(0, run.now - service.acceptedAt);
  queue.seatTimeMs =
    queue.seatTimeMs === 0 ? seatTime : queue.seatTimeMs + SEAT_TIME_SHARE * (seatTime - queue.seatTimeMs);
  touchQueue(run.pool, queue);
  agent.figures.idleSince = run.now;
  rest(run, agent, wish);
}

function noteTalk(run: Run, agent: Agent, service: Service): void {
  if (service.answeredAt === null) return;
  agent.figures.talkMsToday += Math.max(0, run.now - service.answeredAt);
  agent.figures.lastEndedAt = run.now;
}

function leaveTicket(run: Run, agent: Agent, ticket: PoolTicket): void {
  // The stay is counted by the contact's own word on how it ended.
  bury(run, ticket, agent);
}
