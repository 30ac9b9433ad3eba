import { MutationCache, notifyManager, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./http.ts";
import { noteSessionOver } from "./session-over.ts";

// Told before the next event of the browser: a button is off by the second click of a double click. By default it would be
// told a timer later, and what was clicked twice was sent twice.
notifyManager.setScheduler(queueMicrotask);

/** A refusal will be refused again: only outages are worth a second try. */
const RETRIES_MAX = 2;
const noteWhoLeft = (problem: unknown): void => {
  if (problem instanceof ApiProblem && problem.code === "not_signed_in") noteSessionOver();
};

/**
 * Asks also while the browser believes itself offline: the answer is then trouble that is said at once. Left to wait, what was
 * sent would go out by itself later, when nobody looks any more.
 */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noteWhoLeft }),
  mutationCache: new MutationCache({ onError: noteWhoLeft }),
  defaultOptions: {
    queries: {
      networkMode: "always",
      retry: (failures, problem) =>
        failures < RETRIES_MAX && (!(problem instanceof ApiProblem) || problem.status === 0 || problem.status >= 500),
      refetchOnWindowFocus: true,
      refetchOnReconnect: true,
      staleTime: 5_000,
    },
    mutations: { networkMode: "always" },
  },
});
