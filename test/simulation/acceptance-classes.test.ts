import { describe, expect, test } from "vitest";
import { erlangC } from "../../src/domain/sla/erlang.ts";
import {
  against,
  answeredWithin,
  controlled,
  type Figure,
  lengthOf,
  meanWaitS,
  onOracle,
  onPool,
  type Run,
  SEEDS,
  type Setting,
  waits,
} from "../support/acceptance.ts";
import { inTimeByPriority } from "../support/queue-formulas.ts";
import { classOf, edf, fqr, LOADS, priorityFirst, TARGETS, threeClasses } from "../support/v-model.ts";

/*
 * A8, A12 and A13: three classes, 30, 40 and 24 erlang, on 100 seats, to be answered within 10, 20 and 60 s. So full a house
 * forgets in three quarters of an hour, and twenty runs of 60,000 callers know its service level to more than a point only.
 * But whoever is chosen, the same callers come and the same seats become free (the handle times are drawn as talks begin),
 * so first come, first served on the same callers is as lucky or unlucky, and how lucky is known exactly by Erlang C.
 */
const CALLS = lengthOf(60_000, 400_000);
const POOL_CALLS = lengthOf(1_500, 30_000);
const WARM_UP_S = 10_800;
const HALF_A_POINT = 0.005;

const ofClass = (wanted: number) => (client: number) => classOf(client) === wanted;
const inTime = (wanted: number): Figure => answeredWithin(TARGETS[wanted] ?? 0, ofClass(wanted));
const long = (setting: Setting): readonly Run[] => SEEDS.map((seed) => onOracle(setting, seed, CALLS, WARM_UP_S));

const v = threeClasses("fifo");
const textbook = (withinS: number) => erlangC(94, 100, 240, withinS);
const priority = [0, 1, 2].map((index) =>
  inTimeByPriority(LOADS, index, { seats: 100, handleS: 240, waits: textbook(0).waits }, TARGETS[index] ?? 0),
);

type Case = {
  readonly rule: string;
  readonly setting: Setting;
  /** What the acceptance list says, itself from a simulation and good to half a point. */
  readonly published: readonly number[];
  /** What it is: by formula, or by twenty other runs of 500,000 callers each, with their luck taken out as below, and its standard error. */
  readonly known: readonly number[];
  readonly error: readonly number[];
  /** Mean waits by Cobham, where the rule is his. */
  readonly meanWaits?: readonly number[];
  /** A rule that the product does not have. */
  readonly oracleAlone?: true;
};
const EXACT = [0, 0, 0];
const CASES: readonly Case[] = [
  {
    rule: "first come, first served",
    setting: v,
    published: [0.664, 0.737, 0.903],
    known: TARGETS.map((withinS) => textbook(withinS).serviceLevel),
    error: EXACT,
  },
  {
    rule: "strict priority",
    setting: { ...v, ...priorityFirst(classOf) },
    published: [0.977, 0.923, 0.747],
    known: priority,
    error: EXACT,
    meanWaits: [1.4875, 4.95832, 57.847],
  },
  {
    rule: "earliest deadline",
    setting: { ...threeClasses("edf"), choose: edf },
    published: [0.769, 0.774, 0.783],
    known: [0.76787, 0.7729, 0.78312],
    error: [0.0003, 0.0002, 0.0003],
  },
  {
    rule: "queue ratio",
    setting: { ...v, choose: fqr },
    published: [0.774, 0.773, 0.794],
    known: [0.77361, 0.77221, 0.79414],
    error: [0.0002, 0.0002, 0.0003],
    oracleAlone: true,
  },
];

describe("WFM-4 three classes of callers on one floor", () => {
  const base = long(v);
  /** What is known of the same callers when they are served as they came. */
  const luck = [
    { figure: waits, exact: textbook(0).waits },
    { figure: answeredWithin(20), exact: textbook(20).serviceLevel },
    { figure: answeredWithin(60), exact: textbook(60).serviceLevel },
  ].map(({ figure, exact }) => ({ values: base.map(figure), exact }));
  /** Of first come, first served itself: what its class is asked is no control of it. */
  const luckOf = (own: number) => [
    luck[0] ?? raise(),
    { values: base.map(meanWaitS()), exact: textbook(0).meanWaitS },
    ...TARGETS.flatMap((withinS, index) =>
      index === own ? [] : [{ values: base.map(answeredWithin(withinS)), exact: textbook(withinS).serviceLevel }],
    ),
  ];

  test.each(CASES)(
    "A12 by $rule: each class in time to half a point, the pool caller by caller as the textbook",
    ({ setting, published, known, error, meanWaits = [], oracleAlone }) => {
      const onPools = oracleAlone ? [] : SEEDS.map((seed) => onPool(setting, seed, POOL_CALLS, WARM_UP_S));
      for (const [at, run] of onPools.entries()) expect(onOracle(setting, at + 1, POOL_CALLS, WARM_UP_S)).toEqual(run);
      const runs = setting === v ? base : long(setting);
      for (const [index, told] of published.entries()) {
        const [exact, its] = [known[index] ?? 0, error[index] ?? 0];
        for (const some of oracleAlone ? [runs] : [onPools, runs]) {
          const { mean, error: spread } = against(some, inTime(index), exact);
          expect(Math.abs(mean - exact) / Math.hypot(spread, its), `class ${index}: ${mean}`).toBeLessThan(3);
        }
        const { mean, error: spread } = controlled(runs.map(inTime(index)), setting === v ? luckOf(index) : luck);
        expect(3 * Math.hypot(spread, its), `class ${index} is known to half a point`).toBeLessThan(HALF_A_POINT);
        expect(Math.abs(mean - exact) / Math.hypot(spread, its), `class ${index}: ${mean} ± ${spread}`).toBeLessThan(3);
        for (const of of [exact, told])
          expect(Math.abs(mean - of), `class ${index}: ${mean}`).toBeLessThan(HALF_A_POINT);
      }
      for (const [index, wait] of meanWaits.entries()) {
        for (const some of [onPools, runs])
          expect(Math.abs(against(some, meanWaitS(ofClass(index)), wait).z)).toBeLessThan(3);
      }
    },
    900_000,
  );

  test("A12 in strict priority by its exact law is what the acceptance list simulated", () => {
    expect(priority.map((level) => Number(level.toFixed(4)))).toEqual([0.9765, 0.9221, 0.7465]);
    // The most urgent wait for one departure each of those before them, which has a closed form.
    const first = 1 - textbook(0).waits * Math.exp((-(100 - 30) * 10) / 240);
    expect(priority[0]).toBeCloseTo(first, 10);
  });

  test.each([
    [100, 0.78],
    [101, 0.832],
  ])(
    "A13 with %i seats queue ratios bring %d of all callers in time, as one queue of all predicts",
    (seats, predicted) => {
      const setting = { ...v, seats };
      const [served, ratio] = [long(setting), long({ ...setting, choose: fqr })];
      const all: Figure = (run) =>
        TARGETS.reduce((sum, _, index) => sum + ((LOADS[index] ?? 0) / 94) * inTime(index)(run), 0);
      const of = (figure: Figure, exact: number) => ({ values: served.map(figure), exact });
      const told = (withinS: number) => erlangC(94, seats, 240, withinS);
      const { mean, error } = controlled(ratio.map(all), [
        of(waits, told(0).waits),
        of(answeredWithin(20), told(20).serviceLevel),
        of(answeredWithin(60), told(60).serviceLevel),
      ]);
      expect(3 * error).toBeLessThan(HALF_A_POINT);
      expect(Math.abs(mean - predicted), `${mean} ± ${error}`).toBeLessThan(HALF_A_POINT);
    },
    900_000,
  );
});

function raise(): never {
  throw new Error("there are three controls");
}
