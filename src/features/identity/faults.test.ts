import { expect, test } from "vitest";
import { z } from "zod";
import { faultOf } from "./faults.ts";

const percent = z
  .string()
  .refine((text) => Number(text) <= 100, { error: "at most 100", params: { is: "max", limit: 100 } });

test.each([
  ["a field left out", z.string(), undefined, { is: "missing" }],
  ["an empty text", z.string().min(1), "", { is: "missing" }],
  ["a text too short", z.string().min(3), "ab", { is: "too_short", limit: 3 }],
  ["a text too long", z.string().max(2), "abc", { is: "too_long", limit: 2 }],
  ["letters for a number", z.number(), "abc", { is: "number" }],
  ["decimals for a whole number", z.int(), 1.5, { is: "whole" }],
  ["a number below", z.int().min(5), 4, { is: "min", limit: 5 }],
  ["a number above", z.int().max(5), 6, { is: "max", limit: 5 }],
  ["a list too short", z.array(z.int()).min(1), [], { is: "too_few", limit: 1 }],
  ["a list too long", z.array(z.int()).max(1), [1, 2], { is: "too_many", limit: 1 }],
  ["no date", z.iso.date(), "2027-02-30", { is: "date" }],
  ["another form", z.string().regex(/^a$/), "b", { is: "form" }],
  ["none of the choices", z.enum(["a", "b"]), "c", { is: "choice" }],
  ["a rule the schema names", percent, "120", { is: "max", limit: 100 }],
  ["a rule without a name", z.string().refine(() => false, "no"), "x", { is: "unlike" }],
  ["what was not asked for", z.strictObject({}), { extra: 1 }, { is: "unlike" }],
] as const)("%s is told by its rule", (_, schema, given, rule) => {
  const issue = schema.safeParse(given).error?.issues[0];
  if (issue === undefined) throw new Error("the value was taken");
  expect(faultOf("json", issue)).toMatchObject({ path: "json", rule });
});

test("a fault names its place and, where there are some, the choices", () => {
  const issue = z.object({ a: z.array(z.enum(["x"])) }).safeParse({ a: ["y"] }).error?.issues[0];
  if (issue === undefined) throw new Error("the value was taken");
  expect(faultOf("json", issue)).toMatchObject({ path: "json.a.0", allowed: ["x"] });
});
