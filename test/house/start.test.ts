import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePorts } from "../../src/entry/cli/ports.ts";
import { temporaryDir } from "../../src/entry/cli/postgres-home.ts";
import { commandOf, isAlive } from "../../src/entry/cli/processes.ts";

const ROOT = join(import.meta.dirname, "../..");
const START_MS_MAX = 90_000;

type Started = { readonly child: ChildProcess; said(): string; ended(): Promise<number | null> };

let dataDir = "";
let environment: Record<string, string> = {};

beforeAll(async () => {
  dataDir = temporaryDir("start");
  const [app = 0, sandbox = 0, database = 0, bureau = 0] = await freePorts(4);
  environment = {
    CALLHOUSE_DATA: dataDir,
    CALLHOUSE_PORT: String(app),
    CALLHOUSE_SANDBOX_PORT: String(sandbox),
    CALLHOUSE_PG_PORT: String(database),
    CALLHOUSE_BUREAU_PORT: String(bureau),
  };
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

function start(extra: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "src/entry/cli/start.ts"], {
    cwd: ROOT,
    env: { ...process.env, ...environment, ...extra },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  const end = new Promise<number | null>((done) => child.once("close", (code) => done(code)));
  return { child, said: () => text, ended: () => end };
}

async function untilRunning(started: Started): Promise<void> {
  const until = Date.now() + START_MS_MAX;
  while (!started.said().includes("Ctrl-C ends everything")) {
    if (started.child.exitCode !== null || Date.now() > until) throw new Error(`did not start:\n${started.said()}`);
    await sleep(100);
  }
}

/** Everything this house runs: its database and the runtimes it has written down. */
function housePids(): number[] {
  const runtimes = JSON.parse(readFileSync(join(dataDir, "run.json"), "utf8")) as { children: { pid: number }[] };
  const postmaster = Number(readFileSync(join(dataDir, "postgres", "postmaster.pid"), "utf8").split("\n")[0]);
  return [postmaster, ...runtimes.children.map(({ pid }) => pid)];
}

function appUrl(path: string): string {
  return `http://127.0.0.1:${environment.CALLHOUSE_PORT}${path}`;
}

describe("OPS-4 npm start", () => {
  test("prints where it runs and a sign-in for each role, mends what a killed run left, and ends clean", async () => {
    const first = start();
    await untilRunning(first);
    expect(first.said()).toContain(`Callhouse runs at ${appUrl("")}`);
    for (const role of ["agent", "supervisor", "billing admin", "tenant admin"]) expect(first.said()).toContain(role);
    expect(await (await fetch(appUrl("/health"))).json()).toMatchObject({ status: "ok" });

    const orphans = housePids();
    expect(orphans).toHaveLength(4);
    first.child.kill("SIGKILL");
    await first.ended();
    expect(orphans.every(isAlive)).toBe(true);

    const second = start();
    await untilRunning(second);
    expect(second.said()).not.toContain("migrations applied");
    expect(orphans.filter((pid) => isAlive(pid) && commandOf(pid).includes(dataDir))).toEqual([]);

    const running = housePids();
    second.child.kill("SIGINT");
    expect(await second.ended()).toBe(0);
    expect(running.filter(isAlive)).toEqual([]);
  });

  test("a second house in the same folder is told about the first", async () => {
    const first = start();
    await untilRunning(first);
    const second = start();
    expect(await second.ended()).toBe(1);
    expect(second.said().trim()).toMatch(/^Callhouse already runs from .* end it with: kill \d+$/);
    first.child.kill("SIGTERM");
    expect(await first.ended()).toBe(0);
  });

  test("a taken port is said in one line, with what to do", async () => {
    const squatter = createServer();
    await new Promise<void>((done) => squatter.listen(Number(environment.CALLHOUSE_PORT), "127.0.0.1", done));
    const started = start();
    expect(await started.ended()).toBe(1);
    expect(started.said().trim()).toMatch(
      /^Port \d+ \(the console and API\) is taken .* CALLHOUSE_PORT=\d+ npm start$/,
    );
    await new Promise((done) => squatter.close(done));
  });

  test("a database that is newer than the checkout is said in one line", async () => {
    const started = start();
    await untilRunning(started);
    const keys = JSON.parse(readFileSync(join(dataDir, "keys.json"), "utf8")) as { postgresPassword: string };
    const port = environment.CALLHOUSE_PG_PORT;
    const sql = postgres(`postgres://postgres:${keys.postgresPassword}@127.0.0.1:${port}/callhouse`, { max: 1 });
    await sql`insert into house.migrations (name, sha256) values ('29990101000000_later.sql', 'x')`;
    await sql.end();
    started.child.kill("SIGINT");
    await started.ended();

    const next = start();
    expect(await next.ended()).toBe(1);
    expect(next.said().trim().split("\n").at(-1)).toMatch(
      /29990101000000_later\.sql was applied .* older than its database/,
    );
  });

  test("a wrong setting is named with what is allowed", async () => {
    const started = start({ CALLHOUSE_PORT: "eighty" });
    expect(await started.ended()).toBe(1);
    expect(started.said()).toContain("CALLHOUSE_PORT: must be a port from 1 to 65535");
  });
});
