import { z } from "zod";
import type { DirectoryRpc, ExchangeRpc, HandsetRpc } from "./objects/rpc.ts";

/** Bindings and variables of the sandbox carrier's own Worker, as its wrangler.toml declares them. */
export type Env = {
  readonly EXCHANGE: DurableObjectNamespace<ExchangeRpc>;
  readonly HANDSET: DurableObjectNamespace<HandsetRpc>;
  readonly DIRECTORY: DurableObjectNamespace<DirectoryRpc>;
} & Readonly<Record<string, unknown>>;

const Settings = z.object({
  /** A simulated carrier has no place anywhere else; the Worker refuses to run. */
  ENVIRONMENT: z.literal("sandbox"),
  /** Where the sandbox is reached: the start of every link it gives out. No slash at the end. */
  SANDBOX_URL: z.url().transform((url) => url.replace(/\/$/, "")),
  SANDBOX_CONTROL_KEY: z.string().min(16),
  CLOCK_ORIGIN_MS: z.coerce.number().optional(),
  CLOCK_REAL_ORIGIN_MS: z.coerce.number().optional(),
  CLOCK_SPEED: z.coerce.number().min(1).max(1_000).optional(),
});

export type Settings = z.infer<typeof Settings>;

const parsed = new WeakMap<object, Settings>();

/** Parsed once for each environment object; a missing or wrong value names itself. */
export function settingsOf(env: Env): Settings {
  const known = parsed.get(env);
  if (known !== undefined) return known;
  const result = Settings.safeParse(env);
  if (!result.success) throw new Error(`sandbox carrier configuration: ${z.prettifyError(result.error)}`);
  parsed.set(env, result.data);
  return result.data;
}
