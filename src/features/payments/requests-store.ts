import { sql } from "drizzle-orm";
import { iso, type TenantTx } from "../../adapters/db/index.ts";
import type { Currency } from "../../domain/kernel/currency.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { knownCurrency } from "./context.ts";

export type RequestState = "asked" | "open" | "paid" | "withdrawn" | "flagged";

export type PayRequest = {
  readonly id: string;
  readonly invoiceId: string;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly state: RequestState;
  readonly providerInvoiceId: string | null;
  readonly payUrl: string | null;
  readonly flag: string | null;
  readonly tries: number;
  readonly askedAt: Instant;
};

const COLUMNS = sql`id, invoice_id, currency, amount_minor::text as amount, state, provider_invoice_id, pay_url, flag, tries,
  (extract(epoch from asked_at) * 1000)::bigint::text as asked_at`;

export async function liveRequest(tx: TenantTx, invoiceId: string): Promise<PayRequest | null> {
  const [row] = await tx.execute<Record<string, unknown>>(sql`
    select ${COLUMNS} from tenant.pay_requests
    where tenant_id = ${tx.tenantId} and invoice_id = ${invoiceId} and state in ('asked', 'open')`);
  return row === undefined ? null : requestOf(row);
}

export async function requestById(tx: TenantTx, id: string): Promise<PayRequest | null> {
  const [row] = await tx.execute<Record<string, unknown>>(sql`
    select ${COLUMNS} from tenant.pay_requests where tenant_id = ${tx.tenantId} and id = ${id}`);
  return row === undefined ? null : requestOf(row);
}

/** Live requests that nobody has looked at since, longest ago first. */
export async function requestsToCheck(tx: TenantTx, before: Instant, limit: number): Promise<PayRequest[]> {
  const rows = await tx.execute<Record<string, unknown>>(sql`
    select ${COLUMNS} from tenant.pay_requests
    where tenant_id = ${tx.tenantId} and state in ('asked', 'open')
      and coalesce(checked_at, asked_at) < ${iso(before)}::timestamptz
    order by checked_at nulls first, asked_at limit ${limit}`);
  return rows.map(requestOf);
}

/** Longer than a try takes; after it, the process that began one is taken for dead. */
const TRY_MS = 60_000;

/**
 * The number of the next try, saved before the provider is called: the key that its requests carry. One try of a request is
 * under way at a time, so that two people who ask at once do not make two invoices.
 */
export async function beginTry(tx: TenantTx, { id, tries }: PayRequest, now: Instant): Promise<string> {
  const [row] = await tx.execute<{ tries: number }>(sql`
    update tenant.pay_requests set tries = tries + 1, key_saved_at = ${iso(now)}::timestamptz
    where tenant_id = ${tx.tenantId} and id = ${id} and tries = ${tries}
      and (key_saved_at is null or key_saved_at < ${iso(now - TRY_MS)}::timestamptz)
    returning tries`);
  if (row !== undefined) return `pay:${id}:${row.tries}`;
  const more = { retryAfterMs: 3_000 };
  throw new Refusal("conflict", "request_under_way", "this payment page is being made; ask again in a moment", more);
}

/** The try is over and its answer known: the next may begin at once. */
export async function endTry(tx: TenantTx, id: string): Promise<void> {
  await tx.execute(
    sql`update tenant.pay_requests set key_saved_at = null where tenant_id = ${tx.tenantId} and id = ${id}`,
  );
}

type Change = Pick<PayRequest, "providerInvoiceId" | "payUrl" | "flag"> & { readonly state: RequestState };

/** Paid stays paid: an answer that comes late must not open it again. */
export async function setRequest(tx: TenantTx, id: string, change: Change, now: Instant): Promise<void> {
  await tx.execute(sql`
    update tenant.pay_requests set
      state = ${change.state}, flag = ${change.flag},
      provider_invoice_id = coalesce(${change.providerInvoiceId}, provider_invoice_id),
      pay_url = coalesce(${change.payUrl}, pay_url), checked_at = ${iso(now)}::timestamptz
    where tenant_id = ${tx.tenantId} and id = ${id} and state <> 'paid'`);
}

export async function touchRequest(tx: TenantTx, id: string, now: Instant): Promise<void> {
  await tx.execute(sql`update tenant.pay_requests set checked_at = ${iso(now)}::timestamptz
    where tenant_id = ${tx.tenantId} and id = ${id}`);
}

function requestOf(row: Record<string, unknown>): PayRequest {
  const nullable = (value: unknown) => (value === null ? null : String(value));
  return {
    id: String(row.id),
    invoiceId: String(row.invoice_id),
    currency: knownCurrency(String(row.currency)),
    amountMinor: BigInt(String(row.amount)),
    state: String(row.state) as RequestState, // a CHECK says so
    providerInvoiceId: nullable(row.provider_invoice_id),
    payUrl: nullable(row.pay_url),
    flag: nullable(row.flag),
    tries: Number(row.tries),
    askedAt: Number(row.asked_at),
  };
}
