import { createRoute, z } from "@hono/zod-openapi";
import { withOperator, withTenant } from "../../adapters/db/index.ts";
import { STAGES } from "../../domain/commission/sale.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import {
  access,
  actorOn,
  agentOn,
  body,
  type HouseContext,
  houseRouter,
  json,
  ownScope,
  problems,
  staffScope,
  within,
} from "../identity/index.ts";
import { tenantsOfHouse } from "../ledger/index.ts";
import { importEvents, importFile } from "./import.ts";
import { addPlan, listPlans } from "./plans.ts";
import { agentStatement, agentStatements, allStatements, statementOfClient } from "./reading.ts";
import {
  PeriodSchema,
  PlanInputSchema,
  PlanSchema,
  RecordedSchema,
  SaleDetailSchema,
  SaleEventsSchema,
  SaleFileSchema,
  SalePageSchema,
  StandingSchema,
  StatementDetailSchema,
  StatementPageSchema,
  StatementSchema,
} from "./schema.ts";
import { decideStatement, prepareMonth } from "./statement-verbs.ts";
import { listSales, PAGE_MAX, readSale, standingOfAgent } from "./views.ts";

const staff = access("billing_admin", "house_admin");
const client = access("tenant_admin");
const agent = access("agent");
const tenant = z.object({ tenantId: z.uuid() });
const page = z.object({
  cursor: z.string().max(120).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
});
const saleFilter = page.extend({
  stage: z.enum(STAGES).optional(),
  agentId: z.uuid().optional(),
  ref: z
    .string()
    .regex(/^[\p{L}\p{N} #:._/-]{1,100}$/u, "an order number")
    .optional(),
  returned: z.enum(["true", "false"]).optional(),
});
const saleAnswers = { 200: json("A page of sales", SalePageSchema), ...problems(401, 403, 422) };
const recorded = { 200: json("What became of each row", RecordedSchema), ...problems(401, 403, 404, 409, 413, 422) };

const tellEvents = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/sales/events",
  operationId: "recordSaleEvents",
  summary: "What became of a client's sales; a repeat of an id changes nothing",
  ...staff,
  request: { params: tenant, body: body(SaleEventsSchema) },
  responses: recorded,
});
const tellFile = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/sales/imports",
  operationId: "importSaleFile",
  summary: "The same from a file of a courier or client; each row answers for itself",
  ...staff,
  request: { params: tenant, body: body(SaleFileSchema) },
  responses: recorded,
});
const ownEvents = createRoute({
  method: "post",
  path: "/api/portal/sales/events",
  operationId: "recordOwnSaleEvents",
  summary: "A client tells what became of its sales",
  ...client,
  request: { body: body(SaleEventsSchema) },
  responses: recorded,
});
const ownFile = createRoute({
  method: "post",
  path: "/api/portal/sales/imports",
  operationId: "importOwnSaleFile",
  summary: "The same from the client's file",
  ...client,
  request: { body: body(SaleFileSchema) },
  responses: recorded,
});
const staffSales = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/sales",
  operationId: "listSales",
  summary: "A client's sales, newest first",
  ...staff,
  request: { params: tenant, query: saleFilter },
  responses: saleAnswers,
});
const ownSales = createRoute({
  method: "get",
  path: "/api/portal/sales",
  operationId: "listOwnSales",
  summary: "The client's own sales, newest first",
  ...client,
  request: { query: saleFilter },
  responses: saleAnswers,
});
const oneSale = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/sale",
  operationId: "readSale",
  summary: "A sale with all that was said of it and each step of its commission",
  ...staff,
  request: { params: tenant, query: z.object({ saleId: z.uuid() }) },
  responses: { 200: json("The sale", SaleDetailSchema), ...problems(401, 403, 404, 422) },
});
const plans = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/commission/plans",
  operationId: "listCommissionPlans",
  summary: "What sales of a client earn, by version",
  ...staff,
  request: { params: tenant },
  responses: { 200: json("The plans", z.object({ items: z.array(PlanSchema) })), ...problems(401, 403, 422) },
});
const newPlan = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/commission/plans",
  operationId: "addCommissionPlan",
  summary: "A new version from a day on; sales that are known keep the version they were sold under",
  ...staff,
  request: { params: tenant, body: body(PlanInputSchema) },
  responses: { 201: json("The version", PlanSchema), ...problems(401, 403, 404, 409, 422) },
});
const statements = createRoute({
  method: "get",
  path: "/api/billing/commission/statements",
  operationId: "listCommissionStatements",
  summary: "Commission statements of all clients or of one, newest month first",
  ...staff,
  request: {
    query: page.extend({
      tenantId: z.uuid().optional(),
      period: PeriodSchema.optional(),
      status: z.enum(["prepared", "approved", "paid"]).optional(),
      agentId: z.uuid().optional(),
    }),
  },
  responses: { 200: json("A page of statements", StatementPageSchema), ...problems(401, 403, 422) },
});
const oneStatement = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/commission/statement",
  operationId: "readCommissionStatement",
  summary: "A statement with the steps that make it up",
  ...staff,
  request: { params: tenant, query: page.extend({ statementId: z.uuid() }) },
  responses: { 200: json("The statement", StatementDetailSchema), ...problems(401, 403, 404, 422) },
});
const prepare = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/commission/statements",
  operationId: "prepareCommissionStatements",
  summary: "Prepare a month's statements; approved ones are left as they are",
  ...staff,
  request: { params: tenant, body: body(z.strictObject({ period: PeriodSchema })) },
  responses: {
    200: json("How many were prepared", z.object({ prepared: z.int() })),
    ...problems(401, 403, 404, 409, 422),
  },
});
const decide = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/commission/decisions",
  operationId: "decideCommissionStatement",
  summary: "Approve what another person prepared, or mark an approved statement paid",
  ...staff,
  request: {
    params: tenant,
    body: body(
      z.strictObject({
        statementId: z.uuid(),
        decision: z.enum(["approve", "pay"]),
        /** The bank's reference; needed to pay. */
        paymentRef: z
          .string()
          .min(1)
          .max(100)
          .refine((text) => text.isWellFormed() && !text.includes("\u0000"), "text that cannot be stored")
          .optional(),
      }),
    ),
  },
  responses: { 200: json("The statement", StatementSchema), ...problems(401, 403, 404, 409, 422) },
});
const agentList = createRoute({
  method: "get",
  path: "/api/agent/commission",
  operationId: "listOwnCommission",
  summary: "The agent's own statements, and what is on none yet",
  ...agent,
  responses: {
    200: json("Own commission", StandingSchema.extend({ statements: z.array(StatementSchema) })),
    ...problems(401, 403),
  },
});
const agentOne = createRoute({
  method: "get",
  path: "/api/agent/commission/{statementId}",
  operationId: "readOwnCommission",
  summary: "One of the agent's own statements with its steps",
  ...agent,
  request: { params: z.object({ statementId: z.uuid() }), query: page },
  responses: { 200: json("The statement", StatementDetailSchema), ...problems(401, 403, 404, 422) },
});

/** Sales, their life and what they earn: for billing staff, for the client, and for the agent who sold. */
export function commissionRoutes() {
  const router = houseRouter();
  router.openapi(tellEvents, async (c) => {
    const scope = staffScope(c, c.req.valid("param").tenantId);
    return c.json(await within(c, scope, (tx) => importEvents(tx, c.req.valid("json"), "staff", nowOn(c))), 200);
  });
  router.openapi(tellFile, async (c) => {
    const scope = staffScope(c, c.req.valid("param").tenantId);
    return c.json(await within(c, scope, (tx) => importFile(tx, c.req.valid("json"), "staff", nowOn(c))), 200);
  });
  router.openapi(ownEvents, async (c) =>
    c.json(await within(c, ownScope(c), (tx) => importEvents(tx, c.req.valid("json"), "client", nowOn(c))), 200),
  );
  router.openapi(ownFile, async (c) =>
    c.json(await within(c, ownScope(c), (tx) => importFile(tx, c.req.valid("json"), "client", nowOn(c))), 200),
  );
  router.openapi(staffSales, async (c) => {
    const scope = staffScope(c, c.req.valid("param").tenantId);
    return c.json(await within(c, scope, (tx) => listSales(tx, saleQuery(c.req.valid("query")))), 200);
  });
  router.openapi(ownSales, async (c) =>
    c.json(await within(c, ownScope(c), (tx) => listSales(tx, saleQuery(c.req.valid("query")))), 200),
  );
  router.openapi(oneSale, async (c) => {
    const scope = staffScope(c, c.req.valid("param").tenantId);
    return c.json(await within(c, scope, (tx) => readSale(tx, c.req.valid("query").saleId)), 200);
  });
  router.openapi(plans, async (c) => {
    const scope = staffScope(c, c.req.valid("param").tenantId);
    return c.json({ items: await within(c, scope, listPlans) }, 200);
  });
  router.openapi(newPlan, async (c) => {
    const scope = staffScope(c, c.req.valid("param").tenantId);
    return c.json(await within(c, scope, (tx) => addPlan(tx, c.req.valid("json"))), 201);
  });
  router.openapi(statements, async (c) => {
    const { tenantId, limit, ...given } = c.req.valid("query");
    const { period = null, status = null, agentId = null, cursor = null } = given;
    const query = { period, status, agentId, cursor, limit };
    const of = tenantId === undefined ? null : asId<TenantId>(tenantId);
    return c.json(await allStatements({ ...dbsOn(c), actor: actorOn(c) }, of, query), 200);
  });
  router.openapi(oneStatement, async (c) => {
    const { statementId, cursor = null, limit } = c.req.valid("query");
    const scope = staffScope(c, c.req.valid("param").tenantId);
    return c.json(await within(c, scope, (tx) => statementOfClient(tx, { statementId, cursor, limit })), 200);
  });
  router.openapi(prepare, async (c) => {
    const scope = staffScope(c, c.req.valid("param").tenantId);
    const { period } = c.req.valid("json");
    return c.json({ prepared: await within(c, scope, (tx) => prepareMonth(tx, period, nowOn(c))) }, 200);
  });
  router.openapi(decide, async (c) => {
    const scope = staffScope(c, c.req.valid("param").tenantId);
    return c.json(await within(c, scope, (tx) => decideStatement(tx, c.req.valid("json"), nowOn(c))), 200);
  });
  addAgentRoutes(router);
  return router;
}

/** The agent's own, over all clients it sold for. */
function addAgentRoutes(router: ReturnType<typeof houseRouter>): void {
  router.openapi(agentList, async (c) => {
    const ctx = { ...dbsOn(c), actor: actorOn(c) };
    const { agentId } = agentOn(c);
    const items = [];
    for (const tenantId of await withOperator(ctx.operatorDb, tenantsOfHouse)) {
      items.push(...(await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) => standingOfAgent(tx, agentId))));
    }
    return c.json({ items, statements: await agentStatements(ctx, agentId) }, 200);
  });
  router.openapi(agentOne, async (c) => {
    const { cursor = null, limit } = c.req.valid("query");
    const query = { statementId: c.req.valid("param").statementId, agentId: agentOn(c).agentId, cursor, limit };
    return c.json(await agentStatement({ ...dbsOn(c), actor: actorOn(c) }, query), 200);
  });
}

function saleQuery(given: z.infer<typeof saleFilter>) {
  const { stage = null, agentId = null, ref = null, returned, cursor = null, limit } = given;
  return { stage, agentId, ref, returned: returned === undefined ? null : returned === "true", cursor, limit };
}

function dbsOn(c: HouseContext) {
  const { db, operatorDb } = c.get("services");
  return { db, operatorDb };
}

function nowOn(c: HouseContext) {
  return c.get("services").clock.now();
}
