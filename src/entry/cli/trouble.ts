/**
 * Something a person at the keyboard can mend: a taken port, a full disk, a broken migration. The commands print its
 * message as one line and exit 1; every other error is a bug and keeps its stack.
 */
export class Trouble extends Error {
  override name = "Trouble";
}

/** Says in one line what went wrong, and keeps the stack for what only a developer can mend. */
export function explain(error: unknown): string {
  if (error instanceof Trouble) return error.message;
  if (isNodeError(error) && error.code === "ENOSPC") {
    return `The disk is full${error.path === undefined ? "" : ` (${error.path})`}. Free some space and start again; nothing is half written.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

export function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}
