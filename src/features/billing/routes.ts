import { createRoute, z } from "@hono/zod-openapi";
import { withOperator } from "../../adapters/db/index.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import {
  access,
  deedContext,
  type HouseContext,
  houseRouter,
  json,
  ownScope,
  problems,
  staffScope,
} from "../identity/index.ts";
import { ChargesSchema } from "./contract-schema.ts";
import { listExceptions, resolveException } from "./exceptions.ts";
import { listNotCharged } from "./not-charged.ts";
import { previewMonth } from "./preview-month.ts";
import type { BillingContext, RunOutcome } from "./run-contract.ts";
import { refreshDrafts, runMonth } from "./run-month.ts";
import { listRuns, retryRun, startRuns } from "./runs.ts";
import {
  BilledContactSchema,
  ClientInvoiceSchema,
  ExceptionSchema,
  InvoiceSchema,
  InvoiceSummarySchema,
  LineContactsSchema,
  NotChargedSchema,
  PeriodSchema,
  PreviewSchema,
  ResolutionSchema,
  RunOutcomeSchema,
  RunRequestSchema,
  RunViewSchema,
} from "./schema.ts";
import { billedContact, forClient, getInvoice, lineContacts, listAllInvoices, listInvoices } from "./views.ts";
import { PAGE_MAX, safe, tenantExists } from "./views-store.ts";

const id = z.uuid();
const page = z.object({
  cursor: z.string().max(80).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
});
const staff = access("billing_admin", "house_admin");
const client = access("tenant_admin");
const invoices = json("Invoices, newest month first", z.object({ items: z.array(InvoiceSummarySchema) }));
const invoice = json("The invoice with its lines; they sum to its total", InvoiceSchema);
const ownInvoice = json("The invoice with its lines; they sum to its total", ClientInvoiceSchema);
const contacts = json("Contacts behind the line; their exact parts sum to it", LineContactsSchema);
const runs = json("What the run did for each contract", z.object({ items: z.array(RunOutcomeSchema) }));
const period = z.object({ period: PeriodSchema.optional() });
const runRequest = { body: { required: true, content: { "application/json": { schema: RunRequestSchema } } } };

const portalInvoices = createRoute({
  method: "get",
  path: "/api/portal/invoices",
  operationId: "listOwnInvoices",
  summary: "The client's own invoices",
  ...client,
  request: { query: period },
  responses: { 200: invoices, ...problems(401, 403, 422) },
});
const portalInvoice = createRoute({
  method: "get",
  path: "/api/portal/invoices/{invoiceId}",
  operationId: "readOwnInvoice",
  summary: "One of the client's own invoices with its lines",
  ...client,
  request: { params: z.object({ invoiceId: id }) },
  responses: { 200: ownInvoice, ...problems(401, 403, 404, 422) },
});
const portalContacts = createRoute({
  method: "get",
  path: "/api/portal/invoices/{invoiceId}/lines/{lineId}/contacts",
  operationId: "listOwnLineContacts",
  summary: "Contacts behind a line of the client's own invoice",
  ...client,
  request: { params: z.object({ invoiceId: id, lineId: id }), query: page },
  responses: { 200: contacts, ...problems(401, 403, 404, 422) },
});
const houseInvoices = createRoute({
  method: "get",
  path: "/api/billing/invoices",
  operationId: "listInvoices",
  summary: "Invoices of all clients",
  ...staff,
  request: { query: period },
  responses: { 200: invoices, ...problems(401, 403, 422) },
});
const houseInvoice = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/invoices/{invoiceId}",
  operationId: "readInvoice",
  summary: "One invoice of a client with its lines",
  ...staff,
  request: { params: z.object({ tenantId: id, invoiceId: id }) },
  responses: { 200: invoice, ...problems(401, 403, 404, 422) },
});
const houseContacts = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/invoices/{invoiceId}/lines/{lineId}/contacts",
  operationId: "listLineContacts",
  summary: "Contacts behind a line; customers' numbers are masked",
  ...staff,
  request: { params: z.object({ tenantId: id, invoiceId: id, lineId: id }), query: page },
  responses: { 200: contacts, ...problems(401, 403, 404, 422) },
});
const houseContact = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/contacts/{contactId}",
  operationId: "readBilledContact",
  summary: "What a contact was charged and the facts that show why; the customer is masked",
  ...staff,
  request: { params: z.object({ tenantId: id, contactId: id }) },
  responses: { 200: json("The contact", BilledContactSchema), ...problems(401, 403, 404, 422) },
});
const preview = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/previews",
  operationId: "previewMonth",
  summary: "What a month would have come to under other charges, or under the contract as it stands; writes nothing",
  ...staff,
  request: {
    params: z.object({ tenantId: id }),
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.strictObject({ period: PeriodSchema, charges: ChargesSchema.nullable().default(null) }),
        },
      },
    },
  },
  responses: { 200: json("The month as it would be", PreviewSchema), ...problems(401, 403, 404, 422) },
});
const runNow = createRoute({
  method: "post",
  path: "/api/billing/runs",
  operationId: "runMonth",
  summary: "Draft a month's invoices, of one client or of all; running it again changes nothing",
  ...staff,
  request: runRequest,
  responses: { 200: runs, ...problems(401, 403, 404, 422) },
});
const runInternally = createRoute({
  method: "post",
  path: "/internal/billing/runs",
  operationId: "runMonthInternally",
  summary: "As runMonth, for the house's own tools",
  ...access("internal"),
  request: runRequest,
  responses: { 200: runs, ...problems(401, 404, 422) },
});
const refreshInternally = createRoute({
  method: "post",
  path: "/internal/billing/refresh",
  operationId: "refreshDrafts",
  summary: "Bring the drafts of the open months up to date now",
  ...access("internal"),
  responses: { 200: runs, ...problems(401) },
});

const exceptions = createRoute({
  method: "get",
  path: "/api/billing/exceptions",
  operationId: "listUsageExceptions",
  summary: "Usage of all clients that cannot be billed by itself, with its reason; oldest first",
  ...staff,
  request: { query: z.object({ state: z.enum(["open", "resolved"]).default("open") }) },
  responses: { 200: json("Exceptions", z.object({ items: z.array(ExceptionSchema) })), ...problems(401, 403, 422) },
});
const notCharged = createRoute({
  method: "get",
  path: "/api/billing/not-charged",
  operationId: "listNotChargedUsage",
  summary: "Usage in drafts of all clients that no charge asks for, by kind, newest month first",
  ...staff,
  responses: {
    200: json("Drafts with such usage", z.object({ items: z.array(NotChargedSchema) })),
    ...problems(401, 403),
  },
});
const resolve = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/exceptions/{exceptionId}/resolution",
  operationId: "resolveUsageException",
  summary: "Run it again, bill it in spite of what is wrong, or exclude it and say why",
  ...staff,
  request: {
    params: z.object({ tenantId: id, exceptionId: id }),
    body: { required: true, content: { "application/json": { schema: ResolutionSchema } } },
  },
  responses: { 200: json("The exception as it is now", ExceptionSchema), ...problems(401, 403, 404, 409, 422) },
});

const batch = createRoute({
  method: "post",
  path: "/api/billing/run-batches",
  operationId: "startRuns",
  summary: "Ask for a month's drafts of one client or of all; each contract is worked off by itself",
  ...staff,
  request: {
    body: {
      required: true,
      content: { "application/json": { schema: RunRequestSchema.extend({ batchId: z.uuid() }) } },
    },
  },
  responses: {
    200: json("How many runs are on their way", z.object({ sent: z.int() })),
    ...problems(401, 403, 404, 422),
  },
});
const runList = createRoute({
  method: "get",
  path: "/api/billing/runs",
  operationId: "listRuns",
  summary: "Runs of a month or of a batch, newest first, with their progress",
  ...staff,
  request: { query: z.object({ period: PeriodSchema.optional(), batchId: z.uuid().optional() }) },
  responses: {
    200: json(
      "Runs",
      z.object({
        items: z.array(RunViewSchema),
        progress: z.object({ queued: z.int(), running: z.int(), done: z.int(), failed: z.int() }),
      }),
    ),
    ...problems(401, 403, 422),
  },
});
const retry = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/runs/{runId}/retry",
  operationId: "retryRun",
  summary: "Ask again for a run that failed",
  ...staff,
  request: { params: z.object({ tenantId: id, runId: id }) },
  responses: { 204: { description: "On its way" }, ...problems(401, 403, 404, 409, 422) },
});

/** Invoices for the client's portal and for the outsourcer's billing staff. */
export function billingRoutes() {
  const router = houseRouter();
  router.openapi(portalInvoices, async (c) => {
    return c.json({ items: await listInvoices(dbOn(c), ownScope(c), c.req.valid("query")) }, 200);
  });
  router.openapi(portalInvoice, async (c) =>
    c.json(forClient(await getInvoice(dbOn(c), ownScope(c), c.req.valid("param").invoiceId)), 200),
  );
  router.openapi(portalContacts, async (c) => {
    const { cursor = null, limit } = c.req.valid("query");
    const query = { ...c.req.valid("param"), cursor, limit };
    return c.json(await lineContacts(dbOn(c), ownScope(c), query, "client"), 200);
  });
  router.openapi(houseInvoices, async (c) => {
    return c.json({ items: await listAllInvoices(deedContext(c), c.req.valid("query")) }, 200);
  });
  router.openapi(houseInvoice, async (c) => {
    const { tenantId, invoiceId } = c.req.valid("param");
    return c.json(await getInvoice(dbOn(c), staffScope(c, tenantId), invoiceId), 200);
  });
  router.openapi(houseContacts, async (c) => {
    const { tenantId, ...line } = c.req.valid("param");
    const { cursor = null, limit } = c.req.valid("query");
    return c.json(await lineContacts(dbOn(c), staffScope(c, tenantId), { ...line, cursor, limit }, "house"), 200);
  });
  router.openapi(houseContact, async (c) => {
    const { tenantId, contactId } = c.req.valid("param");
    return c.json(await billedContact(dbOn(c), staffScope(c, tenantId), contactId), 200);
  });
  router.openapi(preview, async (c) => {
    const scope = staffScope(c, c.req.valid("param").tenantId);
    return c.json(await previewMonth(dbOn(c), scope, c.req.valid("json")), 200);
  });
  router.openapi(exceptions, async (c) => {
    return c.json({ items: await listExceptions(deedContext(c), c.req.valid("query")) }, 200);
  });
  router.openapi(notCharged, async (c) => c.json({ items: await listNotCharged(deedContext(c)) }, 200));
  router.openapi(resolve, async (c) => {
    const { tenantId, exceptionId } = c.req.valid("param");
    const which = { tenantId: asId<TenantId>(tenantId), exceptionId };
    return c.json(await resolveException(deedContext(c), which, c.req.valid("json")), 200);
  });
  router.openapi(batch, async (c) => {
    const { tenantId, ...input } = c.req.valid("json");
    const messages = await startRuns(deedContext(c), { ...input, tenantId: await tenantOf(deedContext(c), tenantId) });
    await c.get("services").sendRuns(messages);
    return c.json({ sent: messages.length }, 200);
  });
  router.openapi(runList, async (c) => c.json(await listRuns(deedContext(c), c.req.valid("query")), 200));
  router.openapi(retry, async (c) => {
    const { tenantId, runId } = c.req.valid("param");
    await c.get("services").sendRuns([await retryRun(deedContext(c), asId<TenantId>(tenantId), runId)]);
    return c.body(null, 204);
  });
  router.openapi(runNow, async (c) => c.json(await run(deedContext(c), c.req.valid("json")), 200));
  router.openapi(runInternally, async (c) => c.json(await run(systemContext(c), c.req.valid("json")), 200));
  router.openapi(refreshInternally, async (c) => c.json(outcomes(await refreshDrafts(systemContext(c))), 200));
  return router;
}

async function run(ctx: BillingContext, input: z.infer<typeof RunRequestSchema>) {
  return outcomes(await runMonth(ctx, { period: input.period, tenantId: await tenantOf(ctx, input.tenantId) }));
}

async function tenantOf(ctx: BillingContext, given: string | undefined): Promise<TenantId | undefined> {
  if (given === undefined) return undefined;
  const tenantId = asId<TenantId>(given);
  if (await withOperator(ctx.operatorDb, (tx) => tenantExists(tx, tenantId))) return tenantId;
  throw new Refusal("not_found", "tenant_not_found", "there is no such client");
}

function outcomes(done: readonly RunOutcome[]) {
  return {
    items: done.map((it) => ({
      ...it,
      failure: it.failure?.reason ?? null,
      totalMinor: safe(it.totalMinor),
      notCharged: { ...it.notCharged },
      unrated: Object.values(it.notCharged).reduce((sum, count) => sum + count, 0),
    })),
  };
}

function dbOn(c: HouseContext) {
  return c.get("services").db;
}

function systemContext(c: HouseContext): BillingContext {
  const { db, operatorDb, clock } = c.get("services");
  return { db, operatorDb, actor: { kind: "system", name: "billing" }, now: clock.now() };
}
