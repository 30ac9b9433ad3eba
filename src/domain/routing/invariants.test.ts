import { expect, test } from "vitest";
import { STATES } from "../../../test/support/agent-states.ts";
import { contactId, type SmallWorld } from "./fixture.ts";
import { brokenPromise } from "./invariants.ts";
import type { AgentAt, PoolTicket } from "./state.ts";

const ticketOf = (world: SmallWorld): PoolTicket => world.pool.tickets.get(contactId(1)) as PoolTicket;
const queueOf = (world: SmallWorld) => ticketOf(world).queue;
const classOf = (world: SmallWorld) => ticketOf(world).seatClass;
const on = (world: SmallWorld) => world.agent(0).at as Extract<AgentAt, { is: "on_contact" }>;

/** A pool with one thing wrong, and the promise that says so. */
const CASES: readonly [keyof typeof STATES, string, (world: SmallWorld) => unknown, string][] = [
  ["ready", "no desktop", (w) => (w.agent(0).devices = []), "agent a0: ready without a device"],
  [
    "not_ready",
    "a phone on no desktop",
    (w) => (w.agent(0).phone = "d9"),
    "agent a0: the phone is on a device that is gone",
  ],
  ["reserved", "no timer", (w) => w.pool.timers.set(w.agent(0), null), "agent a0: reserved without a deadline"],
  ["ringing", "no timer", (w) => w.pool.timers.set(w.agent(0), null), "agent a0: ringing without a deadline"],
  ["on_contact", "no timer", (w) => w.pool.timers.set(w.agent(0), null), "agent a0: on a contact without a deadline"],
  ["wrap_up", "no timer", (w) => w.pool.timers.set(w.agent(0), null), "agent a0: wrap-up without a deadline"],
  [
    "ringing",
    "a contact that waits",
    (w) => (ticketOf(w).at = { is: "waiting" }),
    "agent a0: an offer its contact does not know",
  ],
  [
    "ringing",
    "an offer left out",
    (w) => (ticketOf(w).at = { is: "offered", offers: [] }),
    "agent a0: an offer its contact does not know",
  ],
  [
    "on_contact",
    "a contact that waits",
    (w) => (ticketOf(w).at = { is: "waiting" }),
    "agent a0: serves a contact that is not his",
  ],
  [
    "on_contact",
    "another reservation",
    (w) => (ticketOf(w).at = { is: "served", agent: w.agent(0), reservationId: "r9" as never }),
    "agent a0: serves a contact that is not his",
  ],
  [
    "on_contact",
    "a ticket that has a timer",
    (w) => w.pool.timers.set(ticketOf(w), w.now),
    "contact c1: served with a deadline",
  ],
  ["on_contact", "no service", (w) => w.pool.services.delete(on(w).service.id), "agent a0: a service nobody can find"],
  ["wrap_up", "a ticket for ever", (w) => w.pool.timers.set(ticketOf(w), null), "contact c1: gone without a deadline"],
  [
    "ringing",
    "a ticket for ever",
    (w) => w.pool.timers.set(ticketOf(w), null),
    "contact c1: offered without a deadline",
  ],
  ["ringing", "a deadline that is past", (w) => (w.now += 200_000), "contact c1: a deadline that has passed"],
  [
    "ringing",
    "an agent elsewhere",
    (w) => (w.agent(0).at = { is: "off_shift" }),
    "contact c1: offered to an agent who does not hold it",
  ],
  [
    "on_contact",
    "an agent elsewhere",
    (w) => {
      w.agent(0).at = { is: "off_shift" };
      w.pool.services.clear();
    },
    "contact c1: served by nobody",
  ],
  ["ringing", "seats", (w) => (ticketOf(w).tenant.seats += 1), "tenant t0 counts 2 seats and has 1"],
  ["ringing", "seats", (w) => (ticketOf(w).tenant.seats -= 1), "tenant t0 counts 0 seats and has 1"],
  ["ringing", "those who wait", (w) => (queueOf(w).waiting += 1), "queue q0 counts 2 waiting and has 1"],
  ["on_contact", "those who wait", (w) => (queueOf(w).waiting += 1), "queue q0 counts 1 waiting and has 0"],
  [
    "on_contact",
    "answers",
    (w) => (queueOf(w).today.answered += 1),
    "1 offered and has 2 answered, 0 abandoned, 0 overflowed, 0 open",
  ],
  ["on_contact", "abandons", (w) => (queueOf(w).today.abandoned += 1), "1 offered and has 1 answered, 1 abandoned"],
  ["on_contact", "overflows", (w) => (queueOf(w).today.overflowed += 1), "1 overflowed, 0 open"],
  ["ringing", "open stays", (w) => (ticketOf(w).stay = null), "0 overflowed, 0 open"],
  ["on_contact", "in time", (w) => (queueOf(w).today.withinTarget += 1), "figures of the day do not add up"],
  ["on_contact", "short abandons", (w) => (queueOf(w).today.shortAbandoned += 1), "figures of the day do not add up"],
  ["ringing", "idle seats", (w) => (classOf(w).idle.live += 1), " counts 1 idle and has 0"],
  ["ringing", "staff", (w) => (classOf(w).staffed += 1), " counts 2 at work and has 1"],
  ["ringing", "the line", (w) => (classOf(w).waiting.live += 1), " counts 1 in line and has 0"],
  ["ringing", "those in time", (w) => (classOf(w).inTarget.live -= 1), " counts -1 in time and has 0"],
  [
    "ringing",
    "the list",
    (w) => {
      w.pool.waitingClasses.push(classOf(w));
      classOf(w).listedAt = 0;
    },
    " has 0 in line and is listed",
  ],
  ["ringing", "a list", (w) => w.pool.waitingClasses.push(classOf(w)), "a class is listed that nobody waits in"],
];

test.each(CASES)("ACD-7 %s with %s wrong is found", (state, _, spoil, promise) => {
  const world = STATES[state]();
  expect(brokenPromise(world.pool, world.now), "nothing is wrong yet").toBeNull();
  spoil(world);
  expect(brokenPromise(world.pool, world.now)).toContain(promise);
});

/** Somebody waits and somebody is free, and nobody has brought them together. */
function apart(): SmallWorld {
  const world = STATES.ready();
  world.send({ type: "set_state", agentId: "a0" as never, to: "not_ready", reason: "lunch" });
  world.wait(1);
  world.agent(0).at = { is: "ready" };
  classOf(world).idle.live = 1;
  classOf(world).staffed = 1;
  return world;
}

test("ACD-7 a seat that stands idle while somebody waits is found, unless it has declined or the client is at its cap", () => {
  const idle = apart();
  expect(brokenPromise(idle.pool, idle.now)).toBe("a0 is idle while c1 waits");
  const declined = apart();
  ticketOf(declined).declined = [{ agentId: "a0" as never, until: declined.now + 1 }];
  expect(brokenPromise(declined.pool, declined.now)).toBeNull();
  ticketOf(declined).declined = [{ agentId: "a0" as never, until: declined.now }];
  expect(brokenPromise(declined.pool, declined.now)).toBe("a0 is idle while c1 waits");
  ticketOf(declined).declined = [{ agentId: "a1" as never, until: declined.now + 1 }];
  expect(brokenPromise(declined.pool, declined.now)).toBe("a0 is idle while c1 waits");
  const capped = apart();
  ticketOf(capped).tenant.cap = 0;
  expect(brokenPromise(capped.pool, capped.now)).toBeNull();
  const unlisted = apart();
  classOf(unlisted).idle.live = 0;
  unlisted.agent(0).at = { is: "not_ready", reason: "lunch", back: false };
  classOf(unlisted).staffed = 0;
  expect(brokenPromise(unlisted.pool, unlisted.now)).toBeNull();
  classOf(unlisted).listedAt = null;
  expect(brokenPromise(unlisted.pool, unlisted.now)).toContain("has 1 in line and is not listed");
  classOf(unlisted).listedAt = 1;
  expect(brokenPromise(unlisted.pool, unlisted.now)).toContain("has 1 in line and is not listed");
  const forgotten = apart();
  forgotten.pool.classes.clear();
  expect(brokenPromise(forgotten.pool, forgotten.now)).toBe("contact c1: waits in a class that is forgotten");
  const overlooked = apart();
  ticketOf(overlooked).wanting = false;
  expect(brokenPromise(overlooked.pool, overlooked.now)).toBe("contact c1: waits, but nobody would look for it");
});
