import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "../../../test/support/property-runs.ts";
import type { Epochal } from "./heap.ts";
import { LazyHeap } from "./lazy-heap.ts";

const numRuns = propertyRuns(100);

type Item = Epochal & { key: number; tie: number; in: boolean };

const acts = fc.array(
  fc.oneof(
    fc.record({ act: fc.constant("push" as const), item: fc.nat(30), key: fc.nat(9) }),
    fc.record({ act: fc.constant("forget" as const), item: fc.nat(30), key: fc.constant(0) }),
    fc.record({ act: fc.constant("find" as const), item: fc.nat(30), key: fc.nat(9) }),
  ),
  { maxLength: 400 },
);

test("a heap with forgotten entries serves what a sorted list would", () => {
  fc.assert(
    fc.property(acts, (list) => {
      const heap = new LazyHeap<Item>();
      const items = Array.from({ length: 31 }, (_, tie): Item => ({ epoch: 0, key: 0, tie, in: false }));
      const sorted = () => items.filter((item) => item.in).sort((a, b) => a.key - b.key || a.tie - b.tie);
      for (const { act, item: index, key } of list) {
        const item = items[index] as Item;
        if (act === "push" && !item.in) {
          Object.assign(item, { in: true, key });
          heap.push(item, key, item.tie);
        } else if (act === "forget" && item.in) {
          item.in = false;
          item.epoch += 1;
          heap.forget();
        } else if (act === "find") {
          const pleases = (candidate: Item) => candidate.key >= key;
          expect(heap.find(pleases, 100)).toBe(sorted().find(pleases) ?? null);
        }
        const model = sorted();
        expect(heap.peek()).toBe(model[0] ?? null);
        expect(heap.peekKey()).toBe(model[0]?.key ?? Number.POSITIVE_INFINITY);
        expect(heap.live).toBe(model.length);
        expect(heap.countBefore(key, 15)).toBe(
          model.filter((m) => m.key < key || (m.key === key && m.tie < 15)).length,
        );
        expect([...heap]).toHaveLength(model.length);
        expect(heap.near(100, 100).keys).toEqual(model.map((entry) => entry.key));
        const few = heap.near(100, 3);
        expect(few.items.map((entry) => entry.key)).toEqual(few.keys);
        expect(few.keys).toEqual(model.slice(0, 3).map((entry) => entry.key));
      }
    }),
    { numRuns },
  );
});

test("finding looks past no more than its limit and leaves the order as it was", () => {
  const heap = new LazyHeap<Item>();
  const items = Array.from({ length: 10 }, (_, tie): Item => ({ epoch: 0, key: tie, tie, in: true }));
  for (const item of items) heap.push(item, item.key, item.tie);
  expect(heap.find((item) => item.key === 5, 5)).toBeNull();
  expect(heap.find((item) => item.key === 5, 6)).toBe(items[5]);
  expect(heap.near(10, 10).keys).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("stale entries do not pile up", () => {
  const heap = new LazyHeap<Item>();
  const item: Item = { epoch: 0, key: 0, tie: 0, in: true };
  const other: Item = { epoch: 0, key: 0, tie: 1, in: true };
  heap.push(other, 0, 1);
  for (let turn = 0; turn < 10_000; turn++) {
    heap.push(item, turn + 1, 0);
    item.epoch += 1;
    heap.forget();
  }
  expect(heap.length).toBeLessThan(64);
});

test("a long line that is served from its head and now and then joined out of order stays sorted", () => {
  const steps = fc.array(
    fc.record({
      act: fc.constantFrom("join", "join", "join", "early", "serve", "serve", "drop", "leave"),
      pick: fc.nat(999),
    }),
    { minLength: 150, maxLength: 400 },
  );
  fc.assert(
    fc.property(steps, (list) => {
      const heap = new LazyHeap<Item>();
      let model: Item[] = [];
      let clock = 0;
      let ties = 0;
      const leave = (item: Item) => {
        item.epoch += 1;
        heap.forget();
        model = model.filter((other) => other !== item);
      };
      for (const { act, pick } of list) {
        const head = model[0];
        if (act === "join" || act === "early") {
          clock += pick % 3;
          ties += 1;
          const key = act === "join" ? clock : Math.max(0, clock - pick);
          const item: Item = { epoch: pick % 2, key, tie: act === "early" && pick % 5 === 0 ? -ties : ties, in: true };
          heap.push(item, item.key, item.tie);
          model = [...model, item].sort((a, b) => a.key - b.key || a.tie - b.tie);
        } else if (head !== undefined && act === "serve") leave(head);
        else if (head !== undefined && act === "leave") leave(model[pick % model.length] as Item);
        else if (act === "drop") {
          heap.drop();
          model = model.slice(1);
        }
        expect([heap.peek(), heap.peekKey()]).toEqual([model[0] ?? null, model[0]?.key ?? Number.POSITIVE_INFINITY]);
        expect(heap.live).toBe(model.length);
        expect(heap.length).toBeGreaterThanOrEqual(model.length);
        const [at, tie] = [clock - (pick % 9), ties - (pick % 4)];
        const before = model.filter((it) => it.key < at || (it.key === at && it.tie < tie)).length;
        expect(heap.countBefore(at, tie)).toBe(before);
      }
      expect(new Set(heap)).toEqual(new Set(model));
      expect(heap.near(1_000, 1_000).items.map((it) => it.key)).toEqual(model.map((it) => it.key));
      const third = model[2];
      if (third !== undefined) expect(heap.find((it) => it === third, 3)).toBe(third);
      if (third !== undefined) expect(heap.find((it) => it === third, 2)).toBeNull();
      const served: (Item | null)[] = [];
      while (heap.live > 0) {
        served.push(heap.peek());
        heap.drop();
      }
      expect(served).toEqual(model);
    }),
    { numRuns: Math.min(30, numRuns) },
  );
});

test("what is explained is looked for near the head alone", () => {
  const heap = new LazyHeap<Item>();
  const items = Array.from({ length: 6 }, (_, tie): Item => ({ epoch: 0, key: tie, tie, in: true }));
  for (const item of items) heap.push(item, item.key, item.tie);
  expect(heap.near(2, 9).keys).toEqual([0, 1]);
  (items[0] as Item).epoch += 1;
  heap.forget();
  expect(heap.near(2, 9).keys, "a stale place is a place looked at").toEqual([1]);
  heap.push({ epoch: 0, key: 0, tie: 0, in: true }, 0, 0);
  expect(heap.near(9, 2).keys).toEqual([0, 1]);
});

test("a line that never empties keeps no more of what has left it than as much again", () => {
  const heap = new LazyHeap<Item>();
  const kept = () => (heap as unknown as { readonly items: readonly Item[] }).items.length;
  const join = (at: number) => heap.push({ epoch: 0, key: at, tie: at, in: true }, at, at);
  for (let at = 0; at < 50; at++) join(at);
  for (let at = 50; at < 5_000; at++) {
    join(at);
    heap.drop();
    expect(heap.peekKey()).toBe(at - 49);
    expect(kept()).toBeLessThanOrEqual(100);
  }
  while (heap.live > 0) heap.drop();
  expect(kept(), "an empty line").toBe(0);
});

test("what stale entries take is given back on both sides, in order and out of order", () => {
  const heap = new LazyHeap<Item>();
  const item = (key: number): Item => ({ epoch: 0, key, tie: 0, in: true });
  const stay = [item(100), item(10), item(50)];
  for (const one of stay) heap.push(one, one.key, 0);
  for (let turn = 0; turn < 1_000; turn++) {
    const gone = item(turn % 2 === 0 ? 200 + turn : 20);
    heap.push(gone, gone.key, 0);
    gone.epoch += 1;
    heap.forget();
    expect(heap.length).toBeLessThanOrEqual(2 * 4 + 33);
    expect([heap.peek(), heap.live]).toEqual([stay[1], 3]);
  }
  expect(new Set(heap)).toEqual(new Set(stay));
  expect(heap.countBefore(50, 0)).toBe(1);
});

test("who is looked past stands where he stood, also among those of one key", () => {
  const heap = new LazyHeap<Item>();
  const items = [0, 1, 2, 3].map((tie): Item => ({ epoch: 0, key: 7, tie, in: true }));
  for (const item of items) heap.push(item, item.key, item.tie);
  expect(heap.find((item) => item.tie === 3, 4)).toBe(items[3]);
  expect(heap.find(() => false, 9)).toBeNull();
  expect(heap.live).toBe(4);
  const order: (Item | null)[] = [];
  for (; heap.live > 0; heap.drop()) order.push(heap.peek());
  expect(order).toEqual(items);
});

test("a sweep of a long line that most have left keeps the others in order, with their keys and ties", () => {
  const heap = new LazyHeap<Item>();
  const item = (at: number): Item => ({ epoch: 0, key: 2 * at, tie: 100 - at, in: true });
  const items = Array.from({ length: 100 }, (_, at) => item(at));
  for (const one of items) heap.push(one, one.key, one.tie);
  const stay = items.filter((_, at) => at % 9 === 4);
  for (const one of items.filter((_, at) => at % 9 !== 4)) {
    one.epoch += 1;
    heap.forget();
  }
  const last = item(100);
  heap.push(last, last.key, last.tie);
  stay.push(last);
  expect(heap.length, "swept").toBe(stay.length);
  expect(stay.map(({ key, tie }) => heap.countBefore(key, tie + 1))).toEqual(stay.map((_, at) => at + 1));
  expect(heap.near(100, 100).keys).toEqual(stay.map(({ key }) => key));
  const early = { ...item(13), tie: 86 };
  heap.push(early, early.key, early.tie);
  const order: (Item | null)[] = [];
  for (; heap.live > 0; heap.drop()) order.push(heap.peek());
  expect(order).toEqual([stay[0], early, ...stay.slice(1)]);
});
