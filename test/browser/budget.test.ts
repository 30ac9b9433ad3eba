import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { buildConsole } from "../../src/entry/cli/bundle.ts";

const DIST = join(import.meta.dirname, "../../web/dist");
/** The budget of the first load in kB of gzip; the aim stands in web/README.md. */
const BUDGET_KB = 200;

type Chunk = { readonly file: string; readonly imports?: readonly string[] };

beforeAll(() => buildConsole());

/** A chunk with everything that must be there before it can run. */
function closure(manifest: Record<string, Chunk>, entry: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[entry];
  if (chunk === undefined) throw new Error(`the build has no ${entry}`);
  if (seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const needed of chunk.imports ?? []) closure(manifest, needed, seen);
  return seen;
}

test.each([
  ["agent desktop", ["index.html", "desktop/desktop.tsx", "words/zh.ts", "softphone/sandbox.ts"]],
  ["wallboard", ["index.html", "floor/floor-page.tsx", "words/zh.ts"]],
])("the first load of the %s stays within its budget of script", (name, entries) => {
  const manifest = JSON.parse(readFileSync(join(DIST, ".vite/manifest.json"), "utf8")) as Record<string, Chunk>;
  const files = new Set(entries.flatMap((entry) => [...closure(manifest, entry)]));
  const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file))).length, 0);
  console.info(`${name}: ${(bytes / 1000).toFixed(1)} kB gzip in ${files.size} files`);
  expect(bytes / 1000).toBeLessThan(BUDGET_KB);
});
