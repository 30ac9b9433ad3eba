import fc from "fast-check";

/** What Vitest calls `describe`, `test` and `expect`, for tests that are loaded once and run many times. */
export type CollectedTest = {
  readonly id: string;
  readonly name: string;
  readonly fileName: string;
  readonly body: () => unknown;
};

type Body = (...row: readonly unknown[]) => unknown;

let outer: readonly string[] = [];
let waiting: { readonly name: string; readonly body: () => unknown }[] = [];

/** The tests declared since the last call, as those of this file. */
export function collected(fileName: string): CollectedTest[] {
  const tests = waiting.map(({ name, body }) => ({ id: `${fileName}#${name}`, name, fileName, body }));
  waiting = [];
  // A mutant is noticed or not: what the shortest example of it would be is for people to ask.
  fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
  return tests;
}

export const describe = Object.assign((name: string, body: () => void) => within(name, body), {
  each: (rows: readonly unknown[]) => (name: string, body: Body) => eachRow(rows, name, body, within),
});

export const test = Object.assign((name: string, body: () => unknown) => declare(name, body), {
  each: (rows: readonly unknown[]) => (name: string, body: Body) => eachRow(rows, name, body, declare),
});

function within(name: string, body: () => unknown): void {
  const before = outer;
  outer = [...outer, name];
  body();
  outer = before;
}

function declare(name: string, body: () => unknown): void {
  waiting.push({ name: [...outer, name].join(" "), body });
}

function eachRow(rows: readonly unknown[], name: string, body: Body, then: typeof declare): void {
  rows.forEach((row, at) => {
    const values: readonly unknown[] = Array.isArray(row) ? row : [row];
    then(`${name} (${at})`, () => body(...values));
  });
}

/** Vitest's own assertions: its module may be used without its runner. */
export const { expect } = (await import(import.meta.resolve("vitest"))) as typeof import("vitest");

/** Settings of a test's time: here Stryker alone has a clock. */
export const vi = { setConfig: (): void => {} };
