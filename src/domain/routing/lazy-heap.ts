import { Heap } from "./heap.ts";
import { Line } from "./line.ts";

/** What can stand in a `LazyHeap`: an entry counts only while the item still carries the epoch it was pushed with. */
export type Epochal = { epoch: number };

/** Entries beyond the live ones that a heap may carry before it is swept; keeps small heaps free of sweeping. */
const SLACK = 32;

/**
 * A queue by key, smallest first, ties by the smaller `tie`, whose entries are deleted by forgetting them: raising an item's
 * epoch makes all its entries stale wherever they stand, in constant time. Stale entries are dropped when they reach the
 * head, and all at once when they outnumber the live ones.
 *
 * Nearly everything comes in order already (agents by the time they became idle, contacts by the time they came), so what
 * does not come before the last stands in a plain line, in and out in constant time; only what comes out of order goes
 * into a binary heap, at O(log n). The head is the smaller of the two heads.
 */
export class LazyHeap<T extends Epochal> {
  private readonly heap = new Heap<T>();
  private readonly line = new Line<T>();
  /** Live entries, as told by `push` and `forget`. */
  live = 0;

  push(item: T, key: number, tie: number): void {
    this.live += 1;
    if (this.line.length + this.heap.length > 2 * this.live + SLACK) {
      this.line.sweep();
      this.heap.sweep();
    }
    if (this.line.takes(key, tie)) this.line.push(item, key, tie);
    else this.heap.push(item, key, tie);
  }

  /** Tells the heap that one of its live entries has just become stale. */
  forget(): void {
    this.live -= 1;
  }

  /** The smallest live entry, or null. */
  peek(): T | null {
    return this.first()?.head() ?? null;
  }

  /** Drops the smallest live entry although it is live: it is no longer this heap's concern. */
  drop(): void {
    const first = this.first();
    if (first === null) return;
    first.removeHead();
    this.live -= 1;
  }

  /** Key of the smallest live entry; infinite when there is none. */
  peekKey(): number {
    return this.first()?.headKey() ?? Number.POSITIVE_INFINITY;
  }

  /** Smallest live entry that pleases; those before it keep their places. Looks at no more than `limit` live ones. */
  find(pleases: (item: T) => boolean, limit: number): T | null {
    const head = this.peek();
    if (head === null || pleases(head)) return head;
    const aside: { item: T; key: number; tie: number }[] = [];
    let found: T | null = null;
    while (aside.length < limit) {
      const first = this.first();
      const item = first?.head() ?? null;
      if (first === null || item === null) break;
      if (pleases(item)) {
        found = item;
        break;
      }
      aside.push({ item, key: first.headKey(), tie: first.headTie() });
      this.drop();
    }
    for (const { item, key, tie } of aside) this.push(item, key, tie);
    return found;
  }

  /** Live entries near the head: the best few, nearly in order. Costs twice `within` looks and is for explaining, not choosing. */
  near(within: number): { item: T; key: number }[] {
    const seen: { item: T; key: number }[] = [];
    this.line.near(within, seen);
    this.heap.near(within, seen);
    return seen;
  }

  /**
   * How many live entries stand strictly before this key and tie. O(log n) while everything is in order and live; else as
   * many looks as it counts, and some stale ones.
   */
  countBefore(key: number, tie: number): number {
    if (this.live === 0) return 0;
    if (this.heap.length === 0 && this.line.length === this.live) return this.line.placeOf(key, tie);
    return this.line.countBefore(key, tie) + this.heap.countBefore(key, tie);
  }

  /** All live items, in no order. */
  *[Symbol.iterator](): Generator<T> {
    yield* this.line;
    yield* this.heap;
  }

  /** Whichever part has the smaller live head; null when both are empty. */
  private first(): Line<T> | Heap<T> | null {
    const { line, heap } = this;
    if (heap.length === 0) return line.head() === null ? null : line;
    if (heap.head() === null) return line.head() === null ? null : line;
    if (line.head() === null) return heap;
    const [keyA, keyB] = [line.headKey(), heap.headKey()];
    return keyA < keyB || (keyA === keyB && line.headTie() <= heap.headTie()) ? line : heap;
  }
}
