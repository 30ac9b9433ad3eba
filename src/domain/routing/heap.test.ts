import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "../../../test/support/property-runs.ts";
import { Heap } from "./heap.ts";

type Item = { readonly name: number; readonly key: number; readonly tie: number; epoch: number; live: boolean };

const byPlace = (a: Item, b: Item): number => a.key - b.key || a.tie - b.tie;
const numRuns = propertyRuns(200);

test("the heap of what came out of order tells what a sorted list of its live entries tells, before and after a sweep", () => {
  const act = fc.record({ does: fc.constantFrom("push", "push", "push", "forget", "drop", "sweep"), key: fc.nat(6) });
  fc.assert(
    fc.property(fc.array(act, { minLength: 20, maxLength: 80, size: "max" }), (acts) => {
      const heap = new Heap<Item>();
      const items: Item[] = [];
      const live = () => items.filter((item) => item.live).sort(byPlace);
      for (const [at, { does, key }] of acts.entries()) {
        if (does === "push") {
          const item = { name: at, key, tie: acts.length - at, epoch: 0, live: true };
          items.push(item);
          heap.push(item, item.key, item.tie);
        }
        if (does === "forget") forget(live()[key]);
        if (does === "drop" && heap.head() !== null) {
          forget(live()[0]);
          heap.removeHead();
        }
        if (does === "sweep") {
          heap.sweep();
          expect(heap.length).toBe(live().length);
        }
        const sorted = live();
        expect([...heap].sort(byPlace)).toEqual(sorted);
        expect(heap.countBefore(key, at)).toBe(
          sorted.filter((one) => byPlace(one, { ...one, key, tie: at }) < 0).length,
        );
        const near = { items: [] as Item[], keys: [] as number[] };
        heap.near(7, near);
        expect(near.keys).toEqual(near.items.map((item) => item.key));
        expect(near.keys).toEqual([...near.keys].sort((a, b) => a - b));
        expect(near.items.every((item) => item.live)).toBe(true);
        expect(heap.head()).toBe(sorted[0] ?? null);
        if (sorted[0] !== undefined) expect([heap.headKey(), heap.headTie()]).toEqual([sorted[0].key, sorted[0].tie]);
      }
      // Whatever is left comes out in order.
      for (let left = live(); left.length > 0; left = live()) {
        expect(heap.head()).toBe(left[0]);
        forget(left[0]);
        heap.removeHead();
      }
      expect(heap.head()).toBeNull();
    }),
    { numRuns },
  );
});

test("a sweep that takes the head away leaves the smallest of the others at the head", () => {
  const heap = new Heap<Item>();
  const items = [1, 5, 2, 9, 6].map((key, name): Item => ({ name, key, tie: 0, epoch: 0, live: true }));
  for (const item of items) heap.push(item, item.key, 0);
  forget(items[0]);
  heap.sweep();
  expect([heap.length, heap.headKey(), heap.head()]).toEqual([4, 2, items[2]]);
});

test("of equal keys those nearer the head are told first, and of the places no more than are asked for", () => {
  const heap = new Heap<Item>();
  const items = [0, 1, 2, 3].map((name): Item => ({ name, key: name < 3 ? 5 : 1, tie: name, epoch: 0, live: true }));
  for (const item of items.slice(0, 3)) heap.push(item, item.key, item.tie);
  const near = (within: number) => {
    const seen = { items: [] as Item[], keys: [] as number[] };
    heap.near(within, seen);
    return seen.items.map(({ name }) => name);
  };
  expect(near(9)).toEqual([0, 1, 2]);
  expect(near(2)).toEqual([0, 1]);
  heap.push({ ...(items[3] as Item) }, 1, 3);
  expect(near(9)).toEqual([3, 0, 2, 1]);
  expect(near(1)).toEqual([3]);
});

test("what is told besides stands among what was seen already, by its key, and after its equals", () => {
  const heap = new Heap<Item>();
  const seen = { items: [] as Item[], keys: [] as number[] };
  const item = (name: number, key: number): Item => ({ name, key, tie: name, epoch: 0, live: true });
  for (const one of [item(0, 2), item(1, 4)]) {
    seen.items.push(one);
    seen.keys.push(one.key);
  }
  for (const one of [item(2, 3), item(3, 4), item(4, 1)]) heap.push(one, one.key, one.tie);
  heap.near(9, seen);
  expect(seen.items.map(({ name }) => name)).toEqual([4, 0, 2, 1, 3]);
  expect(seen.keys).toEqual([1, 2, 3, 4, 4]);
});

function forget(item: Item | undefined): void {
  if (item === undefined) return;
  item.epoch += 1;
  item.live = false;
}
