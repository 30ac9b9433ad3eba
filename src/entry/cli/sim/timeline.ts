/** What is to happen, in order of time and, at one instant, in order of being planned: a heap over plain arrays. */
export class Timeline {
  private readonly times: number[] = [];
  private readonly orders: number[] = [];
  private readonly kinds: number[] = [];
  private readonly whos: number[] = [];
  private planned = 0;
  /** The event last taken. */
  at = 0;
  kind = 0;
  who = 0;

  plan(at: number, kind: number, who: number): void {
    this.planned += 1;
    let hole = this.times.length;
    this.times.push(at);
    this.orders.push(this.planned);
    this.kinds.push(kind);
    this.whos.push(who);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if ((this.times[parent] as number) <= at) break; // parents are within the arrays
      this.move(parent, hole);
      hole = parent;
    }
    this.put(hole, at, this.planned, kind, who);
  }

  /** Takes the next event into `at`, `kind` and `who`; false when there is none. */
  take(): boolean {
    if (this.times.length === 0) return false;
    this.at = this.times[0] as number; // not empty
    this.kind = this.kinds[0] as number;
    this.who = this.whos[0] as number;
    const at = this.times.pop() as number;
    const order = this.orders.pop() as number;
    const kind = this.kinds.pop() as number;
    const who = this.whos.pop() as number;
    if (this.times.length > 0) this.sink(at, order, kind, who);
    return true;
  }

  /** Time of the next event; infinite when there is none. */
  next(): number {
    return this.times[0] ?? Number.POSITIVE_INFINITY;
  }

  private sink(at: number, order: number, kind: number, who: number): void {
    const length = this.times.length;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= length) break;
      if (child + 1 < length && this.before(child + 1, child)) child += 1;
      const childAt = this.times[child] as number; // child is below length
      if (childAt > at || (childAt === at && (this.orders[child] as number) > order)) break;
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
    this.put(
      to,
      this.times[from] as number,
      this.orders[from] as number,
      this.kinds[from] as number,
      this.whos[from] as number,
    );
  }

  private put(to: number, at: number, order: number, kind: number, who: number): void {
    this.times[to] = at;
    this.orders[to] = order;
    this.kinds[to] = kind;
    this.whos[to] = who;
  }
}
