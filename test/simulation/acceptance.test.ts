import { describe, expect, test } from "vitest";
import { erlangA } from "../../src/domain/sla/erlang.ts";
import {
  against,
  answeredWithin,
  blocked,
  controlled,
  type Figure,
  gaveUp,
  lengthOf,
  meanWaitS,
  onOracle,
  onPool,
  PATIENT_S,
  type Run,
  SEEDS,
  type Setting,
  share,
  waits,
} from "../support/acceptance.ts";
import { priorityFirst } from "../support/v-model.ts";

/** Calls that are counted in each of the pool's twenty runs unless a case says more; the textbook's queue runs far longer. */
const POOL_CALLS = lengthOf(3_000, 12_000);
const HALF_A_POINT = 0.005;

type Case = {
  readonly name: string;
  readonly setting: Setting;
  readonly warmUpS: number;
  /** Counted calls of each of the textbook's twenty runs. */
  readonly calls: number;
  readonly poolCalls?: number;
  /** Name, figure, exact value; `level` where it is a service level and must be met to half a point. */
  readonly figures: readonly (readonly [string, Figure, number, "level"?])[];
  /** What else is known exactly of the same runs: how lucky they were, which is taken out of their service levels. */
  readonly known?: readonly (readonly [Figure, number])[];
};

const ofErlangA = (erlangs: number): NonNullable<Case["known"]> => {
  const { waits: exact, abandons } = erlangA(erlangs, 42, 240, 180, 20);
  return [
    [waits, exact],
    [gaveUp, abandons],
  ];
};

const one = (erlangs: number, seats: number, handleS: number, patienceS: number, withinS = 20): Setting => ({
  seats,
  clients: 1,
  erlangs,
  handleS,
  patienceS,
  withinS,
});
const aFifteen = erlangA(40, 42, 240, 180, 20);
const shortOr = (run: Run): number => {
  const left = share((waitedMs, answered) => answered || waitedMs > 20_000)(run);
  return answeredWithin(20)(run) / left;
};

const CASES: readonly Case[] = [
  {
    name: "A1 fifty seats, 48 calls a minute, patient",
    setting: one(48, 50, 60, PATIENT_S),
    warmUpS: 3 * 3_600,
    // Its queue forgets in an hour only: a short run would be one lucky or unlucky stretch.
    calls: 100_000,
    poolCalls: 15_000,
    figures: [
      ["mean wait", meanWaitS(), 20.8337],
      ["waits at all", waits, 0.694456],
      ["within the ninetieth percentile", share((waitedMs) => waitedMs <= 58_140), 0.9],
      ["queue length, by Little", (run) => (48 * meanWaitS()(run)) / 60, 16.667],
    ],
  },
  {
    name: "A2 the same with patience of two minutes",
    setting: one(48, 50, 60, 120),
    warmUpS: 1_800,
    calls: 50_000,
    figures: [
      ["gave up", gaveUp, 0.030912],
      ["mean wait", meanWaitS(), 3.70947],
      ["waits at all", waits, 0.467774],
      ["queue length, by Little", (run) => (48 * meanWaitS()(run)) / 60, 2.9676],
      ["in time", answeredWithin(20), 0.94301895, "level"],
    ],
  },
  {
    name: "A5 48 erlang on 55 seats, 15 s",
    setting: one(48, 55, 240, PATIENT_S, 15),
    warmUpS: 7_200,
    calls: 100_000,
    figures: [
      ["waits at all", waits, 0.238701],
      ["mean wait", meanWaitS(), 8.184],
      ["in time", answeredWithin(15), 0.845883, "level"],
    ],
    known: [
      [waits, 0.238701],
      [meanWaitS(), 8.184032],
    ],
  },
  {
    name: "A6 100 calls in 30 minutes on 14 seats",
    setting: one(10, 14, 180, PATIENT_S),
    warmUpS: 7_200,
    calls: 50_000,
    figures: [
      ["waits at all", waits, 0.174132],
      ["in time", answeredWithin(20), 0.88835, "level"],
    ],
  },
  {
    name: "A7 two classes in strict priority (Cobham)",
    setting: { ...one(20, 46, 240, PATIENT_S), clients: 2, ...priorityFirst((client) => client) },
    warmUpS: 7_200,
    calls: 60_000,
    figures: [
      ["mean wait of the first", meanWaitS((client) => client === 0), 2.45345],
      ["mean wait of the second", meanWaitS((client) => client === 1), 18.8098],
      ["mean wait of all, as under fifo", meanWaitS(), 10.6316],
    ],
  },
  {
    name: "A9 ninety seats and thirty lines more, 82.5 erlang",
    setting: { ...one(82.5, 90, 600, PATIENT_S), trial: { lines: 120 } },
    warmUpS: 6 * 3_600,
    calls: 60_000,
    figures: [
      ["turned away", blocked, 0.00198131],
      ["waits at all", waits, 0.300257],
      ["mean wait", meanWaitS(), 60 * 0.320933],
    ],
  },
  {
    name: "A9, A10 the same at 84 erlang of six types, everybody able to do all",
    setting: { ...one(14, 90, 600, PATIENT_S), clients: 6, trial: { lines: 120 } },
    warmUpS: 6 * 3_600,
    calls: 60_000,
    figures: [
      ["turned away", blocked, 0.00364308],
      ["waits at all", waits, 0.379706],
      ["mean wait", meanWaitS(), 60 * 0.450023],
    ],
  },
  {
    name: "A15 four ways to reckon one day",
    setting: one(40, 42, 240, 180),
    warmUpS: 1_800,
    calls: 50_000,
    figures: [
      ["of all offered", answeredWithin(20), 0.8052, "level"],
      ["of those served", (run) => answeredWithin(20)(run) / (1 - gaveUp(run)), 0.8435, "level"],
      ["without those who gave up in time", shortOr, 0.8291, "level"],
      ["gave up in time counted as in time", share((waitedMs) => waitedMs <= 20_000), 0.8341, "level"],
      ["gave up", gaveUp, aFifteen.abandons],
    ],
    known: ofErlangA(40),
  },
  ...(
    [
      [0.25, 40.509, 0.7846, 1],
      [0.5, 41.172, 0.7564, 1],
      // The formula takes repeats for new callers: the more there are, the longer afterwards they must come.
      [0.75, 42.123, 0.7134, 4],
    ] as const
  ).map(
    ([again, erlangs, level, hours]): Case => ({
      name: `A16 ${100 * again} % of those who gave up ring again`,
      setting: { ...one(40, 42, 240, 180), trial: { redial: { share: again, afterS: hours * 3_600 } } },
      warmUpS: hours * 6 * 3_600,
      calls: 100_000,
      poolCalls: hours * POOL_CALLS,
      figures: [["in time", answeredWithin(20), level, "level"]],
      known: ofErlangA(erlangs),
    }),
  ),
];

describe("WFM-4 the pool gives every caller the wait that the textbook's queue gives, and both keep to the closed forms", () => {
  test.each(CASES)(
    "$name",
    ({ setting, warmUpS, calls, poolCalls = POOL_CALLS, figures, known = [] }) => {
      const onPools = SEEDS.map((seed) => onPool(setting, seed, poolCalls, warmUpS));
      // Caller by caller, so whatever is known of the long runs below is known of the pool.
      for (const seed of SEEDS) expect(onOracle(setting, seed, poolCalls, warmUpS)).toEqual(onPools[seed - 1]);
      const long = SEEDS.map((seed) => onOracle(setting, seed, calls, warmUpS));
      for (const [name, figure, exact, level] of figures) {
        for (const runs of [onPools, long]) {
          const { mean, z } = against(runs, figure, exact);
          expect(Math.abs(z), `${name}: ${mean} for ${exact}`).toBeLessThan(3);
        }
        if (level === undefined) continue;
        const luck = known.map(([other, is]) => ({ values: long.map(other), exact: is }));
        const { mean, error } = controlled(long.map(figure), luck);
        expect(Math.abs(mean - exact), name).toBeLessThan(HALF_A_POINT);
        expect(3 * error, `${name}: known to half a point`).toBeLessThan(HALF_A_POINT);
      }
    },
    300_000,
  );
});
