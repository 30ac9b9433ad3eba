import { join } from "node:path";
import { type ClockSetting, platformClock, sandboxClock } from "../../adapters/clock.ts";
import { buildConsole } from "./bundle.ts";
import { type Keys, keysIn } from "./keys.ts";
import { openLog } from "./logs.ts";
import { freePorts } from "./ports.ts";
import type { DatabaseUrls } from "./roles.ts";
import { leaveDataDir, rememberChildren, takeDataDir } from "./run-file.ts";
import { startDatabase } from "./stack-database.ts";
import { type RunningWorker, startWorker } from "./workerd.ts";

export type StackOptions = {
  /** Ports that are not named are chosen free. */
  readonly ports?: { readonly app?: number; readonly sandbox?: number; readonly postgres?: number };
  /** Administrative address of an outside PostgreSQL; without it the house brings its own. */
  readonly databaseUrl?: string;
  /** Everything the house keeps: keys, database, objects, logs. */
  readonly dataDir: string;
  /** A house clock that starts at `originMs` and runs `speed` times as fast. Without it: real time. */
  readonly clock?: { readonly originMs: number; readonly speed: number };
  /** False for data nobody will miss: simulated days and tests start and write faster. */
  readonly durable?: boolean;
  /** False when nobody will look at the console: benchmarks and simulated days. */
  readonly console?: boolean;
  /** Robot callers and agents that keep the boards moving. */
  readonly demoFloor?: boolean;
  /** Asked once leftovers of a killed run are gone and before anything starts: are the ports ours? */
  readonly beforeStart?: () => Promise<void>;
  readonly log: (line: string) => void;
};

/** The whole house on this machine. */
export type Stack = {
  readonly appUrl: string;
  readonly sandboxUrl: string;
  readonly databaseUrls: DatabaseUrls;
  readonly keys: Keys;
  readonly migrated: readonly string[];
  /** House time now. */
  now(): number;
  /** Tears down one object of the app Worker in the middle of whatever it does. */
  evict(className: "Line" | "Contact" | "SeatPool" | "TenantLive", name: string): Promise<void>;
  /** Calls the app Worker's scheduled handler, as the platform's clock would. */
  runCron(cron: string): Promise<void>;
  stopDatabase(): Promise<void>;
  startDatabase(): Promise<void>;
  stop(): Promise<void>;
};

const MINUTE_MS = 60_000;
const EVERY_MINUTE = "* * * * *";

/** Starts PostgreSQL, migrates, builds what changed, and runs the app Worker and the sandbox carrier side by side. */
export async function bootStack(options: StackOptions): Promise<Stack> {
  await takeDataDir(options.dataDir);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
    leaveDataDir(options.dataDir);
  };
  try {
    await options.beforeStart?.();
    return await boot(options, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function boot(options: StackOptions, stops: (() => Promise<void>)[], stop: Stack["stop"]): Promise<Stack> {
  const { dataDir, log } = options;
  const keys = keysIn(dataDir);
  const ports = await portsFor(options);
  log("database: starting PostgreSQL 18");
  const database = await startDatabase({
    dataDir,
    port: ports.postgres,
    password: keys.postgresPassword,
    durable: options.durable ?? true,
    outsideUrl: options.databaseUrl,
  });
  if (options.databaseUrl === undefined) stops.push(() => database.stop());
  rememberChildren(dataDir);
  if (database.migrated.length > 0) log(`database: ${database.migrated.length} migrations applied`);
  if (options.console ?? true) {
    log("console: building what changed");
    await buildConsole();
  }
  log("workers: starting the app and the sandbox carrier in workerd");
  const setting = options.clock && { ...options.clock, realOriginMs: Date.now() };
  const { now } = setting ? sandboxClock(setting) : platformClock;
  const clock = clockVariables(setting);
  const { app, sandbox } = await startWorkers({ dataDir, ports, keys, urls: database.urls, clock });
  stops.push(
    () => app.stop(),
    () => sandbox.stop(),
  );
  rememberChildren(dataDir);
  stops.push(startCron(app, now, options.clock?.speed ?? 1));
  return {
    appUrl: app.url,
    sandboxUrl: sandbox.url,
    databaseUrls: database.urls,
    keys,
    migrated: database.migrated,
    now,
    evict: (className, name) => app.evict(className, name),
    runCron: (cron) => app.runCron(cron, now()),
    stopDatabase: () => database.stop(),
    startDatabase: () => database.start(),
    stop,
  };
}

async function portsFor({ ports }: StackOptions): Promise<{ app: number; sandbox: number; postgres: number }> {
  const [app = 0, sandbox = 0, postgres = 0] = await freePorts(3);
  return { app: ports?.app ?? app, sandbox: ports?.sandbox ?? sandbox, postgres: ports?.postgres ?? postgres };
}

type WorkersOptions = {
  readonly dataDir: string;
  readonly ports: { readonly app: number; readonly sandbox: number };
  readonly keys: Keys;
  readonly urls: DatabaseUrls;
  readonly clock: Readonly<Record<string, string>>;
};

/** One after the other: the app's address and the carrier's are known to each other before either runs. */
async function startWorkers(options: WorkersOptions): Promise<{ app: RunningWorker; sandbox: RunningWorker }> {
  const { dataDir, ports, keys, urls, clock } = options;
  const appUrl = `http://127.0.0.1:${ports.app}`;
  const sandboxUrl = `http://127.0.0.1:${ports.sandbox}`;
  const shared = { ENVIRONMENT: "sandbox", SANDBOX_URL: sandboxUrl, ...clock };
  const sandbox = await startWorker({
    name: "callhouse-sandbox-carrier",
    configPath: "src/adapters/carriers/sandbox/wrangler.toml",
    port: ports.sandbox,
    variables: { ...shared, SANDBOX_CONTROL_KEY: keys.sandboxControlKey },
    hyperdrives: {},
    stateDir: join(dataDir, "state", "sandbox"),
    log: openLog(dataDir, "sandbox"),
  });
  try {
    const app = await startWorker({
      name: "callhouse",
      configPath: "wrangler.toml",
      port: ports.app,
      variables: { ...shared, PUBLIC_URL: appUrl, SEAL_KEY: keys.sealKey, INTERNAL_KEY: keys.internalKey },
      hyperdrives: { DB: urls.app, DB_OPERATOR: urls.operator },
      stateDir: join(dataDir, "state", "app"),
      log: openLog(dataDir, "app"),
    });
    return { app, sandbox };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

/** The platform calls the sweep each minute; here this process does, in minutes of the house's clock. */
function startCron(app: RunningWorker, now: () => number, speed: number): () => Promise<void> {
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running
      .then(() => app.runCron(EVERY_MINUTE, now()))
      .catch(() => {
        // The Worker logs its own failures; the next minute tries again.
      });
  }, MINUTE_MS / speed);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

function clockVariables(setting: ClockSetting | undefined): Readonly<Record<string, string>> {
  if (!setting) return {};
  return {
    CLOCK_ORIGIN_MS: String(setting.originMs),
    CLOCK_REAL_ORIGIN_MS: String(setting.realOriginMs),
    CLOCK_SPEED: String(setting.speed),
  };
}
