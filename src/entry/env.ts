import { z } from "zod";
import { type ClockSetting, platformClock, sandboxClock } from "../adapters/clock.ts";
import type { Clock } from "../ports/clock.ts";
import type { CallersRpc, ContactRpc, LineRpc, PoolRpc, TenantLiveRpc } from "./objects/rpc.ts";

/** The bindings of wrangler.toml. Objects and queues are typed here; what travels through them is parsed where it lands. */
export type Bindings = {
  readonly ASSETS: Fetcher;
  readonly DB: Hyperdrive;
  readonly DB_OPERATOR: Hyperdrive;
  readonly LINE: DurableObjectNamespace<LineRpc>;
  readonly CONTACT: DurableObjectNamespace<ContactRpc>;
  readonly SEAT_POOL: DurableObjectNamespace<PoolRpc>;
  readonly TENANT_LIVE: DurableObjectNamespace<TenantLiveRpc>;
  readonly CALLERS: DurableObjectNamespace<CallersRpc>;
  readonly FACTS: Queue;
  readonly MEDIA: Queue;
  readonly BILLING_RUNS: Queue;
  readonly BLOBS: R2Bucket;
};

/** What a Worker entry is given: bindings, and variables that have not been looked at yet. */
export type Env = Bindings & Readonly<Record<string, unknown>>;

export type Config = {
  readonly environment: "production" | "sandbox";
  /** Where carriers and browsers reach this Worker, without a slash at the end. Webhook signatures are made over it. */
  readonly publicUrl: string;
  /** 32 bytes, base64: seals the carrier accounts that travel inside webhook addresses. */
  readonly sealKey: string;
  /** Bearer of `/internal/*`: publishing, and in the sandbox the switches of tests. */
  readonly internalKey: string;
  readonly clock: Clock;
  /** Only in the sandbox: where the carrier that is played by the sandbox Worker answers. */
  readonly sandboxUrl: string | undefined;
  /** Only in the sandbox: bearer of the sandbox carrier's control. */
  readonly sandboxControlKey: string | undefined;
  /** Only in the sandbox, and only where a demo floor plays: where it can be paused. */
  readonly demoFloorUrl: string | undefined;
  /** Null where the house takes no card payments. */
  readonly stripe: StripeConfig | null;
  /** Null where the house writes no letters: reminders are then only shown. */
  readonly mail: MailConfig | null;
};

export type StripeConfig = {
  readonly secretKey: string;
  /** The current one first; a former one after it while a rotation overlaps. */
  readonly webhookSecrets: readonly string[];
  /** Only in the sandbox: the bureau in Stripe's place. */
  readonly baseUrl: string | null;
};

export type MailConfig = { readonly apiKey: string; readonly from: string; readonly baseUrl: string };

const key32 = z
  .string({ error: "must be set: 32 random bytes as base64 (openssl rand -base64 32)" })
  .refine((text) => /^[A-Za-z0-9+/]{43}=$/.test(text), "must be 32 bytes as base64 (openssl rand -base64 32)");
const secret = z
  .string({ error: "must be set: a secret of 24 characters or more" })
  .min(24, "must have 24 characters or more");
const origin = z
  .string({ error: "must be set: an address such as https://callhouse.example.com" })
  .refine(isOrigin, "must be http(s)://host[:port] with no path and no slash at the end");
const wholeMs = z.coerce.number({ error: "must be whole milliseconds" }).int("must be whole milliseconds").min(0);

const variablesSchema = z
  .object({
    ENVIRONMENT: z.enum(["production", "sandbox"], { error: 'must be "production" or "sandbox"' }),
    PUBLIC_URL: origin,
    SEAL_KEY: key32,
    INTERNAL_KEY: secret,
    SANDBOX_URL: origin.optional(),
    SANDBOX_CONTROL_KEY: z.string().min(16, "must have 16 characters or more").optional(),
    DEMO_FLOOR_URL: origin.optional(),
    STRIPE_SECRET_KEY: z.string().min(16, "must be Stripe's secret or restricted key").optional(),
    STRIPE_WEBHOOK_SECRET: z
      .string()
      .regex(/^whsec_\S{8,}(,whsec_\S{8,})*$/, "must be whsec_…; while it is rotated, the new and the old with a comma")
      .optional(),
    STRIPE_BASE_URL: origin.optional(),
    MAIL_API_KEY: z.string().min(8, "must be the mail service's key").optional(),
    MAIL_FROM: z.string().regex(/@/, "must be a sender such as Billing <billing@example.com>").optional(),
    MAIL_BASE_URL: origin.optional(),
    CLOCK_ORIGIN_MS: wholeMs.optional(),
    CLOCK_REAL_ORIGIN_MS: wholeMs.optional(),
    CLOCK_SPEED: z.coerce.number().min(0.1, "must be 0.1 to 1000").max(1_000, "must be 0.1 to 1000").optional(),
  })
  .superRefine((variables, check) => {
    const clock = CLOCK_NAMES.filter((name) => variables[name] !== undefined);
    if (variables.ENVIRONMENT === "production") {
      if (!variables.PUBLIC_URL.startsWith("https://")) refuse(check, "PUBLIC_URL", "must be https in production");
      for (const name of [...clock, ...SANDBOX_NAMES.filter((name) => variables[name] !== undefined)]) {
        refuse(check, name, "is allowed only when ENVIRONMENT is sandbox");
      }
    } else if (clock.length !== 0 && clock.length !== CLOCK_NAMES.length) {
      refuse(check, "CLOCK_*", `must be given together: ${CLOCK_NAMES.join(", ")}`);
    }
    for (const [one, other] of PAIRS) {
      if (variables[one] !== undefined && variables[other] === undefined)
        refuse(check, other, `must be set where ${one} is`);
    }
  });

const SANDBOX_NAMES = [
  "SANDBOX_URL",
  "SANDBOX_CONTROL_KEY",
  "DEMO_FLOOR_URL",
  "STRIPE_BASE_URL",
  "MAIL_BASE_URL",
] as const;
/** What makes no sense without the other. */
const PAIRS = [
  ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"],
  ["STRIPE_WEBHOOK_SECRET", "STRIPE_SECRET_KEY"],
  ["MAIL_API_KEY", "MAIL_FROM"],
  ["MAIL_FROM", "MAIL_API_KEY"],
] as const;
const MAIL_SERVICE = "https://api.resend.com";
const CLOCK_NAMES = ["CLOCK_ORIGIN_MS", "CLOCK_REAL_ORIGIN_MS", "CLOCK_SPEED"] as const;

/** Says every mistake at once, one per line, each with its name and what is allowed; values are not repeated. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** Parsed once in each isolate: the variables of a deployed version never change. */
let parsed: Config | undefined;

export function configOf(env: Env): Config {
  parsed ??= parseConfig(env);
  return parsed;
}

export function parseConfig(env: Readonly<Record<string, unknown>>): Config {
  const result = variablesSchema.safeParse(env);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `  ${issue.path.join(".")} ${issue.message}`);
    throw new ConfigError(`Callhouse cannot start, its configuration is wrong:\n${lines.join("\n")}`);
  }
  const variables = result.data;
  return {
    environment: variables.ENVIRONMENT,
    publicUrl: variables.PUBLIC_URL,
    sealKey: variables.SEAL_KEY,
    internalKey: variables.INTERNAL_KEY,
    clock: clockOf(variables),
    sandboxUrl: variables.SANDBOX_URL,
    sandboxControlKey: variables.SANDBOX_CONTROL_KEY,
    demoFloorUrl: variables.DEMO_FLOOR_URL,
    stripe: stripeOf(variables),
    mail: mailOf(variables),
  };
}

type Variables = z.infer<typeof variablesSchema>;

function stripeOf({ STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_BASE_URL }: Variables): StripeConfig | null {
  if (STRIPE_SECRET_KEY === undefined || STRIPE_WEBHOOK_SECRET === undefined) return null;
  const webhookSecrets = STRIPE_WEBHOOK_SECRET.split(",");
  return { secretKey: STRIPE_SECRET_KEY, webhookSecrets, baseUrl: STRIPE_BASE_URL ?? null };
}

function mailOf({ MAIL_API_KEY, MAIL_FROM, MAIL_BASE_URL }: Variables): MailConfig | null {
  if (MAIL_API_KEY === undefined || MAIL_FROM === undefined) return null;
  return { apiKey: MAIL_API_KEY, from: MAIL_FROM, baseUrl: MAIL_BASE_URL ?? MAIL_SERVICE };
}

function clockOf(variables: Variables): Clock {
  const { CLOCK_ORIGIN_MS, CLOCK_REAL_ORIGIN_MS, CLOCK_SPEED } = variables;
  if (CLOCK_ORIGIN_MS === undefined || CLOCK_REAL_ORIGIN_MS === undefined || CLOCK_SPEED === undefined) {
    return platformClock;
  }
  const setting: ClockSetting = { originMs: CLOCK_ORIGIN_MS, realOriginMs: CLOCK_REAL_ORIGIN_MS, speed: CLOCK_SPEED };
  return sandboxClock(setting);
}

function refuse(check: z.RefinementCtx, name: string, message: string): void {
  check.addIssue({ code: "custom", path: [name], message });
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text);
}
