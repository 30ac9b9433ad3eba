import { openContact, stepContact } from "../../src/domain/call/contact.ts";
import type { ContactFact, Party } from "../../src/domain/call/facts.ts";
import type { LineConfig, RelaxStep } from "../../src/domain/call/line-config.ts";
import { seatStage } from "../../src/domain/call/seats.ts";
import type { ContactEvent, ContactState, Effect, Moment } from "../../src/domain/call/state.ts";
import {
  type AgentId,
  asId,
  type CarrierSid,
  type ContactId,
  type PoolId,
  type ReservationId,
} from "../../src/domain/kernel/ids.ts";
import { SECOND_MS } from "../../src/domain/kernel/instant.ts";
import { PLAIN_RULES, type SeatEntitlement } from "../../src/domain/routing/config.ts";
import { createPool } from "../../src/domain/routing/configure.ts";
import type { PoolEvent } from "../../src/domain/routing/events.ts";
import { contactId, smallConfig, smallQueue } from "../../src/domain/routing/fixture.ts";
import { restorePool } from "../../src/domain/routing/restore.ts";
import { dumpAgent, dumpQueue, dumpTicket } from "../../src/domain/routing/rows.ts";
import type { Agent, Chance, Pool } from "../../src/domain/routing/state.ts";
import { step } from "../../src/domain/routing/step.ts";
import { eventOf } from "../../src/entry/cli/sim/faults/errands.ts";
import { toContact } from "../../src/entry/cli/sim/faults/words.ts";
import { SAMPLE_LINE } from "../support/sample-line.ts";
import { graphCopy } from "./graph-copy.ts";

/** A message under way. */
type Message =
  | { readonly to: "pool"; readonly site: number; readonly event: PoolEvent }
  | { readonly to: "contact"; readonly site: number; readonly contactId: ContactId; readonly event: ContactEvent };

const STAYS = ["offered", "answered", "abandoned", "overflowed"] as const;
export type Stays = { [what in (typeof STAYS)[number]]: number };
const NO_STAYS: Stays = { offered: 0, answered: 0, abandoned: 0, overflowed: 0 };

type Leg = { readonly contactId: ContactId; readonly agentId: AgentId | null; readonly party: Party; up: boolean };

export type Settings = {
  readonly strategy: string;
  readonly seats: readonly SeatEntitlement[];
  readonly budget: Budget;
  /** Pools with an agent each, of which a contact waits in the first and moves on to the second; one pool of two otherwise. */
  readonly sites?: 2;
  readonly contacts?: number;
  /** The queue has a number outside called after a while. */
  readonly outside?: true;
  /** The pool machine; the product's own where none is named. */
  readonly stepPool?: typeof step;
};
/** How often each thing may still go wrong. */
export type Budget = { restarts: number; doubles: number; misses: number; failures: number };

const AGENTS = 2;
const CONTACTS = 2;
const START = 1_000_000;
const RING_S = 20;
/** Where there are two sites: nobody stops ringing before the contact has moved, which is what is looked at. */
const LONG_RING_S = 60;
const MOVE_AFTER_S = 20;
const POOLS = [asId<PoolId>("p"), asId<PoolId>("p1")] as const;

/**
 * Two contacts, two agents, one pool or one each of two: the product's own rules, a carrier that does at once what it is told, and messages
 * that wait until somebody chooses the next to arrive. Small enough to see every order in which things can happen.
 */
export class TinyWorld {
  readonly pools: Pool[];
  now = START;
  reservations = 0;
  readonly states = new Map<ContactId, ContactState>();
  readonly legs = new Map<CarrierSid, Leg>();
  /** What each object owes another, sent one by one and in order: `c1` from a contact, `to c1` from the pool. */
  readonly lanes = new Map<string, Message[]>();
  /** Second copies, which may arrive at any time and overtake everything. */
  readonly strays: Message[] = [];
  budget: Budget;
  /** Stays in the queue, by the contacts' own facts. */
  readonly stays: Stays = { ...NO_STAYS };
  private readonly line: LineConfig;
  private readonly stepPool: typeof step;

  constructor({ strategy, seats, budget, sites, contacts = CONTACTS, outside, stepPool = step }: Settings) {
    this.stepPool = stepPool;
    this.budget = { ...budget };
    const { agents, ...config } = smallConfig({ agents: AGENTS, seats });
    this.pools =
      sites === undefined
        ? [createPool({ ...config, agents })]
        : POOLS.map((poolId, site) => createPool({ ...config, poolId, agents: agents.slice(site, site + 1) }));
    this.line = lineWith(strategy, sites !== undefined ? MOVES : outside === true ? GOES_OUTSIDE : null);
    for (const [site, pool] of this.pools.entries()) {
      for (const agent of [...pool.agents.keys()]) {
        this.toPool(site, { type: "device_joined", agentId: agent, deviceId: `d-${agent}` });
        this.toPool(site, { type: "set_state", agentId: agent, to: "ready", reason: null });
      }
    }
    for (let name = 1; name <= contacts; name++) this.call(contactId(name));
  }

  /** All agents, by site. */
  agents(): Agent[] {
    return this.pools.flatMap((pool) => [...pool.agents.values()]);
  }

  /** The same world once more, to go on from in another way. */
  copy(): TinyWorld {
    const known = new Map<unknown, unknown>([this.line, ...this.states.values()].map((part) => [part, part]));
    for (const pool of this.pools) {
      for (const part of [pool.config, ...pool.brands.values()]) known.set(part, part);
      for (const { profile } of pool.agents.values()) known.set(profile, profile);
      for (const { config } of pool.queues.values()) known.set(config, config);
      for (const { strategy, needs } of pool.classes.values()) known.set(strategy, strategy).set(needs, needs);
    }
    for (const messages of [...this.lanes.values(), this.strays]) {
      for (const message of messages) known.set(message, message);
    }
    return graphCopy(this, known);
  }

  /** Everything that could happen next. */
  moves(): string[] {
    const { budget } = this;
    const moves: string[] = [];
    for (const [lane, messages] of this.lanes) {
      if (messages.length > 0) moves.push(`arrive ${lane}`);
      if (messages.length > 0 && budget.doubles > 0) moves.push(`double ${lane}`);
    }
    this.strays.forEach((_, at) => {
      moves.push(`stray ${at}`);
    });
    const agents = this.agents();
    agents.forEach(({ at }, index) => {
      if (at.is === "ringing") moves.push(`accept ${index}`);
    });
    if (budget.restarts > 0) for (const site of this.pools.keys()) moves.push(`restart ${site}`);
    if (budget.misses > 0 && agents.some((agent) => agent.at.is === "ringing")) moves.push("miss 0");
    [...this.states.values()].forEach((state, at) => {
      if (this.legs.get(state.callSid)?.up === true) moves.push(`hangup ${at}`);
      if (moveOf(state) !== undefined) moves.push(`move ${at}`);
      if (!JOINING.includes(state.stage.at) || this.legOf(state.contactId) === null) return;
      moves.push(`meet ${at}`);
      if (budget.failures > 0) moves.push(`fail ${at}`);
    });
    return moves;
  }

  make(move: string): void {
    const [what = "", which = "0"] = move.split(/ (.*)/);
    const at = Number(which);
    switch (what) {
      case "arrive":
        return this.arrive(this.lanes.get(which)?.shift());
      case "double": {
        const head = this.lanes.get(which)?.shift();
        this.budget.doubles -= 1;
        if (head !== undefined) this.strays.push(head);
        return this.arrive(head);
      }
      case "stray":
        return this.arrive(this.strays.splice(at, 1)[0]);
      case "accept":
        return this.accept(this.agents()[at] as Agent); // moves names agents that are there
      case "restart":
        this.budget.restarts -= 1;
        return this.restart(at);
      case "miss":
        this.budget.misses -= 1;
        this.now += (RING_S + 1) * SECOND_MS;
        for (const site of this.pools.keys()) this.toPool(site, { type: "tick" });
        return;
      default:
        return this.onCall(what, contactId(at + 1));
    }
  }

  /** The leg to an agent or to the number outside that is up for this contact; null where there is none. */
  legOf(contact: ContactId): CarrierSid | null {
    for (const [callSid, leg] of this.legs)
      if (leg.contactId === contact && leg.party !== "caller" && leg.up) return callSid;
    return null;
  }

  private onCall(what: string, contact: ContactId): void {
    const state = this.state(contact);
    const callSid = this.legOf(contact);
    if (what === "move") {
      this.now = Math.max(this.now, moveOf(state)?.at ?? 0);
      return this.toContact(contact, { type: "deadline" });
    }
    if (what === "hangup") return this.end(state.callSid);
    if (callSid === null) return;
    if (what === "fail") {
      this.budget.failures -= 1;
      return this.end(callSid);
    }
    const name = "conference" in state.stage ? state.stage.conference : "";
    this.toContact(contact, { type: "conference", name, what: "join", callSid, label: null });
    this.toContact(contact, { type: "conference", name, what: "join", callSid: state.callSid, label: null });
  }

  private call(contact: ContactId): void {
    const callSid = asId<CarrierSid>(`CA-${contact}`);
    this.legs.set(callSid, { contactId: contact, agentId: null, party: "caller", up: true });
    const call = { contactId: contact, carrier: "toy", accountSid: "AC1", callSid, from: "+1", to: "+2" };
    const opened = openContact(this.line, call, this.moment());
    this.states.set(contact, opened.state);
    this.count(opened.facts);
    this.toContact(contact, { type: "instructions_wanted", callSid, key: "1", digits: "1", recording: null });
  }

  private accept({ agentId: agent, at, phone }: Agent): void {
    if (at.is !== "ringing") return;
    const site = this.pools.findIndex((pool) => pool.agents.has(agent));
    this.toPool(site, { type: "accept", agentId: agent, deviceId: phone ?? "", reservationId: at.reservation.id });
  }

  /** What the receiver answers is heard at once; an answer that is lost is a message that arrives twice. */
  private arrive(message: Message | undefined): void {
    if (message === undefined) return;
    if (message.to === "pool") return this.toPool(message.site, message.event);
    const { event, site, contactId: contact } = message;
    this.toContact(contact, event);
    if (!("reservationId" in event)) return;
    const { reservationId } = event;
    const stage = seatStage(this.state(contact), reservationId);
    this.toPool(site, { type: "contact_said", contactId: contact, reservationId, stage });
  }

  private send(lane: string, message: Message): void {
    this.lanes.set(lane, [...(this.lanes.get(lane) ?? []), message]);
  }

  private toPool(site: number, event: PoolEvent): void {
    const pool = this.pools[site] as Pool; // messages name sites that are there
    const reply = this.stepPool(pool, event, this.now, this.chance());
    if (event.type === "wait" && reply.is === "wait" && reply.answer.state === "gone") {
      this.toContact(event.ticket.contactId, { type: "place_lost", attempt: event.ticket.attempt });
    }
    const reserved = this.takeMessages(site);
    for (const agent of reserved) {
      if (agent.at.is !== "reserved") continue;
      const shown = {
        type: "offer_shown",
        agentId: agent.profile.agentId,
        reservationId: agent.at.reservation.id,
      } as const;
      this.stepPool(pool, shown, this.now, this.chance());
      this.takeMessages(site);
    }
  }

  private takeMessages(site: number): Agent[] {
    const { out, config } = this.pools[site] as Pool; // as above
    for (const { contactId: contact, message } of out.messages) {
      this.send(`to ${contact} of ${site}`, {
        to: "contact",
        site,
        contactId: contact,
        event: toContact(message, config.poolId),
      });
    }
    return [...out.agents];
  }

  private toContact(contact: ContactId, event: ContactEvent): void {
    const done = stepContact(this.line, this.state(contact), event, this.moment());
    this.states.set(contact, done.state);
    this.count(done.facts);
    for (const effect of done.effects) this.perform(contact, effect);
  }

  private count(facts: readonly ContactFact[]): void {
    for (const { body } of facts) {
      if (body.type === "queued") this.stays.offered += 1;
      else if (body.type === "left_queue" && body.why !== "closed") this.stays[body.why] += 1;
    }
  }

  /** What the pools have counted, all together. */
  counted(): Stays {
    const sum = { ...NO_STAYS };
    for (const { queues } of this.pools) {
      for (const { today } of queues.values()) for (const what of STAYS) sum[what] += today[what];
    }
    return sum;
  }

  private perform(contact: ContactId, effect: Effect): void {
    switch (effect.do) {
      case "tell_pool": {
        const { message } = effect;
        const event: PoolEvent =
          message.say === "wait" ? { type: "wait", ticket: message.ticket } : eventOf(contact, message);
        const site = effect.poolId === POOLS[1] ? 1 : 0;
        this.send(contact, { to: "pool", site, event });
        return;
      }
      case "add_participant": {
        const { agentId } = effect;
        const party = agentId === null ? "outside" : "agent";
        const callSid = asId<CarrierSid>(agentId === null ? `CA-${contact}-outside` : `CA-${effect.label}`);
        this.legs.set(callSid, { contactId: contact, agentId, party, up: true });
        return this.toContact(contact, { type: "leg_created", label: effect.label, callSid });
      }
      case "end_call":
        return this.end(effect.callSid);
      case "fetch_call": {
        const { callSid } = effect;
        const up = this.legs.get(callSid)?.up === true;
        const report = up
          ? ({ status: "in-progress", durationS: null } as const)
          : ({ status: "completed", durationS: 1 } as const);
        return this.toContact(contact, { type: "leg_reported", callSid, report });
      }
      default:
        return;
    }
  }

  /** A leg is over, and its contact is told at once: what the carrier may lose is another test's story. */
  private end(callSid: CarrierSid): void {
    const leg = this.legs.get(callSid);
    if (leg === undefined || !leg.up) return;
    leg.up = false;
    this.toContact(leg.contactId, { type: "leg_status", callSid, party: leg.party, status: "completed", durationS: 1 });
  }

  /** The pool dies, and comes back from its rows; the sockets are there still. */
  private restart(site: number): void {
    const pool = this.pools[site] as Pool; // moves names sites that are there
    const rows = {
      config: pool.config,
      agents: [...pool.agents.values()].map(dumpAgent),
      tickets: [...pool.tickets.values()].flatMap((ticket) => dumpTicket(pool, ticket) ?? []),
      queues: [...pool.queues.values()].flatMap((queue) => dumpQueue(pool, queue) ?? []),
    };
    const devices = new Map([...pool.agents.values()].map((agent) => [agent.profile.agentId, agent.devices] as const));
    this.pools[site] = restorePool(JSON.parse(JSON.stringify(rows)), devices, this.now, this.chance());
  }

  private state(contact: ContactId): ContactState {
    return this.states.get(contact) as ContactState; // both called at the start
  }

  private moment(): Moment {
    return { now: this.now, local: () => ({ date: "2026-11-20", weekday: 5, minuteOfDay: 720 }) };
  }

  private chance(): Chance {
    return {
      random: () => 0.5,
      newReservationId: () => {
        this.reservations += 1;
        return asId<ReservationId>(`r${this.reservations}`);
      },
    };
  }
}

/** Stages in which two legs are to meet. */
const JOINING: readonly string[] = ["connecting", "calling_out"];

/** When a contact goes to another site, or has a number outside called, of its own accord; undefined while it does not. */
function moveOf({ stage }: ContactState): { readonly at: number } | undefined {
  if (stage.at === "talking_out") return stage.overAt === null ? undefined : { at: stage.leaseAt };
  return stage.at === "queued" && stage.seats.length === 0 ? (stage.place.move ?? stage.place.outside) : undefined;
}

const MOVES: RelaxStep = { afterS: MOVE_AFTER_S, do: "move", poolId: POOLS[1] };
const GOES_OUTSIDE: RelaxStep = { afterS: MOVE_AFTER_S, do: "outside", number: asId("+862166660188"), name: "Office" };

/** The sample line, with the queue of the small pool behind it. */
function lineWith(strategy: string, relax: RelaxStep | null): LineConfig {
  const queue = smallQueue(0, {
    strategy,
    ringTimeoutS: relax === null ? RING_S : LONG_RING_S,
    wrapUpS: 0,
    ...(relax === null ? {} : { rules: { ...PLAIN_RULES, relax: [relax] } }),
  });
  const [id = ""] = Object.keys(SAMPLE_LINE.queues);
  return {
    ...SAMPLE_LINE,
    tenantId: asId("t0"),
    brand: { ...SAMPLE_LINE.brand, id: asId("b0") },
    queues: { [id]: { ...queue, id: asId(id) } },
  };
}
