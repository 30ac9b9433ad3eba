import { createRoute, z } from "@hono/zod-openapi";
import postgres from "postgres";
import packageJson from "../../../package.json" with { type: "json" };
import { access, houseRouter, problems } from "../../features/identity/index.ts";
import { configOf, type Env } from "../env.ts";

const PartSchema = z.object({ ok: z.boolean(), ms: z.number().optional(), why: z.string().optional() });
type PartState = z.infer<typeof PartSchema>;
const HealthSchema = z.object({
  status: z.enum(["ok", "degraded"]),
  version: z.string(),
  parts: z.record(z.string(), PartSchema),
});
const answer = (description: string) => ({ description, content: { "application/json": { schema: HealthSchema } } });
const readHealth = createRoute({
  method: "get",
  path: "/health",
  operationId: "readHealth",
  summary: "The state of each part of the house",
  ...access("anyone"),
  responses: { 200: answer("Calls are taken; `degraded` when a part is away"), ...problems(503) },
});

/** A part that does not answer within this time counts as down: a probe must not hang behind it. */
const PART_MS_MAX = 2_000;

/**
 * The state of each part. 503 only when calls cannot be taken: without its database the house still answers the phone
 * and facts wait in the queue, so that is reported as degraded with 200.
 */
export function healthRoutes() {
  const router = houseRouter();
  router.openapi(readHealth, async (c) => {
    const env = c.env as Env;
    const { version } = packageJson;
    // A configuration that is refused never gets as far as this.
    const config: PartState = { ok: true };
    const { sandboxUrl } = configOf(env);
    const [database, operatorDatabase, blobs, carrier] = await Promise.all([
      timed(() => askDatabase(env.DB)),
      timed(() => askDatabase(env.DB_OPERATOR)),
      timed(() => env.BLOBS.head("health")),
      // Real carriers are many accounts of many clients, each watched by its own calls; the sandbox's is one program.
      sandboxUrl === undefined ? null : timed(() => askSandbox(sandboxUrl)),
    ]);
    const parts: Record<string, PartState> = {
      config,
      database,
      operatorDatabase,
      blobs,
      ...(carrier ? { carrier } : {}),
    };
    const status = Object.values(parts).every((part) => part.ok) ? ("ok" as const) : ("degraded" as const);
    return c.json({ status, version, parts }, 200);
  });
  return router;
}

async function askSandbox(url: string): Promise<void> {
  const answered = await fetch(`${url}/sandbox/health`, { signal: AbortSignal.timeout(PART_MS_MAX) });
  await answered.body?.cancel();
  if (!answered.ok) throw new Error(`the sandbox carrier answered ${answered.status}`);
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
