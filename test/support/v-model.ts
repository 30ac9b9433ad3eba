import type { Trial } from "../../src/entry/cli/sim/floor.ts";
import { PATIENT_S, type Setting } from "./acceptance.ts";
import type { Waiting } from "./queue-oracle.ts";

/** Three classes of callers on one floor, 30, 40 and 24 erlang: 47 clients of 2 erlang each, and their targets. */
export const TARGETS = [10, 20, 60] as const;
export const LOADS = [30, 40, 24] as const;

export function classOf(client: number): number {
  return client < 15 ? 0 : client < 35 ? 1 : 2;
}

export function threeClasses(policy: "fifo" | "edf"): Setting {
  const world: Trial["world"] = ({ clients, pool }) => ({
    pool,
    clients: clients.map((client, index) => {
      const target = { ...client.queue.target, withinS: TARGETS[classOf(index)] ?? 0 };
      return { ...client, queue: { ...client.queue, target } };
    }),
  });
  return { seats: 100, clients: 47, erlangs: 2, handleS: 240, patienceS: PATIENT_S, policy, trial: { world } };
}

/** Strict priority by class: in the pool as so many points that no wait makes up for them. */
export function priorityFirst(rank: (client: number) => number): Pick<Setting, "choose" | "trial"> {
  const world: Trial["world"] = ({ clients, pool }) => ({
    pool,
    clients: clients.map((client, index) => {
      return { ...client, queue: { ...client.queue, priority: 10_000 * (10 - rank(index)) } };
    }),
  });
  return { trial: { world }, choose: (queues) => best(queues, (client) => -rank(client)) };
}

/** Earliest deadline: the caller who first leaves his class's target. */
export function edf(queues: readonly (readonly Waiting[])[]): number {
  return best(queues, (client, head) => -(head.at + (TARGETS[classOf(client)] ?? 0) * 1_000));
}

/** Fixed queue ratio: the class that is longest beyond its share of all who wait; the shares are load × target. */
export function fqr(queues: readonly (readonly Waiting[])[]): number {
  const weights = LOADS.map((load, index) => load * (TARGETS[index] ?? 0));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const lengths = [0, 0, 0];
  for (const [client, queue] of queues.entries()) {
    const index = classOf(client);
    lengths[index] = (lengths[index] ?? 0) + queue.length;
  }
  const total = lengths.reduce((sum, length) => sum + length, 0);
  return best(queues, (client) => {
    const index = classOf(client);
    return (lengths[index] ?? 0) - ((weights[index] ?? 0) / all) * total;
  });
}

/** The client whose first caller scores highest; of equals, who came first. */
function best(queues: readonly (readonly Waiting[])[], score: (client: number, head: Waiting) => number): number {
  let [found, foundScore, foundOrder] = [-1, 0, 0];
  for (const [client, queue] of queues.entries()) {
    const head = queue[0];
    if (head === undefined) continue;
    const its = score(client, head);
    if (found >= 0 && (its < foundScore || (its === foundScore && head.order > foundOrder))) continue;
    [found, foundScore, foundOrder] = [client, its, head.order];
  }
  return found;
}
