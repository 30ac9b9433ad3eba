import { sql } from "drizzle-orm";
import { iso, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { type PaymentsContext, providerOf, scopeOf } from "./context.ts";
import { finalInvoice, invoiceMoney } from "./invoices-store.ts";
import { releaseOverpaid } from "./receive.ts";
import { askProvider, refundsWaiting } from "./refund.ts";
import { payerIdOf, withdrawRequest } from "./request.ts";
import { type PayRequest, requestsToCheck, setRequest, touchRequest } from "./requests-store.ts";
import { settle } from "./settle.ts";

/** A request or refund that nothing was heard of for so long is looked at. */
const QUIET_MS = 3_600_000;
/** The provider keeps its answers to keys for so long; what is older is looked for and never asked again blind. */
const KEY_MS = 24 * 3_600_000;
/** Of one client and run; the next run goes on. */
const AT_ONCE = 20;
const TENANTS_MAX = 5_000;

export type Reconciled = {
  readonly checked: number;
  /** Payments that the provider has and no message had told us of. */
  readonly missed: number;
  readonly released: number;
  /** Why single requests or refunds could not be asked after; the next run tries them again. */
  readonly failures: readonly unknown[];
};

/**
 * Compares our book with the provider's. Live requests and refunds are asked after; payments of the last two days are
 * listed, and those we do not have are taken in. What a credit note left over-paid becomes credit. Changes nothing where
 * both agree.
 */
export async function reconcilePayments(ctx: PaymentsContext, quietMs = QUIET_MS): Promise<Reconciled> {
  const tenants = await tenantsOf(ctx);
  const sum = { checked: 0, missed: 0, released: 0, failures: [] as unknown[] };
  for (const tenantId of tenants) {
    sum.released += await releaseAll(ctx, tenantId);
    if (ctx.provider === null) continue;
    for (const work of await waiting(ctx, tenantId, quietMs)) {
      try {
        await work();
        sum.checked += 1;
      } catch (error) {
        sum.failures.push(error);
      }
    }
  }
  if (ctx.provider !== null) sum.missed = await takeInMissed(ctx, tenants);
  return sum;
}

async function waiting(ctx: PaymentsContext, tenantId: TenantId, quietMs: number): Promise<(() => Promise<void>)[]> {
  const before = ctx.now - quietMs;
  const { requests, refunds } = await withTenant(ctx.db, scopeOf(ctx, tenantId), async (tx) => ({
    requests: await requestsToCheck(tx, before, AT_ONCE),
    refunds: await refundsWaiting(tx, before, AT_ONCE),
  }));
  return [
    ...requests.map((request) => () => checkRequest(ctx, tenantId, request)),
    ...refunds.map((refund) => () => askProvider(ctx, tenantId, refund)),
  ];
}

async function checkRequest(ctx: PaymentsContext, tenantId: TenantId, request: PayRequest): Promise<void> {
  const scope = scopeOf(ctx, tenantId);
  const invoice = await withTenant(ctx.db, scope, async (tx) => {
    await touchRequest(tx, request.id, ctx.now);
    return finalInvoice(tx, request.invoiceId);
  });
  if (invoice.openMinor !== request.amountMinor) return withdrawRequest(ctx, tenantId, request);
  const { providerInvoiceId } = request;
  if (providerInvoiceId !== null) {
    await settle(ctx, providerInvoiceId);
    return;
  }
  const payerId = await payerIdOf(ctx, tenantId, request.currency);
  const found = payerId === null ? null : await providerOf(ctx).findInvoice(payerId, request.id, request.askedAt);
  if (found !== null && found.state !== "draft") await settle(ctx, found.invoiceId);
  else if (request.askedAt < ctx.now - KEY_MS) await giveUp(ctx, tenantId, request, found?.invoiceId ?? null);
}

/** Asked a day ago and never became payable: a person who still wants to pay asks anew. */
async function giveUp(
  ctx: PaymentsContext,
  tenantId: TenantId,
  request: PayRequest,
  draft: string | null,
): Promise<void> {
  if (draft !== null) await providerOf(ctx).withdraw(draft, `withdraw:${request.id}`);
  const change = { state: "withdrawn", providerInvoiceId: null, payUrl: null, flag: null } as const;
  await withTenant(ctx.db, scopeOf(ctx, tenantId), (tx) => setRequest(tx, request.id, change, ctx.now));
}

async function takeInMissed(ctx: PaymentsContext, tenants: readonly TenantId[]): Promise<number> {
  const provider = providerOf(ctx);
  const since = ctx.now - 2 * KEY_MS;
  const taken = await provider.paymentsSince(since);
  if (taken.length === 0) return 0;
  const known = new Set<string>();
  for (const tenantId of tenants) {
    const rows = await withTenant(ctx.db, scopeOf(ctx, tenantId), (tx) =>
      tx.execute<{ source: string }>(sql`select source from tenant.payments
        where tenant_id = ${tx.tenantId} and method = 'stripe' and received_at >= ${iso(since - KEY_MS)}::timestamptz limit 20000`),
    );
    for (const { source } of rows) known.add(source);
  }
  let missed = 0;
  for (const { paymentId } of taken.filter((it) => !known.has(`stripe:${it.paymentId}`))) {
    const invoiceId = await provider.invoiceOf(paymentId);
    if (invoiceId !== null && (await settle(ctx, invoiceId)) === "settled") missed += 1;
  }
  return missed;
}

async function releaseAll(ctx: PaymentsContext, tenantId: TenantId): Promise<number> {
  return withTenant(ctx.db, scopeOf(ctx, tenantId), async (tx) => {
    const over = (await invoiceMoney(tx)).filter((it) => it.openMinor < 0n && it.paidMinor > 0n);
    for (const { id } of over) await releaseOverpaid(tx, id, ctx.now);
    return over.length;
  });
}

export async function tenantsOf({ operatorDb }: Pick<PaymentsContext, "operatorDb">): Promise<TenantId[]> {
  const rows = await withOperator(operatorDb, (tx) =>
    tx.execute<{ id: TenantId }>(sql`select id from house.tenants order by id limit ${TENANTS_MAX}`),
  );
  return rows.map(({ id }) => id);
}
