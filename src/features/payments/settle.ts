import { sql } from "drizzle-orm";
import { type TenantTx, withTenant } from "../../adapters/db/index.ts";
import { asId, type TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { InvoiceStanding, ProviderPayment } from "../../ports/payments.ts";
import { post } from "../ledger/index.ts";
import { lockMoney, type PaymentsContext, providerOf, scopeOf } from "./context.ts";
import { receive } from "./receive.ts";
import { takeInRefund } from "./refund.ts";
import { type PayRequest, requestById, setRequest } from "./requests-store.ts";
import { onePayment } from "./store.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export type Settled = "settled" | "foreign";

/**
 * Brings our book up to what the provider's says of one of its invoices: payments, fees, refunds, state. What is asked is
 * the provider's whole present state, so it does not matter which event led here, in which order, how often, or whether
 * the answer to our own request has arrived yet. An invoice that we did not ask for is foreign and leaves no trace.
 */
export async function settle(ctx: PaymentsContext, providerInvoiceId: string): Promise<Settled> {
  const standing = await providerOf(ctx).standing(providerInvoiceId);
  if (standing === null) return "foreign";
  const { tenantId, mark } = standing;
  if (tenantId === null || mark === null || !UUID.test(tenantId) || !UUID.test(mark)) return "foreign";
  return withTenant(ctx.db, scopeOf(ctx, asId<TenantId>(tenantId)), async (tx) => {
    await lockMoney(tx);
    const request = await requestById(tx, mark);
    // Written on the invoice by whoever holds our key; that it is ours stands in our own table.
    if (request === null) return "foreign";
    await followState(tx, request, standing, ctx.now);
    for (const payment of standing.payments) await takeIn(tx, request, standing, payment, ctx.now);
    return "settled";
  });
}

async function followState(tx: TenantTx, request: PayRequest, standing: InvoiceStanding, now: Instant): Promise<void> {
  const { invoiceId: providerInvoiceId, state, payUrl } = standing;
  const isOther = request.providerInvoiceId !== null && request.providerInvoiceId !== providerInvoiceId;
  if (isOther || request.state === "flagged") return;
  if (state === "paid") await setRequest(tx, request.id, { state: "paid", providerInvoiceId, payUrl, flag: null }, now);
  else if (state === "void")
    await setRequest(tx, request.id, { state: "withdrawn", providerInvoiceId, payUrl, flag: null }, now);
  else if (state === "open" && request.state === "asked" && standing.totalMinor === request.amountMinor)
    await setRequest(tx, request.id, { state: "open", providerInvoiceId, payUrl, flag: null }, now);
}

async function takeIn(
  tx: TenantTx,
  request: PayRequest,
  { currency }: InvoiceStanding,
  given: ProviderPayment,
  now: Instant,
): Promise<void> {
  const payment = {
    method: "stripe",
    source: `stripe:${given.paymentId}`,
    currency,
    amountMinor: given.amountMinor,
    payer: "",
    reference: given.paymentId,
    receivedAt: given.takenAt,
  } as const;
  // What its own invoice does not need any more, because it was paid twice or credited, is the client's credit.
  const { paymentId } = await receive(tx, payment, { named: [request.invoiceId], onlyNamed: true }, now);
  await takeInFee(tx, paymentId, given);
  for (const refund of given.refunds) await takeInRefund(tx, paymentId, refund, now);
}

async function takeInFee(tx: TenantTx, paymentId: string, { feeMinor, takenAt }: ProviderPayment): Promise<void> {
  if (feeMinor === null) return;
  const { currency, feeMinor: known } = await onePayment(tx, paymentId);
  if (known !== null) return;
  await tx.execute(sql`update tenant.payments set fee_minor = ${feeMinor.toString()}::bigint
    where tenant_id = ${tx.tenantId} and id = ${paymentId}`);
  const event = { type: "stripe_fee", id: paymentId, currency, amountMinor: feeMinor } as const;
  await post(tx, { event, occurredAt: takenAt });
}
