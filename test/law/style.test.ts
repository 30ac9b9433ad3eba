import { describe, expect, test } from "vitest";
import { sourceFiles } from "./source-files.ts";
import { FILE_LINES_MAX, FUNCTION_LINES_MAX, styleBreaches } from "./style-law.ts";

const filler = (lines: number) => "  step();\n".repeat(lines);

describe("OPS-6 the style law", () => {
  test("every file keeps it", () => {
    expect(styleBreaches(sourceFiles("src", "web", "test", "tenants")).join("\n")).toBe("");
  });

  test.each([
    ["a long file", "src/features/a/b.ts", filler(FILE_LINES_MAX + 1), "401 lines"],
    [
      "a long function",
      "src/entry/a.ts",
      `export async function run() {\n${filler(FUNCTION_LINES_MAX)}}\n`,
      "run has 72 lines",
    ],
    [
      "a long method",
      "src/entry/a.ts",
      `class A {\n  async run(a: string) {\n${filler(70)}  }\n}\n`,
      "run has 72 lines",
    ],
    ["an empty name", "src/features/a/helpers.ts", "", "the name says nothing"],
    ["the clock in the domain", "src/domain/a/b.ts", "const now = Date.now();", "take the instant"],
    ["a fresh date in the domain", "src/domain/a/b.ts", "const now = new Date();", "take the instant"],
    ["chance in the domain", "src/domain/a/b.ts", "const x = Math.random();", "take the chance"],
    ["waiting in the domain", "src/domain/a/b.ts", "export async function a() {}", "the shell waits"],
    ["unfinished work", "src/entry/a.ts", `// ${"TO"}DO later`, "unfinished work"],
    ["an empty catch", "src/entry/a.ts", `try { a(); } catch ${"{}"}`, "Say why"],
  ])("%s is seen", (_name, path, text, words) => {
    expect(styleBreaches([{ path, text }]).join("\n")).toContain(words);
  });

  test("a ban in a comment is only talk", () => {
    expect(
      styleBreaches([{ path: "src/domain/a/b.ts", text: "/** Never Date.now(). */\n// nor Math.random()\n" }]),
    ).toEqual([]);
  });
});
