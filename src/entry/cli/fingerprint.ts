import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** One hash over the contents of files and folders: the same sources give the same text on every machine. */
export function fingerprint(paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of paths) for (const file of filesUnder(path)) hash.update(file).update(readFileSync(file));
  return hash.digest("hex");
}

/** Runs the work unless the stamp already carries this fingerprint, and stamps it afterwards. */
export async function unlessDone(stampFile: string, print: string, work: () => Promise<void>): Promise<boolean> {
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === print) return false;
  await work();
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, print);
  return true;
}

function filesUnder(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  const skipped = new Set(["node_modules", "dist", ".wrangler", ".callhouse"]);
  return readdirSync(path)
    .sort()
    .filter((name) => !skipped.has(name))
    .flatMap((name) => filesUnder(join(path, name)));
}
