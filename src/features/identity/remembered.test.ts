import { expect, test } from "vitest";
import { REMEMBERED_MS, rememberedSessions, type Verified } from "./remembered.ts";

const session = (idHash: string, expiresAt = Number.MAX_SAFE_INTEGER) =>
  ({ idHash, expiresAt, signedIn: {} as Verified["signedIn"] }) satisfies Verified;

test.each([
  ["at once", 0, true],
  ["until 15 minutes have passed", REMEMBERED_MS, true],
  ["no longer than 15 minutes", REMEMBERED_MS + 1, false],
])("a confirmed session is recalled %s", (_case, laterMs, recalled) => {
  const remembered = rememberedSessions();
  remembered.confirm(session("a"), 1_000);
  expect(remembered.recall("a", 1_000 + laterMs) !== null).toBe(recalled);
});

test("a session is not recalled beyond its own end, nor after it was forgotten", () => {
  const remembered = rememberedSessions();
  remembered.confirm(session("a", 5_000), 1_000);
  expect(remembered.recall("a", 4_999)).not.toBeNull();
  expect(remembered.recall("a", 5_000)).toBeNull();
  remembered.confirm(session("b"), 1_000);
  remembered.forget("b");
  expect(remembered.recall("b", 1_000)).toBeNull();
});

test("no more are kept than allowed: the one confirmed longest ago goes first", () => {
  const remembered = rememberedSessions(2);
  for (const idHash of ["a", "b", "a", "c"]) remembered.confirm(session(idHash), 1_000);
  expect(["a", "b", "c"].filter((idHash) => remembered.recall(idHash, 1_000) !== null)).toEqual(["a", "c"]);
});
