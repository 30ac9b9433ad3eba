import { type Epochal, Heap, type Near } from "./heap.ts";

/** Entries beyond the live ones that a heap may carry before it is swept; keeps small heaps free of sweeping. */
const SLACK = 32;
/** Places given up at the head of the line before the rest moves up. */
const GIVEN_UP_MAX = 32;
/** Numbers that stand side by side for an entry: key, tie, epoch. */
const WIDTH = 3;

/**
 * A queue by key, smallest first, ties by the smaller `tie`, whose entries are deleted by forgetting them: raising an item's
 * epoch makes all its entries stale wherever they stand, in constant time. Stale entries are dropped when they reach the
 * head, and all at once when they outnumber the live ones.
 *
 * Nearly everything comes in order already (agents by the time they became idle, contacts by the time they came), so what
 * does not come before the last stands in a plain line, in and out in constant time; only what comes out of order goes
 * into a binary heap, at O(log n), which most never need. The head is the smaller of the two heads. A floor has one of
 * these for each class and most decisions touch several, so the line is part of the object: every step from one object to
 * the next is a wait for memory.
 */
export class LazyHeap<T extends Epochal> {
  /** Live entries, as told by `push` and `forget`. */
  live = 0;
  private begin = 0;
  private items: T[] = [];
  private numbers: number[] = [];
  private heap: Heap<T> | null = null;

  /** Entries, stale ones among them. */
  get length(): number {
    return this.items.length - this.begin + (this.heap?.length ?? 0);
  }

  push(item: T, key: number, tie: number): void {
    const { heap } = this;
    this.live += 1;
    if (this.length > 2 * this.live + SLACK) {
      this.sweep();
      heap?.sweep();
    }
    const last = this.numbers.length - WIDTH;
    if (last >= 0) {
      const lastKey = this.numbers[last] as number; // there is one
      if (key < lastKey || (key === lastKey && tie < (this.numbers[last + 1] as number))) {
        this.heap ??= new Heap<T>();
        this.heap.push(item, key, tie);
        return;
      }
    }
    this.items.push(item);
    this.numbers.push(key, tie, item.epoch);
  }

  /** Tells the heap that one of its live entries has just become stale. */
  forget(): void {
    this.live -= 1;
  }

  /** The smallest live entry, or null. */
  peek(): T | null {
    const first = this.lineHead();
    // What is empty is not looked into: on a large floor every look is a wait for memory.
    if (this.heap === null || this.heap.length === 0) return first;
    return this.lineIsFirst(first, this.heap) ? first : this.heap.head();
  }

  /** Drops the smallest live entry although it is live: it is no longer this heap's concern. */
  drop(): void {
    const first = this.lineHead();
    const { heap } = this;
    if (heap === null || this.lineIsFirst(first, heap)) {
      if (first === null) return;
      this.removeLineHead();
    } else heap.removeHead();
    this.live -= 1;
  }

  /** Key of the smallest live entry; infinite when there is none. */
  peekKey(): number {
    const first = this.lineHead();
    if (this.heap !== null && !this.lineIsFirst(first, this.heap)) return this.heap.headKey();
    return first === null ? Number.POSITIVE_INFINITY : (this.numbers[WIDTH * this.begin] as number);
  }

  /** Smallest live entry that pleases; those before it keep their places. Looks at no more than `limit` live ones. */
  find(pleases: (item: T) => boolean, limit: number): T | null {
    const head = this.peek();
    if (head === null || pleases(head)) return head;
    if (limit <= 1) return null;
    // Set aside while the rest is looked at, and then in its place again.
    const [key, tie] = [this.peekKey(), this.peekTie()];
    this.drop();
    const found = this.find(pleases, limit - 1);
    this.push(head, key, tie);
    return found;
  }

  /**
   * Live entries near the head: the best few, nearly in order, and no more than `most` of them. Costs twice `within` looks
   * at the most and is for explaining, not choosing.
   */
  near(within: number, most: number): Near<T> {
    const near: Near<T> = { items: [], keys: [] };
    const end = Math.min(this.begin + within, this.items.length);
    for (let at = this.begin; at < end && near.items.length < most; at++) {
      const item = this.items[at] as T; // at is below length
      if (item.epoch !== this.numbers[WIDTH * at + 2]) continue;
      near.items.push(item);
      near.keys.push(this.numbers[WIDTH * at] as number);
    }
    this.heap?.near(within, near);
    for (; near.items.length > most; near.items.pop()) near.keys.pop();
    return near;
  }

  /**
   * How many live entries stand strictly before this key and tie. O(log n) while everything is in order and live; else as
   * many looks as it counts, and some stale ones.
   */
  countBefore(key: number, tie: number): number {
    if (this.live === 0) return 0;
    const outOfOrder = this.heap?.countBefore(key, tie) ?? 0;
    return outOfOrder + (this.length === this.live ? this.placeOf(key, tie) : this.countInLine(key, tie));
  }

  /** All live items, in no order. */
  *[Symbol.iterator](): Generator<T> {
    for (let at = this.begin; at < this.items.length; at++) {
      const item = this.items[at] as T; // at is below length
      if (item.epoch === this.numbers[WIDTH * at + 2]) yield item;
    }
    if (this.heap !== null) yield* this.heap;
  }

  /** The first live entry of the line, or null; stale ones before it are dropped. */
  private lineHead(): T | null {
    while (this.begin < this.items.length) {
      const item = this.items[this.begin] as T; // begin is below length
      if (item.epoch === this.numbers[WIDTH * this.begin + 2]) return item;
      this.removeLineHead();
    }
    return null;
  }

  /** Whether the line's live head, `first`, comes before the heap's. */
  private lineIsFirst(first: T | null, heap: Heap<T>): boolean {
    if (heap.head() === null) return true;
    if (first === null) return false;
    const key = this.numbers[WIDTH * this.begin] as number; // of the live head
    const otherKey = heap.headKey();
    if (key !== otherKey) return key < otherKey;
    return (this.numbers[WIDTH * this.begin + 1] as number) <= heap.headTie();
  }

  private peekTie(): number {
    const first = this.lineHead();
    if (this.heap !== null && !this.lineIsFirst(first, this.heap)) return this.heap.headTie();
    return this.numbers[WIDTH * this.begin + 1] as number; // asked of a heap that is not empty
  }

  private removeLineHead(): void {
    this.begin += 1;
    if (this.begin === this.items.length) this.clear();
    else if (this.begin > GIVEN_UP_MAX && 2 * this.begin > this.items.length) this.moveUp();
  }

  /** How many entries of the line stand before this key and tie, stale ones among them. */
  private placeOf(key: number, tie: number): number {
    let [low, high] = [this.begin, this.items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const itsKey = this.numbers[WIDTH * middle] as number; // middle is below length
      const before = itsKey < key || (itsKey === key && (this.numbers[WIDTH * middle + 1] as number) < tie);
      if (before) low = middle + 1;
      else high = middle;
    }
    return low - this.begin;
  }

  private countInLine(key: number, tie: number): number {
    let count = 0;
    for (let at = this.begin; at < this.items.length; at++) {
      const itsKey = this.numbers[WIDTH * at] as number; // at is below length
      if (itsKey > key || (itsKey === key && (this.numbers[WIDTH * at + 1] as number) >= tie)) break;
      if ((this.items[at] as T).epoch === this.numbers[WIDTH * at + 2]) count += 1;
    }
    return count;
  }

  private sweep(): void {
    let kept = 0;
    for (let at = this.begin; at < this.items.length; at++) {
      const item = this.items[at] as T; // at is below length
      if (item.epoch !== this.numbers[WIDTH * at + 2]) continue;
      this.items[kept] = item;
      for (let part = 0; part < WIDTH; part++)
        this.numbers[WIDTH * kept + part] = this.numbers[WIDTH * at + part] as number;
      kept += 1;
    }
    this.items.length = kept;
    this.numbers.length = WIDTH * kept;
    this.begin = 0;
  }

  private moveUp(): void {
    this.items = this.items.slice(this.begin);
    this.numbers = this.numbers.slice(WIDTH * this.begin);
    this.begin = 0;
  }

  private clear(): void {
    // Short as it is, taking out one by one is what engines do fastest.
    while (this.items.length > 0) this.items.pop();
    while (this.numbers.length > 0) this.numbers.pop();
    this.begin = 0;
  }
}
