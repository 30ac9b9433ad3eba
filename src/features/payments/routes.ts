import { sql } from "drizzle-orm";
import type { Context } from "hono";
import { withOperator } from "../../adapters/db/index.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { type HouseEnv, houseRouter, signedInOn, tenantOn } from "../identity/index.ts";
import { knownCurrency, type PaymentsContext, safe } from "./context.ts";
import { parseStatement } from "./csv.ts";
import { house, portal } from "./operations.ts";
import { allocate, recordPayment } from "./receive.ts";
import { reconcilePayments } from "./reconcile.ts";
import { refund } from "./refund.ts";
import {
  confirmRemittance,
  ignoreRemittance,
  importRemittances,
  listRemittances,
  type Remittance,
} from "./remittances.ts";
import { type PayableAnswer, requestPayment } from "./request.ts";
import { ageing, houseAgeing, statements } from "./statement.ts";
import {
  listAllPayments,
  listOpenInvoices,
  listPayments,
  readPayment,
  shownAgeing,
  shownRemittance,
  shownStatement,
} from "./views.ts";

/** Getting paid: for the client's portal, for the outsourcer's billing staff, and for the house's own tools. */
export function paymentRoutes() {
  const router = houseRouter();
  addPortal(router);
  addClientRoutes(router);
  addHouseRoutes(router);
  return router;
}

type Router = ReturnType<typeof houseRouter>;
type HouseContext = Context<HouseEnv>;

function addPortal(router: Router): void {
  router.openapi(portal.payments, async (c) => c.json({ items: await listPayments(contextOn(c), tenantOn(c)) }, 200));
  router.openapi(portal.open, async (c) => c.json({ items: await listOpenInvoices(contextOn(c), tenantOn(c)) }, 200));
  router.openapi(portal.pay, async (c) =>
    c.json(shownPage(await requestPayment(contextOn(c), tenantOn(c), c.req.valid("param").invoiceId)), 200),
  );
  router.openapi(portal.statement, async (c) => {
    const { db, actor } = contextOn(c);
    const found = await statements(db, { tenantId: tenantOn(c), actor }, c.req.valid("query"));
    return c.json({ items: found.map(shownStatement) }, 200);
  });
  router.openapi(portal.ageing, async (c) => {
    const { db, actor, now } = contextOn(c);
    return c.json({ items: (await ageing(db, { tenantId: tenantOn(c), actor }, now)).map(shownAgeing) }, 200);
  });
}

function addClientRoutes(router: Router): void {
  router.openapi(house.ofClient, async (c) =>
    c.json({ items: await listPayments(contextOn(c), await clientOn(c, c.req.valid("param").tenantId)) }, 200),
  );
  router.openapi(house.record, async (c) => {
    const ctx = contextOn(c);
    const tenantId = await clientOn(c, c.req.valid("param").tenantId);
    const { amountMinor, currency, ...given } = c.req.valid("json");
    const payment = { ...given, currency: currencyOf(currency), amountMinor: BigInt(amountMinor) };
    const { paymentId } = await recordPayment(ctx, tenantId, payment);
    return c.json(await readPayment(ctx, tenantId, paymentId), 200);
  });
  router.openapi(house.one, async (c) => {
    const { tenantId, paymentId } = c.req.valid("param");
    return c.json(await readPayment(contextOn(c), asId<TenantId>(tenantId), paymentId), 200);
  });
  router.openapi(house.allocate, async (c) => {
    const { tenantId, paymentId } = c.req.valid("param");
    const { amountMinor, ...given } = c.req.valid("json");
    await allocate(contextOn(c), asId<TenantId>(tenantId), { ...given, paymentId, amountMinor: BigInt(amountMinor) });
    return c.json(await readPayment(contextOn(c), asId<TenantId>(tenantId), paymentId), 200);
  });
  router.openapi(house.refund, async (c) => {
    const { tenantId, paymentId } = c.req.valid("param");
    const { amountMinor, ...given } = c.req.valid("json");
    await refund(contextOn(c), asId<TenantId>(tenantId), { ...given, paymentId, amountMinor: BigInt(amountMinor) });
    return c.json(await readPayment(contextOn(c), asId<TenantId>(tenantId), paymentId), 200);
  });
  router.openapi(house.request, async (c) => {
    const { tenantId, invoiceId } = c.req.valid("param");
    return c.json(shownPage(await requestPayment(contextOn(c), asId<TenantId>(tenantId), invoiceId)), 200);
  });
  router.openapi(house.open, async (c) =>
    c.json({ items: await listOpenInvoices(contextOn(c), await clientOn(c, c.req.valid("param").tenantId)) }, 200),
  );
  router.openapi(house.statement, async (c) => {
    const { db, actor } = contextOn(c);
    const tenantId = await clientOn(c, c.req.valid("param").tenantId);
    const found = await statements(db, { tenantId, actor }, c.req.valid("query"));
    return c.json({ items: found.map(shownStatement) }, 200);
  });
}

function addHouseRoutes(router: Router): void {
  router.openapi(house.payments, async (c) => c.json({ items: await listAllPayments(contextOn(c)) }, 200));
  router.openapi(house.ageing, async (c) => {
    const rows = await houseAgeing(contextOn(c));
    const items = rows.map((row) => ({ ...shownAgeing(row), tenantId: row.tenantId, tenantName: row.tenantName }));
    return c.json({ items }, 200);
  });
  router.openapi(house.remittances, async (c) => {
    const found = await listRemittances(contextOn(c), c.req.valid("query").state);
    return c.json({ items: found.map(shownRemittance) }, 200);
  });
  router.openapi(house.importLines, async (c) =>
    c.json(await importRemittances(contextOn(c), parseStatement(c.req.valid("json").csv)), 200),
  );
  router.openapi(house.confirm, async (c) => {
    const { tenantId, invoiceIds } = c.req.valid("json");
    const choice = { tenantId: await clientOn(c, tenantId), invoiceIds };
    return c.json(shownLine(await confirmRemittance(contextOn(c), c.req.valid("param").remittanceId, choice)), 200);
  });
  router.openapi(house.ignore, async (c) => {
    const line = await ignoreRemittance(contextOn(c), c.req.valid("param").remittanceId, c.req.valid("json").note);
    return c.json(shownLine(line), 200);
  });
  router.openapi(house.reconcile, async (c) => {
    const { db, operatorDb, payments, clock } = c.get("services");
    const actor = { kind: "system", name: "payments" } as const;
    const { failures, ...done } = await reconcilePayments(
      { db, operatorDb, provider: payments, actor, now: clock.now() },
      0,
    );
    return c.json({ ...done, failed: failures.length }, 200);
  });
}

function contextOn(c: HouseContext): PaymentsContext {
  const { db, operatorDb, payments, clock } = c.get("services");
  return {
    db,
    operatorDb,
    provider: payments,
    actor: { kind: "user", userId: signedInOn(c).userId },
    now: clock.now(),
  };
}

/** Billing staff work for every client, one at a time; a client that is not there is not found. */
async function clientOn(c: HouseContext, tenantId: string): Promise<TenantId> {
  const rows = await withOperator(c.get("services").operatorDb, (tx) =>
    tx.execute(sql`select 1 from house.tenants where id = ${tenantId}`),
  );
  if (rows.length === 0) throw new Refusal("not_found", "tenant_not_found", "there is no such client");
  return asId<TenantId>(tenantId);
}

function currencyOf(code: string) {
  try {
    return knownCurrency(code);
  } catch {
    const faults = [{ path: "json.currency", message: "not a currency that is billed in", value: code }];
    throw new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
  }
}

function shownPage({ requestId, payUrl, amountMinor }: PayableAnswer) {
  return { requestId, payUrl, amountMinor: safe(amountMinor) };
}

function shownLine(line: Remittance) {
  return shownRemittance({ ...line, suggestions: [] });
}
