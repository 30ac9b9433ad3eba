import { join } from "node:path";
import { openLog } from "./logs.ts";
import { migrate } from "./migrate.ts";
import { endLeftoverServer, startPostgres } from "./postgres.ts";
import { type DatabaseUrls, prepareDatabase } from "./roles.ts";
import { Trouble } from "./trouble.ts";

export type StackDatabase = {
  readonly urls: DatabaseUrls;
  /** Files applied by this start. */
  readonly migrated: readonly string[];
  /** Stops the server under the running house, as a crash would. */
  stop(): Promise<void>;
  start(): Promise<void>;
};

export type DatabaseOptions = {
  readonly dataDir: string;
  readonly port: number;
  readonly password: string;
  readonly durable: boolean;
  /** An outside PostgreSQL: an administrative address with the name of the database to use. */
  readonly outsideUrl: string | undefined;
  /** What a person at the keyboard should read. */
  readonly say?: (line: string) => void;
};

const SERVER_DIR = "postgres";

const ENDED_BY_ITSELF =
  "database: PostgreSQL ended by itself (see postgres.log). Calls go on and facts wait; Ctrl-C and start again to mend it.";

/** A server that a killed run left behind in this folder is ended; its data is kept. */
export function endLeftoverDatabase(dataDir: string): Promise<void> {
  return endLeftoverServer(join(dataDir, SERVER_DIR));
}

/** Brings up the database of a house: the server (ours or an outside one), its roles, its migrations. */
export async function startDatabase(options: DatabaseOptions): Promise<StackDatabase> {
  return options.outsideUrl === undefined ? ownDatabase(options) : outsideDatabase(options.outsideUrl);
}

async function ownDatabase(options: DatabaseOptions): Promise<StackDatabase> {
  const launch = () =>
    startPostgres({
      dataDir: join(options.dataDir, SERVER_DIR),
      port: options.port,
      password: options.password,
      durable: options.durable,
      log: openLog(options.dataDir, "postgres"),
      endedByItself: () => options.say?.(ENDED_BY_ITSELF),
    });
  let server = await launch();
  try {
    const urls = await prepareDatabase(server.urlOf("postgres"), "callhouse");
    return {
      urls,
      migrated: await migrate(urls.owner),
      stop: () => server.stop(),
      async start() {
        server = await launch();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function outsideDatabase(url: string): Promise<StackDatabase> {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new Trouble("DATABASE_URL must look like postgres://user:password@host:5432/database.");
  }
  const database = new URL(url).pathname.slice(1) || "callhouse";
  const urls = await prepareDatabase(url, database).catch((error: unknown) => {
    if (error instanceof Trouble) throw error;
    const reason = error instanceof Error ? error.message || error.name : String(error);
    throw new Trouble(`DATABASE_URL: ${reason}. It needs a reachable PostgreSQL 18 and a role that may create roles.`);
  });
  const notOurs = () => Promise.reject(new Error("an outside PostgreSQL is not ours to stop"));
  return { urls, migrated: await migrate(urls.owner), stop: notOurs, start: notOurs };
}
