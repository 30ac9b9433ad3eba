import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Actor } from "../../adapters/db/index.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { access, type HouseEnv, houseRouter, problems, signedInOn } from "../identity/index.ts";
import { houseBalance, trialBalance } from "./balances.ts";
import { DaySchema, HouseBalanceSchema, TrialBalanceSchema } from "./schema.ts";

const json = <S extends z.ZodType>(description: string, schema: S) => ({
  description,
  content: { "application/json": { schema } },
});
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
  return router;
}

function actorOn(c: Context<HouseEnv>): Actor {
  return { kind: "user", userId: signedInOn(c).userId };
}

/** Billing staff work for every client, one at a time: the path names which. */
function staffScope(c: Context<HouseEnv>, tenantId: string) {
  return { tenantId: asId<TenantId>(tenantId), actor: actorOn(c) };
}
