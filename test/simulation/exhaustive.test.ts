import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/domain/kernel/random.ts";
import { tenantId } from "../../src/domain/routing/fixture.ts";
import { brokenPromise } from "../../src/domain/routing/invariants.ts";
import { PLANTED_BUGS } from "./planted-bugs.ts";
import { type Budget, type Settings, TinyWorld } from "./tiny-world.ts";

/**
 * What a state is for what may still happen: time, counters and all that is past are left out, and reservations are named
 * by their order. Two histories that come to the same are gone on with once.
 */
function canonical(world: TinyWorld): string {
  const agents = world.agents().map(({ at, figures }) => {
    if (at.is === "reserved" || at.is === "ringing") return [at.is, at.reservation.id];
    if (at.is === "on_contact" || at.is === "wrap_up") return [at.is, at.service.id, at.service.answeredAt === null];
    return [at, figures.idleSince];
  });
  const tickets = world.pools.flatMap(({ tickets: known }, site) =>
    [...known.values()].map(({ contactId, at, attempt, arrival }) => {
      return [
        site,
        arrival,
        contactId,
        at.is,
        attempt,
        at.is === "offered" ? at.offers.map((offer) => offer.id) : null,
      ];
    }),
  );
  const contacts = [...world.states.values()].map(({ stage, parting, history }) => {
    const seats = "seats" in stage ? stage.seats : "seat" in stage ? [stage.seat, stage.at === "talking"] : null;
    const outside =
      stage.at === "talking_out" ? stage.overAt !== null : stage.at === "queued" && stage.place.outside?.at;
    const pool = stage.at === "queued" ? stage.place.poolId : null;
    return [stage.at, pool, history.queueVisits, seats, outside, parting?.owed.map((message) => message.say) ?? null];
  });
  const lanes = [...world.lanes].filter(([, messages]) => messages.length > 0).map((lane) => lane.map(brief));
  const legs = [...world.legs].flatMap(([callSid, { up, contactId }]) => (up ? [[callSid, contactId]] : []));
  const strays = world.strays.map(brief).sort();
  const now = JSON.stringify([agents, tickets.sort(), contacts, lanes.sort(), strays, legs, world.budget, world.now]);
  // What is past matters where the pool has counted it otherwise: two such histories are not the same.
  const counted = world.counted();
  const uncounted = [counted.answered - world.stays.answered, counted.abandoned - world.stays.abandoned];
  const graded = world.pools.flatMap(({ tickets: known }) => [...known.values()].map((ticket) => ticket.stay === null));
  const spent = [...world.states.values()].map((state) => state.spent.filter((id) => now.includes(id)));
  return renamed(`${now}${JSON.stringify([spent, uncounted, graded])}`);
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
  for (const pool of world.pools) {
    const promise = brokenPromise(pool, world.now);
    if (promise !== null) return promise;
  }
  const accepted = new Map<string, number>();
  for (const { at } of world.agents()) {
    if (at.is !== "on_contact") continue;
    const { contactId } = at.service.ticket;
    accepted.set(contactId, (accepted.get(contactId) ?? 0) + 1);
  }
  for (const [contactId, seats] of accepted) if (seats > 1) return `${contactId} has ${seats} accepted reservations`;
  for (const { tenantId, guaranteed, burst } of world.pools[0]?.config.tenants ?? []) {
    const used = world.agents().filter(({ at }) => "reservation" in at || "service" in at).length;
    if (burst !== null && used > guaranteed + burst) return `${tenantId} has ${used} seats`;
  }
  const calls = [...world.legs.values()].filter((leg) => leg.party !== "caller" && leg.up);
  const toAgents = calls.filter((leg) => leg.agentId !== null);
  if (new Set(toAgents.map((leg) => leg.agentId)).size < toAgents.length) return "an agent has two live calls";
  if (new Set(calls.map((leg) => leg.contactId)).size < calls.length) return "a contact has two ends";
  return null;
}

/** Nothing can happen any more: nobody may be left behind. */
function leftBehind(world: TinyWorld): string | null {
  for (const { contactId, stage } of world.states.values()) {
    if (stage.at !== "ended") return `${contactId} is ${stage.at} for ever`;
  }
  for (const { at, agentId } of world.agents()) {
    if (at.is !== "ready" && at.is !== "not_ready") return `${agentId} is ${at.is} for ever`;
  }
  const ticket = world.pools.flatMap(({ tickets }) => [...tickets.values()]).find(({ at }) => at.is !== "gone");
  if (ticket !== undefined) return `${ticket.contactId} is ${ticket.at.is} for ever`;
  return miscounted(world);
}

/** The pools' figures of the day and the contacts' facts say the same of every stay, also of one that goes on at another site. */
function miscounted(world: TinyWorld): string | null {
  const [pool, contacts] = [JSON.stringify(world.counted()), JSON.stringify(world.stays)];
  return pool === contacts ? null : `the pool counts ${pool}, the contacts ${contacts}`;
}

/** Far more than any of the small worlds takes. */
const STEPS_MAX = 1_000;

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

/** A contact that goes to another site while the seat of the first is offered or accepts. */
const MOVES: readonly [string, number, Settings][] = [
  ["one contact and a message doubled", 2_500, moving({ ...BUDGET, restarts: 0, doubles: 1 }, 1)],
  ["one contact and a pool that restarts", 600, moving({ ...BUDGET, restarts: 1 }, 1)],
  ["one contact and a phone that fails", 400, moving({ ...BUDGET, restarts: 0, failures: 1 }, 1)],
];

function moving(budget: Budget, contacts: number): Settings {
  return { strategy: "longest_idle", seats: [], budget, sites: 2, contacts };
}

/** A contact whose number outside is called while seats are offered, accept and fail. */
const OUTSIDE: readonly [string, number, Settings][] = [
  ["a message doubled", 500, goingOutside({ ...BUDGET, restarts: 0, doubles: 1 }, 1)],
  ["a pool that restarts and a leg that fails", 300, goingOutside({ ...BUDGET, failures: 1 }, 1)],
  ["two contacts", 3_000, goingOutside({ ...BUDGET, restarts: 0 }, 2)],
];

function goingOutside(budget: Budget, contacts: number): Settings {
  return { strategy: "longest_idle", seats: [], budget, contacts, outside: true };
}

describe("ACD-2 ACD-7 every order of events of contacts whose queue has a number outside called", () => {
  test.each(OUTSIDE)(
    "%s: in each of at least %i states one end per contact and one call per agent, and nobody left at any end",
    (_, least, settings) => {
      const { states, ends } = explore(settings);
      expect(states).toBeGreaterThan(least);
      expect(ends).toBeGreaterThan(0);
    },
    400_000,
  );
});

describe("ACD-2 ACD-7 every order of events of contacts that move to another site's pool while a seat accepts", () => {
  test.each(MOVES)(
    "%s: in each of at least %i states one accepted reservation per contact and one call per agent, and nobody left at any end",
    (_, least, settings) => {
      const { states, ends } = explore(settings);
      expect(states).toBeGreaterThan(least);
      expect(ends).toBeGreaterThan(0);
    },
    400_000,
  );
});

/** One way through a world, by lot, to its end; says what broke and how it came to it. */
function wander(settings: Settings, seed: number): string | null {
  const world = new TinyWorld(settings);
  const { next } = seededRandom(seed);
  const path: string[] = [];
  for (let moves = world.moves(); path.length < STEPS_MAX; moves = world.moves()) {
    const promise = broken(world) ?? (moves.length === 0 ? leftBehind(world) : null);
    if (promise !== null) return `seed ${seed}: ${promise} after ${path.join(", ")}`;
    // Callers hang up seldom, or little else would ever happen.
    const others = moves.filter((move) => !move.startsWith("hangup"));
    const open = others.length > 0 && next() < 0.97 ? others : moves;
    const move = open[Math.floor(next() * open.length)];
    if (move === undefined) return null;
    path.push(move);
    world.make(move);
  }
  return `seed ${seed}: no end after ${STEPS_MAX} steps`;
}

test("ACD-2 ACD-7 two contacts that move sites, with restarts, repeats and failing phones: a thousand ways by lot", () => {
  const settings = moving({ restarts: 2, doubles: 3, misses: 0, failures: 2 }, 2);
  const told = Array.from({ length: 1_000 }, (_, seed) => wander(settings, seed)).filter((broke) => broke !== null);
  expect(told).toEqual([]);
}, 120_000);

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
