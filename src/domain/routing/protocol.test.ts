import fc from "fast-check";
import { expect, test } from "vitest";
import type { ReservationId } from "../kernel/ids.ts";
import { DAY_MS, HOUR_MS, SECOND_MS } from "../kernel/instant.ts";
import { TICKET_LEASE_MS } from "./config.ts";
import type { ContactEvent } from "./events.ts";
import { agentId, contactId, type SmallWorld, smallTicket, smallWorld, tenantId } from "./fixture.ts";
import { brokenPromise } from "./invariants.ts";
import type { SeatStage } from "./protocol.ts";
import { dumpAgent, dumpTicket } from "./rows.ts";

/** A contact as the protocol knows it: what the other side of the wire believes. */
type Caller = {
  readonly name: number;
  readonly tenant: number;
  readonly queuedAt: number;
  attempt: number;
  at: "waiting" | "connecting" | "talking" | "wrap_up" | "over";
  id: ReservationId | null;
  readonly spent: Set<string>;
};

const AGENTS = 3;
const STRATEGIES = ["longest_idle", "ring_all", "progressive"];

/** Contacts, agents and a bad network, driven by a list of numbers: each number is one thing that happens. */
function play(script: readonly number[], settings: { readonly strategy: string; readonly capped: boolean }) {
  const seats = settings.capped
    ? [
        { tenantId: tenantId(0), guaranteed: 1, burst: 0 },
        { tenantId: tenantId(1), guaranteed: 1, burst: null },
      ]
    : [];
  const world = smallWorld({ agents: AGENTS, tenants: 2, seats });
  const callers: Caller[] = [];
  const toPool: ContactEvent[] = [];
  let heard = 0;

  const post = (event: ContactEvent): void => {
    toPool.push(event);
  };
  const ask = (caller: Caller): void => {
    const ticket = smallTicket(
      caller.name,
      caller.queuedAt,
      caller.tenant,
      { strategy: settings.strategy },
      caller.attempt,
    );
    post({ type: "wait", ticket });
  };
  const stageOf = (caller: Caller, id: string): SeatStage => {
    if (caller.at === "waiting") return caller.spent.has(id) ? "over" : "offered";
    if (caller.at === "over" || caller.id !== id) return "over";
    return caller.at;
  };
  const drop = (caller: Caller): void => {
    if (caller.id !== null) caller.spent.add(caller.id);
    caller.id = null;
  };
  const again = (caller: Caller): void => {
    drop(caller);
    caller.at = "waiting";
    caller.attempt += 1;
    ask(caller);
  };
  /** The contact hears a message of the pool; what it answers goes back like any other message. */
  const hear = (at: number): void => {
    const message = world.messages[at];
    const caller = callers.find((candidate) => contactId(candidate.name) === message?.contactId);
    if (message === undefined || caller === undefined) return;
    const id = message.reservationId as ReservationId;
    if (message.kind === "seat_returned") {
      caller.spent.add(id);
      if (caller.at === "connecting" && caller.id === id) again(caller);
    }
    if (message.kind === "seat_accepted" && caller.at === "waiting" && !caller.spent.has(id)) {
      caller.at = "connecting";
      caller.id = id;
    }
    if (message.kind === "agent_gone" && caller.at === "connecting" && caller.id === id) again(caller);
    if (message.kind === "wrap_up_lapsed" && caller.at === "wrap_up" && caller.id === id) caller.at = "over";
    post({ type: "contact_said", contactId: contactId(caller.name), reservationId: id, stage: stageOf(caller, id) });
  };
  const act = (number: number): void => {
    const agent = number % AGENTS;
    const caller = callers[Math.floor(number / 32) % Math.max(1, callers.length)];
    const who = agentId(agent);
    switch (number % 23) {
      case 0:
      case 1:
      case 2: {
        const fresh: Caller = {
          name: callers.length,
          tenant: callers.length % 2,
          queuedAt: world.now,
          attempt: 1,
          at: "waiting",
          id: null,
          spent: new Set(),
        };
        callers.push(fresh);
        return ask(fresh);
      }
      case 3:
        if (caller?.at === "waiting") ask(caller);
        return;
      case 4:
        if (caller === undefined || caller.at === "over") return;
        if (caller.at === "waiting" || caller.at === "connecting") {
          post({ type: "withdraw", contactId: contactId(caller.name), why: "abandoned", attempt: caller.attempt });
          caller.at = "over";
          return drop(caller);
        }
        if (caller.at !== "talking" || caller.id === null) return;
        post({
          type: "talk_ended",
          contactId: contactId(caller.name),
          reservationId: caller.id,
          wrapUpS: number % 2 === 0 ? 0 : 20,
        });
        caller.at = number % 2 === 0 ? "over" : "wrap_up";
        return;
      case 5:
      case 6:
        if (caller?.at !== "connecting" || caller.id === null) return;
        caller.at = "talking";
        return post({ type: "connected", contactId: contactId(caller.name), reservationId: caller.id });
      case 7:
        if (caller?.at !== "connecting" || caller.id === null) return;
        post({ type: "leg_failed", contactId: contactId(caller.name), reservationId: caller.id });
        return again(caller);
      case 8:
        if (caller?.at !== "wrap_up" || caller.id === null) return;
        caller.at = "over";
        return post({
          type: "wrapped_up",
          contactId: contactId(caller.name),
          reservationId: caller.id,
          then: { to: "ready", reason: null },
        });
      case 9:
        world.send({ type: "device_joined", agentId: who, deviceId: `d${agent}` });
        return;
      case 10:
      case 11:
        world.send({ type: "device_joined", agentId: who, deviceId: `d${agent}` });
        world.send({ type: "set_state", agentId: who, to: "ready", reason: null });
        return;
      case 12:
        world.send({ type: "set_state", agentId: who, to: number % 2 === 0 ? "not_ready" : "off_shift", reason: null });
        return;
      case 13:
        world.send({ type: "device_left", agentId: who, deviceId: `d${agent}` });
        return;
      case 14:
        world.ring(agent);
        return;
      case 15:
      case 16:
        world.accept(agent);
        return;
      case 17:
        world.send({ type: "decline", agentId: who, reservationId: world.held(agent) });
        return;
      // The network: a message arrives out of turn, arrives and stays to arrive again, or never arrives.
      case 18:
        send(toPool.splice(number % Math.max(1, toPool.length), 1)[0]);
        return;
      case 19:
        send(toPool[number % Math.max(1, toPool.length)]);
        return;
      case 20:
        if (number % 4 === 0) toPool.splice(number % Math.max(1, toPool.length), 1);
        else send(toPool.shift());
        return;
      case 21:
        if (number % 7 === 0) hear(number % Math.max(1, world.messages.length));
        else if (heard < world.messages.length) hear(heard++);
        return;
      default:
        if (number % 5 === 0) world.restart(number % 2 === 0);
        else world.pass((number % 90) * SECOND_MS);
    }
  };
  const send = (event: ContactEvent | undefined): void => {
    if (event !== undefined) world.send(event);
  };
  const check = (): void => {
    const broken = brokenPromise(world.pool, world.now);
    if (broken !== null) throw new Error(broken);
    for (const [id, agent] of world.pool.services) {
      const rivals = [...world.pool.services.values()].filter(
        (other) =>
          other !== agent &&
          other.at.is === "on_contact" &&
          agent.at.is === "on_contact" &&
          other.at.service.ticket.contactId === agent.at.service.ticket.contactId,
      );
      if (rivals.length > 0) throw new Error(`two accepted reservations of one contact, ${id}`);
    }
  };
  for (const number of script) {
    act(number);
    check();
  }
  return {
    world,
    callers,
    toPool,
    hearAll: () => {
      while (heard < world.messages.length) hear(heard++);
    },
    check,
  };
}

const scripts = fc.array(fc.nat(1_000_000), { maxLength: 250, size: "max" });
const settings = fc.record({ strategy: fc.constantFrom(...STRATEGIES), capped: fc.boolean() });

test("ACD-7 no promise of the pool is broken under lost, doubled and reordered messages and restarts", () => {
  fc.assert(
    fc.property(scripts, settings, (script, setting) => {
      play(script, setting);
    }),
    { numRuns: 400 },
  );
}, 60_000);

test("ACD-7 once the network heals every contact is served or released, and nothing stays behind", () => {
  fc.assert(
    fc.property(scripts, settings, (script, setting) => {
      const { world, callers, toPool, hearAll, check } = play(script, setting);
      // Everybody hangs up; messages get through at last, as each side repeats its own until it is answered.
      for (const caller of callers) {
        caller.at = "over";
        caller.id = null;
      }
      for (let round = 0; round < 8; round++) {
        for (const event of toPool.splice(0)) world.send(event);
        hearAll();
        world.pass(HOUR_MS);
        check();
      }
      // Of a stay whose end was lost for good nobody is shown the day any more.
      world.pass(DAY_MS);
      expect([...world.pool.tickets.keys()]).toEqual([]);
      expect([...world.pool.tenants.values()].map((tenant) => tenant.seats)).toEqual(
        [...world.pool.tenants.values()].map(() => 0),
      );
      expect(world.pool.timers.live).toBe(0);
    }),
    { numRuns: 150 },
  );
}, 60_000);

test("ACD-8 an agent's facts are a chain without a gap, so the seconds of all states sum to the logged-in time", () => {
  fc.assert(
    fc.property(scripts, settings, (script, setting) => {
      const { world } = play(script, setting);
      for (let index = 0; index < AGENTS; index++) {
        const facts = world.facts.filter((fact) => fact.agentId === agentId(index));
        facts.forEach((fact, at) => {
          expect(fact.seq).toBe(at + 1);
          expect(fact.from).toBe(facts[at - 1]?.to ?? "off_shift");
          expect(fact.at).toBeGreaterThanOrEqual(facts[at - 1]?.at ?? 0);
        });
        expect(world.state(index)).toBe(facts.at(-1)?.to ?? "off_shift");
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);

test("ACD-7 a pool restored from its rows is the pool that was stored", () => {
  fc.assert(
    fc.property(scripts, settings, (script, setting) => {
      const { world } = play(script, setting);
      const rows = () => photograph(world);
      const before = rows();
      world.restart();
      expect(rows()).toEqual(before);
    }),
    { numRuns: 150 },
  );
}, 60_000);

function photograph(world: SmallWorld) {
  const { pool } = world;
  return {
    agents: [...pool.agents.values()].map((agent) => ({ ...dumpAgent(agent), devices: agent.devices })),
    // Leases of waiting contacts begin anew; that is all that may differ.
    tickets: [...pool.tickets.values()]
      .map((ticket) => ({
        ...dumpTicket(pool, ticket),
        heardAt: ticket.at.is === "gone" ? ticket.heardAt : TICKET_LEASE_MS,
        state: ticket.at.is,
        wanting: ticket.wanting,
      }))
      .sort((a, b) => a.contactId?.localeCompare(b.contactId ?? "") ?? 0),
    queues: [...pool.queues.values()].map(({ queueId, waiting, today, seatTimeMs }) => ({
      queueId,
      waiting,
      today,
      seatTimeMs,
    })),
    seats: [...pool.tenants.values()].map(({ tenantId: id, seats }) => [id, seats]).sort(),
  };
}
