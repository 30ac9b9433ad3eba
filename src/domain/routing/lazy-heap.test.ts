import fc from "fast-check";
import { expect, test } from "vitest";
import { type Epochal, LazyHeap } from "./lazy-heap.ts";

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
