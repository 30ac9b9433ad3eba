import { createRoute, z } from "@hono/zod-openapi";
import { access, body, json, problems } from "../identity/index.ts";
import {
  AgeingSchema,
  AllocateSchema,
  ConfirmSchema,
  HouseAgeingSchema,
  IgnoreSchema,
  ImportedSchema,
  ImportSchema,
  InvoiceOpenSchema,
  PaymentDetailSchema,
  PaymentSchema,
  PayPageSchema,
  RangeSchema,
  ReconciledSchema,
  RecordPaymentSchema,
  RefundRequestSchema,
  RemittanceSchema,
  RemittanceStateSchema,
  StatementSchema,
} from "./schema.ts";

const list = <S extends z.ZodType>(description: string, schema: S) =>
  json(description, z.object({ items: z.array(schema) }));
const id = z.uuid();
const ofTenant = z.object({ tenantId: id });
const ofPayment = z.object({ tenantId: id, paymentId: id });
const staff = access("billing_admin", "house_admin");
const client = access("tenant_admin");
const payPage = json("Where the open amount is paid by card", PayPageSchema);
const payment = json("The payment, what it pays and what was given back of it", PaymentDetailSchema);
const payments = list("Payments, newest first", PaymentSchema);
const ages = list("What is open by how late it is, one row a currency", AgeingSchema);
const accounts = list("One statement a currency: opening, documents, payments, closing", StatementSchema);
const openOnes = list("Final invoices that are not paid whole, longest due first", InvoiceOpenSchema);

export const portal = {
  payments: createRoute({
    method: "get",
    path: "/api/portal/payments",
    operationId: "listOwnPayments",
    summary: "The client's own payments",
    ...client,
    responses: { 200: payments, ...problems(401, 403) },
  }),
  open: createRoute({
    method: "get",
    path: "/api/portal/open-invoices",
    operationId: "listOwnOpenInvoices",
    summary: "The client's own invoices that are to be paid",
    ...client,
    responses: { 200: openOnes, ...problems(401, 403) },
  }),
  pay: createRoute({
    method: "post",
    path: "/api/portal/invoices/{invoiceId}/payment-requests",
    operationId: "payOwnInvoice",
    summary: "A page to pay the open amount of an own invoice by card; the same page until the amount changes",
    ...client,
    request: { params: z.object({ invoiceId: id }) },
    responses: { 200: payPage, ...problems(401, 403, 404, 409, 422, 503) },
  }),
  statement: createRoute({
    method: "get",
    path: "/api/portal/statement",
    operationId: "readOwnStatement",
    summary: "The client's own statement of account for a range of days",
    ...client,
    request: { query: RangeSchema },
    responses: { 200: accounts, ...problems(401, 403, 422) },
  }),
  ageing: createRoute({
    method: "get",
    path: "/api/portal/ageing",
    operationId: "readOwnAgeing",
    summary: "What the client owes by how late it is",
    ...client,
    responses: { 200: ages, ...problems(401, 403) },
  }),
};

export const house = {
  payments: createRoute({
    method: "get",
    path: "/api/billing/payments",
    operationId: "listPayments",
    summary: "Payments of all clients",
    ...staff,
    responses: { 200: payments, ...problems(401, 403) },
  }),
  ofClient: createRoute({
    method: "get",
    path: "/api/billing/tenants/{tenantId}/payments",
    operationId: "listClientPayments",
    summary: "Payments of one client",
    ...staff,
    request: { params: ofTenant },
    responses: { 200: payments, ...problems(401, 403, 404, 422) },
  }),
  record: createRoute({
    method: "post",
    path: "/api/billing/tenants/{tenantId}/payments",
    operationId: "recordPayment",
    summary: "Record money that came by transfer or otherwise; the same request key again is the same payment",
    ...staff,
    request: { params: ofTenant, body: body(RecordPaymentSchema) },
    responses: { 200: payment, ...problems(401, 403, 404, 409, 422) },
  }),
  one: createRoute({
    method: "get",
    path: "/api/billing/tenants/{tenantId}/payments/{paymentId}",
    operationId: "readPayment",
    summary: "One payment with what it pays and what was given back",
    ...staff,
    request: { params: ofPayment },
    responses: { 200: payment, ...problems(401, 403, 404, 422) },
  }),
  allocate: createRoute({
    method: "post",
    path: "/api/billing/tenants/{tenantId}/payments/{paymentId}/allocations",
    operationId: "allocatePayment",
    summary: "Let what is left of a payment pay an invoice",
    ...staff,
    request: { params: ofPayment, body: body(AllocateSchema) },
    responses: { 200: payment, ...problems(401, 403, 404, 409, 422) },
  }),
  refund: createRoute({
    method: "post",
    path: "/api/billing/tenants/{tenantId}/payments/{paymentId}/refunds",
    operationId: "refundPayment",
    summary: "Give money back the way it came; a transfer back is recorded as made",
    ...staff,
    request: { params: ofPayment, body: body(RefundRequestSchema) },
    responses: { 200: payment, ...problems(401, 403, 404, 409, 422, 503) },
  }),
  request: createRoute({
    method: "post",
    path: "/api/billing/tenants/{tenantId}/invoices/{invoiceId}/payment-requests",
    operationId: "requestPayment",
    summary: "A page where a client pays the open amount of an invoice by card",
    ...staff,
    request: { params: z.object({ tenantId: id, invoiceId: id }) },
    responses: { 200: payPage, ...problems(401, 403, 404, 409, 422, 503) },
  }),
  open: createRoute({
    method: "get",
    path: "/api/billing/tenants/{tenantId}/open-invoices",
    operationId: "listOpenInvoices",
    summary: "Invoices of a client that are not paid whole",
    ...staff,
    request: { params: ofTenant },
    responses: { 200: openOnes, ...problems(401, 403, 404, 422) },
  }),
  statement: createRoute({
    method: "get",
    path: "/api/billing/tenants/{tenantId}/statement",
    operationId: "readStatement",
    summary: "A client's statement of account for a range of days",
    ...staff,
    request: { params: ofTenant, query: RangeSchema },
    responses: { 200: accounts, ...problems(401, 403, 404, 422) },
  }),
  ageing: createRoute({
    method: "get",
    path: "/api/billing/ageing",
    operationId: "readAgeing",
    summary: "What all clients owe by how late it is, one row a client and currency",
    ...staff,
    responses: { 200: list("Ageing by client", HouseAgeingSchema), ...problems(401, 403) },
  }),
  remittances: createRoute({
    method: "get",
    path: "/api/billing/remittances",
    operationId: "listRemittances",
    summary: "Lines of the house's bank statements; those to be decided come with suggestions",
    ...staff,
    request: { query: z.object({ state: RemittanceStateSchema.default("open") }) },
    responses: { 200: list("Lines, newest first", RemittanceSchema), ...problems(401, 403, 422) },
  }),
  importLines: createRoute({
    method: "post",
    path: "/api/billing/remittances",
    operationId: "importRemittances",
    summary: "Import a bank statement as CSV; lines that are known add nothing, exact ones become payments at once",
    ...staff,
    request: { body: body(ImportSchema) },
    responses: { 200: json("What the import did", ImportedSchema), ...problems(401, 403, 422) },
  }),
  confirm: createRoute({
    method: "post",
    path: "/api/billing/remittances/{remittanceId}/match",
    operationId: "confirmRemittance",
    summary: "Say whose money a line is and which invoices it pays",
    ...staff,
    request: { params: z.object({ remittanceId: id }), body: body(ConfirmSchema) },
    responses: { 200: json("The line", RemittanceSchema), ...problems(401, 403, 404, 409, 422) },
  }),
  ignore: createRoute({
    method: "post",
    path: "/api/billing/remittances/{remittanceId}/ignore",
    operationId: "ignoreRemittance",
    summary: "Say that a line is no client's payment, and what it is",
    ...staff,
    request: { params: z.object({ remittanceId: id }), body: body(IgnoreSchema) },
    responses: { 200: json("The line", RemittanceSchema), ...problems(401, 403, 404, 409, 422) },
  }),
  reconcile: createRoute({
    method: "post",
    path: "/internal/payments/reconcile",
    operationId: "reconcilePayments",
    summary: "Compare with the payment provider now, as the hourly run does",
    ...access("internal"),
    responses: { 200: json("What it found", ReconciledSchema), ...problems(401, 503) },
  }),
};
