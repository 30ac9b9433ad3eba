import { z } from "zod";
import type { RUN_FAILURES } from "./schema.ts";

/** Why a contract's month could not be drafted: a stable code for people, and the technical detail for the log. */
export type RunFailure = { readonly reason: (typeof RUN_FAILURES)[number]; readonly detail: string };

/** The detail is for a line of the log; the whole of a parse error is in the contract's own editor. */
const DETAIL_LENGTH_MAX = 500;

export function runFailure(error: Error): RunFailure {
  // A query that failed carries its parameters in its own message; what the database said of it is in the cause.
  const said = error.cause instanceof Error ? error.cause.message : error.message;
  return { reason: reasonOf(error), detail: said.slice(0, DETAIL_LENGTH_MAX) };
}

function reasonOf(error: Error): RunFailure["reason"] {
  if (error instanceof z.ZodError) return "terms_unreadable";
  return error.cause instanceof Error && "code" in error.cause ? "database_refused" : "unexpected";
}
