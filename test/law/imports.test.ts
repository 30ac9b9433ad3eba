import { describe, expect, test } from "vitest";
import { breaches, circles, cycles, type SourceFile, waysTo } from "./import-law.ts";
import { sourceFiles } from "./source-files.ts";

describe("OPS-6 the import law", () => {
  test("no file imports what its place may not", () => {
    const told = breaches(sourceFiles("src", "web")).map(
      ({ from, to, rule, cure }) => `${from} imports ${to}\n  rule: ${rule}\n  cure: ${cure}`,
    );
    expect(told.join("\n"), "the import law is broken").toBe("");
  });

  test("no files import each other in a circle", () => {
    const told = circles(sourceFiles("src", "web"));
    expect(told.join("\n"), "move what they share into a file below both").toBe("");
  });

  test("domain folders and features import each other in one direction only", () => {
    expect(cycles(sourceFiles("src"), unitOf)).toEqual([]);
  });

  test.each([
    ["the kernel reaching out", "src/domain/kernel/a.ts", "../call/b.ts"],
    ["a package in the domain", "src/domain/call/a.ts", "zod"],
    ["the platform in the domain", "src/domain/rating/a.ts", "node:crypto"],
    ["a sibling in the domain", "src/domain/rating/a.ts", "../routing/b.ts"],
    ["the ledger knowing a price", "src/domain/ledger/a.ts", "../rating/b.ts"],
    ["the domain calling a feature", "src/domain/call/a.ts", "../../features/contacts/index.ts"],
    ["a port that knows an adapter", "src/ports/a.ts", "../adapters/db/index.ts"],
    ["one adapter using another", "src/adapters/carriers/twilio/a.ts", "../sandbox/b.ts"],
    ["an adapter using a feature", "src/adapters/blobs/a.ts", "../../features/contacts/index.ts"],
    ["a feature behind another's index", "src/features/billing/a.ts", "../contacts/store.ts"],
    ["a feature choosing its carrier", "src/features/billing/a.ts", "../../adapters/carriers/twilio/index.ts"],
    ["a schema that loads the database", "src/features/billing/schema.ts", "./store.ts"],
    ["a feature knowing its entry", "src/features/billing/a.ts", "../../entry/env.ts"],
    ["the console reading a store", "web/billing/a.tsx", "../../src/features/billing/store.ts"],
    ["entry leaning on tests", "src/entry/a.ts", "../../test/support/b.ts"],
  ])("%s is seen", (_name, path, to) => {
    expect(breaches([{ path, text: `import { x } from "${to}";\n` }])).toMatchObject([{ from: path, to }]);
  });

  test.each([
    ["over several lines", 'import {\n  a,\n  b,\n} from "zod";'],
    ["of a type", 'import type { A } from "zod";'],
    ["passed on", 'export { a } from "zod";'],
    ["for its effect", 'import "zod";'],
    ["at run time", 'const a = await import("zod");'],
  ])("an import %s is seen", (_name, text) => {
    expect(breaches([{ path: "src/domain/call/a.ts", text }])).toHaveLength(1);
  });

  test("a ring of features is seen, once", () => {
    const ring: SourceFile[] = [
      { path: "src/features/a/index.ts", text: 'import { b } from "../b/index.ts";' },
      { path: "src/features/b/index.ts", text: 'import { c } from "../c/index.ts";' },
      { path: "src/features/c/index.ts", text: 'import { a } from "../a/index.ts";' },
    ];
    expect(cycles(ring, unitOf)).toEqual(["features/a → features/b → features/c → features/a"]);
  });

  test.each([
    ["of values", 'import { a } from "./a.ts";'],
    ["of a type", 'import type { A } from "./a.ts";'],
    ["of a type in its place", 'type B = { a: import("./a.ts").A };'],
    ["passed on", 'export { a } from "./a.ts";'],
    ["at run time", 'const a = await import("./a.ts");'],
  ])("a circle of files is seen, once and with its names, closed by an import %s", (_name, text) => {
    const files: SourceFile[] = [
      { path: "web/queues/a.tsx", text: 'import { b } from "./b.ts";' },
      { path: "web/queues/b.ts", text: 'import { c } from "../queues/c.ts";' },
      { path: "web/queues/c.ts", text: text.replace("a.ts", "a.tsx") },
    ];
    const circle = "web/queues/a.tsx → web/queues/b.ts → web/queues/c.ts → web/queues/a.tsx";
    expect(circles(files)).toEqual([circle]);
    expect(circles(files.slice(0, 2))).toEqual([]);
  });
});

describe("the law of the call path: no database on it", () => {
  const DATABASE = /^(drizzle-orm|postgres)(\/|$)|^src\/adapters\/db\/|^src\/features\/.*(store|tables|index)\.ts$/;
  const objects = (...names: string[]) => names.map((name) => `src/entry/objects/${name}.ts`);

  test("neither a line nor a contact nor what they ask of a caller can reach one", () => {
    const starts = objects("line", "contact", "callers", "known-caller");
    const files = sourceFiles("src");
    expect(starts.filter((start) => !files.some(({ path }) => path === start))).toEqual([]);
    expect(waysTo(files, starts, DATABASE)).toEqual([]);
  });

  test("a pool reaches one for nothing but the sessions of its sockets", () => {
    const sessions = new Set(objects("socket-sessions"));
    expect(waysTo(sourceFiles("src"), objects("seat-pool"), DATABASE, sessions)).toEqual([]);
    expect(waysTo(sourceFiles("src"), objects("seat-pool"), DATABASE)).toHaveLength(1);
  });

  test("a way over several files is seen, one of types alone is none", () => {
    const file = (path: string, text: string): SourceFile => ({ path, text });
    const files = [
      file("src/entry/objects/contact.ts", 'import { b } from "./b.ts";'),
      file(
        "src/entry/objects/b.ts",
        'import type { C } from "./c.ts";\nconst d = await import("../../adapters/db/index.ts");',
      ),
      file("src/entry/objects/c.ts", 'import postgres from "postgres";'),
    ];
    const way = "src/entry/objects/contact.ts → src/entry/objects/b.ts → src/adapters/db/index.ts";
    expect(waysTo(files, objects("contact"), DATABASE)).toEqual([way]);
    expect(waysTo(files, objects("contact"), /^postgres$/)).toEqual([]);
  });
});

/** What must not form rings: folders of the domain and of features. */
function unitOf(path: string): string | undefined {
  return /^src\/((?:domain|features)\/[^/]+)\//.exec(path)?.[1];
}
