import { createRoute, z } from "@hono/zod-openapi";
import { withTenant } from "../../adapters/db/index.ts";
import { access, houseRouter, json, ownScope, problems, staffScope } from "../identity/index.ts";
import { LetterSchema } from "./schema.ts";
import { lettersTo } from "./sent.ts";

const letters = json("Letters, newest first", z.object({ items: z.array(LetterSchema) }));

const house = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/letters",
  operationId: "listClientLetters",
  summary: "Letters to a client about money: reminders and spending alerts, and what became of each",
  ...access("billing_admin", "house_admin"),
  request: { params: z.object({ tenantId: z.uuid() }) },
  responses: { 200: letters, ...problems(401, 403, 404, 422) },
});
const own = createRoute({
  method: "get",
  path: "/api/portal/letters",
  operationId: "listOwnLetters",
  summary: "Letters the house wrote to the client about money",
  ...access("tenant_admin"),
  responses: { 200: letters, ...problems(401, 403) },
});

/** The record of letters sent, for billing staff and for the client they went to. */
export function letterRoutes() {
  const router = houseRouter();
  router.openapi(house, async (c) => {
    const scope = staffScope(c, c.req.valid("param").tenantId);
    return c.json({ items: await withTenant(c.get("services").db, scope, lettersTo) }, 200);
  });
  router.openapi(own, async (c) =>
    c.json({ items: await withTenant(c.get("services").db, ownScope(c), lettersTo) }, 200),
  );
  return router;
}
