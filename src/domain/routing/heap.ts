/** What can stand in a heap: an entry counts only while the item still carries the epoch it was pushed with. */
export type Epochal = { epoch: number };

/** The first few entries, each with the key it was pushed with. */
export type Near<T> = { readonly items: T[]; readonly keys: number[] };

/** A binary heap over plain arrays for what does not come in order. Part of a `LazyHeap`. */
export class Heap<T extends Epochal> {
  private readonly keys: number[] = [];
  private readonly ties: number[] = [];
  private readonly items: T[] = [];
  private readonly epochs: number[] = [];

  /** Entries, stale ones among them. */
  get length(): number {
    return this.items.length;
  }

  push(item: T, key: number, tie: number): void {
    this.keys.push(key);
    this.ties.push(tie);
    this.items.push(item);
    this.epochs.push(item.epoch);
    this.up(this.items.length - 1);
  }

  /** The smallest live entry, or null; stale ones before it are dropped. */
  head(): T | null {
    while (this.items.length > 0) {
      const item = this.items[0] as T; // length is above zero
      if (item.epoch === this.epochs[0]) return item;
      this.removeHead();
    }
    return null;
  }

  /** Of the live head, which there must be. */
  headKey(): number {
    return this.keys[0] as number;
  }

  headTie(): number {
    return this.ties[0] as number;
  }

  /** Adds live entries of the first places to those seen, in their order. */
  near(within: number, { items: seen, keys }: Near<T>): void {
    const end = Math.min(within, this.items.length);
    for (let at = 0; at < end; at++) {
      const item = this.items[at] as T; // at is below length
      if (item.epoch !== this.epochs[at]) continue;
      const key = this.keys[at] as number;
      const place = keys.findLastIndex((other) => other <= key) + 1; // both are as long
      seen.splice(place, 0, item);
      keys.splice(place, 0, key);
    }
  }

  countBefore(key: number, tie: number): number {
    let count = 0;
    const open = [0];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at >= this.items.length) continue;
      const itsKey = this.keys[at] as number; // at is below length
      if (itsKey > key || (itsKey === key && (this.ties[at] as number) >= tie)) continue;
      if ((this.items[at] as T).epoch === this.epochs[at]) count += 1;
      open.push(2 * at + 1, 2 * at + 2);
    }
    return count;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let at = 0; at < this.items.length; at++) {
      const item = this.items[at] as T; // at is below length
      if (item.epoch === this.epochs[at]) yield item;
    }
  }

  sweep(): void {
    let kept = 0;
    for (let at = 0; at < this.items.length; at++) {
      const item = this.items[at] as T; // at is below length
      if (item.epoch !== this.epochs[at]) continue;
      this.place(kept, item, this.keys[at] as number, this.ties[at] as number, item.epoch);
      kept += 1;
    }
    this.keys.length = kept;
    this.ties.length = kept;
    this.items.length = kept;
    this.epochs.length = kept;
    for (let at = (kept >> 1) - 1; at >= 0; at--) this.down(at);
  }

  removeHead(): void {
    const last = this.items.length - 1;
    const item = this.items.pop() as T; // called only when not empty
    const key = this.keys.pop() as number;
    const tie = this.ties.pop() as number;
    const epoch = this.epochs.pop() as number;
    if (last === 0) return;
    this.place(0, item, key, tie, epoch);
    this.down(0);
  }

  private up(from: number): void {
    const item = this.items[from] as T; // all indexes here are below length
    const key = this.keys[from] as number;
    const tie = this.ties[from] as number;
    const epoch = this.epochs[from] as number;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const parentKey = this.keys[parent] as number;
      if (parentKey < key || (parentKey === key && (this.ties[parent] as number) <= tie)) break;
      this.copy(parent, at);
      at = parent;
    }
    this.place(at, item, key, tie, epoch);
  }

  private down(from: number): void {
    const length = this.items.length;
    const item = this.items[from] as T; // all indexes here are below length
    const key = this.keys[from] as number;
    const tie = this.ties[from] as number;
    const epoch = this.epochs[from] as number;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && this.before(child + 1, child)) child += 1;
      const childKey = this.keys[child] as number;
      if (childKey > key || (childKey === key && (this.ties[child] as number) >= tie)) break;
      this.copy(child, at);
      at = child;
    }
    this.place(at, item, key, tie, epoch);
  }

  private before(a: number, b: number): boolean {
    const keyA = this.keys[a] as number; // both below length
    const keyB = this.keys[b] as number;
    return keyA < keyB || (keyA === keyB && (this.ties[a] as number) < (this.ties[b] as number));
  }

  private copy(from: number, to: number): void {
    this.place(
      to,
      this.items[from] as T,
      this.keys[from] as number,
      this.ties[from] as number,
      this.epochs[from] as number,
    );
  }

  private place(at: number, item: T, key: number, tie: number, epoch: number): void {
    this.keys[at] = key;
    this.ties[at] = tie;
    this.items[at] = item;
    this.epochs[at] = epoch;
  }
}
