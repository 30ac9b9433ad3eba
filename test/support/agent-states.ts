import type { AgentState } from "../../src/domain/call/facts.ts";
import { asId, type ReservationId } from "../../src/domain/kernel/ids.ts";
import type { PoolEvent } from "../../src/domain/routing/events.ts";
import { agentId, contactId, type SmallWorld, smallTicket, smallWorld } from "../../src/domain/routing/fixture.ts";

/** One agent brought into each state with contact `c1`, at the same moment. */
export const STATES: { readonly [state in AgentState]: () => SmallWorld } = {
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

/** Everything that may happen to that agent or to his contact. */
export const EVENTS: { readonly [name: string]: Event } = {
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
  "client's day began": () => ({ type: "client_day_began", day: { date: "2026-11-21", timeZone: "Asia/Shanghai" } }),
  tick: () => ({ type: "tick" }),
};

/** Columns of the tables. */
export const ORDER: readonly AgentState[] = [
  "off_shift",
  "ready",
  "reserved",
  "ringing",
  "on_contact",
  "wrap_up",
  "not_ready",
];
