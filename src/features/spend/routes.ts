import { createRoute, z } from "@hono/zod-openapi";
import { access, body, houseRouter, json, ownScope, problems } from "../identity/index.ts";
import { setSpendLimit } from "./limit-store.ts";
import { SpendLimitSchema, SpendSchema } from "./schema.ts";
import { spendOf } from "./spend.ts";

const client = access("tenant_admin");

const spend = createRoute({
  method: "get",
  path: "/api/portal/spend",
  operationId: "readOwnSpend",
  summary: "The current month by charge so far, its forecast with what that assumes, and how far packages are used up",
  ...client,
  responses: {
    200: json("One row a contract in force this month", z.object({ items: z.array(SpendSchema) })),
    ...problems(401, 403),
  },
});
const limit = createRoute({
  method: "put",
  path: "/api/portal/contracts/{contractId}/spend-limit",
  operationId: "setOwnSpendLimit",
  summary: "The month's amount at 50, 80 and 100 per cent of which the client is told; it stops no call",
  ...client,
  request: {
    params: z.object({ contractId: z.uuid() }),
    body: body(SpendLimitSchema),
  },
  responses: { 204: { description: "Set" }, ...problems(401, 403, 404, 422) },
});

/** The client's own month while it runs. */
export function spendRoutes() {
  const router = houseRouter();
  router.openapi(spend, async (c) => {
    const { db, clock } = c.get("services");
    return c.json({ items: await spendOf(db, ownScope(c), clock.now()) }, 200);
  });
  router.openapi(limit, async (c) => {
    const { db, clock } = c.get("services");
    const { amountMinor } = c.req.valid("json");
    const given = { amountMinor: amountMinor === null ? null : BigInt(amountMinor), now: clock.now() };
    await setSpendLimit(db, ownScope(c), { ...c.req.valid("param"), ...given });
    return c.body(null, 204);
  });
  return router;
}
