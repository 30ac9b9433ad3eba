import { sql } from "drizzle-orm";
import { type TenantTx, withTenant } from "../../adapters/db/index.ts";
import { CURRENCY_DECIMALS } from "../../domain/kernel/currency.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import { BUCKETS } from "../../domain/payments/ageing.ts";
import { type PaymentsContext, safe, scopeOf } from "./context.ts";
import { invoiceMoney } from "./invoices-store.ts";
import { tenantsOf } from "./reconcile.ts";
import { refundsOfPayment } from "./refund.ts";
import type { ReadRemittance } from "./remittances.ts";
import type { AgeingView, PaymentDetail, PaymentView, RemittanceView, StatementView } from "./schema.ts";
import type { Ageing, Statement } from "./statement.ts";
import { heldBy, onePayment, type Payment, paymentRows, unallocated } from "./store.ts";

/** Payments of the house's list; older ones are found at their client. */
const HOUSE_LIST_MAX = 500;

export function listPayments(ctx: PaymentsContext, tenantId: TenantId): Promise<PaymentView[]> {
  return withTenant(ctx.db, scopeOf(ctx, tenantId), async (tx) => {
    const name = await nameOf(tx);
    return (await paymentRows(tx)).map((row) => shownPayment(row, tenantId, name));
  });
}

/** Newest first over all clients: one transaction each, because no transaction sees two. */
export async function listAllPayments(ctx: PaymentsContext): Promise<PaymentView[]> {
  const found: PaymentView[] = [];
  for (const tenantId of await tenantsOf(ctx)) found.push(...(await listPayments(ctx, tenantId)));
  return found.toSorted((a, b) => (a.receivedOn < b.receivedOn ? 1 : -1)).slice(0, HOUSE_LIST_MAX);
}

export function readPayment(ctx: PaymentsContext, tenantId: TenantId, paymentId: string): Promise<PaymentDetail> {
  return withTenant(ctx.db, scopeOf(ctx, tenantId), async (tx) => {
    const payment = await onePayment(tx, paymentId);
    const held = await heldBy(tx, paymentId);
    const numbers = new Map<string, string>();
    for (const { invoiceId } of held) {
      const [invoice] = await invoiceMoney(tx, { id: invoiceId });
      numbers.set(invoiceId, invoice?.name ?? "");
    }
    const refunds = await refundsOfPayment(tx, paymentId);
    return {
      ...shownPayment(payment, tenantId, await nameOf(tx)),
      allocations: held.map(({ invoiceId, amountMinor }) => ({
        invoiceId,
        number: numbers.get(invoiceId) ?? "",
        amountMinor: safe(amountMinor),
      })),
      refunds: refunds.map(({ id, amountMinor, reopenedMinor, state, reason }) => ({
        id,
        amountMinor: safe(amountMinor),
        reopenedMinor: safe(reopenedMinor),
        state,
        reason,
      })),
    };
  });
}

export function listOpenInvoices(ctx: PaymentsContext, tenantId: TenantId) {
  return withTenant(ctx.db, scopeOf(ctx, tenantId), async (tx) => {
    const rows = await invoiceMoney(tx, { openOnly: true });
    return rows.map((it) => ({
      invoiceId: it.id,
      number: it.name,
      currency: it.currency,
      decimals: CURRENCY_DECIMALS[it.currency],
      issuedOn: it.issuedOn,
      dueOn: it.dueOn,
      grossMinor: safe(it.grossMinor),
      openMinor: safe(it.openMinor),
      paidMinor: safe(it.paidMinor),
      creditedMinor: safe(it.creditedMinor),
    }));
  });
}

export function shownAgeing({ currency, asOf, buckets, openMinor, creditMinor }: Ageing): AgeingView {
  return {
    currency,
    decimals: CURRENCY_DECIMALS[currency],
    asOf,
    buckets: Object.fromEntries(BUCKETS.map((bucket) => [bucket, safe(buckets[bucket])])) as AgeingView["buckets"],
    openMinor: safe(openMinor),
    creditMinor: safe(creditMinor),
  };
}

export function shownStatement({ currency, entries, openingMinor, closingMinor, from, to }: Statement): StatementView {
  return {
    currency,
    decimals: CURRENCY_DECIMALS[currency],
    from,
    to,
    openingMinor: safe(openingMinor),
    closingMinor: safe(closingMinor),
    entries: entries.map((it) => ({ ...it, amountMinor: safe(it.amountMinor), balanceMinor: safe(it.balanceMinor) })),
  };
}

export function shownRemittance({ suggestions, ...it }: ReadRemittance): RemittanceView {
  return {
    ...it,
    decimals: CURRENCY_DECIMALS[it.currency],
    amountMinor: safe(it.amountMinor),
    suggestions: suggestions.map(({ tenantId, tenantName, invoices, numbers, because }) => ({
      tenantId,
      tenantName,
      invoices: invoices.map(({ invoiceId }, at) => ({ invoiceId, number: numbers[at] ?? "" })),
      because: [...because],
    })),
  };
}

function shownPayment(it: Payment, tenantId: TenantId, tenantName: string): PaymentView {
  return {
    id: it.id,
    tenantId,
    tenantName,
    method: it.method,
    currency: it.currency,
    decimals: CURRENCY_DECIMALS[it.currency],
    amountMinor: safe(it.amountMinor),
    feeMinor: it.feeMinor === null ? null : safe(it.feeMinor),
    allocatedMinor: safe(it.allocatedMinor),
    refundedMinor: safe(it.refundedMinor),
    unallocatedMinor: safe(unallocated(it)),
    payer: it.payer,
    reference: it.reference,
    receivedOn: it.receivedOn,
  };
}

async function nameOf(tx: TenantTx): Promise<string> {
  const [row] = await tx.execute<{ name: string }>(
    sql`select name from tenant.companies where tenant_id = ${tx.tenantId}`,
  );
  return row?.name ?? "";
}
