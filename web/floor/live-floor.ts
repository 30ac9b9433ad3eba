import { useEffect, useState } from "react";
import type { FloorFrame } from "../../src/features/routing/schema.ts";
import { Link, type LinkState } from "../live/link.ts";
import { createStore, type Store, useStore } from "../live/store.ts";

export type FloorState = { readonly link: LinkState; readonly heardAt: number; readonly floor: FloorFrame | null };

export function useFloor(): FloorState {
  const [store] = useState<Store<FloorState>>(() =>
    createStore<FloorState>({ link: "connecting", heardAt: 0, floor: null }),
  );
  useEffect(() => {
    const link = new Link("/api/floor/socket", {
      alive: () => store.set((before) => ({ ...before, heardAt: performance.now() })),
      state: (next) => store.set((before) => (before.link === next ? before : { ...before, link: next })),
      frame: (frame) =>
        store.set((before) => ({ ...before, floor: frame as unknown as FloorFrame, heardAt: performance.now() })),
    });
    return () => link.close();
  }, [store]);
  return useStore(store, (state) => state);
}

export type Totals = {
  readonly talking: number;
  readonly ready: number;
  readonly wrap: number;
  readonly away: number;
  readonly off: number;
  readonly waiting: number;
  readonly longestSince: number | null;
  readonly level: number | null;
};

/** Totals count each agent once, however many queues it serves. */
export function totalsOf({ agents, queues }: Pick<FloorFrame, "agents" | "queues">): Totals {
  const inState = (...states: readonly FloorFrame["agents"][number]["state"][]): number =>
    new Set(agents.filter((agent) => states.includes(agent.state)).map((agent) => agent.agentId)).size;
  const since = queues.map((queue) => queue.longestSince).filter((at) => at !== null);
  const counted = queues.reduce((sum, queue) => sum + countedOf(queue), 0);
  return {
    talking: inState("on_contact"),
    ready: inState("ready", "reserved", "ringing"),
    wrap: inState("wrap_up"),
    away: inState("not_ready"),
    off: inState("off_shift"),
    waiting: queues.reduce((sum, queue) => sum + queue.waiting, 0),
    longestSince: since.length === 0 ? null : Math.min(...since),
    level: counted === 0 ? null : queues.reduce((sum, queue) => sum + queue.withinTarget, 0) / counted,
  };
}

type QueueRow = FloorFrame["queues"][number];

/** Calls that the service level counts: hang-ups sooner than the target's short-abandon rule are left out. */
function countedOf(queue: QueueRow): number {
  return queue.answered + queue.abandoned - queue.shortAbandoned;
}

/** Where nobody waits and no level is below its target a queue needs no look. */
export function inTrouble(queue: QueueRow): boolean {
  const level = levelOf(queue);
  return level !== null && level < queue.target.share;
}

/** Worst first: who waits longest, then how far the level is below its target, then by name so that rows stand still. */
export function worstFirst(queues: readonly QueueRow[], tongue: string): QueueRow[] {
  const gap = (queue: QueueRow): number => {
    const level = levelOf(queue);
    return level === null ? Number.NEGATIVE_INFINITY : queue.target.share - level;
  };
  return [...queues].sort(
    (a, b) =>
      Number(inTrouble(b)) - Number(inTrouble(a)) ||
      (a.longestSince ?? Number.MAX_SAFE_INTEGER) - (b.longestSince ?? Number.MAX_SAFE_INTEGER) ||
      Math.sign(gap(b) - gap(a) || 0) ||
      a.name.localeCompare(b.name, tongue),
  );
}

/** Service level of one queue today: answered in time out of all that count; null before the first. */
export function levelOf(queue: QueueRow): number | null {
  const counted = countedOf(queue);
  return counted <= 0 ? null : queue.withinTarget / counted;
}
