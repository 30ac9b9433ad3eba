import { type Instant, type Ms, SECOND_MS } from "../kernel/instant.ts";
import { LazyHeap } from "./lazy-heap.ts";

/** Deadlines further away than the nearest occupied slot of this length stand unsorted. */
const SLOT_MS: Ms = 4 * SECOND_MS;

/**
 * Whoever has a deadline, an agent or a ticket; `dueAt` is the truth, and what stands here is only where to look for it. Of
 * one instant the first by place in the configuration, or by arrival, goes first.
 */
export type Timed = { dueAt: Instant | null } & ({ readonly index: number } | { readonly arrival: number });
type Due<T> = { readonly owner: T; readonly at: Instant; readonly epoch: number };

/**
 * All deadlines of a pool, in order of time. Nearly every deadline is overtaken by something else long before it comes, so
 * only the near ones are kept in order: the others lie in slots by time, where setting one costs an append, and those
 * that no longer hold are never sorted at all. A slot is sorted when everything before it is done with. It keeps what is
 * out of date until then, which is bounded by the rate of deadlines times the longest lease.
 */
export class Timers<T extends Timed> {
  private readonly near = new LazyHeap<Due<T>>();
  private readonly slots = new Map<number, T[]>();
  /** Occupied slots, latest first. */
  private readonly order: number[] = [];
  /** Everything up to the end of this slot is in `near`. */
  private nearSlot = Number.NEGATIVE_INFINITY;
  /** How many have a deadline. */
  live = 0;

  /** Sets somebody's deadline, or takes it away. */
  set(owner: T, at: Instant | null): void {
    if (owner.dueAt === at) return;
    if (owner.dueAt !== null) this.live -= 1;
    owner.dueAt = at;
    if (at === null) return;
    this.live += 1;
    const slot = Math.floor(at / SLOT_MS);
    if (slot <= this.nearSlot) {
      this.near.push({ owner, at, epoch: 0 }, at, tieOf(owner));
      return;
    }
    const owners = this.slots.get(slot);
    if (owners !== undefined) owners.push(owner);
    else {
      this.slots.set(slot, [owner]);
      this.list(slot);
    }
  }

  /** Whose deadline comes first; null when nobody has one. */
  peek(): T | null {
    for (;;) {
      const first = this.near.peek();
      if (first !== null && first.owner.dueAt === first.at) return first.owner;
      if (first !== null) this.near.drop();
      else {
        const slot = this.order.pop();
        if (slot === undefined) return null;
        this.sortSlot(slot);
      }
    }
  }

  private sortSlot(slot: number): void {
    const owners = this.slots.get(slot) as T[]; // it is listed as occupied
    this.slots.delete(slot);
    this.nearSlot = slot;
    for (const owner of owners) {
      const at = owner.dueAt;
      if (at !== null && Math.floor(at / SLOT_MS) === slot) this.near.push({ owner, at, epoch: 0 }, at, tieOf(owner));
    }
  }

  private list(slot: number): void {
    const later = this.order.findLastIndex((other) => other > slot);
    this.order.splice(later + 1, 0, slot);
  }
}

function tieOf(owner: Timed): number {
  return "arrival" in owner ? owner.arrival : owner.index;
}
