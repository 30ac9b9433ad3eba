import { describe, expect, test } from "vitest";
import { chance, randomExponential, randomInt, randomLognormal, randomNormal, seededRandom } from "./random.ts";

const DRAWS = 40_000;
const mean = (draw: () => number): number => {
  let sum = 0;
  for (let i = 0; i < DRAWS; i += 1) sum += draw();
  return sum / DRAWS;
};

describe("chance as an argument", () => {
  test("the same seed gives the same run, another seed another", () => {
    const run = (seed: number) => Array.from({ length: 5 }, seededRandom(seed).next);
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
  });

  test("a fork is not moved by what its parent draws", () => {
    const quiet = seededRandom(7).fork("callers");
    const parent = seededRandom(7);
    parent.next();
    expect(parent.fork("callers").next()).toBe(quiet.next());
  });

  test.each([
    ["uniform", (r: ReturnType<typeof seededRandom>) => r.next(), 0.5, 0.01],
    ["whole numbers under 10", (r: ReturnType<typeof seededRandom>) => randomInt(r, 10), 4.5, 0.1],
    ["chance of 3 in 10", (r: ReturnType<typeof seededRandom>) => Number(chance(r, 0.3)), 0.3, 0.02],
    ["exponential of mean 180", (r: ReturnType<typeof seededRandom>) => randomExponential(r, 180), 180, 5],
    ["standard normal", (r: ReturnType<typeof seededRandom>) => randomNormal(r), 0, 0.03],
    ["lognormal of mean 240, cv 0.7", (r: ReturnType<typeof seededRandom>) => randomLognormal(r, 240, 0.7), 240, 5],
  ] as const)("%s has the mean it names", (_name, draw, expected, within) => {
    const random = seededRandom(11);
    expect(Math.abs(mean(() => draw(random)) - expected)).toBeLessThan(within);
  });
});
