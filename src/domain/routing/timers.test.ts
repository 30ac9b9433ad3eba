import fc from "fast-check";
import { expect, test } from "vitest";
import { type Timed, Timers } from "./timers.ts";

const agent = (index: number): Timed => ({ index, dueAt: null });
const ticket = (arrival: number): Timed => ({ arrival, dueAt: null });

const acts = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ who: fc.nat(11), at: fc.option(fc.nat(60_000), { nil: null }) }) },
    { weight: 1, arbitrary: fc.record({ who: fc.constant(-1), at: fc.constant(null) }) },
  ),
  { maxLength: 80 },
);

test("ACD-7 whoever's deadline comes first is looked at first, however often deadlines are moved, near and far", () => {
  fc.assert(
    fc.property(acts, (list) => {
      const timers = new Timers<Timed>();
      const owners: readonly Timed[] = Array.from({ length: 12 }, (_, at) => agent(at));
      const truth = new Map<Timed, number>();
      const first = () => Math.min(...truth.values());
      for (const { who, at } of list) {
        const owner = owners[who];
        if (owner === undefined) {
          // What is due is done with: the deadline that was met is gone.
          const due = timers.peek();
          if (due !== null) {
            timers.set(due, null);
            truth.delete(due);
          }
        } else {
          timers.set(owner, at);
          if (at === null) truth.delete(owner);
          else truth.set(owner, at);
        }
        expect(timers.live).toBe(truth.size);
        if (list.length % 2 === 0) expect(timers.peek()?.dueAt ?? Number.POSITIVE_INFINITY).toBe(first());
      }
      const served: number[] = [];
      for (let due = timers.peek(); due !== null; due = timers.peek()) {
        served.push(due.dueAt ?? -1);
        timers.set(due, null);
      }
      expect(served).toEqual([...truth.values()].sort((a, b) => a - b));
      expect(timers.live).toBe(0);
    }),
  );
});

test("ACD-7 of one instant agents go by their place in the team and contacts by their arrival", () => {
  for (const make of [agent, ticket] as readonly ((at: number) => Timed)[]) {
    for (const near of [false, true]) {
      const timers = new Timers<Timed>();
      if (near) {
        // Once something of a slot was looked at, what is set there is sorted at once.
        const before = make(0);
        timers.set(before, 8_000);
        expect(timers.peek()).toBe(before);
        timers.set(before, null);
      }
      const owners = [3, 1, 2].map((at) => make(at));
      for (const owner of owners) timers.set(owner, 9_000);
      const order: Timed[] = [];
      for (let due = timers.peek(); due !== null; due = timers.peek()) {
        order.push(due);
        timers.set(due, null);
      }
      expect(order).toEqual([owners[1], owners[2], owners[0]]);
    }
  }
});

test("ACD-7 a deadline set again to the same instant is one deadline", () => {
  const timers = new Timers<Timed>();
  const owner = agent(0);
  timers.set(owner, 5_000);
  timers.set(owner, 5_000);
  timers.set(owner, 6_000);
  expect(timers.live).toBe(1);
  expect(timers.peek()).toBe(owner);
  timers.set(owner, null);
  timers.set(owner, null);
  expect(timers.live).toBe(0);
  expect(timers.peek()).toBeNull();
});

test("ACD-7 of deadlines that are over nothing is kept, and setting the same one again adds nothing", () => {
  const timers = new Timers<Timed>();
  const places = () => {
    const { slots, order } = timers as unknown as { slots: Map<number, Timed[]>; order: number[] };
    return [[...slots.values()].flat().length, slots.size, order.length];
  };
  const owners = [0, 1, 2].map(agent);
  owners.forEach((owner, at) => {
    timers.set(owner, 10_000 * (at + 1));
    timers.set(owner, 10_000 * (at + 1));
  });
  expect(places()).toEqual([3, 3, 3]);
  for (let due = timers.peek(); due !== null; due = timers.peek()) timers.set(due, null);
  expect(places()).toEqual([0, 0, 0]);
});

test("ACD-7 a deadline in the stretch that is being looked at is met in its turn, and one taken away from it never", () => {
  const timers = new Timers<Timed>();
  const [first, second, third, gone] = [0, 1, 2, 3].map(agent) as [Timed, Timed, Timed, Timed];
  timers.set(first, 8_000);
  timers.set(third, 11_999);
  timers.set(gone, 9_500);
  expect(timers.peek()).toBe(first);
  timers.set(second, 9_000);
  timers.set(gone, null);
  timers.set(first, 12_000);
  const order: Timed[] = [];
  for (let due = timers.peek(); due !== null; due = timers.peek()) {
    order.push(due);
    timers.set(due, null);
  }
  expect(order).toEqual([second, third, first]);
});
