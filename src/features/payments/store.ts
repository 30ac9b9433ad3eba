import { sql } from "drizzle-orm";
import { iso, type TenantTx } from "../../adapters/db/index.ts";
import type { Currency } from "../../domain/kernel/currency.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { handOut, type Share, takeBack } from "../../domain/payments/allocate.ts";
import { knownCurrency, who } from "./context.ts";
import { invoiceMoney } from "./invoices-store.ts";

export type Method = "stripe" | "bank_transfer" | "other";

export type Payment = {
  readonly id: string;
  readonly method: Method;
  readonly source: string;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly feeMinor: bigint | null;
  readonly payer: string;
  readonly reference: string;
  readonly receivedOn: string;
  readonly allocatedMinor: bigint;
  readonly refundedMinor: bigint;
};

/** What no invoice has claimed and nobody has given back. */
export function unallocated({ amountMinor, allocatedMinor, refundedMinor }: Payment): bigint {
  return amountMinor - allocatedMinor - refundedMinor;
}

const PAYMENTS_MAX = 500;

export async function paymentRows(tx: TenantTx, asked: { readonly id?: string; readonly source?: string } = {}) {
  const rows = await tx.execute<Record<string, string | null>>(sql`
    select p.id, p.method, p.source, p.currency, p.amount_minor::text as amount, p.fee_minor::text as fee, p.payer, p.reference,
      p.received_on::text as received_on,
      (select coalesce(sum(a.amount_minor), 0) from tenant.payment_allocations a
        where a.tenant_id = p.tenant_id and a.payment_id = p.id)::text as allocated,
      (select coalesce(sum(r.amount_minor), 0) from tenant.refunds r
        where r.tenant_id = p.tenant_id and r.payment_id = p.id and r.state = 'succeeded')::text as refunded
    from tenant.payments p
    where p.tenant_id = ${tx.tenantId} and ${asked.id === undefined ? sql`true` : sql`p.id = ${asked.id}`}
      and ${asked.source === undefined ? sql`true` : sql`p.source = ${asked.source}`}
    order by p.received_on desc, p.id desc limit ${PAYMENTS_MAX}`);
  return rows.map(paymentOf);
}

export async function onePayment(tx: TenantTx, id: string): Promise<Payment> {
  const [found] = await paymentRows(tx, { id });
  if (found === undefined) throw new Refusal("not_found", "payment_not_found", "there is no such payment");
  return found;
}

export type NewPayment = {
  readonly method: Method;
  readonly source: string;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly payer: string;
  readonly reference: string;
  /** The bank's day; left out, the day on the client's calendar. */
  readonly receivedOn?: string;
  readonly receivedAt: Instant;
};

/** Null when this very money is in the book already. */
export async function insertPayment(tx: TenantTx, it: NewPayment, now: Instant): Promise<string | null> {
  const [row] = await tx.execute<{ id: string }>(sql`
    insert into tenant.payments (tenant_id, method, source, currency, amount_minor, payer, reference, received_on, received_at,
      recorded_by, recorded_at)
    select c.tenant_id, ${it.method}, ${it.source}, ${it.currency}, ${it.amountMinor.toString()}::bigint, ${it.payer}, ${it.reference},
      coalesce(${it.receivedOn ?? null}::date, (${iso(it.receivedAt)}::timestamptz at time zone c.time_zone)::date),
      ${iso(it.receivedAt)}::timestamptz, ${who(tx.actor)}, ${iso(now)}::timestamptz
    from tenant.companies c where c.tenant_id = ${tx.tenantId}
    on conflict (tenant_id, source) do nothing returning id`);
  return row?.id ?? null;
}

export type AllocationWhy = "received" | "applied" | "released" | "refunded";

/** Answers the allocation's id; the same request again is the same allocation, whatever it says now. */
export async function insertAllocation(
  tx: TenantTx,
  it: { readonly paymentId: string; readonly share: Share; readonly why: AllocationWhy; readonly key: string },
  now: Instant,
): Promise<{ readonly id: string; readonly fresh: boolean }> {
  const [row] = await tx.execute<{ id: string }>(sql`
    insert into tenant.payment_allocations (tenant_id, payment_id, invoice_id, amount_minor, why, request_key, allocated_on,
      allocated_by, allocated_at)
    select c.tenant_id, ${it.paymentId}, ${it.share.invoiceId}, ${it.share.amountMinor.toString()}::bigint, ${it.why}, ${it.key},
      (${iso(now)}::timestamptz at time zone c.time_zone)::date, ${who(tx.actor)}, ${iso(now)}::timestamptz
    from tenant.companies c where c.tenant_id = ${tx.tenantId}
    on conflict (tenant_id, request_key) do nothing returning id`);
  if (row !== undefined) return { id: row.id, fresh: true };
  const [known] = await tx.execute<{ id: string }>(sql`
    select id from tenant.payment_allocations where tenant_id = ${tx.tenantId} and request_key = ${it.key}`);
  assert(known !== undefined, "a key that is taken belongs to an allocation");
  return { id: known.id, fresh: false };
}

/** Which invoices the money pays: the named ones first and, unless only they are wanted, the longest due after them. */
export async function sharesFor(
  tx: TenantTx,
  money: { readonly amountMinor: bigint; readonly currency: Currency },
  named: readonly string[],
  onlyNamed: boolean,
): Promise<Share[]> {
  const open = (await invoiceMoney(tx, { openOnly: true })).filter((it) => it.currency === money.currency);
  const first = named.flatMap((id) => open.filter((it) => it.id === id));
  const rest = onlyNamed ? [] : open.filter((it) => !named.includes(it.id));
  return handOut(
    money.amountMinor,
    [...first, ...rest].map((it) => ({ invoiceId: it.id, openMinor: it.openMinor })),
  );
}

/** What a payment holds on invoices, oldest first, each invoice once. */
export async function heldBy(tx: TenantTx, paymentId: string): Promise<Share[]> {
  const rows = await tx.execute<{ invoice_id: string; amount: string }>(sql`
    select invoice_id, sum(amount_minor)::text as amount from tenant.payment_allocations
    where tenant_id = ${tx.tenantId} and payment_id = ${paymentId}
    group by invoice_id having sum(amount_minor) > 0 order by min(allocated_at), min(id::text)`);
  return rows.map((row) => ({ invoiceId: row.invoice_id, amountMinor: BigInt(row.amount) }));
}

/** Takes so much off the invoices that the payment pays, the latest first. Answers how much that was. */
export async function takeOff(
  tx: TenantTx,
  it: {
    readonly paymentId: string;
    readonly amountMinor: bigint;
    readonly why: "released" | "refunded";
    readonly key: string;
  },
  now: Instant,
): Promise<bigint> {
  let taken = 0n;
  for (const { invoiceId, amountMinor } of takeBack(it.amountMinor, await heldBy(tx, it.paymentId))) {
    const share = { invoiceId, amountMinor: -amountMinor };
    await insertAllocation(tx, { paymentId: it.paymentId, share, why: it.why, key: `${it.key}:${invoiceId}` }, now);
    taken += amountMinor;
  }
  return taken;
}

function paymentOf(row: Record<string, string | null>): Payment {
  return {
    id: String(row.id),
    method: String(row.method) as Method, // a CHECK says so
    source: String(row.source),
    currency: knownCurrency(String(row.currency)),
    amountMinor: BigInt(row.amount ?? 0),
    feeMinor: row.fee === null || row.fee === undefined ? null : BigInt(row.fee),
    payer: String(row.payer),
    reference: String(row.reference),
    receivedOn: String(row.received_on),
    allocatedMinor: BigInt(row.allocated ?? 0),
    refundedMinor: BigInt(row.refunded ?? 0),
  };
}
