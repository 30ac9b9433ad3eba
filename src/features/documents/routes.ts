import { createRoute, z } from "@hono/zod-openapi";
import type { TenantScope } from "../../adapters/db/index.ts";
import { access, type HouseContext, houseRouter, ownScope, problems, staffScope } from "../identity/index.ts";
import { RangeSchema } from "../payments/index.ts";
import {
  invoiceCsv,
  invoiceWorkbook,
  type PrintContext,
  type Printed,
  printCreditNote,
  printInvoice,
  printStatement,
} from "./print.ts";

const id = z.uuid();
const query = z.object({ language: z.enum(["zh", "en"]).default("en") });
const staff = access("billing_admin", "house_admin");
const client = access("tenant_admin");

/** What can be had of an invoice as a file. */
const FILES = {
  pdf: { type: "application/pdf", what: "as a PDF", make: printInvoice },
  xlsx: {
    type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    what: "with its lines and taxes, as a workbook",
    make: invoiceWorkbook,
  },
  csv: { type: "text/csv", what: "line by line, as CSV in UTF-8", make: invoiceCsv },
} as const;
type FileKind = keyof typeof FILES;
const KINDS = Object.keys(FILES) as FileKind[];

const fileOf = (kind: FileKind) => ({
  description: "The file",
  content: { [FILES[kind].type]: { schema: z.string().openapi({ format: "binary" }) } },
});

function houseFile(kind: FileKind) {
  return createRoute({
    method: "get",
    path: `/api/billing/tenants/{tenantId}/invoices/{invoiceId}/${kind}`,
    operationId: `downloadInvoice${kind[0]?.toUpperCase()}${kind.slice(1)}`,
    summary: `An invoice of a client ${FILES[kind].what}`,
    ...staff,
    request: { params: z.object({ tenantId: id, invoiceId: id }), query },
    responses: { 200: fileOf(kind), ...problems(401, 403, 404, 409, 422, 503) },
  });
}

function ownFile(kind: FileKind) {
  return createRoute({
    method: "get",
    path: `/api/portal/invoices/{invoiceId}/${kind}`,
    operationId: `downloadOwnInvoice${kind[0]?.toUpperCase()}${kind.slice(1)}`,
    summary: `One of the client's own invoices ${FILES[kind].what}`,
    ...client,
    request: { params: z.object({ invoiceId: id }), query },
    responses: { 200: fileOf(kind), ...problems(401, 403, 404, 409, 422, 503) },
  });
}

const houseNote = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/credit-notes/{noteId}/pdf",
  operationId: "downloadCreditNotePdf",
  summary: "A credit note of a client as a PDF",
  ...staff,
  request: { params: z.object({ tenantId: id, noteId: id }), query },
  responses: { 200: fileOf("pdf"), ...problems(401, 403, 404, 409, 422, 503) },
});
const ownNote = createRoute({
  method: "get",
  path: "/api/portal/credit-notes/{noteId}/pdf",
  operationId: "downloadOwnCreditNotePdf",
  summary: "One of the client's own credit notes as a PDF",
  ...client,
  request: { params: z.object({ noteId: id }), query },
  responses: { 200: fileOf("pdf"), ...problems(401, 403, 404, 409, 422, 503) },
});

const houseStatement = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/statement/pdf",
  operationId: "downloadStatementPdf",
  summary: "A client's statement of account for a range of days as a PDF",
  ...staff,
  request: { params: z.object({ tenantId: id }), query: RangeSchema.safeExtend(query.shape) },
  responses: { 200: fileOf("pdf"), ...problems(401, 403, 404, 409, 422, 503) },
});
const ownStatement = createRoute({
  method: "get",
  path: "/api/portal/statement/pdf",
  operationId: "downloadOwnStatementPdf",
  summary: "The client's own statement of account for a range of days as a PDF",
  ...client,
  request: { query: RangeSchema.safeExtend(query.shape) },
  responses: { 200: fileOf("pdf"), ...problems(401, 403, 409, 422, 503) },
});

/** Invoices, credit notes and statements as files, for the outsourcer's billing staff and for the client they are sent to. */
export function documentRoutes() {
  const router = houseRouter();
  for (const kind of KINDS) {
    router.openapi(houseFile(kind), async (c) => {
      const { tenantId, invoiceId } = c.req.valid("param");
      const { language } = c.req.valid("query");
      return file(await FILES[kind].make(contextOn(c), staffScope(c, tenantId), invoiceId, language), kind);
    });
    router.openapi(ownFile(kind), async (c) => {
      const { language } = c.req.valid("query");
      return file(await FILES[kind].make(contextOn(c), ownScope(c), c.req.valid("param").invoiceId, language), kind);
    });
  }
  router.openapi(houseStatement, async (c) => {
    const scope = staffScope(c, c.req.valid("param").tenantId);
    return file(await statementOn(c, scope, c.req.valid("query")), "pdf");
  });
  router.openapi(ownStatement, async (c) => file(await statementOn(c, ownScope(c), c.req.valid("query")), "pdf"));
  router.openapi(houseNote, async (c) => {
    const { tenantId, noteId } = c.req.valid("param");
    return file(
      await printCreditNote(contextOn(c), staffScope(c, tenantId), noteId, c.req.valid("query").language),
      "pdf",
    );
  });
  router.openapi(ownNote, async (c) =>
    file(
      await printCreditNote(contextOn(c), ownScope(c), c.req.valid("param").noteId, c.req.valid("query").language),
      "pdf",
    ),
  );
  return router;
}

type StatementQuery = z.infer<typeof RangeSchema> & z.infer<typeof query>;

function statementOn(c: HouseContext, scope: TenantScope, { from, to, language }: StatementQuery): Promise<Printed> {
  return printStatement(contextOn(c), scope, { from, to }, { language, now: c.get("services").clock.now() });
}

/** A PDF opens in the browser; a sheet is saved. */
function file({ name, bytes }: Printed, kind: FileKind): Response {
  const place = kind === "pdf" ? "inline" : "attachment";
  return new Response(bytes, {
    headers: {
      "content-type": kind === "csv" ? `${FILES.csv.type}; charset=utf-8` : FILES[kind].type,
      "content-disposition": `${place}; filename="${name}"`,
    },
  });
}

function contextOn(c: HouseContext): PrintContext {
  const { db, operatorDb, blobs, documents } = c.get("services");
  return { db, operatorDb, blobs, documents };
}
