import { spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fingerprint, unlessDone } from "./fingerprint.ts";
import { Trouble } from "./trouble.ts";

export const ROOT = join(import.meta.dirname, "../../..");

/**
 * Bundles a Worker exactly as a deployment would (`wrangler deploy --dry-run`), unless its sources are unchanged since
 * the last time. Answers the folder with the modules.
 */
export async function bundleWorker(configPath: string, name: string): Promise<string> {
  const outDir = join(ROOT, ".callhouse", "bundle", name);
  // Wrangler wants the console's folder to be there, built or not.
  mkdirSync(join(ROOT, "web", "dist"), { recursive: true });
  const print = fingerprint([join(ROOT, "src"), resolve(ROOT, configPath), join(ROOT, "package-lock.json")]);
  await unlessDone(join(outDir, ".stamp"), print, async () => {
    await run("wrangler", ["deploy", "--dry-run", "--config", configPath, "--outdir", outDir], `bundling ${name}`);
  });
  return outDir;
}

/** Builds the console with Vite, unless its sources are unchanged. */
export async function buildConsole(): Promise<void> {
  const sources = [
    "web",
    "src/adapters/documents",
    "src/features",
    "src/domain",
    "src/adapters/carriers/sandbox",
    "package-lock.json",
  ];
  const print = fingerprint(sources.map((path) => join(ROOT, path)));
  await unlessDone(join(ROOT, ".callhouse", "console.stamp"), print, async () => {
    await run("vite", ["build", "web", "--logLevel", "warn"], "building the console");
  });
}

export function modulesIn(outDir: string): { type: "ESModule"; path: string }[] {
  const files = readdirSync(outDir, { recursive: true, encoding: "utf8" }).filter((file) => /\.m?js$/.test(file));
  // The entry point must come first.
  const main = files.find((file) => file === "worker.js");
  if (!main) throw new Trouble(`${outDir} has no worker.js. Delete .callhouse/bundle and start again.`);
  return [main, ...files.filter((file) => file !== main)].map((file) => ({
    type: "ESModule",
    path: join(outDir, file),
  }));
}

async function run(binary: string, args: readonly string[], doing: string): Promise<void> {
  const path = join(ROOT, "node_modules", ".bin");
  const child = spawn(join(path, binary), args, {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PATH: `${path}:${dirname(process.execPath)}:${process.env.PATH ?? ""}`,
      WRANGLER_SEND_METRICS: "false",
      NO_COLOR: "1",
    },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  if (code === 0) return;
  if (said.includes("ENOSPC")) throw new Trouble(`The disk is full (${doing}). Free some space and start again.`);
  throw new Trouble(`${doing} failed:\n${said.trim()}`);
}
