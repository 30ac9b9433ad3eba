import { expect, test } from "vitest";
import { pairedLines } from "./paired.ts";

const line = (key: string, amountMinor: number) => {
  const [path = "", version = "v1"] = key.split("@");
  const [code = "", component = ""] = path.split("/");
  const label = { zh: code, en: code };
  const rest = { quantity: "1", unit: "contact", unitPrice: null, kind: "charge" as const };
  return { key: `${code}/${component}@${version}`, code, component, label, amountMinor, ...rest };
};

test("BIL-7 lines of two months stand side by side by what they charge, whichever version priced them", () => {
  const pairs = pairedLines(
    [line("calls/each@v1", 100), line("gone/fee@v1", 30)],
    [line("calls/each@v2", 180), line("new/fee@v2", 5)],
  );
  expect(pairs.map((it) => [it.code, it.differenceMinor, it.versions])).toEqual([
    ["calls", 80, { before: "1", after: "2" }],
    ["gone", -30, null],
    ["new", 5, null],
  ]);
});

test("BIL-7 a month cut by a change of prices keeps both its parts, and differences sum to the totals'", () => {
  const before = [line("calls/each@v1", 100)];
  const after = [line("calls/each@v1", 60), line("calls/each@v2", 70)];
  const pairs = pairedLines(before, after);
  expect(pairs).toHaveLength(2);
  expect(pairs.reduce((sum, it) => sum + it.differenceMinor, 0)).toBe(30);
});
