import { createRoute, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { access, type HouseEnv, houseRouter, json, problems } from "../../features/identity/index.ts";
import { replayParked } from "../consumers/dead.ts";
import { configOf, type Env } from "../env.ts";
import { objectName } from "../objects/contact-id.ts";
import { publish } from "./publish.ts";

const PublishedSchema = z.object({ tenants: z.number(), lines: z.number(), withdrawn: z.number(), pools: z.number() });
const publishAll = createRoute({
  method: "post",
  path: "/internal/publish",
  operationId: "publish",
  summary: "Send numbers and pools as the database has them to the live objects; all clients, or one",
  ...access("internal"),
  request: {
    body: { content: { "application/json": { schema: z.object({ tenantId: z.uuid().optional() }) } } },
  },
  responses: { 200: json("What was sent", PublishedSchema), ...problems(401, 422, 503) },
});
const replay = createRoute({
  method: "post",
  path: "/internal/replay",
  operationId: "replayParked",
  summary: "Send messages that could not be delivered again, oldest first; asked again until none is left",
  ...access("internal"),
  request: {
    body: {
      required: true,
      content: { "application/json": { schema: z.object({ queue: z.enum(["facts", "media"]) }) } },
    },
  },
  responses: {
    200: json("How many were sent again, and whether more are left", z.object({ sent: z.number(), more: z.boolean() })),
    ...problems(401, 422),
  },
});
const evict = createRoute({
  method: "post",
  path: "/internal/sandbox/evict",
  operationId: "evictContact",
  summary: "Sandbox only: a contact's object dies at once, as when the platform moves it",
  ...access("internal"),
  request: {
    body: {
      required: true,
      content: { "application/json": { schema: z.object({ tenantId: z.uuid(), contactId: z.uuid() }) } },
    },
  },
  responses: { 204: { description: "Gone, until its next event" }, ...problems(401, 404, 422) },
});
const sweep = createRoute({
  method: "post",
  path: "/internal/sandbox/sweep",
  operationId: "sweepContact",
  summary: "Sandbox only: a contact does now what is due",
  ...access("internal"),
  request: {
    body: {
      required: true,
      content: { "application/json": { schema: z.object({ tenantId: z.uuid(), contactId: z.uuid() }) } },
    },
  },
  responses: { 204: { description: "Done" }, ...problems(401, 404, 422) },
});
const clock = createRoute({
  method: "get",
  path: "/internal/sandbox/clock",
  operationId: "readClock",
  summary: "Sandbox only: the house's clock",
  ...access("internal"),
  responses: { 200: json("Now", z.object({ now: z.number() })), ...problems(401, 404) },
});

/** For the house's own tools, by bearer: publishing, and the switches of the sandbox. */
export function internalRoutes() {
  const router = houseRouter();
  router.use("/internal/sandbox/*", sandboxOnly);
  router.openapi(publishAll, async (c) => {
    const { tenantId = null } = c.req.valid("json") ?? {};
    return c.json(await publish(c.env as Env, c.get("services"), tenantId), 200);
  });
  router.openapi(replay, async (c) => c.json(await replayParked(c.env as Env, c.req.valid("json").queue), 200));
  router.openapi(evict, async (c) => {
    const { tenantId, contactId } = c.req.valid("json");
    // The object dies in the middle of the call: that its answer never comes is what was asked for.
    await contactOf(c.env as Env, tenantId, contactId)
      .evict()
      .catch(() => undefined);
    return c.body(null, 204);
  });
  router.openapi(sweep, async (c) => {
    const { tenantId, contactId } = c.req.valid("json");
    await contactOf(c.env as Env, tenantId, contactId).sweep();
    return c.body(null, 204);
  });
  router.openapi(clock, (c) => c.json({ now: c.get("services").clock.now() }, 200));
  return router;
}

function contactOf(env: Env, tenantId: string, contactId: string) {
  return env.CONTACT.get(env.CONTACT.idFromName(objectName.contact(tenantId, contactId)));
}

const sandboxOnly: MiddlewareHandler<HouseEnv> = async (c, next) => {
  if (configOf(c.env as Env).environment !== "sandbox") {
    throw new Refusal("not_found", "not_found", "there is no such thing here");
  }
  await next();
};
