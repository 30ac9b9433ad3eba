import { Hono } from "hono";
import postgres from "postgres";
import { ConfigError, configOf, type Env } from "../env.ts";

type PartState = { readonly ok: boolean; readonly ms?: number; readonly why?: string };

/** A part that does not answer within this time counts as down: a probe must not hang behind it. */
const PART_MS_MAX = 2_000;

/**
 * The state of each part. 503 only when calls cannot be taken: without its database the house still answers the phone
 * and facts wait in the queue, so that is reported as degraded with 200.
 */
export const health = new Hono<{ Bindings: Env }>().get("/health", async (c) => {
  const config = configState(c.env);
  if (!config.ok) return c.json({ status: "down", parts: { config } }, 503);
  const [database, operatorDatabase, blobs] = await Promise.all([
    timed(() => askDatabase(c.env.DB)),
    timed(() => askDatabase(c.env.DB_OPERATOR)),
    timed(() => c.env.BLOBS.head("health")),
  ]);
  const parts = { config, database, operatorDatabase, blobs };
  const status = Object.values(parts).every((part) => part.ok) ? "ok" : "degraded";
  return c.json({ status, parts });
});

/** Only that something is wrong: what it is stands in the logs, not in a public answer. */
function configState(env: Env): PartState {
  try {
    configOf(env);
    return { ok: true };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(JSON.stringify({ level: "error", event: "configuration_refused", message: error.message }));
    return { ok: false, why: "configuration is refused; the log names each value" };
  }
}

async function askDatabase(hyperdrive: Hyperdrive): Promise<void> {
  const sql = postgres(hyperdrive.connectionString, {
    max: 1,
    connect_timeout: PART_MS_MAX / 1_000,
    fetch_types: false,
  });
  try {
    await sql`select 1`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function timed(ask: () => Promise<unknown>): Promise<PartState> {
  const startedMs = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<PartState>((done) => {
    timer = setTimeout(() => done({ ok: false, why: `no answer within ${PART_MS_MAX} ms` }), PART_MS_MAX);
  });
  const asked = ask().then(
    (): PartState => ({ ok: true, ms: Date.now() - startedMs }),
    (): PartState => ({ ok: false, why: "not reachable" }),
  );
  const state = await Promise.race([asked, late]);
  clearTimeout(timer);
  return state;
}
