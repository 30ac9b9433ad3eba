import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { queuesQuery } from "../queues/api.ts";

export type Clients = ReadonlyMap<string, { readonly name: string; readonly color: string }>;

/** Client companies change with a release of their files, not with a call. */
const CLIENTS_STALE_MS = 5 * 60_000;

/** Client companies by id, with the colour they are known by on the floor. */
export function useClients(): Clients {
  const { data } = useQuery({ ...queuesQuery, staleTime: CLIENTS_STALE_MS });
  return useMemo(
    () => new Map((data?.queues ?? []).map((it) => [it.tenantId, { name: it.tenantName, color: it.color }])),
    [data],
  );
}
