import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { migrate } from "../../src/entry/cli/migrate.ts";
import { freePorts } from "../../src/entry/cli/ports.ts";
import { endLeftoverServer, startPostgres } from "../../src/entry/cli/postgres.ts";
import { temporaryDir } from "../../src/entry/cli/postgres-home.ts";
import { isAlive } from "../../src/entry/cli/processes.ts";
import { prepareDatabase, roleUrls } from "../../src/entry/cli/roles.ts";

const TEMPLATE_DATABASE = "callhouse_template";

export type TestPostgres = { readonly adminUrl: string; stop(): Promise<void> };

/** One server with one migrated database, from which each test file gets its copy in a few milliseconds. */
export async function startTestPostgres(): Promise<TestPostgres> {
  await clearKilledRuns();
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
  await lendToWorkers(adminUrl);
  return {
    adminUrl,
    async stop() {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Servers and folders of test runs that were killed. Their names carry the process that made them. */
async function clearKilledRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^callhouse-test-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await endLeftoverServer(join(tmpdir(), name, "postgres"));
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** The `workers` project has one database of its own; wrangler reads its addresses from the environment. */
async function lendToWorkers(adminUrl: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  await sql.unsafe(`create database test_workers template ${TEMPLATE_DATABASE} owner callhouse_owner`);
  await sql.end();
  const urls = roleUrls(adminUrl, "test_workers");
  process.env.CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_DB = urls.app;
  process.env.CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_DB_OPERATOR = urls.operator;
}
