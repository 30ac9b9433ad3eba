import { type ClockSetting, platformClock, sandboxClock } from "../../adapters/clock.ts";
import { DEMO_PASSWORD } from "../http/demo.ts";
import { buildConsole } from "./bundle.ts";
import { openCarrierAccounts } from "./carrier-accounts.ts";
import type { Standing } from "./day/reconcile.ts";
import { demoSignIns } from "./demo-sign-ins.ts";
import { castFrom } from "./floor/cast.ts";
import { openDemoFloor } from "./floor/floor.ts";
import type { Host } from "./floor/house-client.ts";
import { type Keys, keysIn } from "./keys.ts";
import { freePorts } from "./ports.ts";
import type { DatabaseUrls } from "./roles.ts";
import { leaveDataDir, rememberChildren, takeDataDir } from "./run-file.ts";
import { endLeftoverDatabase, type StackDatabase, startDatabase } from "./stack-database.ts";
import {
  clockVariables,
  evictObject,
  type RunningWorkers,
  readStanding,
  startCron,
  startWorkers,
} from "./stack-workers.ts";
import { type AppliedTenants, applyTenants, publish } from "./tenants.ts";

export type StackOptions = {
  /** Ports that are not named are chosen free. */
  readonly ports?: {
    readonly app?: number;
    readonly sandbox?: number;
    readonly bureau?: number;
    readonly postgres?: number;
  };
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
  /** False: nobody calls the scheduled handler each minute; `runCron` does at the caller's own moments. */
  readonly minutes?: boolean;
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
  /** Stripe and the mail service, played on this machine. */
  readonly bureauUrl: string;
  readonly databaseUrls: DatabaseUrls;
  readonly keys: Keys;
  /** The clients of `tenants/` with their carrier accounts, and everybody who can sign in with `password`. */
  readonly applied: AppliedTenants;
  readonly password: string;
  /** The same house as its robots know it: addresses, control keys, house clock. */
  readonly host: Host;
  /** How far a contact is, as its own object says. */
  standing(tenantId: string, contactId: string): Promise<Standing | null>;
  /** House time now. */
  now(): number;
  /** Tears down one object of the app Worker in the middle of whatever it does. */
  evict(binding: "CONTACT" | "SEAT_POOL" | "TENANT_LIVE", name: string): Promise<void>;
  /** Calls the app Worker's scheduled handler, as the platform's clock would. */
  runCron(cron: string): Promise<void>;
  stopDatabase(): Promise<void>;
  startDatabase(): Promise<void>;
  /**
   * Kills the Workers in the middle of whatever they do and starts them again on what they had stored; at another instant
   * of the house's clock where one is named, which only a house with a clock of its own can.
   */
  restart(at?: number): Promise<void>;
  stop(): Promise<void>;
};

/** The same floor at each start. */
const FLOOR_SEED = 7;

type Ports = {
  readonly app: number;
  readonly sandbox: number;
  readonly bureau: number;
  readonly postgres: number;
  readonly floor: number;
};
/** What was started, in its order; it is stopped from the last to the first. */
type Stops = (() => Promise<void>)[];

/** Starts PostgreSQL, migrates, builds what changed, and runs the app Worker and the sandbox carrier side by side. */
export async function bootStack(options: StackOptions): Promise<Stack> {
  await takeDataDir(options.dataDir);
  if (options.databaseUrl === undefined) await endLeftoverDatabase(options.dataDir);
  const stops: Stops = [];
  const stop = async () => {
    const failures: unknown[] = [];
    for (const one of stops.splice(0).reverse()) await one().catch((error: unknown) => failures.push(error));
    leaveDataDir(options.dataDir);
    if (failures.length > 0) throw new AggregateError(failures, "not everything stopped");
  };
  try {
    await options.beforeStart?.();
    return await boot(options, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function boot(options: StackOptions, stops: Stops, stop: Stack["stop"]): Promise<Stack> {
  const keys = keysIn(options.dataDir);
  const ports = await portsFor(options);
  const database = await openDatabase(options, keys, ports, stops);
  if (options.console ?? true) {
    options.log("console: building what changed");
    await buildConsole();
  }
  const applied = await applyTenants({
    ownerUrl: database.urls.owner,
    sealKey: keys.sealKey,
    sandbox: { baseUrl: `http://127.0.0.1:${ports.sandbox}`, password: DEMO_PASSWORD },
  });
  const house = await openWorkers(options, keys, ports, database.urls, stops);
  const { host } = house;
  options.log(`clients: publishing ${applied.tenants.length}`);
  await openCarrierAccounts(host, applied.tenants);
  await publish(host.appUrl, keys.internalKey);
  if (options.minutes ?? true) house.beginCron();
  const stack: Stack = {
    appUrl: host.appUrl,
    sandboxUrl: host.sandboxUrl,
    bureauUrl: house.workers().bureau.url,
    databaseUrls: database.urls,
    keys,
    applied,
    password: DEMO_PASSWORD,
    host,
    standing: (tenantId, contactId) => readStanding(house.workers().app, tenantId, contactId),
    now: host.now,
    evict: (binding, name) => evictObject(house.workers().app, binding, name),
    runCron: (cron) => house.workers().app.runCron(cron, host.now()),
    stopDatabase: () => database.stop(),
    startDatabase: () => database.start(),
    restart: house.restart,
    stop,
  };
  if (options.demoFloor) stops.push(await startFloor(stack, ports.floor, options.log));
  return stack;
}

async function openDatabase(options: StackOptions, keys: Keys, ports: Ports, stops: Stops): Promise<StackDatabase> {
  options.log(`database: ${options.databaseUrl === undefined ? "starting" : "asking your own"} PostgreSQL 18`);
  const database = await startDatabase({
    dataDir: options.dataDir,
    port: ports.postgres,
    password: keys.postgresPassword,
    durable: options.durable ?? true,
    outsideUrl: options.databaseUrl,
    say: options.log,
  });
  if (options.databaseUrl === undefined) stops.push(() => database.stop());
  if (database.migrated.length > 0) options.log(`database: ${database.migrated.length} migrations applied`);
  return database;
}

/** The Workers, which may be started again; who holds the house asks for those that run now. */
async function openWorkers(options: StackOptions, keys: Keys, ports: Ports, urls: DatabaseUrls, stops: Stops) {
  options.log("workers: starting the app, the sandbox carrier and the sandbox bureau in workerd");
  let setting: ClockSetting | undefined = options.clock && { ...options.clock, realOriginMs: Date.now() };
  const clock = () => (setting ? sandboxClock(setting) : platformClock);
  const floorUrl = options.demoFloor ? { DEMO_FLOOR_URL: `http://127.0.0.1:${ports.floor}` } : {};
  const start = async (): Promise<RunningWorkers> => {
    const variables = { ...clockVariables(setting), ...floorUrl };
    const started = await startWorkers({ dataDir: options.dataDir, ports, keys, urls, variables });
    rememberChildren(options.dataDir);
    return started;
  };
  let running = await start();
  let endCron = async () => {};
  stops.push(
    () => running.app.stop(),
    () => running.sandbox.stop(),
    () => running.bureau.stop(),
    () => endCron(),
  );
  const host: Host = {
    appUrl: running.app.url,
    sandboxUrl: running.sandbox.url,
    sandboxKey: keys.sandboxControlKey,
    now: () => clock().now(),
    speed: options.clock?.speed ?? 1,
  };
  const beginCron = () => {
    endCron = startCron(running.app, host.now, host.speed);
  };
  const restart = async (at?: number) => {
    // All at once: a job of the minute that is under way dies with its Worker, as everything else does.
    const { app, sandbox, bureau } = running;
    await Promise.all([app.stop(), sandbox.stop(), bureau.stop(), endCron()]);
    if (at !== undefined && setting) setting = { ...setting, originMs: at, realOriginMs: Date.now() };
    running = await start();
    if (options.minutes ?? true) beginCron();
  };
  return { workers: () => running, host, beginCron, restart };
}

/** The people named on the page of demo sign-ins are left to whoever looks on. */
async function startFloor(stack: Stack, port: number, log: StackOptions["log"]): Promise<() => Promise<void>> {
  const keptFree = new Set((await demoSignIns(stack.appUrl)).map(({ email }) => email));
  const cast = castFrom(stack.applied, stack.now);
  const agents = cast.agents
    .filter((email) => !keptFree.has(email))
    .map((email) => ({ email, password: stack.password }));
  log(`demo floor: ${agents.length} simulated agents sit down`);
  const floor = await openDemoFloor(stack.host, { agents, callers: cast.callers }, { seed: FLOOR_SEED, port, log });
  return () => floor.stop();
}

async function portsFor({ ports }: StackOptions): Promise<Ports> {
  const [app = 0, sandbox = 0, postgres = 0, floor = 0, bureau = 0] = await freePorts(5);
  return {
    app: ports?.app ?? app,
    sandbox: ports?.sandbox ?? sandbox,
    postgres: ports?.postgres ?? postgres,
    bureau: ports?.bureau ?? bureau,
    floor,
  };
}
