import { deadlineOf, openContact, stepContact } from "../../src/domain/call/contact.ts";
import type { ContactFact } from "../../src/domain/call/facts.ts";
import type { LineConfig } from "../../src/domain/call/line-config.ts";
import { countToday, foldLive, type LiveContact, type QueueToday, type Today } from "../../src/domain/call/live.ts";
import { seatStage } from "../../src/domain/call/seats.ts";
import type { ContactEvent, ContactState, Effect, Moment } from "../../src/domain/call/state.ts";
import { staysOf } from "../../src/domain/call/stays.ts";
import { asId, type CarrierSid, type ContactId, type PoolId, type ReservationId } from "../../src/domain/kernel/ids.ts";
import { SECOND_MS } from "../../src/domain/kernel/instant.ts";
import { seededRandom } from "../../src/domain/kernel/random.ts";
import { createPool } from "../../src/domain/routing/configure.ts";
import { nextDeadline } from "../../src/domain/routing/deadlines.ts";
import type { PoolEvent } from "../../src/domain/routing/events.ts";
import { contactId, smallConfig, tenantId } from "../../src/domain/routing/fixture.ts";
import { restorePool } from "../../src/domain/routing/restore.ts";
import { dumpAgent, dumpQueue, dumpTicket } from "../../src/domain/routing/rows.ts";
import type { Agent, Chance, Pool } from "../../src/domain/routing/state.ts";
import { step } from "../../src/domain/routing/step.ts";
import { eventOf } from "../../src/entry/cli/sim/faults/errands.ts";
import { toContact } from "../../src/entry/cli/sim/faults/words.ts";
import { localTimeAt } from "../../src/entry/objects/local-time.ts";
import { COUNTS, countStay, lineOf, nothing, POOLS, ZONES } from "./stays-clients.ts";

/** The pool's machine, and which day of a client's calendar an instant belongs to: a test may plant a mistake in either. */
export type Rules = { readonly stepPool: typeof step; readonly dayOf: (at: number, timeZone: string) => string };
export const PRODUCT: Rules = { stepPool: step, dayOf: (at, timeZone) => localTimeAt(at, timeZone).date };

const AGENTS = 4;
/** The longest that a message is under way, as in the simulator under faults. */
const STRAY_MS_MAX = 45_000;
type Errand = { readonly poolId: PoolId; readonly event: PoolEvent; readonly attempt: number | null };
type Word = { readonly poolId: PoolId; readonly reservationId: ReservationId; readonly event: ContactEvent };
/** A contact as its object keeps it: what was saved, and what it owes pools, carrier and board, each in order. */
type Caller = {
  readonly contactId: ContactId;
  readonly line: LineConfig;
  state: ContactState;
  saved: ContactState;
  readonly facts: ContactFact[];
  readonly toPools: Errand[];
  readonly fromPools: Word[];
  readonly fromCarrier: ContactEvent[];
  toldBoard: number;
  live: LiveContact | null;
};

/** Callers of two clients half a world apart, four agents at two sites, and a network that loses, doubles and delays. */
export class StaysWorld {
  now: number;
  readonly callers: Caller[] = [];
  readonly pools: Pool[];
  readonly boards: Today[] = ZONES.map(() => ({ day: "", contacts: 0, queues: {} }));
  /** Second copies of what a contact told a pool, under way. */
  private readonly strays: { readonly errand: Errand; readonly sentAt: number }[] = [];
  /** Whose last word was heard while the answer was lost: it is said again within seconds. */
  private readonly unanswered = new Set<Caller>();
  private readonly lines = ZONES.map((_, client) => lineOf(client));
  private reservations = 0;
  private readonly legs = new Map<CarrierSid, Caller>();
  private readonly next: () => number;
  private readonly rules: Rules;

  /** Begins this long before midnight of one client, by the seed. */
  constructor(seed: number, rules: Rules = PRODUCT) {
    this.rules = rules;
    this.next = seededRandom(seed).next;
    const midnight = seed % 2 === 0 ? Date.UTC(2026, 10, 20, 16) : Date.UTC(2026, 10, 20, 5);
    this.now = midnight - this.whole(240) * SECOND_MS;
    const { agents, ...config } = smallConfig({ agents: AGENTS, tenants: ZONES.length });
    this.pools = POOLS.map((poolId, site) =>
      createPool({ ...config, poolId, agents: agents.slice(site * 2, site * 2 + 2) }),
    );
    for (const pool of this.pools) for (const agent of pool.agents.values()) this.comeBack(pool, agent);
  }

  whole = (below: number): number => Math.floor(this.next() * below);

  /** One thing happens, by lot. */
  happen(): void {
    const caller = this.callers[this.whole(this.callers.length)];
    const pool = this.pools[this.whole(this.pools.length)] as Pool; // there are two
    const lot = this.whole(20);
    if (lot < 2 || caller === undefined) return this.call();
    if (lot < 6) return this.send(caller);
    if (lot < 9) return this.deliver(caller);
    if (lot < 11) return this.press(caller);
    if (lot === 11) return this.hear(caller, legOver(caller.state.callSid, "caller"));
    if (lot < 15) return this.act(pool);
    if (lot === 15) return this.tellBoard(caller);
    if (lot === 16) return this.restart(caller);
    if (lot === 17 && this.whole(2) === 0) return this.stray();
    if (lot === 17) return this.restorePool(this.whole(2));
    this.pass(this.whole(lot === 18 ? 4 : 40) * SECOND_MS);
  }

  /** Everybody says what he owes until nobody owes anything: boards, pools and facts must then agree. */
  settle(): void {
    for (let round = 0; round < 10_000; round++) {
      for (const pool of this.pools) this.toPool(pool, { type: "tick" });
      const owing = this.callers.filter((caller) => owes(caller));
      if (owing.length === 0) return;
      for (const caller of owing) {
        while (caller.fromCarrier.length > 0) this.deliver(caller);
        while (caller.fromPools.length > 0) this.deliver(caller);
        while (caller.toPools.length > 0) this.say(caller);
        if (caller.toldBoard < caller.facts.length) this.tellBoard(caller);
        // A seat is let go of when the carrier has said that its leg is over.
        for (const created of caller.state.parting === null ? [] : caller.state.creates) {
          if (created.callSid !== null) this.hear(caller, legOver(created.callSid, "agent"));
        }
      }
    }
    throw new Error("the world does not come to rest");
  }

  /** What does not agree at a quiet moment; null where all places say the same of each client's day. */
  disagreement(): string | null {
    for (const [client, timeZone] of ZONES.entries()) {
      const day = PRODUCT.dayOf(this.now, timeZone);
      const facts = JSON.stringify(this.byFacts(client, day));
      const pools = JSON.stringify(this.byPools(client, day));
      if (pools !== facts) return `client ${client} on ${day}: the pools count ${pools}, the facts ${facts}`;
      const board = JSON.stringify(this.byBoard(client, day));
      if (board !== facts) return `client ${client} on ${day}: the board counts ${board}, the facts ${facts}`;
    }
    return null;
  }

  /** Stays that facts tell of, over both days of each client: how many there were at all. */
  stays(): number {
    return this.callers.reduce((sum, { facts }) => sum + staysOf(facts).length, 0);
  }

  private byFacts(client: number, day: string): QueueToday {
    const sum = nothing();
    for (const { facts, line } of this.callers) {
      if (line !== this.lines[client]) continue;
      for (const stay of staysOf(facts)) {
        if (PRODUCT.dayOf(stay.queuedAt, line.timeZone) !== day) continue;
        countStay(sum, stay);
      }
    }
    return sum;
  }

  private byPools(client: number, day: string): QueueToday {
    const sum = nothing();
    for (const { queues } of this.pools) {
      for (const { tenantId: tenant, date, today } of queues.values()) {
        if (tenant !== tenantId(client) || date !== day) continue;
        for (const what of COUNTS) sum[what] += today[what];
        // A pool's abandoned hold the short ones, a board's do not.
        sum.abandoned -= today.shortAbandoned;
      }
    }
    return sum;
  }

  private byBoard(client: number, day: string): QueueToday {
    const board = this.boards[client];
    const sum = nothing();
    if (board?.day !== day) return sum;
    for (const queue of Object.values(board.queues)) for (const what of COUNTS) sum[what] += queue[what];
    return sum;
  }

  private call(): void {
    const client = this.whole(ZONES.length);
    const line = this.lines[client] as LineConfig; // one of each
    const id = contactId(this.callers.length + 1);
    const callSid = asId<CarrierSid>(`CA-${id}`);
    const call = { contactId: id, carrier: "toy", accountSid: "AC1", callSid, from: "+1", to: "+2" };
    const { state, facts } = openContact(line, call, this.moment());
    const owed = { toPools: [], fromPools: [], fromCarrier: [], toldBoard: 0, live: null };
    const caller: Caller = { contactId: id, line, state, saved: state, facts: [...facts], ...owed };
    this.callers.push(caller);
    this.legs.set(callSid, caller);
    this.hear(caller, keyPress(caller.state, "1"));
  }

  /** A key in the queue: to the message, or back to the menu and from there into the queue again. */
  private press(caller: Caller): void {
    this.hear(caller, keyPress(caller.state, ["1", "1", "2", "3", null][this.whole(5)] ?? null));
  }

  private hear(caller: Caller, event: ContactEvent): void {
    const done = stepContact(caller.line, caller.state, event, this.moment());
    caller.state = done.state;
    // The place in the queue is kept in memory alone until the next write.
    if (event.type !== "place_told" || done.effects.length > 0) caller.saved = done.state;
    caller.facts.push(...done.facts);
    for (const effect of done.effects) this.perform(caller, effect);
  }

  private perform(caller: Caller, effect: Effect): void {
    if (effect.do === "tell_pool") {
      const { message, poolId } = effect;
      const event: PoolEvent =
        message.say === "wait" ? { type: "wait", ticket: message.ticket } : eventOf(caller.contactId, message);
      caller.toPools.push({ poolId, event, attempt: message.say === "wait" ? message.ticket.attempt : null });
    } else if (effect.do === "add_participant") {
      const { label, conference: name, agentId } = effect;
      const callSid = asId<CarrierSid>(`CA-${caller.contactId}-${label}`);
      const join = { type: "conference", name, what: "join", label: null } as const;
      caller.fromCarrier.push({ type: "leg_created", label, callSid }, { ...join, callSid: caller.state.callSid });
      if (this.whole(4) > 0) caller.fromCarrier.push({ ...join, callSid });
      else caller.fromCarrier.push(legOver(callSid, agentId === null ? "outside" : "agent"));
    } else if (effect.do === "end_call") {
      const isCaller = effect.callSid === caller.state.callSid;
      caller.fromCarrier.push(legOver(effect.callSid, isCaller ? "caller" : partyOf(caller, effect.callSid)));
    }
  }

  /** The contact's outbox tries its next word: it is heard, or lost, or heard and the answer lost, or under way for long. */
  private send(caller: Caller): void {
    const errand = caller.toPools[0];
    const lot = this.whole(6);
    if (errand === undefined || lot === 0) return;
    if (lot === 1) {
      this.answer(caller, errand, false);
      this.unanswered.add(caller);
    } else if (lot === 2 && !isOver(caller, errand)) this.strays.push({ errand, sentAt: this.now });
    else this.say(caller);
  }

  private say(caller: Caller): void {
    const errand = caller.toPools.shift();
    if (errand !== undefined) this.answer(caller, errand, true);
  }

  private answer(caller: Caller, errand: Errand, isHeard: boolean): void {
    // The product's own condition, see contact-effects.ts: a wish to wait that is over is not sent.
    if (isOver(caller, errand)) return;
    const reply = this.toPool(this.poolOf(errand.poolId), errand.event);
    if (!isHeard || errand.attempt === null || reply.is !== "wait") return;
    const { state, position, waiting, estimatedWaitS } = reply.answer;
    const { attempt } = errand;
    const place = { position, waiting, estimatedWaitS };
    this.hear(caller, state === "gone" ? { type: "place_lost", attempt } : { type: "place_told", attempt, place });
  }

  private stray(): void {
    const stray = this.strays.splice(this.whole(this.strays.length), 1)[0];
    if (stray === undefined || this.now - stray.sentAt > STRAY_MS_MAX) return;
    this.toPool(this.poolOf(stray.errand.poolId), stray.errand.event);
  }

  /** A word of the carrier's or of a pool's arrives; a pool hears where the contact stands, or its word is repeated. */
  private deliver(caller: Caller): void {
    const news = caller.fromCarrier.shift();
    if (news !== undefined) return this.hear(caller, news);
    const word = caller.fromPools.shift();
    if (word === undefined) return;
    if (this.whole(8) === 0) caller.fromPools.unshift(word);
    this.hear(caller, word.event);
    const { contactId: id } = caller;
    const { reservationId } = word;
    const stage = seatStage(caller.state, reservationId);
    this.toPool(this.poolOf(word.poolId), { type: "contact_said", contactId: id, reservationId, stage });
  }

  /** An agent does what his state asks for, or comes back. */
  private act(pool: Pool): void {
    const agents = [...pool.agents.values()];
    const agent = agents[this.whole(agents.length)] as Agent; // two at each site
    const { at, agentId, phone } = agent;
    if (at.is === "ringing") {
      const reservationId = at.reservation.id;
      const isTaken = this.whole(4) > 0;
      this.toPool(
        pool,
        isTaken
          ? { type: "accept", agentId, deviceId: phone ?? "", reservationId }
          : { type: "decline", agentId, reservationId },
      );
    } else if (at.is === "on_contact" && at.service.answeredAt !== null) {
      const caller = this.callers.find(({ contactId: id }) => id === at.service.ticket.contactId);
      if (caller !== undefined) this.hear(caller, { type: "hang_up", agentId });
    } else if (at.is === "not_ready" || at.is === "off_shift") this.comeBack(pool, agent);
  }

  private comeBack(pool: Pool, { agentId }: Agent): void {
    this.toPool(pool, { type: "device_joined", agentId, deviceId: `d-${agentId}` });
    this.toPool(pool, { type: "set_state", agentId, to: "ready", reason: null });
  }

  /** The board hears the facts it lacks, and now and then some that it has. */
  private tellBoard(caller: Caller): void {
    const client = this.lines.indexOf(caller.line);
    for (const fact of caller.facts.slice(Math.max(0, caller.toldBoard - this.whole(3)))) {
      const folded = foldLive(caller.live, fact);
      if (folded === null) continue;
      const dayOf = (at: number) => this.rules.dayOf(at, caller.line.timeZone);
      this.boards[client] = countToday(this.boards[client] as Today, dayOf, fact, caller.live);
      caller.live = folded;
    }
    caller.toldBoard = caller.facts.length;
  }

  private restart(caller: Caller): void {
    caller.state = JSON.parse(JSON.stringify(caller.saved));
  }

  /** The pool dies and comes back from its rows; the sockets are there still. */
  private restorePool(site: number): void {
    const pool = this.pools[site] as Pool; // there are two
    const rows = {
      config: pool.config,
      agents: [...pool.agents.values()].map(dumpAgent),
      tickets: [...pool.tickets.values()].flatMap((ticket) => dumpTicket(pool, ticket) ?? []),
      queues: [...pool.queues.values()].flatMap((queue) => dumpQueue(pool, queue) ?? []),
    };
    const devices = new Map([...pool.agents.values()].map((agent) => [agent.profile.agentId, agent.devices] as const));
    this.pools[site] = restorePool(JSON.parse(JSON.stringify(rows)), devices, this.now, this.chance());
  }

  /** Time passes; what falls due on the way is done. */
  private pass(ms: number): void {
    const until = this.now + ms;
    for (const caller of this.unanswered) this.say(caller);
    this.unanswered.clear();
    for (;;) {
      const dues = [...this.pools.map(nextDeadline), ...this.callers.map(({ state }) => deadlineOf(state))];
      const due = Math.min(...dues.map((at) => at ?? until));
      if (due >= until) break;
      this.now = Math.max(this.now, due);
      for (const pool of this.pools) this.toPool(pool, { type: "tick" });
      for (const caller of this.callers) {
        const at = deadlineOf(caller.state);
        if (at !== null && at <= this.now) this.hear(caller, { type: "deadline" });
      }
      // Whatever asks for the same instant again is asked again a little later.
      this.now += 1;
    }
    this.now = Math.max(this.now, until);
  }

  /** As the pool's object does: midnights first, then the event, then what is offered is shown. */
  private toPool(pool: Pool, event: PoolEvent) {
    for (const timeZone of pool.zones) {
      const date = this.rules.dayOf(this.now, timeZone);
      this.rules.stepPool(pool, { type: "client_day_began", day: { date, timeZone } }, this.now, this.chance());
    }
    const reply = this.rules.stepPool(pool, event, this.now, this.chance());
    for (const { at, agentId } of this.takeMessages(pool)) {
      if (at.is !== "reserved") continue;
      const shown = { type: "offer_shown", agentId, reservationId: at.reservation.id } as const;
      this.rules.stepPool(pool, shown, this.now, this.chance());
      this.takeMessages(pool);
    }
    return reply;
  }

  private takeMessages({ out, config: { poolId } }: Pool): Agent[] {
    for (const { contactId: id, message } of out.messages) {
      const caller = this.callers.find((one) => one.contactId === id);
      caller?.fromPools.push({ poolId, reservationId: message.reservationId, event: toContact(message, poolId) });
    }
    return [...out.agents];
  }

  private poolOf(poolId: PoolId): Pool {
    return this.pools[POOLS.indexOf(poolId as (typeof POOLS)[number])] as Pool; // errands name pools that are there
  }

  private moment(): Moment {
    return { now: this.now, local: (timeZone, at = this.now) => localTimeAt(at, timeZone) };
  }

  private chance(): Chance {
    return {
      random: this.next,
      newReservationId: () => {
        this.reservations += 1;
        return asId<ReservationId>(`r${this.reservations}`);
      },
    };
  }
}

function owes({ toPools, fromPools, fromCarrier, toldBoard, facts, state }: Caller): boolean {
  const owed = toPools.length + fromPools.length + fromCarrier.length;
  return owed > 0 || toldBoard < facts.length || state.parting !== null;
}

function isOver({ state: { stage } }: Caller, { attempt }: Errand): boolean {
  return attempt !== null && (stage.at !== "queued" || stage.place.attempt !== attempt);
}

function partyOf({ state }: Caller, callSid: CarrierSid): "agent" | "outside" {
  return state.legs.find((leg) => leg.callSid === callSid)?.party === "outside" ? "outside" : "agent";
}

function legOver(callSid: CarrierSid, party: "caller" | "agent" | "outside"): ContactEvent {
  return { type: "leg_status", callSid, party, status: "completed", durationS: 1 };
}

function keyPress({ callSid, turn }: ContactState, digits: string | null): ContactEvent {
  return { type: "instructions_wanted", callSid, key: String(turn), digits, recording: null };
}
