/** What can stand in a `LazyHeap`: an entry counts only while the item still carries the epoch it was pushed with. */
export type Epochal = { epoch: number };

/** Entries beyond the live ones that a heap may carry before it is swept; keeps small heaps free of sweeping. */
const SLACK = 32;

/**
 * A binary heap, smallest key first, ties by the smaller `tie`, whose entries are deleted by forgetting them: raising an
 * item's epoch makes all its entries stale wherever they stand, in constant time. Stale entries are dropped when they
 * reach the head, and all at once when they outnumber the live ones, so the cost stays O(log n) amortised.
 */
export class LazyHeap<T extends Epochal> {
  private readonly keys: number[] = [];
  private readonly ties: number[] = [];
  private readonly items: T[] = [];
  private readonly epochs: number[] = [];
  /** Live entries, as told by `push` and `forget`. */
  live = 0;

  push(item: T, key: number, tie: number): void {
    this.live += 1;
    if (this.items.length > 2 * this.live + SLACK) this.sweep();
    this.keys.push(key);
    this.ties.push(tie);
    this.items.push(item);
    this.epochs.push(item.epoch);
    this.up(this.items.length - 1);
  }

  /** Tells the heap that one of its live entries has just become stale. */
  forget(): void {
    this.live -= 1;
  }

  /** The smallest live entry, or null. */
  peek(): T | null {
    while (this.items.length > 0) {
      const item = this.items[0] as T; // length is above zero
      if (item.epoch === this.epochs[0]) return item;
      this.removeHead();
    }
    return null;
  }

  /** Drops the smallest live entry although it is live: it is no longer this heap's concern. */
  drop(): void {
    if (this.peek() === null) return;
    this.removeHead();
    this.live -= 1;
  }

  /** Key of the smallest live entry; infinite when there is none. */
  peekKey(): number {
    return this.peek() === null ? Number.POSITIVE_INFINITY : (this.keys[0] as number); // peek left a live head
  }

  /** Smallest live entry that pleases; those before it keep their places. Looks at no more than `limit` live ones. */
  find(pleases: (item: T) => boolean, limit: number): T | null {
    const first = this.peek();
    if (first === null || pleases(first)) return first;
    const aside: { item: T; key: number; tie: number }[] = [];
    let found: T | null = null;
    while (aside.length < limit) {
      const item = this.peek();
      if (item === null) break;
      if (pleases(item)) {
        found = item;
        break;
      }
      aside.push({ item, key: this.keys[0] as number, tie: this.ties[0] as number }); // peek left a live head
      this.removeHead();
      this.live -= 1;
    }
    for (const { item, key, tie } of aside) this.push(item, key, tie);
    return found;
  }

  /** Live entries near the head: the best few, nearly in order. Costs `within` looks and is for explaining, not choosing. */
  near(within: number): { item: T; key: number }[] {
    const seen: { item: T; key: number }[] = [];
    const end = Math.min(within, this.items.length);
    for (let at = 0; at < end; at++) {
      const item = this.items[at] as T; // at is below length
      if (item.epoch !== this.epochs[at]) continue;
      const key = this.keys[at] as number;
      let place = seen.length;
      while (place > 0 && (seen[place - 1]?.key ?? 0) > key) place -= 1;
      seen.splice(place, 0, { item, key });
    }
    return seen;
  }

  /** How many live entries stand strictly before this key and tie. Costs as many looks as it counts, and some stale ones. */
  countBefore(key: number, tie: number): number {
    if (this.live === 0) return 0;
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

  /** All live items, in no order. */
  *[Symbol.iterator](): Generator<T> {
    for (let at = 0; at < this.items.length; at++) {
      const item = this.items[at] as T; // at is below length
      if (item.epoch === this.epochs[at]) yield item;
    }
  }

  private sweep(): void {
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

  private removeHead(): void {
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
