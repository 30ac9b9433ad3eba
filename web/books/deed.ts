import { useMutation, useQueryClient } from "@tanstack/react-query";
import { send } from "../api/http.ts";

/** Something done in the books; every page of them is then read again. */
export function useBookDeed<Answer = unknown>(done?: (answer: Answer) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ path, body }: { path: string; body: unknown }) => send<Answer>("POST", path, body),
    onSuccess: async (answer) => {
      done?.(answer);
      await queries.invalidateQueries({ queryKey: ["books"] });
    },
  });
}
