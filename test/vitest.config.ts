import { join } from "node:path";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const root = join(import.meta.dirname, "..");
const postgresSetup = "./test/support/postgres.setup.ts";

process.env.WRANGLER_SEND_METRICS = "false";

/** Environments of the tests, told apart by the file's name or folder. */
export default defineConfig({
  root,
  test: {
    // postgres.js in workerd goes on reading for a moment after it closed its own socket, and nobody hears the error.
    onUnhandledError: (error) => (error.stack?.includes("postgres/cf/polyfills.js") ? false : undefined),
    projects: [
      {
        root,
        test: {
          name: "node",
          include: ["src/**/*.test.ts", "web/**/*.test.{ts,tsx}", "test/**/*.test.ts"],
          exclude: ["**/*.{db,workers}.test.ts", "test/{browser,house}/**", "**/node_modules/**", "**/dist/**"],
        },
      },
      {
        root,
        test: {
          name: "db",
          include: ["{src,test}/**/*.db.test.ts"],
          globalSetup: [postgresSetup],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
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
          testTimeout: 20_000,
        },
      },
      {
        root,
        test: {
          name: "browser",
          // The whole house runs here, one at a time: in a browser, or as a program.
          include: ["test/{browser,house}/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
