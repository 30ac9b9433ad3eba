/** Children of a node: a flatter heap than a binary one touches less memory on its way down. */
const CHILDREN = 4;
const ROOM_AT_FIRST = 1_024;

/** What is to happen, in order of time and, at one instant, in order of being planned: a heap over typed arrays. */
export class Timeline {
  private times = new Float64Array(ROOM_AT_FIRST);
  private orders = new Float64Array(ROOM_AT_FIRST);
  private kinds = new Uint8Array(ROOM_AT_FIRST);
  private whos = new Uint32Array(ROOM_AT_FIRST);
  private length = 0;
  private planned = 0;
  /** The event last taken. */
  at = 0;
  kind = 0;
  who = 0;

  /** `kind` is below 256, `who` a whole number below 2^32. */
  plan(at: number, kind: number, who: number): void {
    if (this.length === this.times.length) this.grow();
    this.planned += 1;
    let hole = this.length;
    this.length += 1;
    while (hole > 0) {
      const parent = Math.floor((hole - 1) / CHILDREN);
      if ((this.times[parent] as number) <= at) break; // parents are within the arrays
      this.move(parent, hole);
      hole = parent;
    }
    this.put(hole, at, this.planned, kind, who);
  }

  /** Takes the next event into `at`, `kind` and `who`; false when there is none. */
  take(): boolean {
    if (this.length === 0) return false;
    this.at = this.times[0] as number; // not empty
    this.kind = this.kinds[0] as number;
    this.who = this.whos[0] as number;
    this.length -= 1;
    if (this.length > 0) this.sinkLast();
    return true;
  }

  /** Time of the next event; infinite when there is none. */
  next(): number {
    return this.length === 0 ? Number.POSITIVE_INFINITY : (this.times[0] as number);
  }

  /** Puts what stood at the end into the hole at the head. */
  private sinkLast(): void {
    const { length, times, orders } = this;
    const at = times[length] as number; // the place just given up
    const order = orders[length] as number;
    const kind = this.kinds[length] as number;
    const who = this.whos[length] as number;
    let hole = 0;
    for (let first = 1; first < length; first = CHILDREN * hole + 1) {
      let child = first;
      const end = Math.min(first + CHILDREN, length);
      for (let other = first + 1; other < end; other++) if (this.before(other, child)) child = other;
      const childAt = times[child] as number; // child is below length
      if (childAt > at || (childAt === at && (orders[child] as number) > order)) break;
      this.move(child, hole);
      hole = child;
    }
    this.put(hole, at, order, kind, who);
  }

  private before(a: number, b: number): boolean {
    const atA = this.times[a] as number; // both below length
    const atB = this.times[b] as number;
    return atA < atB || (atA === atB && (this.orders[a] as number) < (this.orders[b] as number));
  }

  private move(from: number, to: number): void {
    this.times[to] = this.times[from] as number;
    this.orders[to] = this.orders[from] as number;
    this.kinds[to] = this.kinds[from] as number;
    this.whos[to] = this.whos[from] as number;
  }

  private put(to: number, at: number, order: number, kind: number, who: number): void {
    this.times[to] = at;
    this.orders[to] = order;
    this.kinds[to] = kind;
    this.whos[to] = who;
  }

  private grow(): void {
    const room = this.times.length * 2;
    const { times, orders, kinds, whos } = this;
    this.times = new Float64Array(room);
    this.orders = new Float64Array(room);
    this.kinds = new Uint8Array(room);
    this.whos = new Uint32Array(room);
    this.times.set(times);
    this.orders.set(orders);
    this.kinds.set(kinds);
    this.whos.set(whos);
  }
}
