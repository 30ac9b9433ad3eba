import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCsv } from "./csv.ts";

test.each<[string, string, Record<string, string>[]]>([
  ["plain", "a,b\n1,2\n", [{ a: "1", b: "2" }]],
  [
    "Windows line ends, no last one",
    "a,b\r\n1,2\r\n3,4",
    [
      { a: "1", b: "2" },
      { a: "3", b: "4" },
    ],
  ],
  ["a mark of byte order and capitals", "\ufeffA, B \n1,2", [{ a: "1", b: "2" }]],
  ["quotes, commas and line ends within", 'a,b\n"1,""x""\n","2"', [{ a: '1,"x"', b: "2" }]],
  ["semicolons of a spreadsheet", "a;b\n1,5;2", [{ a: "1,5", b: "2" }]],
  ["a short row", "a,b\n1", [{ a: "1", b: "" }]],
  ["empty lines", "a,b\n\n1,2\n\n", [{ a: "1", b: "2" }]],
  ["nothing", "", []],
])("a file with %s is read", (_name, text, rows) => {
  expect(parseCsv(text).rows.map((row) => row.fields)).toEqual(rows);
});

test("a row knows the line it begins on, also behind a field of several lines", () => {
  expect(parseCsv('a,b\n"1\n1",2\n3,4').rows.map((row) => row.line)).toEqual([2, 4]);
});

test("what is written by the rules comes back as it was", () => {
  const cell = fc.string({ maxLength: 8 }).map((text) => text.replaceAll(/[\r]/g, "").trim());
  const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(table, (rows) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const text = ["a,b", ...rows.map((row) => row.map(quoted).join(","))].join("\r\n");
      const kept = rows.filter((row) => row.some((one) => one !== ""));
      expect(parseCsv(text).rows.map(({ fields }) => [fields.a, fields.b])).toEqual(kept);
    }),
  );
});
