import { join } from "node:path";
import type { ClockSetting } from "../../adapters/clock.ts";
import { objectName } from "../objects/contact-id.ts";
import type { Standing } from "./day/reconcile.ts";
import type { Keys } from "./keys.ts";
import { openLog } from "./logs.ts";
import type { DatabaseUrls } from "./roles.ts";
import { type RunningWorker, startWorker } from "./workerd.ts";

const MINUTE_MS = 60_000;
const EVERY_MINUTE = "* * * * *";

export type WorkersOptions = {
  readonly dataDir: string;
  readonly ports: { readonly app: number; readonly sandbox: number; readonly bureau: number };
  readonly keys: Keys;
  readonly urls: DatabaseUrls;
  /** Beyond what both Workers always get. */
  readonly variables: Readonly<Record<string, string>>;
};

export type RunningWorkers = {
  readonly app: RunningWorker;
  readonly sandbox: RunningWorker;
  /** Stripe and the mail service, played on this machine. */
  readonly bureau: RunningWorker;
};

/** One after the other: the app's address and the carrier's are known to each other before either runs. */
export async function startWorkers(options: WorkersOptions): Promise<RunningWorkers> {
  const { dataDir, ports, keys, urls } = options;
  const appUrl = `http://127.0.0.1:${ports.app}`;
  const sandboxUrl = `http://127.0.0.1:${ports.sandbox}`;
  const shared = {
    ENVIRONMENT: "sandbox",
    SANDBOX_URL: sandboxUrl,
    SANDBOX_CONTROL_KEY: keys.sandboxControlKey,
    ...options.variables,
  };
  const sandbox = await startWorker({
    name: "callhouse-sandbox-carrier",
    configPath: "src/adapters/carriers/sandbox/wrangler.toml",
    port: ports.sandbox,
    variables: shared,
    hyperdrives: {},
    stateDir: join(dataDir, "state", "sandbox"),
    log: openLog(dataDir, "sandbox"),
  });
  const started = [sandbox];
  try {
    const bureau = await startBureau(options, appUrl);
    started.push(bureau);
    const app = await startWorker({
      name: "callhouse",
      configPath: "wrangler.toml",
      port: ports.app,
      variables: {
        ...shared,
        PUBLIC_URL: appUrl,
        SEAL_KEY: keys.sealKey,
        INTERNAL_KEY: keys.internalKey,
        ...officeVariables(keys, bureau.url),
      },
      hyperdrives: { DB: urls.app, DB_OPERATOR: urls.operator },
      stateDir: join(dataDir, "state", "app"),
      log: openLog(dataDir, "app"),
    });
    return { app, sandbox, bureau };
  } catch (error) {
    for (const one of started.reverse()) await one.stop();
    throw error;
  }
}

function startBureau({ dataDir, ports, keys, variables }: WorkersOptions, appUrl: string): Promise<RunningWorker> {
  const url = `http://127.0.0.1:${ports.bureau}`;
  return startWorker({
    name: "callhouse-sandbox-bureau",
    configPath: "src/adapters/sandbox/wrangler.toml",
    port: ports.bureau,
    variables: {
      ENVIRONMENT: "sandbox",
      BUREAU_URL: url,
      SANDBOX_CONTROL_KEY: keys.sandboxControlKey,
      STRIPE_WEBHOOK_URL: `${appUrl}/webhooks/stripe`,
      ...secretsOf(keys),
      ...variables,
    },
    hyperdrives: {},
    stateDir: join(dataDir, "state", "bureau"),
    log: openLog(dataDir, "bureau"),
  });
}

/** The bureau's secrets come of the house's own: a data folder of before the bureau needs no new ones. */
function secretsOf({ sandboxControlKey }: Keys) {
  return {
    STRIPE_SECRET_KEY: `sk_sandbox_${sandboxControlKey}`,
    STRIPE_WEBHOOK_SECRET: `whsec_${sandboxControlKey}`,
    MAIL_API_KEY: `re_${sandboxControlKey}`,
  };
}

function officeVariables(keys: Keys, bureauUrl: string) {
  return {
    ...secretsOf(keys),
    STRIPE_BASE_URL: bureauUrl,
    MAIL_BASE_URL: bureauUrl,
    MAIL_FROM: "Callhouse Billing <billing@callhouse.example>",
  };
}

/** The platform calls the sweep each minute; here this process does, in minutes of the house's clock. */
export function startCron(app: RunningWorker, now: () => number, speed: number): () => Promise<void> {
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

export function clockVariables(setting: ClockSetting | undefined): Readonly<Record<string, string>> {
  if (!setting) return {};
  return {
    CLOCK_ORIGIN_MS: String(setting.originMs),
    CLOCK_REAL_ORIGIN_MS: String(setting.realOriginMs),
    CLOCK_SPEED: String(setting.speed),
  };
}

/** How far a contact is, as its own object says; null when it knows of none. */
export async function readStanding(app: RunningWorker, tenantId: string, contactId: string): Promise<Standing | null> {
  const contact = (await app.object("CONTACT", objectName.contact(tenantId, contactId))) as {
    standing(): Promise<Standing | null>;
  };
  return contact.standing();
}

/** The object dies in the middle of whatever it does, the call that asked for it included. */
export async function evictObject(app: RunningWorker, binding: string, name: string): Promise<void> {
  const object = (await app.object(binding, name)) as { evict(): Promise<void> };
  await object.evict().catch(() => undefined);
}
