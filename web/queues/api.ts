import { queryOptions } from "@tanstack/react-query";
import type { RoutingLog } from "../../src/features/contacts/schema.ts";
import type {
  OwnQueues,
  PoolView,
  QueueChanges,
  QueueList,
  QueueSettings,
  QueueView,
} from "../../src/features/queues/schema.ts";
import { read, send } from "../api/http.ts";

export const queuesQuery = queryOptions({
  queryKey: ["queues"],
  queryFn: ({ signal }) => read<QueueList>("/api/queues", signal),
});

export const changesQuery = (tenantId: string, queueId: string) =>
  queryOptions({
    queryKey: ["queues", tenantId, queueId, "changes"],
    queryFn: ({ signal }) => read<QueueChanges>(`/api/queues/${tenantId}/${queueId}/changes`, signal),
  });

export const ownQueuesQuery = queryOptions({
  queryKey: ["portal", "queues"],
  queryFn: ({ signal }) => read<OwnQueues>("/api/portal/queues", signal),
});

/** The log is looked at, not watched: it moves on by itself every few seconds while the page is open. */
export const decisionsQuery = queryOptions({
  queryKey: ["floor", "decisions"],
  queryFn: ({ signal }) => read<RoutingLog>("/api/floor/decisions", signal),
  refetchInterval: 5_000,
});

export type QueueSaved = { readonly queue: QueueView; readonly live: boolean };
export type PoolSaved = { readonly pool: PoolView; readonly live: boolean };

export function saveQueue(queue: QueueView, settings: QueueSettings): Promise<QueueSaved> {
  return send("PUT", `/api/queues/${queue.tenantId}/${queue.queueId}`, { version: queue.version, ...settings });
}

export function savePolicy(pool: PoolView, policy: PoolView["policy"]): Promise<PoolSaved> {
  return send("PUT", "/api/queues/policy", { poolId: pool.poolId, version: pool.version, policy });
}

export function publishAgain(): Promise<{ live: boolean }> {
  return send("POST", "/api/queues/publish");
}
