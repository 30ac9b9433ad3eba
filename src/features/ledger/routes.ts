import { createRoute, z } from "@hono/zod-openapi";
import { withTenant } from "../../adapters/db/index.ts";
import { CURRENCY_DECIMALS, isCurrency } from "../../domain/kernel/currency.ts";
import { access, actorOn, houseRouter, json, problems, staffScope } from "../identity/index.ts";
import { safe } from "./amounts.ts";
import { houseBalance, trialBalance } from "./balances.ts";
import { accountStatement, PAGE_MAX, transactions } from "./entries.ts";
import { type Accrual, accrueMonth } from "./month-end.ts";
import { receivableCheck } from "./receivable.ts";
import { revenueByService } from "./revenue.ts";
import {
  AccountStatementSchema,
  DaySchema,
  HouseBalanceSchema,
  LedgerTxnPageSchema,
  MonthEndSchema,
  PeriodSchema,
  ReceivableCheckSchema,
  RevenueReportSchema,
  TrialBalanceSchema,
} from "./schema.ts";

const staff = access("billing_admin", "house_admin");
const tenant = z.object({ tenantId: z.uuid() });
const onDay = z.object({ on: DaySchema.optional() });

const readTrialBalance = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/ledger/trial-balance",
  operationId: "readTrialBalance",
  summary: "Every account of a client's book at the end of a day; debits equal credits in each currency",
  ...staff,
  request: { params: tenant, query: onDay },
  responses: { 200: json("The trial balance", TrialBalanceSchema), ...problems(401, 403, 422) },
});
const readHouseBalance = createRoute({
  method: "get",
  path: "/api/billing/ledger/trial-balance",
  operationId: "readHouseBalance",
  summary: "The book over all clients, by kind of account",
  ...staff,
  request: { query: onDay },
  responses: { 200: json("The house's balance", HouseBalanceSchema), ...problems(401, 403, 422) },
});

const page = z.object({
  from: DaySchema.optional(),
  to: DaySchema.optional(),
  cursor: z.string().max(120).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(50),
});
const readAccount = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/ledger/statement",
  operationId: "readAccountStatement",
  summary: "An account's entries in order of their day, with what stood on it after each",
  ...staff,
  request: { params: tenant, query: page.extend({ accountId: z.uuid() }) },
  responses: {
    200: json("A page of the account's statement", AccountStatementSchema),
    ...problems(401, 403, 404, 422),
  },
});
const listTxns = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/ledger/transactions",
  operationId: "listLedgerTransactions",
  summary: "What was booked, newest day first; by what it was about, by kind of deed, by day",
  ...staff,
  request: {
    params: tenant,
    query: page.extend({
      ref: z
        .string()
        .regex(/^[A-Za-z0-9:._-]{1,200}$/, "what was booked is named by ids and codes")
        .optional(),
      event: z
        .string()
        .regex(/^[a-z_]{1,40}$/)
        .optional(),
      txnId: z.uuid().optional(),
    }),
  },
  responses: {
    200: json("A page of transactions with their entries", LedgerTxnPageSchema),
    ...problems(401, 403, 422),
  },
});
const readRevenue = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/ledger/revenue",
  operationId: "readRevenue",
  summary: "What was earned between two days, by service",
  ...staff,
  request: { params: tenant, query: z.object({ from: DaySchema, to: DaySchema }) },
  responses: { 200: json("Revenue by service", RevenueReportSchema), ...problems(401, 403, 422) },
});
const readReceivable = createRoute({
  method: "get",
  path: "/api/billing/tenants/{tenantId}/ledger/receivable",
  operationId: "checkReceivable",
  summary: "What the client owes by its documents and by the book; they must agree",
  ...staff,
  request: { params: tenant },
  responses: { 200: json("Both sides, by currency", ReceivableCheckSchema), ...problems(401, 403, 422) },
});
const closeMonth = createRoute({
  method: "post",
  path: "/api/billing/tenants/{tenantId}/ledger/month-ends",
  operationId: "accrueMonth",
  summary: "Accrue what a month earned and no invoice had claimed; doing it again books nothing",
  ...staff,
  request: {
    params: tenant,
    body: { required: true, content: { "application/json": { schema: z.strictObject({ period: PeriodSchema }) } } },
  },
  responses: { 200: json("What was accrued for each contract", MonthEndSchema), ...problems(401, 403, 409, 422) },
});

/** The house's book, for its billing staff. */
export function ledgerRoutes() {
  const router = houseRouter();
  router.openapi(readTrialBalance, async (c) => {
    const { on = null } = c.req.valid("query");
    return c.json(await trialBalance(c.get("services").db, staffScope(c, c.req.valid("param").tenantId), on), 200);
  });
  router.openapi(readHouseBalance, async (c) => {
    const { db, operatorDb } = c.get("services");
    const { on = null } = c.req.valid("query");
    return c.json(await houseBalance({ db, operatorDb, actor: actorOn(c) }, on), 200);
  });
  router.openapi(readAccount, async (c) => {
    const { from = null, to = null, cursor = null, ...query } = c.req.valid("query");
    const scope = staffScope(c, c.req.valid("param").tenantId);
    return c.json(await accountStatement(c.get("services").db, scope, { ...query, from, to, cursor }), 200);
  });
  router.openapi(listTxns, async (c) => {
    const { limit, ...given } = c.req.valid("query");
    const { ref = null, event = null, txnId = null, from = null, to = null, cursor = null } = given;
    const query = { ref, event, txnId, from, to, cursor, limit };
    return c.json(await transactions(c.get("services").db, staffScope(c, c.req.valid("param").tenantId), query), 200);
  });
  router.openapi(readRevenue, async (c) => {
    const scope = staffScope(c, c.req.valid("param").tenantId);
    return c.json(await revenueByService(c.get("services").db, scope, c.req.valid("query")), 200);
  });
  router.openapi(readReceivable, async (c) => {
    const scope = staffScope(c, c.req.valid("param").tenantId);
    return c.json(await receivableCheck(c.get("services").db, scope), 200);
  });
  router.openapi(closeMonth, async (c) => {
    const { db, clock } = c.get("services");
    const { period } = c.req.valid("json");
    const scope = staffScope(c, c.req.valid("param").tenantId);
    const done = await withTenant(db, scope, (tx) => accrueMonth(tx, period, clock.now()));
    return c.json({ items: done.map(accrualView) }, 200);
  });
  return router;
}

function accrualView({ contractId, txnId, currency, amountMinor, fresh }: Accrual) {
  const decimals = isCurrency(currency) ? CURRENCY_DECIMALS[currency] : 0;
  return { contractId, txnId, currency, decimals, amountMinor: safe(amountMinor), fresh };
}
