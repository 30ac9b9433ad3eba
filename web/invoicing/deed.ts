import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiProblem, send } from "../api/http.ts";

type Deed = { readonly method?: "POST" | "PUT" | "DELETE"; readonly path: string; readonly body?: unknown };

/** Something done to an invoice or what hangs on it; every page that shows money is then read again, also where it was refused. */
export function useDeed<Answer = unknown>(done?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ method = "POST", path, body }: Deed) => send<Answer>(method, path, body),
    onSuccess: async () => {
      done?.();
      await readAgain(queries);
    },
    onError: async (problem) => {
      // Somebody else was quicker: the page shows what is so by now, and not what can be done no longer.
      if (problem instanceof ApiProblem && problem.status === 409) await readAgain(queries);
    },
  });
}

async function readAgain(queries: QueryClient): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: ["billing"] }),
    queries.invalidateQueries({ queryKey: ["portal"] }),
  ]);
}

/** One for each opening of a dialog: the same deed sent twice after a lost answer is done once. */
export function newRequestKey(): string {
  return crypto.randomUUID();
}

const GROUPED = /^[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$/;

/**
 * `12.5` typed for CNY is 1250 minor units; null for anything that is no amount of this currency. A comma may part thousands
 * and nothing else: who writes `1,5` and means one and a half must not be charged fifteen.
 */
export function minorOf(typed: string, decimals: number): number | null {
  // Chinese keyboards write wide digits, points and commas.
  const narrow = typed.normalize("NFKC").replaceAll(/\s/g, "");
  const plain = GROUPED.test(narrow) ? narrow.replaceAll(",", "") : narrow;
  const match = /^([0-9]{1,10})(?:\.([0-9]+))?$/.exec(plain);
  if (match?.[1] === undefined || (match[2]?.length ?? 0) > decimals) return null;
  return Number(match[1]) * 10 ** decimals + Number((match[2] ?? "").padEnd(decimals, "0") || "0");
}

export function majorOf(minor: number, decimals: number): string {
  return (minor / 10 ** decimals).toFixed(decimals);
}
