import { availableParallelism } from "node:os";
import { join } from "node:path";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const root = join(import.meta.dirname, "..");
const postgresSetup = "./test/support/postgres.setup.ts";

/** What a test waits for comes in milliseconds on a free machine; a busy one may take its time. */
const POLL = { poll: { timeout: 15_000 } };

/** A small machine still gains from two files at once: one waits for its disk or database while the other computes. */
const FILES_AT_ONCE = Math.max(2, availableParallelism() - 1);

process.env.WRANGLER_SEND_METRICS = "false";

/** Rules, and carriers in workerd: the rules take milliseconds whatever the limit. */
const node = {
  root,
  test: {
    name: "node",
    include: ["src/**/*.test.ts", "web/**/*.test.{ts,tsx}", "test/**/*.test.ts"],
    exclude: ["**/*.{db,workers}.test.ts", "test/{browser,house}/**", "**/node_modules/**", "**/dist/**"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: FILES_AT_ONCE,
    sequence: { groupOrder: 1 },
  },
};

const db = {
  root,
  test: {
    name: "db",
    include: ["{src,test}/**/*.db.test.ts"],
    globalSetup: [postgresSetup],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: FILES_AT_ONCE,
    sequence: { groupOrder: 2 },
  },
};

const workers = {
  root,
  plugins: [
    cloudflareTest({
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: {
        bindings: {
          ENVIRONMENT: "sandbox",
          PUBLIC_URL: "http://callhouse.test",
          SEAL_KEY: Buffer.alloc(32, 7).toString("base64"),
          INTERNAL_KEY: "internal-key-of-the-tests",
        },
      },
    }),
  ],
  test: {
    name: "workers",
    include: ["{src,test}/**/*.workers.test.ts"],
    globalSetup: [postgresSetup],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: POLL,
    maxWorkers: 1,
    sequence: { groupOrder: 3 },
  },
};

const browser = {
  root,
  test: {
    name: "browser",
    include: ["test/browser/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: POLL,
    maxWorkers: 1,
    sequence: { groupOrder: 4 },
  },
};

/** The whole house as a program of its own: started, killed, started again. */
const house = {
  root,
  test: {
    name: "house",
    include: ["test/house/**/*.test.ts"],
    testTimeout: 240_000,
    hookTimeout: 180_000,
    maxWorkers: 1,
    sequence: { groupOrder: 5 },
  },
};

/**
 * Environments of the tests, told apart by the file's name or folder. They run one after the other, from the quickest to
 * the slowest: on two cores PostgreSQL, workerd and Chromium side by side would starve each other into time-outs.
 */
export default defineConfig({
  root,
  test: {
    onUnhandledError: (error) => (isReadAfterOwnClose(error) ? false : undefined),
    projects: [node, db, workers, browser, house],
  },
});

/**
 * postgres.js in workerd keeps one read open while it closes its own socket. The read then fails, after the driver has
 * taken its listeners off, so nobody is there to hear it. Nothing real can hide behind this: a query whose connection is
 * lost is rejected by the driver while it still listens, and what is thrown by our code has a frame of ours in its stack.
 */
function isReadAfterOwnClose({ message, stack = "" }: { message: string; stack?: string | undefined }): boolean {
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return (
    message === "This socket has been closed." &&
    frames.length === 1 &&
    /\bread\b.*\/postgres\/cf\/polyfills\.js:/.test(frames[0] ?? "")
  );
}
