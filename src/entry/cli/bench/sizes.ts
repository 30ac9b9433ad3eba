import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { buildConsole, bundleWorker, modulesIn, ROOT } from "../bundle.ts";
import { Trouble } from "../trouble.ts";
import { exactly, type Figure } from "./measure.ts";

const WORKER_BYTES_MAX = 1024 * 1024;
const DESKTOP_BYTES_MAX = 200 * 1000;
/** The page an agent opens, as its own chunk of the console. */
const DESKTOP = /(^|\/)desktop\/[^/]+\.tsx$/;

const manifestSchema = z.record(
  z.string(),
  z.object({
    file: z.string(),
    isEntry: z.boolean().default(false),
    imports: z.array(z.string()).default([]),
    dynamicImports: z.array(z.string()).default([]),
  }),
);
type Manifest = z.infer<typeof manifestSchema>;

export async function benchSizes(log: (line: string) => void): Promise<readonly Figure[]> {
  log("sizes: the Worker, and an agent's first load");
  const outDir = await bundleWorker("wrangler.toml", "callhouse");
  await buildConsole();
  const worker = gzipped(modulesIn(outDir).map(({ path }) => path));
  return [
    size("size.worker", "Worker, compressed", WORKER_BYTES_MAX, worker),
    size("size.desktop", "script of the agent desktop's first load, compressed", DESKTOP_BYTES_MAX, desktop()),
  ];
}

function desktop(): number {
  const dist = join(ROOT, "web", "dist");
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(dist, ".vite", "manifest.json"), "utf8")));
  const pages = Object.keys(manifest).filter((key) => DESKTOP.test(key));
  const entries = Object.keys(manifest).filter((key) => manifest[key]?.isEntry);
  if (pages.length === 0 || entries.length === 0) throw new Trouble("web/dist has no chunk for the agent desktop.");
  const files = [...reached(manifest, [...entries, ...pages])].filter((file) => file.endsWith(".js"));
  const boot = existsSync(join(dist, "boot.js")) ? ["boot.js"] : [];
  return gzipped([...boot, ...files].map((file) => join(dist, file)));
}

/** Files that come with these chunks: what they import, and what that imports. */
function reached(manifest: Manifest, keys: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const files = new Set<string>();
  const follow = (key: string): void => {
    const chunk = manifest[key];
    if (chunk === undefined || seen.has(key)) return;
    seen.add(key);
    files.add(chunk.file);
    chunk.imports.forEach(follow);
  };
  keys.forEach(follow);
  return files;
}

function gzipped(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + gzipSync(readFileSync(path)).byteLength, 0);
}

function size(id: string, what: string, most: number, bytes: number): Figure {
  return {
    id,
    what,
    against: "its budget",
    gate: { at: "most", value: most },
    aim: null,
    unit: "bytes",
    measured: exactly(bytes),
    samples: 1,
    beside: {},
  };
}
