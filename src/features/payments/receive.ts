import { sql } from "drizzle-orm";
import { type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { audit } from "../audit/index.ts";
import { post } from "../ledger/index.ts";
import { keyTaken, lockMoney, type PaymentsContext, scopeOf } from "./context.ts";
import { finalInvoice } from "./invoices-store.ts";
import {
  heldBy,
  insertAllocation,
  insertPayment,
  type NewPayment,
  onePayment,
  paymentRows,
  sharesFor,
  unallocated,
} from "./store.ts";

export type Received = { readonly paymentId: string; readonly fresh: boolean };

/**
 * Money has come: one payment, what it pays, and the book, in the caller's transaction. The same money told again changes
 * nothing. What no invoice needs stays the client's credit.
 */
export async function receive(
  tx: TenantTx,
  payment: NewPayment,
  pays: { readonly named: readonly string[]; readonly onlyNamed: boolean },
  now: Instant,
): Promise<Received> {
  await lockMoney(tx);
  const paymentId = await insertPayment(tx, payment, now);
  if (paymentId === null) {
    const [known] = await paymentRows(tx, { source: payment.source });
    assert(known !== undefined, "a source that is taken belongs to a payment");
    return { paymentId: known.id, fresh: false };
  }
  const { amountMinor, currency } = payment;
  const shares = await sharesFor(tx, payment, pays.named, pays.onlyNamed);
  for (const share of shares) {
    await insertAllocation(
      tx,
      { paymentId, share, why: "received", key: `received:${paymentId}:${share.invoiceId}` },
      now,
    );
  }
  const allocatedMinor = shares.reduce((sum, share) => sum + share.amountMinor, 0n);
  const into = payment.method === "stripe" ? "stripe_clearing" : "cash";
  await post(tx, {
    event: { type: "payment_received", id: paymentId, currency, into, amountMinor, allocatedMinor },
    occurredAt: payment.receivedAt,
    ...(payment.receivedOn === undefined ? {} : { bookedOn: payment.receivedOn }),
  });
  const detail = {
    method: payment.method,
    currency,
    amountMinor: amountMinor.toString(),
    allocatedMinor: allocatedMinor.toString(),
  };
  await audit(tx, "payment_received", { kind: "payment", id: paymentId }, detail);
  return { paymentId, fresh: true };
}

/** A person records money that came by another way. `requestKey` makes a repeat of the form the same payment. */
export function recordPayment(
  ctx: PaymentsContext,
  tenantId: TenantId,
  it: Omit<NewPayment, "source" | "receivedAt"> & {
    readonly requestKey: string;
    readonly invoiceIds: readonly string[];
  },
): Promise<Received> {
  const { requestKey, invoiceIds, ...payment } = it;
  return withTenant(ctx.db, scopeOf(ctx, tenantId), async (tx) => {
    for (const id of invoiceIds) await finalInvoice(tx, id);
    const given = { ...payment, source: `hand:${requestKey}`, receivedAt: ctx.now };
    // Named invoices mean those and no other; without a name the longest due are meant.
    const received = await receive(tx, given, { named: invoiceIds, onlyNamed: invoiceIds.length > 0 }, ctx.now);
    const known = await onePayment(tx, received.paymentId);
    if (known.amountMinor !== given.amountMinor || known.currency !== given.currency) throw keyTaken();
    return received;
  });
}

export type Allocation = {
  readonly paymentId: string;
  readonly invoiceId: string;
  readonly amountMinor: bigint;
  readonly requestKey: string;
};

/** Credit that was left over pays an invoice. Refuses more than is left of the payment or open on the invoice. */
export function allocate(
  ctx: PaymentsContext,
  tenantId: TenantId,
  it: Allocation,
): Promise<{ readonly allocationId: string }> {
  return withTenant(ctx.db, scopeOf(ctx, tenantId), async (tx) => {
    await lockMoney(tx);
    const key = `asked:${it.requestKey}`;
    const [known] = await tx.execute<{ id: string; same: boolean }>(sql`
      select id, (payment_id, invoice_id, amount_minor) = (${it.paymentId}::uuid, ${it.invoiceId}::uuid, ${it.amountMinor.toString()}::bigint) as same
      from tenant.payment_allocations where tenant_id = ${tx.tenantId} and request_key = ${key}`);
    if (known?.same === false) throw keyTaken();
    if (known !== undefined) return { allocationId: known.id };
    const payment = await onePayment(tx, it.paymentId);
    const invoice = await finalInvoice(tx, it.invoiceId);
    if (payment.currency !== invoice.currency) {
      throw new Refusal("conflict", "other_currency", "a payment pays invoices in its own currency");
    }
    if (it.amountMinor > unallocated(payment)) throw tooMuch("payment_used_up", "so much is not left of the payment");
    if (it.amountMinor > invoice.openMinor) throw tooMuch("more_than_open", "so much is not open on the invoice");
    const share = { invoiceId: it.invoiceId, amountMinor: it.amountMinor };
    const { id } = await insertAllocation(tx, { paymentId: it.paymentId, share, why: "applied", key }, ctx.now);
    const event = {
      type: "client_credit_applied",
      id,
      currency: payment.currency,
      amountMinor: it.amountMinor,
    } as const;
    await post(tx, { event, occurredAt: ctx.now });
    const detail = { invoiceId: it.invoiceId, amountMinor: it.amountMinor.toString() };
    await audit(tx, "payment_allocated", { kind: "payment", id: it.paymentId }, detail);
    return { allocationId: id };
  });
}

function tooMuch(code: string, message: string): Refusal {
  return new Refusal("conflict", code, message);
}

/**
 * An invoice that was credited after it was paid has too much: what is over goes back to the client's credit, from where
 * it pays other invoices. Answers how much. Run again it finds nothing.
 */
export async function releaseOverpaid(tx: TenantTx, invoiceId: string, now: Instant): Promise<bigint> {
  await lockMoney(tx);
  const invoice = await finalInvoice(tx, invoiceId);
  let over = -invoice.openMinor;
  let released = 0n;
  if (over <= 0n) return 0n;
  for (const paymentId of await payersOf(tx, invoiceId)) {
    const held = (await heldBy(tx, paymentId)).find((it) => it.invoiceId === invoiceId)?.amountMinor ?? 0n;
    const amountMinor = held < over ? held : over;
    if (amountMinor <= 0n) continue;
    const key = `released:${paymentId}:${invoiceId}:${invoice.creditedMinor}:${invoice.writtenOffMinor}`;
    const share = { invoiceId, amountMinor: -amountMinor };
    const { id } = await insertAllocation(tx, { paymentId, share, why: "released", key }, now);
    const event = { type: "client_credit_applied", id, currency: invoice.currency, amountMinor: -amountMinor } as const;
    await post(tx, { event, occurredAt: now });
    over -= amountMinor;
    released += amountMinor;
  }
  if (released > 0n)
    await audit(tx, "overpayment_released", { kind: "invoice", id: invoiceId }, { amountMinor: released.toString() });
  return released;
}

/** Latest payment first. */
async function payersOf(tx: TenantTx, invoiceId: string): Promise<string[]> {
  const rows = await tx.execute<{ payment_id: string }>(sql`
    select payment_id from tenant.payment_allocations where tenant_id = ${tx.tenantId} and invoice_id = ${invoiceId}
    group by payment_id having sum(amount_minor) > 0 order by max(allocated_at) desc, payment_id`);
  return rows.map((row) => row.payment_id);
}
