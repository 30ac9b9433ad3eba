import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT } from "./bundle.ts";

type Outcome = { readonly ok: boolean; readonly text: string };
type Part = { readonly name: string; readonly run: () => Promise<Outcome> };

/** What a Worker may weigh compressed; start-up time and the platform's limit both follow it. */
const BUNDLE_GZIP_BYTES_MAX = 1024 * 1024;

const PARTS: readonly Part[] = [
  {
    name: "format and lint (biome)",
    run: () => command("biome", "check", "--error-on-warnings", "--max-diagnostics=30", "."),
  },
  { name: "promises (oxlint)", run: () => command("oxlint", "--type-aware", "src", "test", "web") },
  { name: "types: src and test", run: () => command("tsc", "-p", ".") },
  { name: "types: domain without a platform", run: () => command("tsc", "-p", "src/domain") },
  { name: "types: console", run: () => command("tsc", "-p", "web", "--noEmit") },
  {
    name: "import and style law",
    run: () => command("vitest", "run", "--config", "test/vitest.config.ts", "--project", "node", "test/law"),
  },
  { name: "nothing unused (knip)", run: () => command("knip", "--config", ".knip.jsonc") },
  { name: "console builds", run: () => command("vite", "build", "web", "--logLevel", "warn") },
  { name: "app Worker deploys, within its size", run: () => deployDry("wrangler.toml") },
  {
    name: "sandbox carrier Worker deploys",
    run: () => deployDry("src/adapters/carriers/sandbox/wrangler.toml"),
  },
  {
    name: "sandbox bureau Worker deploys",
    run: () => deployDry("src/adapters/sandbox/wrangler.toml"),
  },
];

await main();

/** Runs every part, so that one run shows everything that is wrong; each failure shows its own words only. */
async function main(): Promise<void> {
  let failed = 0;
  for (const part of PARTS) {
    const startedMs = performance.now();
    const { ok, text } = await part.run();
    const took = ((performance.now() - startedMs) / 1_000).toFixed(1);
    console.log(`${ok ? "✓" : "✗"} ${part.name} (${took} s)`);
    if (!ok) {
      failed += 1;
      console.log(`${text.trim()}\n`);
    }
  }
  console.log(failed === 0 ? "check: all parts passed" : `check: ${failed} of ${PARTS.length} parts failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

async function deployDry(configPath: string): Promise<Outcome> {
  const outDir = mkdtempSync(join(tmpdir(), "callhouse-deploy-"));
  try {
    const built = await command("wrangler", "deploy", "--dry-run", "--config", configPath, "--outdir", outDir);
    if (!built.ok) return built;
    const modules = readdirSync(outDir).filter((file) => /\.(m?js|wasm)$/.test(file));
    const bytes = modules.reduce((sum, file) => sum + gzipSync(readFileSync(join(outDir, file))).length, 0);
    const size = `${(bytes / 1024).toFixed(0)} KiB gzip, at most ${BUNDLE_GZIP_BYTES_MAX / 1024} KiB`;
    return {
      ok: bytes <= BUNDLE_GZIP_BYTES_MAX,
      text: `${size}. Load big packages where they are used: await import(…).`,
    };
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

function command(binary: string, ...args: string[]): Promise<Outcome> {
  const binaries = join(ROOT, "node_modules", ".bin");
  const child = spawn(join(binaries, binary), args, {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PATH: `${binaries}${delimiter}${process.env.PATH ?? ""}`,
      WRANGLER_SEND_METRICS: "false",
      NO_COLOR: "1",
    },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
  }
  return new Promise((done) => {
    child.once("error", (error) => done({ ok: false, text: error.message }));
    child.once("close", (code) => done({ ok: code === 0, text }));
  });
}
