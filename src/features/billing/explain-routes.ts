import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Actor } from "../../adapters/db/index.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { access, type HouseEnv, houseRouter, json, problems, signedInOn, tenantOn } from "../identity/index.ts";
import { compareWith, explainLine } from "./explain.ts";
import { ComparisonSchema, LineExplanationSchema } from "./schema.ts";
import { PAGE_MAX } from "./views-store.ts";

const id = z.uuid();
const staff = access("billing_admin", "house_admin");
const client = access("tenant_admin");
const page = z.object({
  cursor: z.string().max(80).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
});
const other = z.object({ otherInvoiceId: id.optional() });
const explained = {
  200: json("How the line comes to its amount", LineExplanationSchema),
  ...problems(401, 403, 404, 422),
};
const comparedTo = {
  200: json("Causes; they sum exactly to the difference", ComparisonSchema),
  ...problems(401, 403, 404, 409, 422),
};

const explain = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/invoices/{invoiceId}/lines/{lineId}/explanation",
  operationId: "explainLine",
  summary: "A line down to its usage, with the exact sum of what stands behind it",
  ...staff,
  request: { params: z.object({ tenantId: id, invoiceId: id, lineId: id }), query: page },
  responses: explained,
});
const compare = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/invoices/{invoiceId}/comparison",
  operationId: "compareInvoice",
  summary: "Why an invoice is higher or lower than another, or than the month before",
  ...staff,
  request: { params: z.object({ tenantId: id, invoiceId: id }), query: other },
  responses: comparedTo,
});
const ownExplain = createRoute({
  method: "get",
  path: "/api/portal/invoices/{invoiceId}/lines/{lineId}/explanation",
  operationId: "explainOwnLine",
  summary: "A line of an own invoice down to its usage",
  ...client,
  request: { params: z.object({ invoiceId: id, lineId: id }), query: page },
  responses: explained,
});
const ownCompare = createRoute({
  method: "get",
  path: "/api/portal/invoices/{invoiceId}/comparison",
  operationId: "compareOwnInvoice",
  summary: "Why an own invoice is higher or lower than another, or than the month before",
  ...client,
  request: { params: z.object({ invoiceId: id }), query: other },
  responses: comparedTo,
});

/** Why a line, and why more than last month: for billing staff and for the client itself. */
export function explainRoutes() {
  const router = houseRouter();
  router.openapi(explain, async (c) => {
    const { tenantId, ...line } = c.req.valid("param");
    const { cursor = null, limit } = c.req.valid("query");
    return c.json(await explainLine(dbOn(c), scopeOn(c, asId<TenantId>(tenantId)), { ...line, cursor, limit }), 200);
  });
  router.openapi(compare, async (c) => {
    const { tenantId, invoiceId } = c.req.valid("param");
    const otherId = c.req.valid("query").otherInvoiceId ?? null;
    return c.json(await compareWith(dbOn(c), scopeOn(c, asId<TenantId>(tenantId)), { invoiceId, otherId }), 200);
  });
  router.openapi(ownExplain, async (c) => {
    const { cursor = null, limit } = c.req.valid("query");
    const query = { ...c.req.valid("param"), cursor, limit };
    return c.json(await explainLine(dbOn(c), scopeOn(c, tenantOn(c)), query), 200);
  });
  router.openapi(ownCompare, async (c) => {
    const { invoiceId } = c.req.valid("param");
    const otherId = c.req.valid("query").otherInvoiceId ?? null;
    return c.json(await compareWith(dbOn(c), scopeOn(c, tenantOn(c)), { invoiceId, otherId }), 200);
  });
  return router;
}

function dbOn(c: Context<HouseEnv>) {
  return c.get("services").db;
}

function scopeOn(c: Context<HouseEnv>, tenantId: TenantId) {
  const actor: Actor = { kind: "user", userId: signedInOn(c).userId };
  return { tenantId, actor };
}
