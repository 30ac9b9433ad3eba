import { describe, expect, test } from "vitest";
import { tenantId } from "../../src/domain/routing/fixture.ts";
import { brokenPromise } from "../../src/domain/routing/invariants.ts";
import { PLANTED_BUGS } from "./planted-bugs.ts";
import { type Budget, type Settings, TinyWorld } from "./tiny-world.ts";

/**
 * What a state is for what may still happen: time, counters and all that is past are left out, and reservations are named
 * by their order. Two histories that come to the same are gone on with once.
 */
function canonical(world: TinyWorld): string {
  const agents = [...world.pool.agents.values()].map(({ at, figures }) => {
    if (at.is === "reserved" || at.is === "ringing") return [at.is, at.reservation.id];
    if (at.is === "on_contact" || at.is === "wrap_up") return [at.is, at.service.id, at.service.answeredAt === null];
    return [at, figures.idleSince];
  });
  const tickets = [...world.pool.tickets.values()].map(({ contactId, at, attempt, arrival }) => {
    return [arrival, contactId, at.is, attempt, at.is === "offered" ? at.offers.map((offer) => offer.id) : null];
  });
  const contacts = [...world.states.values()].map(({ stage, parting, history }) => {
    const seats = "seats" in stage ? stage.seats : "seat" in stage ? [stage.seat, stage.at === "talking"] : null;
    return [stage.at, history.queueVisits, seats, parting?.owed.map((message) => message.say) ?? null];
  });
  const lanes = [...world.lanes].filter(([, messages]) => messages.length > 0).map((lane) => lane.map(brief));
  const legs = [...world.legs].flatMap(([callSid, { up, contactId }]) => (up ? [[callSid, contactId]] : []));
  const strays = world.strays.map(brief).sort();
  const now = JSON.stringify([agents, tickets.sort(), contacts, lanes.sort(), strays, legs, world.budget, world.now]);
  const spent = [...world.states.values()].map((state) => state.spent.filter((id) => now.includes(id)));
  return renamed(`${now}${JSON.stringify(spent)}`);
}

/** A message without what nobody decides by. */
function brief(part: unknown): string {
  return JSON.stringify(part, (name, value) =>
    name === "decision" || name === "queuedAt" || name === "queue" ? 0 : value,
  );
}

/** Reservations by order of their numbers among those that are still spoken of. */
function renamed(text: string): string {
  const ids = [...new Set(text.match(/\br\d+/g) ?? [])].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  const names = new Map(ids.map((id, index) => [id, `R${index}`]));
  return text.replaceAll(/\br\d+/g, (id) => names.get(id) ?? id);
}

/** What must hold in every state that can be reached. */
function broken(world: TinyWorld): string | null {
  const promise = brokenPromise(world.pool, world.now);
  if (promise !== null) return promise;
  const accepted = new Map<string, number>();
  for (const { at } of world.pool.agents.values()) {
    if (at.is !== "on_contact") continue;
    const { contactId } = at.service.ticket;
    accepted.set(contactId, (accepted.get(contactId) ?? 0) + 1);
  }
  for (const [contactId, seats] of accepted) if (seats > 1) return `${contactId} has ${seats} accepted reservations`;
  for (const { tenantId, guaranteed, burst } of world.pool.config.tenants) {
    const used = [...world.pool.agents.values()].filter(({ at }) => "reservation" in at || "service" in at).length;
    if (burst !== null && used > guaranteed + burst) return `${tenantId} has ${used} seats`;
  }
  const calls = [...world.legs.values()].filter((leg) => leg.agentId !== null && leg.up);
  if (new Set(calls.map((leg) => leg.agentId)).size < calls.length) return "an agent has two live calls";
  if (new Set(calls.map((leg) => leg.contactId)).size < calls.length) return "a contact has two agents";
  return null;
}

/** Nothing can happen any more: nobody may be left behind. */
function leftBehind(world: TinyWorld): string | null {
  for (const { contactId, stage } of world.states.values()) {
    if (stage.at !== "ended") return `${contactId} is ${stage.at} for ever`;
  }
  for (const { at, profile } of world.pool.agents.values()) {
    if (at.is !== "ready" && at.is !== "not_ready") return `${profile.agentId} is ${at.is} for ever`;
  }
  const ticket = [...world.pool.tickets.values()].find(({ at }) => at.is !== "gone");
  return ticket === undefined ? null : `${ticket.contactId} is ${ticket.at.is} for ever`;
}

type Node = { readonly world: TinyWorld; readonly path: readonly string[] };

/** Every state that can be reached, nearest first; stops at the first that breaks a promise and names the way there. */
function explore(settings: Settings): { readonly states: number; readonly ends: number } {
  const start = new TinyWorld(settings);
  const visited = new Set([canonical(start)]);
  let ends = 0;
  for (let wave: Node[] = [{ world: start, path: [] }]; wave.length > 0; ) {
    const next: Node[] = [];
    for (const { world, path } of wave) {
      const moves = world.moves();
      const promise = broken(world) ?? (moves.length === 0 ? leftBehind(world) : null);
      if (promise !== null) throw new Error(`${promise} after ${path.join(", ")}`);
      if (moves.length === 0) ends += 1;
      for (const move of moves) {
        const after = world.copy();
        after.make(move);
        const state = canonical(after);
        if (visited.has(state)) continue;
        visited.add(state);
        next.push({ world: after, path: [...path, move] });
      }
    }
    wave = next;
  }
  return { states: visited.size, ends };
}

const BUDGET: Budget = { restarts: 1, doubles: 0, misses: 0, failures: 0 };
const ONE_SEAT = [{ tenantId: tenantId(0), guaranteed: 1, burst: 0 }];

/** What may happen besides the two calls, offers, answers and hang-ups, and how many states that makes at least. */
const WORLDS: readonly [string, number, Settings][] = [
  ["a message doubled", 60_000, { strategy: "longest_idle", seats: [], budget: { ...BUDGET, doubles: 1 } }],
  ["both agents ring at once", 60_000, { strategy: "ring_all", seats: [], budget: BUDGET }],
  [
    "one seat is all the client may have, and a message doubled",
    20_000,
    { strategy: "ring_all", seats: ONE_SEAT, budget: { ...BUDGET, doubles: 1 } },
  ],
  ["an offer missed", 25_000, { strategy: "longest_idle", seats: [], budget: { ...BUDGET, misses: 1 } }],
  ["an agent's phone fails", 15_000, { strategy: "longest_idle", seats: [], budget: { ...BUDGET, failures: 1 } }],
];

describe("ACD-7 every order of events of two contacts, two agents and a restart of the pool", () => {
  test.each(WORLDS)(
    "%s: in each of at least %i states one accepted reservation per contact and capacity kept, and nobody left at any end",
    (_, least, settings) => {
      const { states, ends } = explore(settings);
      expect(states).toBeGreaterThan(least);
      expect(ends).toBeGreaterThan(0);
    },
    400_000,
  );

  test("a pool that forgets to take an offer back is found out, and the way there is told", () => {
    const bug = PLANTED_BUGS.find(({ is }) => is.startsWith("forgotten rescind"));
    const settings: Settings = { strategy: "ring_all", seats: [], budget: BUDGET };
    const planted = bug === undefined ? settings : { ...settings, stepPool: bug.plant().stepPool };
    expect(() => explore(planted)).toThrow(/an offer its contact does not know after .*accept/);
  });
});
