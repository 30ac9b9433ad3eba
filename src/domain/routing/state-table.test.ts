import { expect, test } from "vitest";
import { EVENTS, ORDER, STATES } from "../../../test/support/agent-states.ts";
import type { AgentState } from "../call/facts.ts";
import { HOUR_MS } from "../kernel/instant.ts";
import type { PoolEvent } from "./events.ts";
import { agentId } from "./fixture.ts";

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
  "client's day began": "= = = = = = =",
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

/** The compiler refuses a list that lacks a type of event or has one too many. */
const TYPES: { readonly [type in PoolEvent["type"]]: true } = {
  set_state: true,
  cancel_next_state: true,
  accept: true,
  decline: true,
  extend_wrap_up: true,
  use_here: true,
  device_joined: true,
  device_left: true,
  devices_lost: true,
  offer_shown: true,
  wait: true,
  withdraw: true,
  connected: true,
  leg_failed: true,
  held: true,
  resumed: true,
  talk_ended: true,
  wrapped_up: true,
  contact_said: true,
  configure: true,
  day_began: true,
  client_day_began: true,
  tick: true,
};

test("ACD-8 no type of event and no state is missing from the table", () => {
  const sent = Object.values(EVENTS).map((event) => event(STATES.ringing()).type);
  expect([...new Set(sent)].sort()).toEqual(Object.keys(TYPES).sort());
  expect([...ORDER].sort()).toEqual(Object.keys(STATES).sort());
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
  expect(world.agent(0).dueAt).toBeNull();
});
