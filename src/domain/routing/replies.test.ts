import { expect, test } from "vitest";
import { EVENTS, ORDER, STATES } from "../../../test/support/agent-states.ts";
import type { AgentState } from "../call/facts.ts";
import type { Reply } from "./events.ts";
import { agentId, type SmallWorld } from "./fixture.ts";
import { dumpAgent, dumpQueue, dumpTicket } from "./rows.ts";

const NOT_YOURS = "!not_your_offer";
const GONE = "~no such seat";
const AFTER = "~the talk is over already";
const NOBODY = "~nothing to mend";
const LOST = "done > seat_returned agent_lost";
const all = (cell: string): string[] => ORDER.map(() => cell);

/**
 * What the sender is told in each state, off shift to not ready: `done`, `~` why nothing was to be done, `!` the code of
 * the refusal, or where the contact stands; after `>` what the contacts are told.
 */
const TABLE: { readonly [event: string]: readonly string[] } = {
  "set ready": ["done", "~ready already", "done", "done", "done", "done", "done"],
  "set not ready": all("done"),
  "set off shift": all("done"),
  "cancel next": all("~none chosen"),
  accept: [
    NOT_YOURS,
    NOT_YOURS,
    "done > seat_accepted",
    "done > seat_accepted",
    "~accepted already",
    NOT_YOURS,
    NOT_YOURS,
  ],
  "accept foreign": all(NOT_YOURS),
  decline: [
    NOT_YOURS,
    NOT_YOURS,
    "done > seat_returned declined",
    "done > seat_returned declined",
    NOT_YOURS,
    NOT_YOURS,
    NOT_YOURS,
  ],
  "decline foreign": all(NOT_YOURS),
  extend: ["!no_wrap_up", "!no_wrap_up", "!no_wrap_up", "!no_wrap_up", "!no_wrap_up", "done", "!no_wrap_up"],
  "use here": all("~here already"),
  "device joins": all("done"),
  "device leaves": ["done", "done", LOST, LOST, "done", "done", "done"],
  "foreign device leaves": all("~not here"),
  "devices lost": ["done", "done", LOST, LOST, "done", "done", "done"],
  "offer shown": ORDER.map((state) => (state === "reserved" ? "done > seat_rang" : "~no such offer undelivered")),
  "contact 2 waits": ORDER.map((state) => (state === "ready" ? "held > seat_reserved" : "waiting")),
  "contact 1 waits again": ["waiting", "held > seat_reserved", "held", "held", "waiting", "waiting", "waiting"],
  abandoned: [
    "~unknown contact",
    "~unknown contact",
    "done > seat_returned rescinded",
    "done > seat_returned rescinded",
    "done",
    "~gone already",
    "~unknown contact",
  ],
  connected: [GONE, GONE, GONE, GONE, "~connected already", "~connected already", GONE],
  "leg failed": [GONE, GONE, GONE, GONE, "done > seat_returned leg_failed", AFTER, GONE],
  held: [GONE, GONE, GONE, GONE, "done", AFTER, GONE],
  resumed: [GONE, GONE, GONE, GONE, "~so already", AFTER, GONE],
  "talk ended": [GONE, GONE, GONE, GONE, "done", AFTER, GONE],
  "talk ended, no wrap-up": [GONE, GONE, GONE, GONE, "done", AFTER, GONE],
  "wrapped up": [GONE, GONE, GONE, GONE, "done", "done", GONE],
  "said over": [
    NOBODY,
    NOBODY,
    "done > seat_returned rescinded",
    "done > seat_returned rescinded",
    "done",
    "~the agent is still wrapping up",
    NOBODY,
  ],
  "said talking": [NOBODY, NOBODY, NOBODY, NOBODY, "done", "done", NOBODY],
  "said wrap-up": [NOBODY, NOBODY, NOBODY, NOBODY, "done", "done", NOBODY],
  configure: all("done"),
  dismissed: all("done"),
  "day began": all("done"),
  "client's day began": ["~so already", "~so already", "done", "done", "done", "done", "~so already"],
  tick: all("done"),
};

const CASES = Object.entries(TABLE).flatMap(([event, cells]) =>
  cells.map((cell, at): [AgentState, string, string] => [ORDER[at] ?? "off_shift", event, cell]),
);

test("every event has its row", () => {
  expect(Object.keys(TABLE).sort()).toEqual(Object.keys(EVENTS).sort());
});

test.each(CASES)("ACD-7 %s meets %s and answers: %s", (state, name, expected) => {
  const { reply, said } = meet(state, name);
  expect([inWords(reply), ...said].join(" > ")).toBe(expected);
});

test.each(CASES)(
  "ACD-7 %s meets %s: whatever it changed is stored, so a restart finds the same pool",
  (state, name) => {
    const { world } = meet(state, name);
    const before = photograph(world);
    world.restart();
    expect(photograph(world)).toEqual(before);
  },
);

function meet(state: AgentState, name: string) {
  const world = STATES[state]();
  const event = EVENTS[name];
  if (event === undefined) throw new Error(`no event ${name}`);
  const before = world.messages.length;
  const reply = world.send(event(world));
  const said = world.messages.slice(before).map(({ kind, why }) => (why === undefined ? kind : `${kind} ${why}`));
  return { world, reply, said };
}

function inWords(reply: Reply): string {
  switch (reply.is) {
    case "done":
      return "done";
    case "ignored":
      return `~${reply.why}`;
    case "refused":
      return `!${reply.code}`;
    case "wait":
      return reply.answer.state;
  }
}

function photograph({ pool }: SmallWorld) {
  return {
    // Who has left the team is found in no configuration after a restart; all others are.
    agents: pool.config.agents.map(({ agentId: id }) => {
      const agent = pool.agents.get(id);
      return agent === undefined ? null : { ...dumpAgent(agent), devices: agent.devices, dueAt: agent.dueAt };
    }),
    tickets: [...pool.tickets.values()].map((ticket) => [dumpTicket(pool, ticket), ticket.at.is, ticket.wanting]),
    queues: [...pool.queues.values()].map((queue) => [dumpQueue(pool, queue), queue.waiting]),
    seats: [...pool.tenants.values()].map(({ tenantId, seats }) => [tenantId, seats]),
    idle: [...pool.classes.values()].map((seatClass) => [
      seatClass.idle.live,
      seatClass.staffed,
      seatClass.waiting.live,
    ]),
  };
}

test("ACD-7 an offer that was taken away says why it can no longer be accepted", () => {
  const gone = STATES.ringing();
  const id = gone.held(0);
  gone.send({ type: "withdraw", contactId: "c1" as never, why: "abandoned", attempt: null });
  const accept = { type: "accept", agentId: agentId(0), deviceId: "d0", reservationId: id } as const;
  expect(gone.send(accept)).toEqual({ is: "refused", code: "caller_gone" });
  const missed = STATES.ringing();
  const late = { ...accept, reservationId: missed.held(0) };
  missed.pass(20_000);
  expect(missed.send(late)).toEqual({ is: "refused", code: "offer_lapsed" });
  const elsewhere = STATES.ringing();
  const other = { ...accept, deviceId: "d7", reservationId: elsewhere.held(0) };
  expect(elsewhere.send(other)).toEqual({ is: "refused", code: "phone_elsewhere" });
  expect(elsewhere.send({ ...accept, agentId: agentId(9) })).toEqual({ is: "refused", code: "unknown_agent" });
});
