import type { Exchange } from "./state.ts";

/**
 * How many calls, conferences, recordings and messages stay to be asked about, finished ones included. Above it the
 * oldest finished go; the ledger keeps their seconds. About 1 kB each, so an account stays below 20 MB.
 */
const KEPT_MAX = 5_000;
/** Pruned in lots, so that a full exchange does not search for the oldest at every call. */
const LOT = 200;

/** Forgets the oldest finished things and returns the rows that must go from the store. */
export function prune(exchange: Exchange): string[] {
  return [
    ...forget("call", exchange.calls, (call) => call.endedAt !== null),
    ...forget("conference", exchange.conferences, (conference) => conference.status === "completed"),
    ...forget("recording", exchange.recordings, ({ status }) => status === "completed" || status === "absent"),
    ...forget("message", exchange.messages, (message) => message.status === "delivered"),
  ];
}

function forget<T>(kind: string, all: Map<string, T>, over: (each: T) => boolean): string[] {
  if (all.size <= KEPT_MAX + LOT) return [];
  const gone: string[] = [];
  for (const [sid, each] of all) {
    if (all.size - gone.length <= KEPT_MAX) break;
    if (over(each)) gone.push(sid);
  }
  for (const sid of gone) all.delete(sid);
  return gone.map((sid) => `${kind}/${sid}`);
}
