import { sql } from "drizzle-orm";
import { iso, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { PaymentsOutage, type ProviderRefund } from "../../ports/payments.ts";
import { audit } from "../audit/index.ts";
import { post } from "../ledger/index.ts";
import { keyTaken, lockMoney, type PaymentsContext, providerOf, scopeOf, who } from "./context.ts";
import { onePayment, takeOff, unallocated } from "./store.ts";

export type RefundState = "asked" | "succeeded" | "failed";
export type Refund = {
  readonly id: string;
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly reopenedMinor: bigint;
  readonly state: RefundState;
  readonly reason: string;
  readonly tries: number;
};

type Asked = {
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly reason: string;
  readonly requestKey: string;
};

/**
 * Gives money back the way it came. By card the provider is asked, with a key that was saved before; a transfer back is
 * recorded as done, since a person has made it at the bank. What no invoice had claimed goes first.
 */
export async function refund(ctx: PaymentsContext, tenantId: TenantId, asked: Asked): Promise<Refund> {
  const opened = await withTenant(ctx.db, scopeOf(ctx, tenantId), async (tx) => {
    await lockMoney(tx);
    const payment = await onePayment(tx, asked.paymentId);
    const known = await refundByKey(tx, asked.requestKey);
    if (known !== null && (known.paymentId !== asked.paymentId || known.amountMinor !== asked.amountMinor))
      throw keyTaken();
    if (known === null) await insertRefund(tx, asked, payment.amountMinor, ctx.now);
    const made = known ?? (await refundByKey(tx, asked.requestKey));
    assert(made !== null, "what was just asked for is there");
    if (payment.method === "stripe" || made.state !== "asked") return { made, payment };
    await succeed(tx, made, null, ctx.now, ctx.now);
    return { made: (await refundByKey(tx, asked.requestKey)) ?? made, payment };
  });
  if (opened.made.state !== "asked") return opened.made;
  await askProvider(ctx, tenantId, opened.made);
  return withTenant(
    ctx.db,
    scopeOf(ctx, tenantId),
    async (tx) => (await refundByKey(tx, asked.requestKey)) ?? opened.made,
  );
}

/** Asks, or looks for what an earlier try has done; also run for refunds whose answer was lost. */
export async function askProvider(ctx: PaymentsContext, tenantId: TenantId, it: Refund): Promise<void> {
  const provider = providerOf(ctx);
  const inTenant = <T>(work: (tx: TenantTx) => Promise<T>) => withTenant(ctx.db, scopeOf(ctx, tenantId), work);
  const payment = await inTenant((tx) => onePayment(tx, it.paymentId));
  const paymentId = payment.source.replace(/^stripe:/, "");
  const earlier = it.tries === 0 ? undefined : (await provider.refundsOf(paymentId)).find(({ mark }) => mark === it.id);
  if (earlier !== undefined) {
    await inTenant((tx) => takeInRefund(tx, it.paymentId, earlier, ctx.now));
    return;
  }
  const key = await inTenant((tx) => savedTry(tx, it.id, ctx.now));
  const { amountMinor } = it;
  const given = await provider
    .refund({ key, mark: it.id, paymentId, currency: payment.currency, amountMinor })
    .catch(async (error: unknown) => {
      // Without an answer it stays asked, and is looked for; a plain no is final.
      if (error instanceof PaymentsOutage) throw error;
      await inTenant((tx) => fail(tx, it.id, ctx.now));
      throw error;
    });
  await inTenant((tx) => takeInRefund(tx, it.paymentId, given, ctx.now));
}

/** A refund as the provider tells of it: ours by its mark, or one that somebody made in the provider's own pages. */
export async function takeInRefund(
  tx: TenantTx,
  paymentId: string,
  given: ProviderRefund,
  now: Instant,
): Promise<void> {
  await lockMoney(tx);
  const known = (await refundBy(tx, sql`provider_refund_id = ${given.refundId}`)) ?? (await marked(tx, given.mark));
  const it = known ?? (await foreignRefund(tx, paymentId, given, now));
  if (it.state !== "asked") return;
  if (given.state === "succeeded") await succeed(tx, it, given.refundId, given.at, now);
  if (given.state === "failed") await fail(tx, it.id, now);
}

async function foreignRefund(tx: TenantTx, paymentId: string, given: ProviderRefund, now: Instant): Promise<Refund> {
  const asked = {
    paymentId,
    amountMinor: given.amountMinor,
    reason: "made at the payment provider",
    requestKey: `provider:${given.refundId}`,
  };
  const { amountMinor } = await onePayment(tx, paymentId);
  await insertRefund(tx, asked, amountMinor, now);
  const made = await refundByKey(tx, asked.requestKey);
  assert(made !== null, "what was just written is there");
  return made;
}

/** Invoices that the money had paid are open again by what they lose; the book says the same. */
async function succeed(tx: TenantTx, it: Refund, providerId: string | null, at: Instant, now: Instant): Promise<void> {
  const payment = await onePayment(tx, it.paymentId);
  const lacking = it.amountMinor - unallocated(payment);
  const { paymentId } = it;
  const reopened =
    lacking <= 0n
      ? 0n
      : await takeOff(tx, { paymentId, amountMinor: lacking, why: "refunded", key: `refund:${it.id}` }, now);
  await tx.execute(sql`
    update tenant.refunds r set state = 'succeeded', provider_refund_id = ${providerId}, reopened_minor = ${reopened.toString()}::bigint,
      settled_at = ${iso(now)}::timestamptz, settled_on = (${iso(at)}::timestamptz at time zone c.time_zone)::date
    from tenant.companies c where c.tenant_id = r.tenant_id and r.tenant_id = ${tx.tenantId} and r.id = ${it.id}`);
  const from = payment.method === "stripe" ? "stripe_clearing" : "cash";
  const { currency } = payment;
  const event = {
    type: "payment_refunded",
    id: it.id,
    currency,
    from,
    amountMinor: it.amountMinor,
    reopenedMinor: reopened,
  } as const;
  await post(tx, { event, occurredAt: at });
  const detail = { paymentId, amountMinor: it.amountMinor.toString(), reopenedMinor: reopened.toString() };
  await audit(tx, "payment_refunded", { kind: "refund", id: it.id }, detail);
}

async function fail(tx: TenantTx, id: string, now: Instant): Promise<void> {
  await tx.execute(sql`update tenant.refunds set state = 'failed', settled_at = ${iso(now)}::timestamptz
    where tenant_id = ${tx.tenantId} and id = ${id} and state = 'asked'`);
  await audit(tx, "refund_failed", { kind: "refund", id });
}

async function insertRefund(tx: TenantTx, asked: Asked, paidMinor: bigint, now: Instant): Promise<void> {
  const [sum] = await tx.execute<{ minor: string }>(sql`
    select coalesce(sum(amount_minor), 0)::text as minor from tenant.refunds
    where tenant_id = ${tx.tenantId} and payment_id = ${asked.paymentId} and state <> 'failed'`);
  if (BigInt(sum?.minor ?? 0) + asked.amountMinor > paidMinor) {
    throw new Refusal("conflict", "more_than_paid", "no more is given back than was paid");
  }
  await tx.execute(sql`
    insert into tenant.refunds (tenant_id, payment_id, amount_minor, reason, request_key, asked_by, asked_at)
    values (${tx.tenantId}, ${asked.paymentId}, ${asked.amountMinor.toString()}::bigint, ${asked.reason}, ${asked.requestKey},
      ${who(tx.actor)}, ${iso(now)}::timestamptz)`);
}

async function savedTry(tx: TenantTx, id: string, now: Instant): Promise<string> {
  const [row] = await tx.execute<{ tries: number }>(sql`
    update tenant.refunds set tries = tries + 1, key_saved_at = ${iso(now)}::timestamptz
    where tenant_id = ${tx.tenantId} and id = ${id} and state = 'asked' returning tries`);
  if (row === undefined) throw new Refusal("conflict", "refund_settled", "this refund is settled already");
  return `refund:${id}:${row.tries}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

async function marked(tx: TenantTx, mark: string | null): Promise<Refund | null> {
  return mark === null || !UUID.test(mark) ? null : refundBy(tx, sql`id = ${mark}`);
}

function refundByKey(tx: TenantTx, key: string): Promise<Refund | null> {
  return refundBy(tx, sql`request_key = ${key}`);
}

async function refundBy(tx: TenantTx, where: ReturnType<typeof sql>): Promise<Refund | null> {
  const [found] = await refundRows(tx, where, 1);
  return found ?? null;
}

const OF_A_PAYMENT_MAX = 200;

export function refundsOfPayment(tx: TenantTx, paymentId: string): Promise<Refund[]> {
  return refundRows(tx, sql`payment_id = ${paymentId}`, OF_A_PAYMENT_MAX);
}

/** Asked of the provider and not answered yet. */
export function refundsWaiting(tx: TenantTx, before: Instant, limit: number): Promise<Refund[]> {
  return refundRows(tx, sql`state = 'asked' and coalesce(key_saved_at, asked_at) < ${iso(before)}::timestamptz`, limit);
}

async function refundRows(tx: TenantTx, where: ReturnType<typeof sql>, limit: number): Promise<Refund[]> {
  const rows = await tx.execute<Record<string, unknown>>(sql`
    select id, payment_id, amount_minor::text as amount, reopened_minor::text as reopened, state, reason, tries from tenant.refunds
    where tenant_id = ${tx.tenantId} and ${where} order by asked_at, id limit ${limit}`);
  return rows.map((row) => ({
    id: String(row.id),
    paymentId: String(row.payment_id),
    amountMinor: BigInt(String(row.amount)),
    reopenedMinor: BigInt(String(row.reopened)),
    state: String(row.state) as RefundState, // a CHECK says so
    reason: String(row.reason),
    tries: Number(row.tries),
  }));
}
