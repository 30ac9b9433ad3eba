import type { SeatReturn } from "../call/facts.ts";
import type { ReservationId } from "../kernel/ids.ts";
import { SECOND_MS } from "../kernel/instant.ts";
import { enter, NOT_READY_DEVICE, NOT_READY_MISSED, READY, rest } from "./agents.ts";
import { CONNECT_LEASE_MS, DECLINE_COOL_OFF_MS, DELIVERY_LEASE_MS, rulesOf } from "./config.ts";
import { explain, type Line } from "./decision.ts";
import { DONE, ignored, type RefusalCode, type Reply, refused } from "./events.ts";
import { type Run, setTicketTimer, tell, touchTicket } from "./run.ts";
import type { Agent, NextStatus, PoolTicket, Reservation, Service } from "./state.ts";
import { seek, stopWanting, WAITING, want } from "./waiting.ts";

/** Promises an idle agent's seat to a waiting contact. `line` says who wanted it; null where the seat stood idle. */
export function reserve(run: Run, ticket: PoolTicket, agent: Agent, line: Line | null): void {
  const { decision, passedOver } = explain(run, ticket, agent, line);
  const reservation: Reservation = { id: run.chance.newReservationId(), agent, ticket, offeredAt: run.now, passedOver };
  stopWanting(run.pool, ticket);
  if (ticket.at.is === "offered") ticket.at.offers.push(reservation);
  else ticket.at = { is: "offered", offers: [reservation] };
  agent.figures.lastOfferedAt = run.now;
  agent.figures.offersToday += 1;
  enter(run, agent, { is: "reserved", reservation }, run.now + DELIVERY_LEASE_MS);
  want(run, ticket);
  touchTicket(run.pool, ticket);
  const { agentId } = agent;
  const { attempt } = ticket;
  tell(run, ticket, { kind: "seat_reserved", agentId, reservationId: reservation.id, decision, attempt });
}

/** The offer stands on the agent's screen: the ring time runs from here, unless the queue's offers are taken at once. */
export function showOffer(run: Run, agent: Agent, id: ReservationId): Reply {
  const at = agent.at;
  if (at.is !== "reserved" || at.reservation.id !== id) return ignored("no such offer undelivered");
  const ringMs = at.reservation.ticket.queue.config.ringTimeoutS * SECOND_MS;
  enter(run, agent, { is: "ringing", reservation: at.reservation }, run.now + ringMs);
  tell(run, at.reservation.ticket, { kind: "seat_rang", reservationId: id });
  if (agent.phone !== null && isTakenAtOnce(agent, at.reservation)) return accept(run, agent, agent.phone, id);
  return DONE;
}

/** Where an outside telephone rings with the offer, picking it up decides: the contact calls it and says how that went. */
function isTakenAtOnce({ profile }: Agent, { ticket }: Reservation): boolean {
  return profile.telephone?.rings === "at_once" || rulesOf(ticket.queue.config).autoAnswer;
}

/** First answer wins; every other seat that was ringing for this contact is told at once. */
export function accept(run: Run, agent: Agent, deviceId: string, id: ReservationId): Reply {
  const at = agent.at;
  if (at.is === "on_contact" && at.service.id === id) return ignored("accepted already");
  if (at.is !== "reserved" && at.is !== "ringing") return refused(lateCode(agent, id));
  if (at.reservation.id !== id) return refused(lateCode(agent, id));
  // An outside telephone is the one owner of the call, whichever window says that it may ring.
  if (agent.profile.telephone == null && agent.phone !== deviceId) return refused("phone_elsewhere");
  const ticket = at.reservation.ticket;
  const others = otherOffers(ticket, agent);
  stopWanting(run.pool, ticket);
  ticket.queue.waiting -= 1;
  ticket.at = { is: "served", agent, reservationId: id };
  const service: Service = { id, ticket, acceptedAt: run.now, answeredAt: null, heldAt: null, asked: 0, letGo: false };
  // A telephone that rings after the click has yet to be picked up.
  if (agent.profile.telephone == null) agent.misses = 0;
  agent.figures.readyMs = 0;
  enter(run, agent, { is: "on_contact", service }, run.now + CONNECT_LEASE_MS);
  setTicketTimer(run.pool, ticket, null);
  touchTicket(run.pool, ticket);
  grant(run, agent, service);
  for (const offer of others) takeBack(run, offer, "taken");
  return DONE;
}

/** Tells the contact that the seat is its own, and where the agent is called; said again to a contact that is silent. */
export function grant(run: Run, { agentId, profile }: Agent, { id, ticket }: Service): void {
  const message = { kind: "seat_accepted", agentId, reservationId: id, attempt: ticket.attempt } as const;
  tell(run, ticket, profile.telephone == null ? message : { ...message, telephone: profile.telephone.number });
}

function otherOffers({ at }: PoolTicket, agent: Agent): Reservation[] {
  return at.is === "offered" ? at.offers.filter((offer) => offer.agent !== agent) : [];
}

export function decline(run: Run, agent: Agent, id: ReservationId): Reply {
  const at = agent.at;
  if ((at.is !== "reserved" && at.is !== "ringing") || at.reservation.id !== id) return refused(lateCode(agent, id));
  const { ticket } = at.reservation;
  ticket.declined = [...ticket.declined, { agentId: agent.agentId, until: run.now + DECLINE_COOL_OFF_MS }];
  agent.figures.idleSince = run.now;
  returnOffer(run, at.reservation, "declined", READY);
  return DONE;
}

/** The ring time ran out. */
export function miss(run: Run, reservation: Reservation): void {
  const { agent } = reservation;
  returnOffer(run, reservation, "missed", afterMiss(run, agent, reservation.ticket));
}

/** Counts a miss: what the agent is now, by the queue's rule. */
export function afterMiss(run: Run, agent: Agent, ticket: PoolTicket): NextStatus {
  agent.misses += 1;
  agent.figures.idleSince = run.now;
  return agent.misses >= rulesOf(ticket.queue.config).missesMax ? NOT_READY_MISSED : READY;
}

/** The agent's last device is gone, or the offer never reached one: the contact is offered elsewhere at once. */
export function loseAgent(run: Run, reservation: Reservation): void {
  returnOffer(run, reservation, "agent_lost", NOT_READY_DEVICE);
}

/** Takes an offer back because somebody else won or the caller went away; the agent keeps his place among the idle. */
export function takeBack(run: Run, reservation: Reservation, code: RefusalCode): void {
  const { agent, ticket, id } = reservation;
  agent.lapsed = { id, code };
  tell(run, ticket, { kind: "seat_returned", reservationId: id, why: "rescinded" });
  rest(run, agent, READY);
}

function returnOffer(run: Run, reservation: Reservation, why: SeatReturn, wish: NextStatus): void {
  const { agent, ticket, id } = reservation;
  agent.lapsed = { id, code: "offer_lapsed" };
  removeOffer(ticket, reservation);
  tell(run, ticket, { kind: "seat_returned", reservationId: id, why });
  seek(run, ticket);
  rest(run, agent, wish);
}

function removeOffer(ticket: PoolTicket, { agent }: Reservation): void {
  const left = otherOffers(ticket, agent);
  ticket.at = left.length > 0 ? { is: "offered", offers: left } : WAITING;
}

function lateCode(agent: Agent, id: ReservationId): RefusalCode {
  return agent.lapsed?.id === id ? agent.lapsed.code : "not_your_offer";
}
