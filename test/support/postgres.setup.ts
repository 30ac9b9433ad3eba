import { rmSync } from "node:fs";
import type { TestProject } from "vitest/node";
import { migrate } from "../../src/entry/cli/migrate.ts";
import { freePorts } from "../../src/entry/cli/ports.ts";
import { startPostgres } from "../../src/entry/cli/postgres.ts";
import { temporaryDir } from "../../src/entry/cli/postgres-home.ts";
import { prepareDatabase } from "../../src/entry/cli/roles.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Administrative connection string of the PostgreSQL of this test run. */
    adminUrl: string;
  }
}

export const TEMPLATE_DATABASE = "callhouse_template";

type Running = { readonly adminUrl: string; users: number; stop(): Promise<void> };
/** Projects share one server: the set-up is loaded once for each project, in the same process. */
const shared = globalThis as { callhouseTestPostgres?: Promise<Running> };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.callhouseTestPostgres ??= start();
  const running = await shared.callhouseTestPostgres;
  running.users += 1;
  project.provide("adminUrl", running.adminUrl);
  return async () => {
    running.users -= 1;
    if (running.users > 0) return;
    delete shared.callhouseTestPostgres;
    await running.stop();
  };
}

/** One server with one migrated database, from which each test file gets its copy in a few milliseconds. */
async function start(): Promise<Running> {
  const dir = temporaryDir("test");
  const [port = 0] = await freePorts(1);
  const server = await startPostgres({
    dataDir: `${dir}/postgres`,
    port,
    password: "only-for-tests",
    durable: false,
    log: () => {},
  });
  const adminUrl = server.urlOf("postgres");
  const urls = await prepareDatabase(adminUrl, TEMPLATE_DATABASE);
  await migrate(urls.owner);
  return {
    adminUrl,
    users: 0,
    async stop() {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
