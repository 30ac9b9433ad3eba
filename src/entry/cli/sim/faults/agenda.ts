/** What is to happen, by time and, at one instant, in order of being planned. Time is true time, in milliseconds. */
export class Agenda {
  now: number;
  private readonly heap: Planned[] = [];
  private planned = 0;

  constructor(now: number) {
    this.now = now;
  }

  plan(afterMs: number, act: () => void): void {
    this.planned += 1;
    const entry = { at: this.now + Math.max(0, Math.ceil(afterMs)), order: this.planned, act };
    let hole = this.heap.push(entry) - 1;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = this.heap[parent] as Planned; // parents are within the heap
      if (!isBefore(entry, above)) break;
      this.heap[hole] = above;
      hole = parent;
    }
    this.heap[hole] = entry;
  }

  /** Lets the next thing happen, if it is planned for this instant or before; false when there is none. */
  next(until: number): boolean {
    const first = this.heap[0];
    if (first === undefined || first.at > until) return false;
    const last = this.heap.pop() as Planned; // not empty
    if (this.heap.length > 0) this.sink(last);
    this.now = first.at;
    first.act();
    return true;
  }

  private sink(entry: Planned): void {
    const { heap } = this;
    let hole = 0;
    for (let child = 1; child < heap.length; child = 2 * hole + 1) {
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Planned)) child += 1;
      const below = heap[child] as Planned; // child is below length
      if (!isBefore(below, entry)) break;
      heap[hole] = below;
      hole = child;
    }
    heap[hole] = entry;
  }
}

type Planned = { readonly at: number; readonly order: number; readonly act: () => void };

function isBefore(a: Planned, b: Planned): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
