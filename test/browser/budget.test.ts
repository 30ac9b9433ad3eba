import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { buildConsole } from "../../src/entry/cli/bundle.ts";

const DIST = join(import.meta.dirname, "../../web/dist");
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

/** Just above what was measured (web/README.md), in kB of gzip with Chinese words: what grows by itself is seen at once. */
test.each([
  [
    "agent desktop",
    159,
    ["index.html", "desktop/desktop.tsx", "words/zh/shell.ts", "words/zh/desktop.ts", "softphone/sandbox.ts"],
  ],
  [
    "wallboard",
    149,
    ["index.html", "shell/shell.tsx", "floor/floor-page.tsx", "words/zh/shell.ts", "words/zh/floor.ts"],
  ],
] as const)("the first load of the %s stays below %i kB of script", (name, limitKb, entries) => {
  const manifest = JSON.parse(readFileSync(join(DIST, ".vite/manifest.json"), "utf8")) as Record<string, Chunk>;
  const files = new Set(entries.flatMap((entry) => [...closure(manifest, entry)]));
  const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(DIST, file))).length, 0);
  console.info(`${name}: ${(bytes / 1000).toFixed(1)} kB gzip in ${files.size} files`);
  expect(bytes / 1000).toBeLessThan(limitKb);
});
