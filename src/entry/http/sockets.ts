import { createRoute, z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import { type Database, DatabaseOutage, withOperator } from "../../adapters/db/index.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { access, agentOn, houseRouter, problems, signedInOn, tenantOn } from "../../features/identity/index.ts";
import type { Env } from "../env.ts";
import { objectName } from "../objects/contact-id.ts";
import { SOCKET_HEADERS } from "../objects/socket-headers.ts";

const upgraded = { description: "Switching to a WebSocket; its frames are described in the feature's schema" };

const agentSocket = createRoute({
  method: "get",
  path: "/api/agent/socket",
  operationId: "openAgentSocket",
  summary: "The desktop's socket: offers, states and commands of the signed-in agent",
  ...access("agent"),
  responses: { 101: upgraded, ...problems(401, 403) },
});
const floorSocket = createRoute({
  method: "get",
  path: "/api/floor/socket",
  operationId: "openFloorSocket",
  summary: "The supervisor's view of a pool: the first pool unless one is named",
  ...access("supervisor", "house_admin"),
  request: { query: z.object({ poolId: z.uuid().optional() }) },
  responses: { 101: upgraded, ...problems(401, 403, 404, 422) },
});
const portalSocket = createRoute({
  method: "get",
  path: "/api/portal/socket",
  operationId: "openPortalSocket",
  summary: "The client's own live numbers",
  ...access("tenant_admin"),
  responses: { 101: upgraded, ...problems(401, 403) },
});

export function socketRoutes() {
  const router = houseRouter();
  router.openapi(agentSocket, (c) => {
    const { agentId, poolId } = agentOn(c);
    const env = c.env as Env;
    return upgrade(c.req.raw, env.SEAT_POOL.get(env.SEAT_POOL.idFromName(objectName.pool(poolId))), {
      [SOCKET_HEADERS.role]: "agent",
      [SOCKET_HEADERS.agentId]: agentId,
      [SOCKET_HEADERS.poolId]: poolId,
      [SOCKET_HEADERS.userId]: signedInOn(c).userId,
      [SOCKET_HEADERS.session]: c.get("sessionHash") ?? "",
    });
  });
  router.openapi(floorSocket, async (c) => {
    const asked = c.req.valid("query").poolId;
    const poolId = await poolToShow(c.get("services").operatorDb, asked ?? null);
    if (poolId === undefined) throw new Refusal("not_found", "not_found", "there is no such thing here");
    const env = c.env as Env;
    return upgrade(c.req.raw, env.SEAT_POOL.get(env.SEAT_POOL.idFromName(objectName.pool(poolId))), {
      [SOCKET_HEADERS.role]: "supervisor",
      [SOCKET_HEADERS.poolId]: poolId,
      [SOCKET_HEADERS.userId]: signedInOn(c).userId,
      [SOCKET_HEADERS.session]: c.get("sessionHash") ?? "",
    });
  });
  router.openapi(portalSocket, (c) => {
    const tenantId = tenantOn(c);
    const env = c.env as Env;
    return upgrade(c.req.raw, env.TENANT_LIVE.get(env.TENANT_LIVE.idFromName(objectName.tenant(tenantId))), {
      [SOCKET_HEADERS.role]: "tenant_admin",
      [SOCKET_HEADERS.tenantId]: tenantId,
      [SOCKET_HEADERS.userId]: signedInOn(c).userId,
      [SOCKET_HEADERS.session]: c.get("sessionHash") ?? "",
    });
  });
  return router;
}

/** Pools this isolate has shown, by what was asked for: boards reconnect while the database is away. Pools are few. */
const shown = new Map<string | null, string>();

async function poolToShow(operatorDb: Database, asked: string | null): Promise<string | undefined> {
  try {
    const rows = await withOperator(operatorDb, (tx) =>
      tx.execute<{ id: string }>(
        sql`select id from house.pools where ${asked}::uuid is null or id = ${asked}::uuid order by created_at, id limit 1`,
      ),
    );
    const id = rows[0]?.id;
    if (id === undefined) shown.delete(asked);
    else shown.set(asked, id);
    return id;
  } catch (error) {
    const known = error instanceof DatabaseOutage ? shown.get(asked) : undefined;
    if (known === undefined) throw error;
    return known;
  }
}

/** Only the handshake's own headers travel on, with ours: nothing a client sends can pose as the Worker's word. */
function upgrade(
  request: Request,
  object: { fetch(request: Request): Promise<Response> },
  who: Record<string, string>,
): Promise<Response> {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new Refusal("invalid", "not_a_websocket", "this address speaks WebSocket only");
  }
  const headers = new Headers(who);
  for (const [name, value] of request.headers) {
    if (name === "upgrade" || name === "connection" || name.startsWith("sec-websocket-")) headers.set(name, value);
  }
  return object.fetch(new Request(request.url, { headers }));
}
