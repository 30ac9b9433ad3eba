import { expect, test } from "vitest";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { DatabaseOutage, translate, translateOpening } from "./errors.ts";

test.each([
  "connection attempt failed",
  "Network connection lost.",
  "proxy request failed, cannot connect to the specified address",
  "The connection was closed",
  "Stream was cancelled.",
  "internal error; reference = 0123456789",
])("workerd's words for a lost database are an outage: %s", (message) => {
  expect(translate(new Error(message))).toBeInstanceOf(DatabaseOutage);
  expect(translate(new Error("Failed query: select 1", { cause: new Error(message) }))).toBeInstanceOf(DatabaseOutage);
});

test.each([
  ["a broken promise of ours", new Error("broken promise: a wait is answered with a place")],
  ["a refusal that speaks of connections", new Refusal("conflict", "x", "connection lost")],
  ["a mistake in a program", new TypeError("undefined is not a function")],
])("%s stays what it is", (_case, error) => {
  expect(translate(error)).toBe(error);
});

test("a connection that does not open is an outage whatever it says, unless the address itself is wrong", () => {
  expect(translateOpening(new Error("never heard before"))).toBeInstanceOf(DatabaseOutage);
  const wrong = new TypeError("Invalid URL");
  expect(translateOpening(wrong)).toBe(wrong);
});
