import type { Epochal } from "./lazy-heap.ts";

/** Places given up at the head before the rest moves up. */
const GIVEN_UP_MAX = 32;

/** What came in order, as it came: key, tie and epoch of each entry stand side by side. Part of a `LazyHeap`. */
export class Line<T extends Epochal> {
  private items: T[] = [];
  private numbers: number[] = [];
  private begin = 0;

  /** Entries, stale ones among them. */
  get length(): number {
    return this.items.length - this.begin;
  }

  /** Whether this entry would come last, and so belongs here. */
  takes(key: number, tie: number): boolean {
    const last = this.numbers.length - 3;
    if (last < 0) return true;
    const lastKey = this.numbers[last] as number; // there is one
    return key > lastKey || (key === lastKey && tie >= (this.numbers[last + 1] as number));
  }

  push(item: T, key: number, tie: number): void {
    this.items.push(item);
    this.numbers.push(key, tie, item.epoch);
  }

  /** The first live entry, or null; stale ones before it are dropped. */
  head(): T | null {
    while (this.begin < this.items.length) {
      const item = this.items[this.begin] as T; // begin is below length
      if (item.epoch === this.numbers[3 * this.begin + 2]) return item;
      this.removeHead();
    }
    return null;
  }

  /** Of the live head, which there must be. */
  headKey(): number {
    return this.numbers[3 * this.begin] as number;
  }

  headTie(): number {
    return this.numbers[3 * this.begin + 1] as number;
  }

  removeHead(): void {
    this.begin += 1;
    if (this.begin === this.items.length) this.clear();
    else if (this.begin > GIVEN_UP_MAX && 2 * this.begin > this.items.length) this.moveUp();
  }

  near(within: number, seen: { item: T; key: number }[]): void {
    const end = Math.min(this.begin + within, this.items.length);
    for (let at = this.begin; at < end; at++) {
      const item = this.items[at] as T; // at is below length
      if (item.epoch === this.numbers[3 * at + 2]) seen.push({ item, key: this.numbers[3 * at] as number });
    }
  }

  /** How many entries stand before this key and tie, stale ones among them. */
  placeOf(key: number, tie: number): number {
    let [low, high] = [this.begin, this.items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const itsKey = this.numbers[3 * middle] as number; // middle is below length
      const before = itsKey < key || (itsKey === key && (this.numbers[3 * middle + 1] as number) < tie);
      if (before) low = middle + 1;
      else high = middle;
    }
    return low - this.begin;
  }

  countBefore(key: number, tie: number): number {
    let count = 0;
    for (let at = this.begin; at < this.items.length; at++) {
      const itsKey = this.numbers[3 * at] as number; // at is below length
      if (itsKey > key || (itsKey === key && (this.numbers[3 * at + 1] as number) >= tie)) break;
      if ((this.items[at] as T).epoch === this.numbers[3 * at + 2]) count += 1;
    }
    return count;
  }

  sweep(): void {
    let kept = 0;
    for (let at = this.begin; at < this.items.length; at++) {
      const item = this.items[at] as T; // at is below length
      if (item.epoch !== this.numbers[3 * at + 2]) continue;
      this.items[kept] = item;
      for (let part = 0; part < 3; part++) this.numbers[3 * kept + part] = this.numbers[3 * at + part] as number;
      kept += 1;
    }
    this.items.length = kept;
    this.numbers.length = 3 * kept;
    this.begin = 0;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let at = this.begin; at < this.items.length; at++) {
      const item = this.items[at] as T; // at is below length
      if (item.epoch === this.numbers[3 * at + 2]) yield item;
    }
  }

  private moveUp(): void {
    this.items = this.items.slice(this.begin);
    this.numbers = this.numbers.slice(3 * this.begin);
    this.begin = 0;
  }

  private clear(): void {
    // Short as it is, taking out one by one is what engines do fastest.
    while (this.items.length > 0) this.items.pop();
    while (this.numbers.length > 0) this.numbers.pop();
    this.begin = 0;
  }
}
