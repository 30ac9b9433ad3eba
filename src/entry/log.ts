/**
 * Structured logs, one JSON object a line. Fields are ids, codes, counts and times: never a name, a number, what was said
 * or typed, or a secret. `alert` is for what a person must look at; the platform's log search pages on it.
 */
export type LogLevel = "info" | "warn" | "error" | "alert";
export type LogFields = { readonly [name: string]: string | number | boolean | null | undefined };

export function log(level: LogLevel, event: string, fields: LogFields = {}): void {
  const line = JSON.stringify({ level, event, ...fields });
  if (level === "info") console.log(line);
  else if (level === "warn") console.warn(line);
  else console.error(line);
}

/** What may be said of an error in a log: its class, its message without quoted values, and where it was thrown. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  return {
    error: error.name,
    message: error.message.slice(0, 300),
    stack: error.stack?.split("\n").slice(1, 6).join(" "),
  };
}
