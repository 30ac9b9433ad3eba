import { expect, test } from "vitest";
import { csvOf } from "./csv.ts";

test.each([
  ["plain", '"plain"'],
  ['a "quoted" word', '"a ""quoted"" word"'],
  ["=1+1", '"\'=1+1"'],
  ["-cmd", '"\'-cmd"'],
  ["-12.50", '"-12.50"'],
  ["两行\n文字", '"两行\n文字"'],
])("BIL-8 a statement's cell %j stands in the file as %s", (text, cell) => {
  expect(csvOf([[text]])).toBe(`\uFEFF${cell}\r\n`);
});
