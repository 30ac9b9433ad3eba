import { expect, test } from "vitest";
import type { AgentState } from "../call/facts.ts";
import { asId, type ReservationId } from "../kernel/ids.ts";
import { HOUR_MS } from "../kernel/instant.ts";
import type { PoolEvent } from "./events.ts";
import { agentId, contactId, type SmallWorld, smallTicket, smallWorld } from "./fixture.ts";

/** One agent brought into each state with contact `c1`, at the same moment. */
const STATES: { readonly [state in AgentState]: () => SmallWorld } = {
  off_shift: () => {
    const world = smallWorld();
    world.send({ type: "device_joined", agentId: agentId(0), deviceId: "d0" });
    return world;
  },
  ready: () => begun((world) => world.ready(0)),
  reserved: () => begun((world) => offered(world)),
  ringing: () => begun((world) => [offered(world), world.ring(0)]),
  on_contact: () => begun((world) => [offered(world), world.talk(0, 1)]),
  wrap_up: () =>
    begun((world) => {
      offered(world);
      world.talk(0, 1);
      world.send({ type: "talk_ended", contactId: contactId(1), reservationId: world.held(0), wrapUpS: 30 });
    }),
  not_ready: () =>
    begun((world) => {
      world.ready(0);
      world.send({ type: "set_state", agentId: agentId(0), to: "not_ready", reason: "lunch" });
    }),
};

function begun(act: (world: SmallWorld) => unknown): SmallWorld {
  const world = smallWorld();
  act(world);
  return world;
}

function offered(world: SmallWorld): void {
  world.ready(0);
  world.wait(1);
}

type Event = (world: SmallWorld) => PoolEvent;
const own = (world: SmallWorld): ReservationId => world.held(0);
const foreign = asId<ReservationId>("foreign");

const EVENTS: { readonly [name: string]: Event } = {
  "set ready": () => ({ type: "set_state", agentId: agentId(0), to: "ready", reason: null }),
  "set not ready": () => ({ type: "set_state", agentId: agentId(0), to: "not_ready", reason: "break" }),
  "set off shift": () => ({ type: "set_state", agentId: agentId(0), to: "off_shift", reason: null }),
  "cancel next": () => ({ type: "cancel_next_state", agentId: agentId(0) }),
  accept: (world) => ({ type: "accept", agentId: agentId(0), deviceId: "d0", reservationId: own(world) }),
  "accept foreign": () => ({ type: "accept", agentId: agentId(0), deviceId: "d0", reservationId: foreign }),
  decline: (world) => ({ type: "decline", agentId: agentId(0), reservationId: own(world) }),
  "decline foreign": () => ({ type: "decline", agentId: agentId(0), reservationId: foreign }),
  extend: (world) => ({ type: "extend_wrap_up", agentId: agentId(0), reservationId: own(world) }),
  "use here": () => ({ type: "use_here", agentId: agentId(0), deviceId: "d0" }),
  "device joins": () => ({ type: "device_joined", agentId: agentId(0), deviceId: "d1" }),
  "device leaves": () => ({ type: "device_left", agentId: agentId(0), deviceId: "d0" }),
  "foreign device leaves": () => ({ type: "device_left", agentId: agentId(0), deviceId: "d9" }),
  "devices lost": () => ({ type: "devices_lost", agentId: agentId(0) }),
  "offer shown": (world) => ({ type: "offer_shown", agentId: agentId(0), reservationId: own(world) }),
  "contact 2 waits": (world) => ({ type: "wait", ticket: smallTicket(2, world.now) }),
  "contact 1 waits again": () => ({ type: "wait", ticket: smallTicket(1, 1_000_001, 0, {}, 2) }),
  abandoned: () => ({ type: "withdraw", contactId: contactId(1), why: "abandoned", attempt: 1 }),
  connected: (world) => ({ type: "connected", contactId: contactId(1), reservationId: own(world) }),
  "leg failed": (world) => ({ type: "leg_failed", contactId: contactId(1), reservationId: own(world) }),
  held: (world) => ({ type: "held", contactId: contactId(1), reservationId: own(world) }),
  resumed: (world) => ({ type: "resumed", contactId: contactId(1), reservationId: own(world) }),
  "talk ended": (world) => ({ type: "talk_ended", contactId: contactId(1), reservationId: own(world), wrapUpS: 30 }),
  "talk ended, no wrap-up": (world) => ({
    type: "talk_ended",
    contactId: contactId(1),
    reservationId: own(world),
    wrapUpS: 0,
  }),
  "wrapped up": (world) => ({
    type: "wrapped_up",
    contactId: contactId(1),
    reservationId: own(world),
    then: { to: "not_ready", reason: "break" },
  }),
  "said over": (world) => ({ type: "contact_said", contactId: contactId(1), reservationId: own(world), stage: "over" }),
  "said talking": (world) => ({
    type: "contact_said",
    contactId: contactId(1),
    reservationId: own(world),
    stage: "talking",
  }),
  "said wrap-up": (world) => ({
    type: "contact_said",
    contactId: contactId(1),
    reservationId: own(world),
    stage: "wrap_up",
  }),
  configure: (world) => ({ type: "configure", config: world.pool.config }),
  dismissed: (world) => ({ type: "configure", config: { ...world.pool.config, version: 2, agents: [] } }),
  "day began": () => ({ type: "day_began" }),
  tick: () => ({ type: "tick" }),
};

const ORDER: readonly AgentState[] = [
  "off_shift",
  "ready",
  "reserved",
  "ringing",
  "on_contact",
  "wrap_up",
  "not_ready",
];

/**
 * Columns in the order above; `=` is no change of state. off: off_shift, res: reserved, ring: ringing, on: on_contact,
 * wrap: wrap_up, not: not_ready, gone: the agent is forgotten.
 */
const TABLE: { readonly [event: string]: string } = {
  "set ready": "ready = = = = = ready",
  "set not ready": "not not = = = = =",
  "set off shift": "= off = = = = off",
  "cancel next": "= = = = = = =",
  accept: "= = on on = = =",
  "accept foreign": "= = = = = = =",
  decline: "= = ready ready = = =",
  "decline foreign": "= = = = = = =",
  extend: "= = = = = = =",
  "use here": "= = = = = = =",
  "device joins": "= = = = = = =",
  "device leaves": "= not not not = = =",
  "foreign device leaves": "= = = = = = =",
  "devices lost": "= not not not = = =",
  "offer shown": "= = ring = = = =",
  "contact 2 waits": "= res = = = = =",
  "contact 1 waits again": "= res = = wrap = =",
  abandoned: "= = ready ready wrap = =",
  connected: "= = = = = = =",
  "leg failed": "= = = = not = =",
  held: "= = = = = = =",
  resumed: "= = = = = = =",
  "talk ended": "= = = = wrap = =",
  "talk ended, no wrap-up": "= = = = ready = =",
  "wrapped up": "= = = = not not =",
  "said over": "= = ready ready wrap = =",
  "said talking": "= = = = = = =",
  "said wrap-up": "= = = = wrap = =",
  configure: "= = = = = = =",
  dismissed: "gone off = = = = off",
  "day began": "= = = = = = =",
  tick: "= = = = = = =",
};

const NAMES: { readonly [short: string]: string } = {
  off: "off_shift",
  res: "reserved",
  ring: "ringing",
  on: "on_contact",
  wrap: "wrap_up",
  not: "not_ready",
};

const CASES = Object.entries(TABLE).flatMap(([event, row]) =>
  row.split(" ").map((cell, column): [AgentState, string, string] => {
    const state = ORDER[column] ?? "off_shift";
    return [state, event, cell === "=" ? state : (NAMES[cell] ?? cell)];
  }),
);

test("the table has a row for every event and a column for every state", () => {
  expect(Object.keys(TABLE).sort()).toEqual(Object.keys(EVENTS).sort());
  expect(CASES).toHaveLength(Object.keys(EVENTS).length * ORDER.length);
});

test.each(CASES)("ACD-8 %s meets %s: %s", (state, name, expected) => {
  const world = STATES[state]();
  const event = EVENTS[name];
  if (event === undefined) throw new Error(`no event ${name}`);
  const sent = event(world);
  world.send(sent);
  expect(world.pool.agents.get(agentId(0))?.at.is ?? "gone").toBe(expected);
  const facts = world.pool.out.facts.map((fact) => [fact.body.from, fact.body.to]);
  if (expected === state) expect(facts.filter(([from, to]) => from !== to)).toEqual([]);
  // The same event once more changes nothing that the first did not.
  const before = JSON.stringify(world.pool.agents.get(agentId(0))?.at.is);
  if (!["contact 2 waits", "accept", "decline", "dismissed"].includes(name)) world.send(sent);
  expect(JSON.stringify(world.pool.agents.get(agentId(0))?.at.is)).toBe(before);
});

test.each(ORDER)("ACD-8 an agent left alone in %s ends in a state without a deadline", (state) => {
  const world = STATES[state]();
  world.send({ type: "device_left", agentId: agentId(0), deviceId: "d0" });
  world.pass(2 * HOUR_MS);
  expect(["off_shift", "not_ready"]).toContain(world.state(0));
  expect(world.pool.timers.peek()).toBeNull();
});
