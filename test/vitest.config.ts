import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));
const postgresSetup = "./test/support/postgres.setup.ts";

/** Environments of the tests, told apart by the file's name or folder. */
export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: "node",
          include: ["src/**/*.test.ts", "web/**/*.test.{ts,tsx}", "test/**/*.test.ts"],
          exclude: ["**/*.{db,workers}.test.ts", "test/browser/**", "**/node_modules/**", "**/dist/**"],
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
              // These tests run without a database: what needs one is a `db` test, and the call path needs none.
              hyperdrives: {
                DB: "postgres://callhouse_app:none@127.0.0.1:9/none",
                DB_OPERATOR: "postgres://callhouse_operator:none@127.0.0.1:9/none",
              },
            },
          }),
        ],
        test: { name: "workers", include: ["{src,test}/**/*.workers.test.ts"], testTimeout: 20_000 },
      },
      {
        root,
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
