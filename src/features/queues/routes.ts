import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { withTenantOnce } from "../../adapters/db/index.ts";
import { asId, type PoolId, type QueueId, type TenantId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { access, body, type HouseEnv, houseRouter, json, problems, signedInOn, tenantOn } from "../identity/index.ts";
import { type Asking, allQueues, changePolicy, changeQueue, changesOfQueue } from "./queues.ts";
import {
  OwnQueuesSchema,
  PolicySaveSchema,
  PoolSavedSchema,
  QueueChangesSchema,
  QueueListSchema,
  QueueSavedSchema,
  QueueSaveSchema,
} from "./schema.ts";
import { listQueues } from "./store.ts";

const house = access("supervisor", "house_admin");
const queueParam = z.object({ tenantId: z.uuid(), queueId: z.uuid() });

const list = createRoute({
  method: "get",
  path: "/api/queues",
  operationId: "listQueues",
  summary: "Every queue of every client with its settings, and the pools whose seats they share",
  ...house,
  responses: { 200: json("Queues and pools", QueueListSchema), ...problems(401, 403) },
});
const save = createRoute({
  method: "put",
  path: "/api/queues/{tenantId}/{queueId}",
  operationId: "changeQueue",
  summary: "New settings of a queue: written, recorded, and in force at the next decision, also for those who wait",
  ...house,
  request: { params: queueParam, body: body(QueueSaveSchema) },
  responses: { 200: json("The queue as it now is", QueueSavedSchema), ...problems(401, 403, 404, 409, 422) },
});
const changes = createRoute({
  method: "get",
  path: "/api/queues/{tenantId}/{queueId}/changes",
  operationId: "listQueueChanges",
  summary: "Who changed what of a queue, newest first",
  ...house,
  request: { params: queueParam },
  responses: { 200: json("The last fifty changes", QueueChangesSchema), ...problems(401, 403, 404, 422) },
});
const policy = createRoute({
  method: "put",
  path: "/api/queues/policy",
  operationId: "changePolicy",
  summary: "Whose caller a pool serves first when several want one seat; in force at the next decision",
  ...house,
  request: { body: body(PolicySaveSchema) },
  responses: { 200: json("The pool as it now is", PoolSavedSchema), ...problems(401, 403, 404, 409, 422) },
});
const again = createRoute({
  method: "post",
  path: "/api/queues/publish",
  operationId: "publishQueues",
  summary: "Tell the live lines and pools once more what stands in the database",
  ...house,
  responses: { 200: json("Whether they have heard", z.object({ live: z.boolean() })), ...problems(401, 403) },
});
const own = createRoute({
  method: "get",
  path: "/api/portal/queues",
  operationId: "listOwnQueues",
  summary: "The client's own queues, to read",
  ...access("tenant_admin"),
  responses: { 200: json("The queues", OwnQueuesSchema), ...problems(401, 403) },
});

/** Queue settings: changed by the house, read by their client. */
export function queueRoutes() {
  const router = houseRouter();
  router.openapi(list, async (c) => c.json(await allQueues(askingOn(c)), 200));
  router.openapi(policy, async (c) => {
    const { poolId, version, policy: wanted } = c.req.valid("json");
    const pool = await changePolicy(askingOn(c), { poolId: asId<PoolId>(poolId), version, policy: wanted });
    if (pool === null) throw notFound();
    return c.json({ pool, live: await c.get("services").live.publish(null) }, 200);
  });
  router.openapi(again, async (c) => c.json({ live: await c.get("services").live.publish(null) }, 200));
  router.openapi(save, async (c) => {
    const ids = idsOf(c.req.valid("param"));
    const { version, ...settings } = c.req.valid("json");
    const queue = await changeQueue(askingOn(c), { ...ids, version, settings });
    if (queue === null) throw notFound();
    return c.json({ queue, live: await c.get("services").live.publish(ids.tenantId) }, 200);
  });
  router.openapi(changes, async (c) => {
    const { tenantId, queueId } = idsOf(c.req.valid("param"));
    const items = await changesOfQueue(askingOn(c), tenantId, queueId);
    if (items === null) throw notFound();
    return c.json({ items }, 200);
  });
  router.openapi(own, async (c) => {
    const scope = { tenantId: tenantOn(c), actor: { kind: "user", userId: signedInOn(c).userId } } as const;
    const found = await withTenantOnce(c.get("services").db, scope, listQueues);
    const queues = found.map(({ queueId, name, settings, changedAt }) => ({ queueId, name, settings, changedAt }));
    return c.json({ queues }, 200);
  });
  return router;
}

function askingOn(c: Context<HouseEnv>): Asking {
  const { db, operatorDb } = c.get("services");
  return { db, operatorDb, who: signedInOn(c) };
}

function idsOf({ tenantId, queueId }: { tenantId: string; queueId: string }) {
  return { tenantId: asId<TenantId>(tenantId), queueId: asId<QueueId>(queueId) };
}

function notFound(): Refusal {
  return new Refusal("not_found", "not_found", "there is no such thing here");
}
