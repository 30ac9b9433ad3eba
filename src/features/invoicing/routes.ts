import { createRoute, z } from "@hono/zod-openapi";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { forClient } from "../billing/index.ts";
import {
  access,
  actorOn,
  body,
  deedOf,
  type HouseContext,
  houseRouter,
  json,
  problems,
  tenantOn,
} from "../identity/index.ts";
import { approve, discard, sendBack } from "./approve.ts";
import { decideDispute, openDispute, withdrawDispute } from "./disputes.ts";
import { recordFapiao } from "./fapiao.ts";
import { finalize } from "./finalize.ts";
import { buyPrepaid } from "./prepaid.ts";
import {
  ApproveSchema,
  ClientDocumentSchema,
  CreditSchema,
  DisputeRequestSchema,
  DisputeSchema,
  FapiaoIssuedSchema,
  FinalizedSchema,
  InvoiceDocumentSchema,
  PrepaidRequestSchema,
  PrepaidSchema,
  ReasonSchema,
  VerdictSchema,
  WriteOffSchema,
} from "./schema.ts";
import { askFor } from "./second-person.ts";
import { invoiceDocument, listPrepaid, openDisputes, ownDisputes } from "./views.ts";

const id = z.uuid();
const staff = access("billing_admin", "house_admin");
const client = access("tenant_admin");
const ofInvoice = z.object({ tenantId: id, invoiceId: id });
const done = { description: "Done" };
const trouble = problems(401, 403, 404, 409, 422);
const asked = json("What waits for another person", z.object({ requestId: z.string() }));
const INVOICE = "/api/billing/tenants/{tenantId}/invoices/{invoiceId}";

const approveRoute = createRoute({
  method: "post",
  path: `${INVOICE}/approval`,
  operationId: "approveInvoice",
  summary: "Approve a draft as it was looked at; never by somebody who made or changed it",
  ...staff,
  request: { params: ofInvoice, body: body(ApproveSchema) },
  responses: { 204: done, ...trouble },
});
const sendBackRoute = createRoute({
  method: "post",
  path: `${INVOICE}/return`,
  operationId: "returnInvoice",
  summary: "Make an approved invoice a draft again, so that it can be put right",
  ...staff,
  request: { params: ofInvoice, body: body(ReasonSchema) },
  responses: { 204: done, ...trouble },
});
const discardRoute = createRoute({
  method: "post",
  path: `${INVOICE}/discard`,
  operationId: "discardInvoice",
  summary: "Throw a draft away",
  ...staff,
  request: { params: ofInvoice, body: body(ReasonSchema) },
  responses: { 204: done, ...trouble },
});
const finalizeRoute = createRoute({
  method: "post",
  path: `${INVOICE}/finalization`,
  operationId: "finalizeInvoice",
  summary: "Give an approved invoice its number, due date and place in the ledger; asked again, it answers the same",
  ...staff,
  request: { params: ofInvoice },
  responses: { 200: json("Its number", FinalizedSchema), ...trouble },
});
const documentRoute = createRoute({
  method: "get",
  path: `${INVOICE}/document`,
  operationId: "readInvoiceDocument",
  summary: "All that stands on the invoice and what has become of it: parties, tax, notes, disputes, what is open",
  ...staff,
  request: { params: ofInvoice },
  responses: { 200: json("The invoice", InvoiceDocumentSchema), ...problems(401, 403, 404, 422) },
});
const creditRoute = createRoute({
  method: "post",
  path: `${INVOICE}/credit-notes`,
  operationId: "creditInvoice",
  summary: "Ask for a credit of part or all of a final invoice, all of it cancels it; another person does it",
  ...staff,
  request: { params: ofInvoice, body: body(CreditSchema) },
  responses: { 200: asked, ...trouble },
});
const writeOffRoute = createRoute({
  method: "post",
  path: `${INVOICE}/write-offs`,
  operationId: "writeOffInvoice",
  summary: "Ask to book what will never be paid of a final invoice as a loss; another person does it",
  ...staff,
  request: { params: ofInvoice, body: body(WriteOffSchema) },
  responses: { 200: asked, ...trouble },
});
const fapiaoRoute = createRoute({
  method: "put",
  path: "/api/billing/tenants/{tenantId}/fapiaos/{fapiaoId}",
  operationId: "recordFapiao",
  summary: "Record the number and day of a fapiao that was issued",
  ...staff,
  request: { params: z.object({ tenantId: id, fapiaoId: id }), body: body(FapiaoIssuedSchema) },
  responses: { 204: done, ...trouble },
});
const disputesRoute = createRoute({
  method: "get",
  path: "/api/billing/disputes",
  operationId: "listOpenDisputes",
  summary: "Disputes of all clients that wait for a decision, oldest first",
  ...staff,
  responses: { 200: json("Disputes", z.object({ items: z.array(DisputeSchema) })), ...problems(401, 403) },
});
const decideRoute = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/disputes/{disputeId}/decision",
  operationId: "decideDispute",
  summary: "Accept a dispute, which credits it, or reject it with the reason",
  ...staff,
  request: { params: z.object({ tenantId: id, disputeId: id }), body: body(VerdictSchema) },
  responses: { 204: done, ...trouble },
});
const prepaidRoute = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/prepaid",
  operationId: "listPrepaid",
  summary: "A client's prepaid credit and what is left of it",
  ...staff,
  request: { params: z.object({ tenantId: id }) },
  responses: { 200: json("Credits", z.object({ items: z.array(PrepaidSchema) })), ...problems(401, 403, 404, 422) },
});
const buyRoute = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/prepaid",
  operationId: "buyPrepaid",
  summary: "Record credit that a client paid in advance; the same payment buys it once",
  ...staff,
  request: { params: z.object({ tenantId: id }), body: body(PrepaidRequestSchema) },
  responses: { 200: json("The credit", z.object({ prepaidId: z.string() })), ...trouble },
});
const ownDocumentRoute = createRoute({
  method: "get",
  path: "/api/portal/invoices/{invoiceId}/document",
  operationId: "readOwnInvoiceDocument",
  summary: "All that stands on one of the client's own invoices",
  ...client,
  request: { params: z.object({ invoiceId: id }) },
  responses: { 200: json("The invoice", ClientDocumentSchema), ...problems(401, 403, 404, 422) },
});
const ownDisputesRoute = createRoute({
  method: "get",
  path: "/api/portal/disputes",
  operationId: "listOwnDisputes",
  summary: "The client's own disputes, newest first",
  ...client,
  responses: { 200: json("Disputes", z.object({ items: z.array(DisputeSchema) })), ...problems(401, 403) },
});
const disputeRoute = createRoute({
  method: "post",
  path: "/api/portal/invoices/{invoiceId}/disputes",
  operationId: "openDispute",
  summary: "Dispute a line of an own invoice; only that line's payment waits",
  ...client,
  request: { params: z.object({ invoiceId: id }), body: body(DisputeRequestSchema) },
  responses: { 200: json("The dispute", z.object({ disputeId: z.string() })), ...trouble },
});
const withdrawRoute = createRoute({
  method: "delete",
  path: "/api/portal/disputes/{disputeId}",
  operationId: "withdrawDispute",
  summary: "Take an open dispute back",
  ...client,
  request: { params: z.object({ disputeId: id }) },
  responses: { 204: done, ...trouble },
});
const ownPrepaidRoute = createRoute({
  method: "get",
  path: "/api/portal/prepaid",
  operationId: "listOwnPrepaid",
  summary: "The client's own prepaid credit",
  ...client,
  responses: { 200: json("Credits", z.object({ items: z.array(PrepaidSchema) })), ...problems(401, 403) },
});

/** The steps of an invoice, for billing staff; reading and disputing, for the client. */
export function invoicingRoutes() {
  const router = houseRouter();
  router.openapi(approveRoute, async (c) => {
    const { invoiceId, ...shell } = staffShell(c, c.req.valid("param"));
    await approve(shell, { invoiceId, ...c.req.valid("json") });
    return c.body(null, 204);
  });
  router.openapi(sendBackRoute, async (c) => {
    const { invoiceId, ...shell } = staffShell(c, c.req.valid("param"));
    await sendBack(shell, { invoiceId, ...c.req.valid("json") });
    return c.body(null, 204);
  });
  router.openapi(discardRoute, async (c) => {
    const { invoiceId, ...shell } = staffShell(c, c.req.valid("param"));
    await discard(shell, { invoiceId, ...c.req.valid("json") });
    return c.body(null, 204);
  });
  router.openapi(finalizeRoute, async (c) => {
    const { invoiceId, ...shell } = staffShell(c, c.req.valid("param"));
    return c.json(await finalize(shell, invoiceId), 200);
  });
  router.openapi(documentRoute, async (c) => {
    const { invoiceId, scope } = staffShell(c, c.req.valid("param"));
    return c.json(await invoiceDocument(c.get("services"), scope, invoiceId), 200);
  });
  router.openapi(creditRoute, async (c) => {
    const { invoiceId, ...shell } = staffShell(c, c.req.valid("param"));
    const { lines, ...rest } = c.req.valid("json");
    const minor = lines?.map(({ lineId, netMinor }) => ({ lineId, netMinor: BigInt(netMinor) })) ?? null;
    return c.json(await askFor(shell, { what: "credit", request: { invoiceId, ...rest, lines: minor } }), 200);
  });
  router.openapi(writeOffRoute, async (c) => {
    const { invoiceId, ...shell } = staffShell(c, c.req.valid("param"));
    const { amountMinor, ...rest } = c.req.valid("json");
    const request = { invoiceId, ...rest, amountMinor: bigOrNull(amountMinor) };
    return c.json(await askFor(shell, { what: "write_off", request }), 200);
  });
  moreStaffRoutes(router);
  portalRoutes(router);
  return router;
}

function moreStaffRoutes(router: ReturnType<typeof houseRouter>): void {
  router.openapi(fapiaoRoute, async (c) => {
    const { tenantId, fapiaoId } = c.req.valid("param");
    await recordFapiao(deedOf(c, asId<TenantId>(tenantId)), { fapiaoId, ...c.req.valid("json") });
    return c.body(null, 204);
  });
  router.openapi(disputesRoute, async (c) => {
    const { db, operatorDb, clock } = c.get("services");
    return c.json({ items: await openDisputes({ db, operatorDb, actor: actorOn(c), now: clock.now() }) }, 200);
  });
  router.openapi(decideRoute, async (c) => {
    const { tenantId, disputeId } = c.req.valid("param");
    const given = c.req.valid("json");
    const verdict = given.what === "reject" ? given : { ...given, creditMinor: bigOrNull(given.creditMinor) };
    await decideDispute(deedOf(c, asId<TenantId>(tenantId)), disputeId, verdict);
    return c.body(null, 204);
  });
  router.openapi(prepaidRoute, async (c) => {
    const { db, scope } = deedOf(c, asId<TenantId>(c.req.valid("param").tenantId));
    return c.json({ items: await listPrepaid(db, scope) }, 200);
  });
  router.openapi(buyRoute, async (c) => {
    const shell = deedOf(c, asId<TenantId>(c.req.valid("param").tenantId));
    const { amountMinor, ...rest } = c.req.valid("json");
    return c.json({ prepaidId: await buyPrepaid(shell, { ...rest, amountMinor: BigInt(amountMinor) }) }, 200);
  });
}

/** The client's own: its tenant is the session's, never the request's. */
function portalRoutes(router: ReturnType<typeof houseRouter>): void {
  router.openapi(ownDocumentRoute, async (c) => {
    const { scope } = deedOf(c, tenantOn(c));
    const document = await invoiceDocument(c.get("services"), scope, c.req.valid("param").invoiceId);
    return c.json({ ...document, invoice: forClient(document.invoice) }, 200);
  });
  router.openapi(ownDisputesRoute, async (c) => {
    const { db, scope } = deedOf(c, tenantOn(c));
    return c.json({ items: await ownDisputes(db, scope) }, 200);
  });
  router.openapi(disputeRoute, async (c) => {
    const { claimedMinor, ...rest } = c.req.valid("json");
    const claim = { ...c.req.valid("param"), ...rest, claimedMinor: bigOrNull(claimedMinor) };
    return c.json(await openDispute(deedOf(c, tenantOn(c)), claim), 200);
  });
  router.openapi(withdrawRoute, async (c) => {
    await withdrawDispute(deedOf(c, tenantOn(c)), c.req.valid("param").disputeId);
    return c.body(null, 204);
  });
  router.openapi(ownPrepaidRoute, async (c) => {
    const { db, scope } = deedOf(c, tenantOn(c));
    return c.json({ items: await listPrepaid(db, scope) }, 200);
  });
}

function staffShell(c: HouseContext, { tenantId, invoiceId }: z.infer<typeof ofInvoice>) {
  return { ...deedOf(c, asId<TenantId>(tenantId)), invoiceId };
}

function bigOrNull(minor: number | null): bigint | null {
  return minor === null ? null : BigInt(minor);
}
