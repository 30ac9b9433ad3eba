import { createRoute, z } from "@hono/zod-openapi";
import postgres from "postgres";
import packageJson from "../../../package.json" with { type: "json" };
import { withOperator } from "../../adapters/db/index.ts";
import { access, houseRouter } from "../../features/identity/index.ts";
import { countUnknownNumberCalls } from "../../features/numbers/unknown-number-store.ts";
import { countParked } from "../consumers/dead.ts";
import { configOf, type Env } from "../env.ts";
import { objectName } from "../objects/contact-id.ts";

const PartSchema = z.object({ ok: z.boolean(), ms: z.number().optional(), why: z.string().optional() });
type PartState = z.infer<typeof PartSchema>;
const HealthSchema = z.object({
  status: z.enum(["ok", "degraded", "down"]),
  environment: z.enum(["production", "sandbox"]),
  version: z.string(),
  parts: z.record(z.string(), PartSchema),
  /** What a person should look at; null where it could not be counted. */
  attention: z.object({
    /** Messages that could not be delivered and are kept, up to a thousand; POST /internal/replay sends them again. */
    parkedFacts: z.number().nullable(),
    parkedMedia: z.number().nullable(),
    /** Calls of the last 24 hours to numbers that are not in service. */
    unknownNumberCalls: z.number().nullable(),
  }),
});
type Health = z.infer<typeof HealthSchema>;
const answer = (description: string) => ({ description, content: { "application/json": { schema: HealthSchema } } });
const readHealth = createRoute({
  method: "get",
  path: "/health",
  operationId: "readHealth",
  summary: "The state of each part of the house",
  ...access("anyone"),
  responses: {
    200: answer("All is well; `degraded` when a part is away that the floor can work without for a while"),
    503: answer("The database or the live objects are away"),
  },
});

/** A part that does not answer within this time counts as down: a probe must not hang behind it. */
const PART_MS_MAX = 2_000;
const DAY_MS = 86_400_000;
/** Without one of these a balancer should send people to another house, if there is one. Calls under way go on. */
const VITAL: ReadonlySet<string> = new Set(["database", "operatorDatabase", "objects"]);

/** The state of each part, for balancers (the status code), for alarms and for people (the body). */
export function healthRoutes() {
  const router = houseRouter();
  router.openapi(readHealth, async (c) => {
    const env = c.env as Env;
    const { operatorDb, clock } = c.get("services");
    const { environment } = configOf(env);
    const [parts, attention] = await Promise.all([
      partsOf(env),
      attentionOf(env, () => withOperator(operatorDb, (tx) => countUnknownNumberCalls(tx, clock.now() - DAY_MS))),
    ]);
    const status = statusOf(parts);
    const health: Health = { status, environment, version: packageJson.version, parts, attention };
    return c.json(health, status === "down" ? 503 : 200);
  });
  return router;
}

function statusOf(parts: Health["parts"]): Health["status"] {
  const away = Object.entries(parts).filter(([, part]) => !part.ok);
  if (away.length === 0) return "ok";
  return away.some(([name]) => VITAL.has(name)) ? "down" : "degraded";
}

async function partsOf(env: Env): Promise<Health["parts"]> {
  const { sandboxUrl } = configOf(env);
  const [database, operatorDatabase, objects, blobs, carrier] = await Promise.all([
    timed(() => askDatabase(env.DB)),
    timed(() => askDatabase(env.DB_OPERATOR)),
    // A line that no number has: it answers that nothing was published to it.
    timed(async () => env.LINE.get(env.LINE.idFromName(objectName.line("health"))).read()),
    timed(() => env.BLOBS.head("health")),
    // Real carriers are many accounts of many clients, each watched by its own calls; the sandbox's is one program.
    sandboxUrl === undefined ? null : timed(() => askSandbox(sandboxUrl)),
  ]);
  // A configuration that is refused never gets as far as this.
  const parts = { config: { ok: true }, database, operatorDatabase, objects, blobs };
  return carrier === null ? parts : { ...parts, carrier };
}

async function attentionOf(env: Env, unknownCalls: () => Promise<number>): Promise<Health["attention"]> {
  const [parkedFacts, parkedMedia, unknownNumberCalls] = await Promise.all([
    counted(() => countParked(env, "facts")),
    counted(() => countParked(env, "media")),
    counted(unknownCalls),
  ]);
  return { parkedFacts, parkedMedia, unknownNumberCalls };
}

/** A count that fails or is late is unknown: the part behind it is reported on its own. */
async function counted(count: () => Promise<number>): Promise<number | null> {
  let found: number | null = null;
  await timed(async () => {
    found = await count();
  });
  return found;
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
