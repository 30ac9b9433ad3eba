import { type ChildProcess, spawn } from "node:child_process";
import { chownSync, existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { otherPort } from "./ports.ts";
import { findPostgresHome, type PostgresHome } from "./postgres-home.ts";
import { commandOf, endProcess, isAlive } from "./processes.ts";
import { Trouble } from "./trouble.ts";

export type PostgresOptions = {
  readonly dataDir: string;
  readonly port: number;
  readonly password: string;
  /** False only for data nobody will miss: tests and simulated days. */
  readonly durable: boolean;
  readonly log: (text: string) => void;
  /** Told when the server ends without having been asked to. */
  readonly endedByItself?: () => void;
};

export type PostgresServer = {
  readonly port: number;
  /** Connection string of the superuser `postgres`, who is used to make roles and databases and for nothing else. */
  urlOf(database: string): string;
  stop(): Promise<void>;
};

const START_MS_MAX = 30_000;
const STOP_MS_MAX = 10_000;
/** A fresh cluster with its write-ahead log takes about 60 MB; below this initdb fails half way through. */
const FREE_BYTES_MIN = 200 * 1024 * 1024;

/** Starts the PostgreSQL 18 that npm brought, making its data folder on the first start. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const home = await findPostgresHome(options.dataDir);
  await endLeftover(home.dataDir);
  if (!existsSync(join(home.dataDir, "PG_VERSION"))) await initialise(home, options);
  const child = await launch(home, options);
  let asked = false;
  child.once("exit", () => {
    if (!asked) options.endedByItself?.();
  });
  return {
    port: options.port,
    urlOf: (database) => `postgres://postgres:${options.password}@127.0.0.1:${options.port}/${database}`,
    async stop() {
      asked = true;
      // SIGINT is PostgreSQL's fast shutdown: sessions are closed, everything committed is on disk.
      if (child.pid !== undefined && child.exitCode === null) await endProcess(child.pid, "SIGINT", STOP_MS_MAX);
    },
  };
}

/** Ends the server of this data folder that a killed run left behind, so that its port is free again. */
export async function endLeftoverServer(dataDir: string): Promise<void> {
  if (!existsSync(dirname(dataDir))) return;
  const home = await findPostgresHome(dataDir);
  await endLeftover(home.dataDir);
}

/** Ends a postmaster that outlived a killed run; a pid file whose process is gone or is something else is removed. */
async function endLeftover(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, "postmaster.pid");
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8").split("\n")[0]);
  if (pid > 0 && isAlive(pid) && commandOf(pid).includes(dataDir)) await endProcess(pid, "SIGINT", STOP_MS_MAX);
  rmSync(pidFile, { force: true });
}

async function initialise(home: PostgresHome, options: PostgresOptions): Promise<void> {
  const { bavail, bsize } = statfsSync(home.dataDir);
  if (bavail * bsize < FREE_BYTES_MIN) {
    throw new Trouble(`The disk under ${home.dataDir} is full: 200 MB are needed. Free some space and start again.`);
  }
  const passwordFile = `${home.dataDir}.password`;
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  if (home.account.uid !== undefined && home.account.gid !== undefined) {
    chownSync(passwordFile, home.account.uid, home.account.gid);
  }
  const flags = ["--username=postgres", "--auth=scram-sha-256", `--pwfile=${passwordFile}`, `--pgdata=${home.dataDir}`];
  const locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
  const child = spawn(home.initdb, [...flags, ...locale, ...(options.durable ? [] : ["--no-sync"])], {
    ...home.account,
    cwd: home.dataDir,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = collect(child, options.log);
  const code = await new Promise<number | null>((done) => child.once("close", done).once("error", () => done(null)));
  rmSync(passwordFile, { force: true });
  if (code !== 0) {
    rmSync(home.dataDir, { recursive: true, force: true });
    throw new Trouble(`PostgreSQL could not make its data folder ${home.dataDir}: ${lastLine(said.text)}`);
  }
}

async function launch(home: PostgresHome, options: PostgresOptions): Promise<ChildProcess> {
  const settings = {
    port: options.port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 200,
    timezone: "UTC",
    ...(options.durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  // Its own process group: Ctrl-C reaches us first, and we stop the database last.
  const child = spawn(home.postgres, ["-D", home.dataDir, ...flags], {
    ...home.account,
    cwd: home.dataDir,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const said = collect(child, options.log);
  const until = Date.now() + START_MS_MAX;
  while (!said.text.includes("ready to accept connections")) {
    if (child.exitCode !== null || Date.now() > until) throw whyNotStarted(said.text, options.port);
    await sleep(20);
  }
  child.unref();
  return child;
}

function whyNotStarted(said: string, port: number): Trouble {
  if (said.includes("Address already in use")) {
    return new Trouble(
      `Port ${port} (PostgreSQL) is taken. Choose another: CALLHOUSE_PG_PORT=${otherPort(port)} npm start`,
    );
  }
  if (said.includes("No space left on device")) {
    return new Trouble("The disk is full, PostgreSQL cannot start. Free some space and start again; no data is lost.");
  }
  return new Trouble(`PostgreSQL did not start: ${lastLine(said)}. Its log is in .callhouse/postgres.log.`);
}

function collect(child: ChildProcess, log: (text: string) => void): { text: string } {
  const said = { text: "" };
  const add = (chunk: Buffer) => {
    const text = chunk.toString("utf8");
    // Only the words of the start are read again; an old database must not grow our memory.
    if (said.text.length < 64_000) said.text += text;
    log(text);
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", add);
    if (stream && "unref" in stream && typeof stream.unref === "function") stream.unref();
  }
  return said;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "no message";
}
