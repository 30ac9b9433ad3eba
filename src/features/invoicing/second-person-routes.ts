import { createRoute, z } from "@hono/zod-openapi";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { reissueInvoice } from "../billing/index.ts";
import { access, body, deedContext, deedOf, houseRouter, json, problems } from "../identity/index.ts";
import { DeedRequestSchema, RequestVerdictSchema } from "./schema.ts";
import { decideRequest, requestsOf, waitingRequests } from "./second-person.ts";

const id = z.uuid();
const staff = access("billing_admin", "house_admin");
const requests = z.object({ items: z.array(DeedRequestSchema) });
const ofInvoice = z.object({ tenantId: id, invoiceId: id });

const waiting = createRoute({
  method: "get",
  path: "/api/billing/deed-requests",
  operationId: "listDeedRequests",
  summary: "Credit notes and write-offs of all clients that wait for a second person, oldest first",
  ...staff,
  responses: { 200: json("Requests", requests), ...problems(401, 403) },
});
const ofOne = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/invoices/{invoiceId}/deed-requests",
  operationId: "listInvoiceDeedRequests",
  summary: "What was asked for of one invoice, newest first",
  ...staff,
  request: { params: ofInvoice },
  responses: { 200: json("Requests", requests), ...problems(401, 403, 404, 422) },
});
const decide = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/deed-requests/{requestId}/decision",
  operationId: "decideDeedRequest",
  summary: "Do what another person asked for, or send it back with the reason",
  ...staff,
  request: {
    params: z.object({ tenantId: id, requestId: id }),
    body: body(RequestVerdictSchema),
  },
  responses: {
    200: json("The credit note or write-off; null where it was sent back", z.object({ doneId: z.string().nullable() })),
    ...problems(401, 403, 404, 409, 422),
  },
});
const reissue = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/invoices/{invoiceId}/reissue",
  operationId: "reissueInvoice",
  summary: "Bill a month anew whose invoice was cancelled",
  ...staff,
  request: { params: ofInvoice },
  responses: {
    200: json("The new draft", z.object({ invoiceId: z.string() })),
    ...problems(401, 403, 404, 409, 422),
  },
});

/** Deeds that take two people, and the month that is billed anew after one of them. */
export function secondPersonRoutes() {
  const router = houseRouter();
  router.openapi(waiting, async (c) => {
    return c.json({ items: await waitingRequests(deedContext(c)) }, 200);
  });
  router.openapi(ofOne, async (c) => {
    const { tenantId, invoiceId } = c.req.valid("param");
    const { db, scope } = deedOf(c, asId<TenantId>(tenantId));
    return c.json({ items: await requestsOf(db, scope, invoiceId) }, 200);
  });
  router.openapi(decide, async (c) => {
    const { tenantId, requestId } = c.req.valid("param");
    const verdict = { decision: null, ...c.req.valid("json") };
    return c.json(await decideRequest(deedOf(c, asId<TenantId>(tenantId)), requestId, verdict), 200);
  });
  router.openapi(reissue, async (c) => {
    const { tenantId, invoiceId } = c.req.valid("param");
    const which = { tenantId: asId<TenantId>(tenantId), invoiceId };
    return c.json(await reissueInvoice(deedOf(c, which.tenantId), which), 200);
  });
  return router;
}
