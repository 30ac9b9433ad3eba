import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { access, type HouseEnv, houseRouter, json, problems, signedInOn } from "../identity/index.ts";
import { accrueCosts } from "./accrue-costs.ts";
import { houseMargin, type MarginContext, marginReport } from "./report.ts";
import { GroupingSchema, HouseMarginSchema, MarginSchema, PeriodSchema } from "./schema.ts";

/** Rows of one page, at most. */
const PAGE_MAX = 200;
const staff = access("billing_admin", "house_admin");

const readMargin = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/margin",
  operationId: "readMargin",
  summary: "A client's month by contract, line, queue, campaign, agent or contact: sell less carrier and agent cost",
  ...staff,
  request: {
    params: z.object({ tenantId: z.uuid() }),
    query: z.object({
      period: PeriodSchema,
      by: GroupingSchema.default("line"),
      cursor: z.string().max(60).optional(),
      limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
    }),
  },
  responses: { 200: json("The margin", MarginSchema), ...problems(401, 403, 404, 422) },
});
const readHouse = createRoute({
  method: "get",
  path: "/api/billing/margin",
  operationId: "readHouseMargin",
  summary: "Every client's month, each in its own currency",
  ...staff,
  request: { query: z.object({ period: PeriodSchema }) },
  responses: { 200: json("The margins", HouseMarginSchema), ...problems(401, 403, 422) },
});

const accrue = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/margin/accruals",
  operationId: "accrueCosts",
  summary: "Book a month's carrier and agent costs; doing it again books nothing",
  ...staff,
  request: {
    params: z.object({ tenantId: z.uuid() }),
    body: { required: true, content: { "application/json": { schema: z.strictObject({ period: PeriodSchema }) } } },
  },
  responses: {
    200: json("How many costs were booked", z.object({ booked: z.int() })),
    ...problems(401, 403, 404, 409, 422),
  },
});

/** Margins, for the house's billing staff alone. */
export function marginRoutes() {
  const router = houseRouter();
  router.openapi(readMargin, async (c) => {
    const { cursor = null, ...query } = c.req.valid("query");
    const tenantId = asId<TenantId>(c.req.valid("param").tenantId);
    return c.json(await marginReport(contextOn(c), tenantId, { ...query, cursor }), 200);
  });
  router.openapi(readHouse, async (c) => c.json(await houseMargin(contextOn(c), c.req.valid("query").period), 200));
  router.openapi(accrue, async (c) => {
    const tenantId = asId<TenantId>(c.req.valid("param").tenantId);
    const now = c.get("services").clock.now();
    return c.json({ booked: await accrueCosts(contextOn(c), tenantId, c.req.valid("json").period, now) }, 200);
  });
  return router;
}

function contextOn(c: Context<HouseEnv>): MarginContext {
  const { db, operatorDb } = c.get("services");
  return { db, operatorDb, actor: { kind: "user", userId: signedInOn(c).userId } };
}
