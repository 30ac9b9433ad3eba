import { useMutation, useQueryClient } from "@tanstack/react-query";
import { send } from "../api/http.ts";

type Deed = { readonly method?: "POST" | "PUT" | "DELETE"; readonly path: string; readonly body?: unknown };

/** Something done to an invoice or what hangs on it; every page that shows money is then read again. */
export function useDeed<Answer = unknown>(done?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ method = "POST", path, body }: Deed) => send<Answer>(method, path, body),
    onSuccess: async () => {
      done?.();
      await Promise.all([
        queries.invalidateQueries({ queryKey: ["billing"] }),
        queries.invalidateQueries({ queryKey: ["portal"] }),
      ]);
    },
  });
}

/** One for each opening of a dialog: the same deed sent twice after a lost answer is done once. */
export function newRequestKey(): string {
  return crypto.randomUUID();
}

/** `12.5` typed for CNY is 1250 minor units; null for anything that is no amount of this currency. */
export function minorOf(typed: string, decimals: number): number | null {
  const match = /^([0-9]{1,10})(?:\.([0-9]+))?$/.exec(typed.replaceAll(/[,\s]/g, ""));
  if (match?.[1] === undefined || (match[2]?.length ?? 0) > decimals) return null;
  return Number(match[1]) * 10 ** decimals + Number((match[2] ?? "").padEnd(decimals, "0") || "0");
}

export function majorOf(minor: number, decimals: number): string {
  return (minor / 10 ** decimals).toFixed(decimals);
}
