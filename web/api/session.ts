import { queryOptions } from "@tanstack/react-query";
import type { SessionView } from "../../src/features/identity/schema.ts";
import { readInZone } from "../words/zone.ts";
import { read } from "./http.ts";
import { noteSessionOver } from "./session-over.ts";

export type Session = SessionView;
type Nobody = { readonly user: null };
export type RoleName = Session["roles"][number]["role"];

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal, client, queryKey }): Promise<Session | null> => {
    const answer = await read<Session | Nobody>("/api/session", signal);
    const session = answer.user === null ? null : answer;
    const before = client.getQueryData<Session | null>(queryKey) ?? null;
    if (session === null && before !== null) {
      // The page stays, with what was typed on it: whoever was signed in is asked to sign in again.
      noteSessionOver();
      return before;
    }
    readInZone(session?.roles.find(({ role }) => role === "tenant_admin")?.timeZone);
    return session;
  },
  staleTime: 60_000,
});

export function hasRole(session: Session, ...roles: readonly RoleName[]): boolean {
  return session.roles.some((held) => roles.includes(held.role));
}

/** Where a person starts: the page of the first role they hold, in the order of how much of the day it takes. */
export function homeOf(session: Session): "/desktop" | "/floor" | "/portal" | "/billing" | null {
  if (hasRole(session, "agent")) return "/desktop";
  if (hasRole(session, "supervisor")) return "/floor";
  if (hasRole(session, "billing_admin")) return "/billing";
  if (hasRole(session, "tenant_admin")) return "/portal";
  if (hasRole(session, "house_admin")) return "/floor";
  return null;
}
