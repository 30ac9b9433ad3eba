import { z } from "zod";
import type { Instant } from "../../domain/kernel/instant.ts";

/** Variables of the bureau's Worker as they come, among its bindings. */
export type Variables = Readonly<Record<string, unknown>>;

const Settings = z.object({
  /** Simulated money has no place anywhere else; the Worker refuses to run. */
  ENVIRONMENT: z.literal("sandbox"),
  /** Where the bureau is reached: the start of every payment page it gives out. No slash at the end. */
  BUREAU_URL: z.url().transform((url) => url.replace(/\/$/, "")),
  SANDBOX_CONTROL_KEY: z.string().min(16),
  STRIPE_SECRET_KEY: z.string().min(16),
  STRIPE_WEBHOOK_SECRET: z.string().startsWith("whsec_"),
  STRIPE_WEBHOOK_URL: z.url(),
  MAIL_API_KEY: z.string().min(8),
  CLOCK_ORIGIN_MS: z.coerce.number().optional(),
  CLOCK_REAL_ORIGIN_MS: z.coerce.number().optional(),
  CLOCK_SPEED: z.coerce.number().min(1).max(1_000).optional(),
});

export type Settings = z.infer<typeof Settings>;

const parsed = new WeakMap<object, Settings>();

/** Parsed once for each environment object; a missing or wrong value names itself. */
export function settingsOf(env: Variables): Settings {
  const known = parsed.get(env);
  if (known !== undefined) return known;
  const result = Settings.safeParse(env);
  if (!result.success) throw new Error(`sandbox bureau configuration: ${z.prettifyError(result.error)}`);
  parsed.set(env, result.data);
  return result.data;
}

/** House time: the platform's own unless the three CLOCK values set it off at another speed. */
export function houseNow(settings: Settings): Instant {
  const { CLOCK_SPEED: speed = 1, CLOCK_REAL_ORIGIN_MS: real = 0, CLOCK_ORIGIN_MS: origin = real } = settings;
  return Math.floor(origin + (Date.now() - real) * speed);
}
