import { describe, expect, test } from "vitest";
import type { QueueConfig } from "../../src/domain/call/line-config.ts";
import { asId, type BrandId } from "../../src/domain/kernel/ids.ts";
import { FORMULAS, noAttainment, noteLeft, noteQueued, serviceLevel } from "../../src/domain/sla/attainment.ts";
import { erlangA, erlangC } from "../../src/domain/sla/erlang.ts";
import { SimFloor, type Trial } from "../../src/entry/cli/sim/floor.ts";
import {
  against,
  blocked,
  lengthOf,
  meanWaitS,
  onPool,
  optionsOf,
  PATIENT_S,
  type Run,
  SEEDS,
  type Setting,
} from "../support/acceptance.ts";
import { census, cobham, garnett, halfinWhitt, servedWithin } from "../support/queue-formulas.ts";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const from = (values: readonly number[], first: number): readonly number[] => values.slice(first);

describe("WFM-1 closed forms of the acceptance cases", () => {
  test.each([
    ["A1", 48, 50, 60, PATIENT_S, 58.14],
    ["A2", 48, 50, 60, 120, 20],
    ["A5", 48, 55, 240, PATIENT_S, 15],
    ["A6", 10, 14, 180, PATIENT_S, 20],
    ["A7", 40, 46, 240, PATIENT_S, 20],
    ["A8", 94, 100, 240, PATIENT_S, 60],
    ["A15", 40, 42, 240, 180, 20],
  ])(
    "%s: %d erlang on %d seats agree to 1e-8 with a census solved step by step",
    (_, load, seats, handleS, patienceS, withinS) => {
      const patient = patienceS === PATIENT_S;
      const leave = (inside: number): number =>
        Math.min(inside, seats) / handleS + (patient ? 0 : Math.max(0, inside - seats) / patienceS);
      const chances = census(load / handleS, leave, seats + 2_000);
      const told = patient ? erlangC(load, seats, handleS, withinS) : erlangA(load, seats, handleS, patienceS, withinS);
      const queue = sum(chances.map((chance, inside) => chance * Math.max(0, inside - seats)));
      expect(told.waits).toBeCloseTo(sum(from(chances, seats)), 8);
      expect(told.meanWaitS / ((queue * handleS) / load)).toBeCloseTo(1, 8);
      const ends = { serveS: handleS / seats, patienceS: patient ? Number.POSITIVE_INFINITY : patienceS };
      const inTime = sum(chances.slice(0, seats)) + servedWithin(from(chances, seats), ends, withinS);
      expect(told.serviceLevel).toBeCloseTo(inTime, 8);
      if ("abandons" in told) expect(told.abandons).toBeCloseTo((queue * handleS) / (load * patienceS), 8);
    },
  );

  test("A3 Garnett's approximation is 3.6 % low of A2", () => {
    const beta = (50 - 48) / Math.sqrt(48);
    expect(garnett(beta, 1, 0.5)).toBeCloseTo(0.4508, 4);
    expect(garnett(beta, 1, 0.5) / erlangA(48, 50, 60, 120, 20).waits).toBeCloseTo(1 - 0.036, 3);
  });

  test.each([
    [0.2, 0.771448],
    [0.5, 0.504539],
    [1, 0.223361],
    [1.5, 0.0846904],
    [2, 0.0268814],
  ])("A4 Halfin and Whitt at β = %d, and Erlang C comes near it in a large house", (beta, chance) => {
    expect(halfinWhitt(beta)).toBeCloseTo(chance, 6);
    const load = 40_000;
    expect(erlangC(load, Math.round(load + beta * Math.sqrt(load)), 60, 20).waits / chance).toBeCloseTo(1, 1);
  });

  test.each([
    ["A7", [20, 20], 46, [2.45345, 18.8098]],
    ["A8", [30, 40, 24], 100, [1.4875, 4.95832, 57.847]],
  ] as const)("%s: Cobham's waits", (_, loads, seats, waits) => {
    const { waits: delayed, meanWaitS: fifo } = erlangC(sum(loads), seats, 240, 20);
    const told = cobham(loads, seats, (delayed * 240) / seats);
    for (const [index, wait] of waits.entries()) expect((told[index] ?? 0) / wait).toBeCloseTo(1, 5);
    // Work is conserved: weighted by load, the waits are those of first come, first served.
    expect(sum(told.map((wait, index) => wait * (loads[index] ?? 0))) / sum(loads)).toBeCloseTo(fifo, 8);
  });

  test.each([
    [82.5, 0.00198131, 0.300257, 0.320933],
    [84, 0.00364308, 0.379706, 0.450023],
  ])("A9 ninety seats and thirty lines more at %d erlang", (load, turnedAway, waits, wait) => {
    const chances = census(load / 10, (inside) => Math.min(inside, 90) / 10, 120);
    const block = chances[120] ?? 0;
    expect(block).toBeCloseTo(turnedAway, 8);
    expect((sum(from(chances, 90)) - block) / (1 - block)).toBeCloseTo(waits, 6);
    const queue = sum(chances.map((chance, inside) => chance * Math.max(0, inside - 90)));
    expect((queue * 10) / (load * (1 - block))).toBeCloseTo(wait, 6);
  });

  test("A13 queue-ratio weights, and what they predict of the class targets", () => {
    const parts = [30 * 10, 40 * 20, 24 * 60];
    expect(sum(parts) / 240).toBeCloseTo(10.583, 3);
    expect(parts.map((part) => Number((part / sum(parts)).toFixed(4)))).toEqual([0.1181, 0.315, 0.5669]);
    const kept = (seats: number): number => 1 - erlangC(94, seats, 240, 0).waits * (94 / seats) ** 11;
    expect([kept(100), kept(101)].map((value) => Number(value.toFixed(3)))).toEqual([0.78, 0.832]);
    const fifoSeats = [100, 101, 102, 103].find((seats) => erlangC(94, seats, 240, 10).serviceLevel >= 0.8);
    expect(fifoSeats).toBe(103);
  });

  test.each([
    [0, 40, 0.8052],
    [0.25, 40.509, 0.7846],
    [0.5, 41.172, 0.7564],
    [0.75, 42.123, 0.7134],
  ])("A16 with %d of those who gave up ringing again the load is %d erlang", (again, load, level) => {
    let effective = 40;
    for (let round = 0; round < 200; round++) {
      effective = 40 + again * effective * erlangA(effective, 42, 240, 180, 20).abandons;
    }
    expect(effective).toBeCloseTo(load, 3);
    expect(erlangA(effective, 42, 240, 180, 20).serviceLevel).toBeCloseTo(level, 4);
  });
});

describe("WFM-4 what only the pool can show", () => {
  test("A10, A11 two skills each are almost as good as all six", () => {
    const figures = [1, 2, 3, 6].map((skills) => {
      const setting = {
        seats: 90,
        clients: 6,
        erlangs: 14,
        handleS: 600,
        patienceS: PATIENT_S,
        trial: skilled(skills),
      };
      const runs = SEEDS.map((seed) => onPool(setting, seed, lengthOf(3_000, 8_000), 6 * 3_600));
      return { lost: against(runs, blocked, 0).mean, waitS: against(runs, meanWaitS(), 0).mean, runs };
    });
    const [one, two, three, six] = figures;
    if (!one || !two || !three || !six) throw new Error("four were asked for");
    const near = (runs: readonly Run[], { block, waitMin }: { block: number; waitMin: number }): void => {
      expect(Math.abs(against(runs, blocked, block).z)).toBeLessThan(3);
      expect(Math.abs(against(runs, meanWaitS(), 60 * waitMin).z)).toBeLessThan(3);
    };
    // With one skill each the six types share nothing but the lines, which has an exact solution. The simulation that was
    // handed down says 0.0342 and 2.885 minutes for it, within its own half point a little low.
    const alone = sixAlone();
    expect([alone.block, alone.waitMin].map((value) => Number(value.toFixed(4)))).toEqual([0.0417, 3.0543]);
    near(one.runs, alone);
    // Between the two the published figures are a simulation's own, which is a twentieth low where it can be compared with
    // an exact one: half a point of blocking, and three twentieths of the wait.
    for (const [found, block, waitMin] of [
      [two, 0.0043, 0.594],
      [three, 0.0037, 0.482],
    ] as const) {
      expect(Math.abs(found.lost - block)).toBeLessThan(0.005);
      expect(Math.abs(found.waitS / (60 * waitMin) - 1)).toBeLessThan(0.15);
    }
    near(six.runs, { block: 0.00364308, waitMin: 0.450023 });
    expect((one.lost - two.lost) / (one.lost - six.lost)).toBeGreaterThan(0.95);
    expect((one.waitS - two.waitS) / (one.waitS - six.waitS)).toBeGreaterThan(0.9);
  }, 300_000);

  test.each([
    // 1/(n²(1 − ρ)) squared handle times by the queue's length, and about twice that from history alone.
    [10, 9, lengthOf(20, 50), 0.1, 2.01, 2.17],
    [100, 95, lengthOf(5, 20), 0.002, 2.0, 2.1],
  ])(
    "A14 how far off three ways to foretell a wait are, of those who wait: %d seats",
    (seats, erlangs, hours, length, head, last) => {
      const runs = SEEDS.map((seed) => foretold(seed, seats, erlangs, hours));
      const of = (pick: (run: Foretold) => number): { mean: number; z: (exact: number) => number } => {
        const values = runs.map(pick);
        const mean = sum(values) / values.length;
        const error = Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1) / values.length);
        return { mean, z: (exact) => Math.abs(mean - exact) / error };
      };
      expect(of((run) => run.length).z(length)).toBeLessThan(3);
      expect(of((run) => run.head / run.length).z(head)).toBeLessThan(3);
      expect(of((run) => run.last / run.length).z(last)).toBeLessThan(3);
    },
    300_000,
  );

  test("A15 the day's counters give the four figures by their formulas", () => {
    const told = SEEDS.map((seed) => {
      const day = noAttainment();
      const target = { share: 0.8, withinS: 20, shortAbandonS: 0 };
      new SimFloor(optionsOf(ONE_QUEUE, seed, 20), {
        warmUpS: 1_800,
        watch: {
          came: () => noteQueued(day),
          left: (_, outcome, waitedMs) => noteLeft(day, outcome, waitedMs, target),
        },
      }).run();
      return FORMULAS.map((formula) => serviceLevel(day, formula) ?? 0);
    });
    for (const [formula, exact] of [
      ["SL-3", 0.8052],
      ["SL-1", 0.8435],
      ["SL-8", 0.8291],
      ["SL-2", 0.8341],
    ] as const) {
      const values = told.map((run) => run[FORMULAS.indexOf(formula)] ?? 0);
      const mean = sum(values) / values.length;
      const error = Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1) / values.length);
      expect(Math.abs(mean - exact) / error, formula).toBeLessThan(3);
    }
  }, 300_000);
});

const ONE_QUEUE: Setting = { seats: 42, clients: 1, erlangs: 40, handleS: 240, patienceS: 180 };

/** Fifteen agents for each of six types; an agent's first skill is his type, the others follow in turn. */
function skilled(skills: number): Pick<Trial, "world" | "lines"> {
  const queueOf = (queue: QueueConfig, type: number): QueueConfig => ({
    ...queue,
    skills: [`s${type}`],
    strategy: "most_skilled",
  });
  return {
    lines: 120,
    world: ({ clients, pool }) => ({
      clients: clients.map((client, type) => ({ ...client, queue: queueOf(client.queue, type) })),
      pool: {
        ...pool,
        agents: pool.agents.map((agent, seat) => {
          const first = seat % 6;
          const others = [0, 1, 2, 3, 4].map((turn) => (first + 1 + ((Math.floor(seat / 6) + turn) % 5)) % 6);
          const types = [first, ...others].slice(0, skills);
          return {
            ...agent,
            brands: types.map((type) => asId<BrandId>(`b${type}`)),
            skills: Object.fromEntries(types.map((type, place) => [`s${type}`, 10 - place])),
          };
        }),
      },
    }),
  };
}

/** Six queues of 15 seats and 14 erlang that share 120 lines: their chances multiply, cut off where the lines are full. */
function sixAlone(): { readonly block: number; readonly waitMin: number } {
  const one = census(1.4, (inside) => Math.min(inside, 15) / 10, 120);
  const queue = one.map((chance, inside) => chance * Math.max(0, inside - 15));
  const five = [2, 3, 4, 5].reduce((together) => joined(together, one), one);
  const all = joined(five, one);
  const block = (all[120] ?? 0) / sum(all);
  return { block, waitMin: (6 * sum(joined(five, queue)) * 10) / (84 * sum(all) * (1 - block)) };
}

function joined(a: readonly number[], b: readonly number[]): number[] {
  return a.map((_, total) => sum(a.slice(0, total + 1).map((chance, inside) => chance * (b[total - inside] ?? 0))));
}

type Foretold = { readonly length: number; readonly head: number; readonly last: number };

/** Mean squared error of three forecasts, in squared handle times: by queue length, by the head's wait, by the last served. */
function foretold(seed: number, seats: number, erlangs: number, hours: number): Foretold {
  const handleS = 60;
  const errors = { length: 0, head: 0, last: 0, count: 0 };
  const guesses = new Map<string, { length: number; head: number; last: number }>();
  let lastS = 0;
  const setting: Setting = { seats, clients: 1, erlangs, handleS, patienceS: PATIENT_S };
  new SimFloor(optionsOf(setting, seed, hours), {
    warmUpS: 3_600,
    watch: {
      came: (pool, contactId, now) => {
        const ticket = pool.tickets.get(contactId);
        if (ticket === undefined || ticket.at.is !== "waiting") return;
        const { waiting } = ticket.seatClass;
        const headS = (now - (waiting.peek()?.queuedAt ?? now)) / 1_000;
        guesses.set(contactId, { length: (waiting.live * handleS) / seats, head: headS, last: lastS });
      },
      left: (_, _outcome, waitedMs, contactId) => {
        const guess = guesses.get(contactId);
        if (waitedMs > 0) lastS = waitedMs / 1_000;
        if (guess === undefined) return;
        guesses.delete(contactId);
        const wait = waitedMs / 1_000;
        errors.length += ((wait - guess.length) / handleS) ** 2;
        errors.head += ((wait - guess.head) / handleS) ** 2;
        errors.last += ((wait - guess.last) / handleS) ** 2;
        errors.count += 1;
      },
    },
  }).run();
  const { count } = errors;
  return { length: errors.length / count, head: errors.head / count, last: errors.last / count };
}
