import { createRequire } from "node:module";
import type { TestProject } from "vitest/node";
import type { TestPostgres } from "./test-postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Administrative connection string of the PostgreSQL of this test run. */
    adminUrl: string;
  }
}

/** Projects share one server: the set-up is loaded once for each project, in the same process. */
const shared = globalThis as { callhouseTestPostgres?: { server: Promise<TestPostgres>; users: number } };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.callhouseTestPostgres ??= { server: start(), users: 0 };
  const running = shared.callhouseTestPostgres;
  running.users += 1;
  const { adminUrl, stop } = await running.server;
  project.provide("adminUrl", adminUrl);
  return async () => {
    running.users -= 1;
    if (running.users > 0) return;
    delete shared.callhouseTestPostgres;
    await stop();
  };
}

/** Loaded by Node itself: the `workers` project would otherwise give it the drivers made for workerd. */
function start(): Promise<TestPostgres> {
  const native: typeof import("./test-postgres.ts") = createRequire(import.meta.url)("./test-postgres.ts");
  return native.startTestPostgres();
}
