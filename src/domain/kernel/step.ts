/** What a pure machine returns: the next state, what the shell must do, and what has become true. */
export type Step<State, Effect, Fact> = {
  readonly state: State;
  readonly effects: readonly Effect[];
  readonly facts: readonly Fact[];
};

/** Closes a switch over a tagged union: the compiler proves it unreachable, a corrupt value at run time is a bug. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/** States what must hold. A failure is a bug in Callhouse, never a caller's mistake. */
export function assert(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new Error(`broken promise: ${promise}`);
}
