import type { Customer, Invoice, Line } from "./books.ts";
import { type Desk, finalize, invoiceOf, refund, shownIntent, shownInvoice, voidInvoice } from "./desk.ts";
import { type Form, type FormValue, Params } from "./form.ts";
import { invalidParam, missing, notNow } from "./problems.ts";
import { chargeJson, customerJson, invoicePaymentJson, listJson, refundJson } from "./resources.ts";

/** One operation of Stripe's interface: its path, the parameters that are honoured, and what it answers. */
export type Operation = {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: RegExp;
  readonly honours: readonly string[];
  readonly answer: (desk: Desk, params: Params, id: string, url: URL) => object;
};

const PAGING = ["limit", "starting_after", "created"] as const;
const LINES_MAX = 250;
const LINE_FIELDS = ["amount", "description", "metadata"] as const;

export const OPERATIONS: readonly Operation[] = [
  {
    method: "POST",
    path: /^\/v1\/customers$/,
    honours: ["name", "email", "preferred_locales", "metadata"],
    answer: createCustomer,
  },
  {
    method: "GET",
    path: /^\/v1\/customers\/([^/]+)$/,
    honours: [],
    answer: ({ books }, _params, id) => {
      const customer = books.find("customer", id);
      if (customer === null) throw missing("customer", id);
      return customerJson(customer);
    },
  },
  {
    method: "POST",
    path: /^\/v1\/invoices$/,
    honours: [
      "customer",
      "currency",
      "collection_method",
      "auto_advance",
      "due_date",
      "number",
      "description",
      "footer",
      "pending_invoice_items_behavior",
      "metadata",
    ],
    answer: createInvoice,
  },
  { method: "POST", path: /^\/v1\/invoices\/([^/]+)\/add_lines$/, honours: ["lines"], answer: addLines },
  {
    method: "POST",
    path: /^\/v1\/invoices\/([^/]+)\/finalize$/,
    honours: ["auto_advance"],
    answer: (desk, _params, id) => shownInvoice(desk, finalize(desk, invoiceOf(desk, id))),
  },
  {
    method: "POST",
    path: /^\/v1\/invoices\/([^/]+)\/void$/,
    honours: [],
    answer: (desk, _params, id) => shownInvoice(desk, voidInvoice(desk, invoiceOf(desk, id))),
  },
  {
    method: "GET",
    path: /^\/v1\/invoices\/([^/]+)$/,
    honours: [],
    answer: (desk, _params, id) => shownInvoice(desk, invoiceOf(desk, id)),
  },
  { method: "DELETE", path: /^\/v1\/invoices\/([^/]+)$/, honours: [], answer: deleteDraft },
  {
    method: "GET",
    path: /^\/v1\/invoices$/,
    honours: [...PAGING, "customer", "status"],
    answer: (desk, params, _id, url) => {
      const status = params.text("status");
      const all = desk.books.all("invoice", params.text("customer") ?? undefined);
      return page(
        url,
        params,
        all.filter((it) => status === null || it.status === status),
        (it) => shownInvoice(desk, it),
      );
    },
  },
  {
    method: "GET",
    path: /^\/v1\/invoice_payments$/,
    honours: [...PAGING, "invoice", "payment", "status"],
    answer: listInvoicePayments,
  },
  {
    method: "GET",
    path: /^\/v1\/payment_intents\/([^/]+)$/,
    honours: ["expand"],
    answer: (desk, params, id) => shownIntent(desk, id, params.list("expand").map(String)),
  },
  {
    method: "GET",
    path: /^\/v1\/charges$/,
    honours: [...PAGING, "payment_intent"],
    answer: ({ books }, params, _id, url) =>
      page(url, params, books.all("charge", params.text("payment_intent") ?? undefined), (it) =>
        chargeJson(it, it.balance),
      ),
  },
  {
    method: "POST",
    path: /^\/v1\/refunds$/,
    honours: ["payment_intent", "amount", "reason", "metadata"],
    answer: (desk, params) => refund(desk, params),
  },
  {
    method: "GET",
    path: /^\/v1\/refunds$/,
    honours: [...PAGING, "payment_intent"],
    answer: ({ books }, params, _id, url) =>
      page(url, params, books.all("refund", params.text("payment_intent") ?? undefined), refundJson),
  },
];

function createCustomer({ books, now, newId, tell }: Desk, params: Params): object {
  const customer: Customer = {
    kind: "customer",
    id: newId("cus"),
    created: now,
    name: params.text("name"),
    email: params.text("email"),
    locales: params.list("preferred_locales").map(String),
    metadata: params.metadata(),
  };
  books.save(customer);
  tell("customer.created", customerJson(customer));
  return customerJson(customer);
}

function createInvoice(desk: Desk, params: Params): object {
  const customer = params.needed("customer");
  if (desk.books.find("customer", customer) === null) throw missing("customer", customer, "customer");
  const currency = params.needed("currency");
  if (!/^[a-z]{3}$/.test(currency)) throw invalidParam("currency", `Invalid currency: ${currency}`);
  if (params.needed("collection_method") !== "send_invoice")
    throw invalidParam("collection_method", "the sandbox knows send_invoice alone");
  if (params.flag("auto_advance") === true)
    throw invalidParam("auto_advance", "the sandbox advances nothing by itself");
  if ((params.text("pending_invoice_items_behavior") ?? "exclude") !== "exclude")
    throw invalidParam("pending_invoice_items_behavior", "exclude alone");
  const dueDate = params.whole("due_date");
  if (dueDate !== null && dueDate <= desk.now) throw invalidParam("due_date", "The due date must be in the future.");
  const number = params.text("number");
  if (number !== null && desk.books.all("invoice").some((it) => it.number === number && it.status !== "void")) {
    throw invalidParam("number", "The invoice number has already been used.");
  }
  const invoice: Invoice = {
    kind: "invoice",
    id: desk.newId("in"),
    created: desk.now,
    customer,
    currency,
    status: "draft",
    number,
    description: params.text("description"),
    footer: params.text("footer"),
    dueDate,
    metadata: params.metadata(),
    lines: [],
    page: null,
    amountPaid: 0,
    attempts: 0,
    finalizedAt: null,
    paidAt: null,
    voidedAt: null,
  };
  desk.books.save(invoice);
  desk.tell("invoice.created", shownInvoice(desk, invoice));
  return shownInvoice(desk, invoice);
}

function addLines(desk: Desk, params: Params, id: string): object {
  const invoice = invoiceOf(desk, id);
  if (invoice.status !== "draft") throw notNow("invoice_not_editable", "This invoice is no longer editable");
  const lines = params.list("lines").map((each, at) => lineOf(desk, each, at));
  if (lines.length === 0) throw invalidParam("lines", "Missing required param: lines.", "parameter_missing");
  if (invoice.lines.length + lines.length > LINES_MAX)
    throw notNow(null, `An invoice has at most ${LINES_MAX} line items.`);
  const longer: Invoice = { ...invoice, lines: [...invoice.lines, ...lines] };
  desk.books.save(longer);
  desk.tell("invoice.updated", shownInvoice(desk, longer));
  return shownInvoice(desk, longer);
}

function lineOf({ newId }: Desk, given: FormValue, at: number): Line {
  if (typeof given === "string" || Array.isArray(given)) throw invalidParam(`lines[${at}]`, "Invalid hash");
  const params = new Params(given as Form, LINE_FIELDS, `lines[${at}]`);
  const amount = params.whole("amount");
  if (amount === null)
    throw invalidParam(`lines[${at}][amount]`, `Missing required param: lines[${at}][amount].`, "parameter_missing");
  return { id: newId("il"), itemId: newId("ii"), amount, description: params.text("description") };
}

function deleteDraft(desk: Desk, _params: Params, id: string): object {
  const invoice = invoiceOf(desk, id);
  if (invoice.status !== "draft") throw notNow("invoice_not_editable", "You can only delete draft invoices.");
  desk.books.remove(id);
  desk.tell("invoice.deleted", shownInvoice(desk, invoice));
  return { id, object: "invoice", deleted: true };
}

function listInvoicePayments({ books }: Desk, params: Params, _id: string, url: URL): object {
  const payment = params.inner("payment", ["type", "payment_intent"]);
  const [invoice, status, intent] = [
    params.text("invoice"),
    params.text("status"),
    payment?.text("payment_intent") ?? null,
  ];
  const all = books.all("invoice_payment", invoice ?? undefined);
  const asked = all.filter(
    (it) => (intent === null || it.intent === intent) && (status === null || it.status === status),
  );
  return page(url, params, asked, invoicePaymentJson);
}

/** A page of a list, newest first, as Stripe cuts it. */
function page<T extends { readonly id: string; readonly created: number }>(
  url: URL,
  params: Params,
  newestFirst: readonly T[],
  shown: (each: T) => object,
): object {
  const limit = params.whole("limit") ?? 10;
  if (limit < 1 || limit > 100)
    throw invalidParam("limit", "Limit must be between 1 and 100", "parameter_invalid_integer");
  const since = params.inner("created", ["gte", "lt"]);
  const [gte, lt] = [since?.whole("gte") ?? null, since?.whole("lt") ?? null];
  const asked = newestFirst.filter((it) => (gte === null || it.created >= gte) && (lt === null || it.created < lt));
  const after = params.text("starting_after");
  const at = after === null ? -1 : asked.findIndex((it) => it.id === after);
  if (after !== null && at < 0) throw missing("object", after, "starting_after");
  const items = asked.slice(at + 1, at + 1 + limit);
  return listJson(url.pathname, items.map(shown), at + 1 + limit < asked.length);
}
