import { createRoute, z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import type { MiddlewareHandler } from "hono";
import { withOperator, withTenant } from "../../adapters/db/index.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { Outage, Refusal } from "../../domain/kernel/trouble.ts";
import { access, type HouseEnv, houseRouter, json, problems } from "../../features/identity/index.ts";
import { configOf, type Env } from "../env.ts";

/** One password for every demonstration sign-in; users with it exist only where tenants are applied in the sandbox. */
export const DEMO_PASSWORD = "callhouse-demo";
const DEADLINE_MS = 3_000;

const SignInsSchema = z.object({
  signIns: z.array(
    z.object({
      role: z.string(),
      name: z.string(),
      email: z.string(),
      password: z.string(),
      tenantName: z.string().nullable(),
    }),
  ),
});
const NumbersSchema = z.object({
  numbers: z.array(
    z.object({
      e164: z.string(),
      label: z.string(),
      brandName: z.string(),
      tenantName: z.string(),
      color: z.string(),
      language: z.string(),
    }),
  ),
  /** Where the phone page's socket is. */
  phoneUrl: z.string(),
});
/** `paused` is null where no demo floor runs beside the house. */
const FloorSchema = z.object({ paused: z.boolean().nullable(), agents: z.number() });

const rate = z.number().min(0).max(1).default(0);
/** Shares of callbacks and answers with which the sandbox carrier misbehaves. */
const FaultsSchema = z.object({
  duplicate: rate,
  reorder: rate,
  drop: rate,
  http429: rate,
  http500: rate,
  timeout: rate,
});

const signIns = createRoute({
  method: "get",
  path: "/api/demo/sign-ins",
  operationId: "listDemoSignIns",
  summary: "Sandbox only: a sign-in for each role",
  ...access("anyone"),
  responses: { 200: json("Sign-ins", SignInsSchema), ...problems(404) },
});
const numbers = createRoute({
  method: "get",
  path: "/api/demo/numbers",
  operationId: "listDemoNumbers",
  summary: "Sandbox only: numbers that the phone page may call",
  ...access("anyone"),
  responses: { 200: json("Numbers", NumbersSchema), ...problems(404) },
});
const floor = createRoute({
  method: "get",
  path: "/api/demo/floor",
  operationId: "readDemoFloor",
  summary: "Sandbox only: is the demo floor paused",
  ...access("anyone"),
  responses: { 200: json("The floor", FloorSchema), ...problems(404, 503) },
});
const pause = createRoute({
  method: "post",
  path: "/api/demo/floor",
  operationId: "pauseDemoFloor",
  summary: "Sandbox only: pause the demo floor or let it go on",
  ...access("signed_in"),
  request: { body: { required: true, content: { "application/json": { schema: z.object({ paused: z.boolean() }) } } } },
  responses: { 200: json("The floor", FloorSchema), ...problems(401, 404, 422, 503) },
});

const faults = createRoute({
  method: "get",
  path: "/api/demo/faults",
  operationId: "readDemoFaults",
  summary: "Sandbox only: how the sandbox carrier misbehaves",
  ...access("anyone"),
  responses: { 200: json("Faults", FaultsSchema), ...problems(404, 503) },
});
const setFaults = createRoute({
  method: "post",
  path: "/api/demo/faults",
  operationId: "setDemoFaults",
  summary: "Sandbox only: make the sandbox carrier misbehave, or stop it",
  ...access("anyone"),
  request: { body: { required: true, content: { "application/json": { schema: FaultsSchema } } } },
  responses: { 200: json("Faults", FaultsSchema), ...problems(404, 422, 503) },
});

/** What a newcomer needs on the first day. Outside the sandbox environment none of it exists. */
export function demoRoutes() {
  const router = houseRouter();
  router.use("/api/demo/*", sandboxOnly);
  router.openapi(signIns, async (c) => {
    const rows = await withOperator(c.get("services").operatorDb, (tx) =>
      tx.execute<{ role: string; name: string; email: string; tenant_name: string | null }>(sql`
        select distinct on (r.role, r.tenant_id) r.role, u.name, u.email, t.name as tenant_name
        from house.user_roles r join house.users u on u.id = r.user_id and u.status = 'active'
        left join house.tenants t on t.id = r.tenant_id
        left join house.agents a on a.user_id = u.id
        where r.role <> 'agent' or a.status = 'active'
        order by r.role, r.tenant_id, (select count(*) from house.user_roles o where o.user_id = u.id), a.created_at, u.email
        limit 50`),
    );
    const found = rows.map(({ role, name, email, tenant_name }) => ({
      role,
      name,
      email,
      password: DEMO_PASSWORD,
      tenantName: tenant_name,
    }));
    return c.json({ signIns: found }, 200);
  });
  router.openapi(numbers, async (c) => {
    const { db, operatorDb } = c.get("services");
    const tenants = await withOperator(operatorDb, (tx) =>
      tx.execute<{ id: string; name: string }>(
        sql`select id, name from house.tenants where status = 'active' order by name limit 100`,
      ),
    );
    const each = await Promise.all(
      tenants.map(({ id, name }) =>
        withTenant(db, { tenantId: asId<TenantId>(id), actor: { kind: "system", name: "demo" } }, async (tx) => {
          const rows = await tx.execute<{
            e164: string;
            label: string;
            brand: string;
            color: string;
            language: string;
          }>(sql`
            select n.e164, n.label, b.name as brand, b.color, n.language
            from tenant.numbers n join tenant.brands b on b.tenant_id = n.tenant_id and b.id = n.brand_id
            where n.tenant_id = ${id} and n.retired_at is null order by n.e164 limit 200`);
          return rows.map(({ brand, ...number }) => ({ ...number, brandName: brand, tenantName: name }));
        }),
      ),
    );
    const { sandboxUrl = "" } = configOf(c.env as Env);
    return c.json({ numbers: each.flat(), phoneUrl: `${sandboxUrl.replace(/^http/, "ws")}/sandbox/phone` }, 200);
  });
  router.openapi(floor, async (c) => c.json(await askFloor(c.env as Env, null), 200));
  router.openapi(pause, async (c) => c.json(await askFloor(c.env as Env, c.req.valid("json").paused), 200));
  router.openapi(faults, async (c) => c.json(await askCarrier(c.env as Env, null), 200));
  router.openapi(setFaults, async (c) => c.json(await askCarrier(c.env as Env, c.req.valid("json")), 200));
  return router;
}

const sandboxOnly: MiddlewareHandler<HouseEnv> = async (c, next) => {
  if (configOf(c.env as Env).environment !== "sandbox") {
    throw new Refusal("not_found", "not_found", "there is no such thing here");
  }
  await next();
};

/** The demo floor is a program beside the Worker, when there is one. */
async function askFloor(env: Env, paused: boolean | null): Promise<z.infer<typeof FloorSchema>> {
  const { demoFloorUrl } = configOf(env);
  if (demoFloorUrl === undefined) {
    if (paused === null) return { paused: null, agents: 0 };
    throw new Refusal("not_found", "no_demo_floor", "no demo floor runs here");
  }
  let answer: Response;
  try {
    answer = await fetch(demoFloorUrl, {
      signal: AbortSignal.timeout(DEADLINE_MS),
      ...(paused === null ? {} : { method: "POST", body: JSON.stringify({ paused }) }),
    });
  } catch (cause) {
    throw new Outage("demo_floor", "the demo floor did not answer", { cause });
  }
  return FloorSchema.parse(await answer.json());
}

/** The sandbox carrier keeps its own faults; the pages need no key of its own to switch them. */
async function askCarrier(
  env: Env,
  wanted: z.infer<typeof FaultsSchema> | null,
): Promise<z.infer<typeof FaultsSchema>> {
  const { sandboxUrl, sandboxControlKey } = configOf(env);
  if (sandboxUrl === undefined || sandboxControlKey === undefined) {
    throw new Refusal("not_found", "no_sandbox_carrier", "no sandbox carrier runs here");
  }
  try {
    const answer = await fetch(`${sandboxUrl}/sandbox/faults`, {
      signal: AbortSignal.timeout(DEADLINE_MS),
      headers: { authorization: `Bearer ${sandboxControlKey}`, "content-type": "application/json" },
      ...(wanted === null ? {} : { method: "PUT", body: JSON.stringify(wanted) }),
    });
    if (answer.ok) return FaultsSchema.parse(await answer.json());
    throw new Error(`the sandbox carrier answered ${answer.status}`);
  } catch (cause) {
    throw new Outage("sandbox_carrier", "the sandbox carrier did not answer", { cause });
  }
}
