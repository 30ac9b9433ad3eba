import { expect, test } from "vitest";
import { decoded, keyOf, lineOf, partsOf } from "./their-file.ts";

const bytes = (...values: number[]) => new Uint8Array(values).buffer;

test.each([
  ["UTF-8", new TextEncoder().encode("单号,金额").buffer, "单号,金额"],
  ["GB18030", bytes(0xb5, 0xa5, 0xba, 0xc5, 0x2c, 0xbd, 0xf0, 0xb6, 0xee), "单号,金额"],
  ["a picture", bytes(0x89, 0x50, 0x4e, 0x47, 0x00), null],
])("a file in %s is read as what it says", (_, given, expected) => {
  expect(decoded(given as ArrayBuffer)).toBe(expected);
});

test("a file is sent in parts of which each has the header, and no row is lost or doubled", () => {
  const rows = Array.from({ length: 4_500 }, (_, at) => `"A,${at}",${at}.50`);
  const parts = partsOf(`ref,amount\n\n${rows.join("\n")}\n`);
  expect(parts.map(({ lines }) => lines.length)).toEqual([2_000, 2_000, 500]);
  expect(parts.every(({ csv }) => csv.startsWith("ref,amount\n") && csv.length < 120_000)).toBe(true);
  expect(parts.flatMap(({ csv }) => csv.split("\n").slice(1))).toEqual(rows);
});

test("a long row begins another part before the house would refuse the text", () => {
  const long = "x".repeat(60_000);
  expect(partsOf(`ref,amount\n${long},1\n${long},2`).map(({ lines }) => lines)).toEqual([[2], [3]]);
});

test("a fault names the line of the file that was chosen, empty lines and earlier parts counted", () => {
  const [part] = partsOf("ref,amount\n\nA,1\n\nB,x\n");
  if (part === undefined) throw new Error("no part");
  expect(part.csv).toBe("ref,amount\nA,1\nB,x");
  expect([lineOf(part, "json.csv.3"), lineOf(part, "json.csv"), lineOf(part, "json.name")]).toEqual([5, null, null]);
});

test("a file is named by its contents and by nothing else", async () => {
  expect(await keyOf("ref,amount\nA,1")).toBe(await keyOf("ref,amount\nA,1"));
  expect(await keyOf("ref,amount\nA,1")).not.toBe(await keyOf("ref,amount\nA,2"));
  expect(await keyOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
