import { sql } from "drizzle-orm";
import { iso, type TenantTx, withTenant } from "../../adapters/db/index.ts";
import type { TenantId } from "../../domain/kernel/ids.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import type { Language } from "../../domain/kernel/language.ts";
import { assert } from "../../domain/kernel/step.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import { type NewPayableInvoice, type PayableInvoice, PaymentsOutage } from "../../ports/payments.ts";
import { audit } from "../audit/index.ts";
import { lockMoney, type PaymentsContext, providerOf, scopeOf, who } from "./context.ts";
import { finalInvoice, type InvoiceMoney, payableLines } from "./invoices-store.ts";
import { beginTry, endTry, liveRequest, type PayRequest, setRequest } from "./requests-store.ts";
import { settle } from "./settle.ts";

/** Days to pay at the provider for what is overdue already: its due date must lie ahead. */
const GRACE_MS = 7 * 86_400_000;
/** A try whose answer was lost is looked for and, where it had no effect, made anew: so often in one request. */
const TRIES_AT_ONCE = 3;

export type PayableAnswer = { readonly requestId: string; readonly payUrl: string; readonly amountMinor: bigint };

type Asked = {
  readonly request: PayRequest;
  readonly invoice: InvoiceMoney;
  readonly plan: Plan;
  readonly stale: PayRequest | null;
};
type Plan = Pick<NewPayableInvoice, "lines" | "number"> & {
  readonly payer: { name: string; email: string | null; language: Language };
};

/**
 * A page where the open amount of an invoice is paid by card. Asked again while nothing changed, it is the same page; when
 * the amount has changed (a part was paid or credited), the old page is withdrawn first. What is asked of the provider is
 * saved, with its key, before it is asked.
 */
export async function requestPayment(
  ctx: PaymentsContext,
  tenantId: TenantId,
  invoiceId: string,
): Promise<PayableAnswer> {
  // What is not the client's is not found, whether or not this house takes cards.
  await withTenant(ctx.db, scopeOf(ctx, tenantId), (tx) => finalInvoice(tx, invoiceId));
  providerOf(ctx);
  for (let round = 0; round < TRIES_AT_ONCE; round += 1) {
    const asked = await withTenant(ctx.db, scopeOf(ctx, tenantId), (tx) => ask(tx, invoiceId, ctx.now));
    if (asked.stale !== null) {
      await withdrawRequest(ctx, tenantId, asked.stale);
      continue;
    }
    const { request } = asked;
    if (request.state === "open" && request.payUrl !== null) return answerOf(request, request.payUrl);
    const opened = await tryOnce(ctx, tenantId, asked);
    if (opened !== null) return opened;
  }
  throw new PaymentsOutage("the payment provider did not make an invoice of this request");
}

/** Decided in one transaction: which request is the live one, and whether it still asks for the right amount. */
async function ask(tx: TenantTx, invoiceId: string, now: Instant): Promise<Asked> {
  await lockMoney(tx);
  const invoice = await finalInvoice(tx, invoiceId);
  if (invoice.openMinor <= 0n) throw new Refusal("conflict", "nothing_open", "nothing is open on this invoice");
  const live = await liveRequest(tx, invoiceId);
  const payer = await payerOf(tx);
  const lines = await payableLines(tx, invoice, payer.language === "zh-CN" ? "zh" : "en");
  const plan = { payer, lines, number: invoice.name };
  if (live !== null && live.amountMinor !== invoice.openMinor) return { request: live, invoice, plan, stale: live };
  if (live !== null) return { request: live, invoice, plan, stale: null };
  await tx.execute(sql`
    insert into tenant.pay_requests (tenant_id, invoice_id, currency, amount_minor, asked_by, asked_at)
    values (${tx.tenantId}, ${invoiceId}, ${invoice.currency}, ${invoice.openMinor.toString()}::bigint, ${who(tx.actor)}, ${iso(now)}::timestamptz)`);
  const request = await liveRequest(tx, invoiceId);
  assert(request !== null, "what was just asked is live");
  await audit(
    tx,
    "payment_requested",
    { kind: "invoice", id: invoiceId },
    { amountMinor: invoice.openMinor.toString() },
  );
  return { request, invoice, plan, stale: null };
}

/** Null when the try ended without an answer and without an effect that could be found: worth another. */
async function tryOnce(
  ctx: PaymentsContext,
  tenantId: TenantId,
  { request, invoice, plan }: Asked,
): Promise<PayableAnswer | null> {
  const provider = providerOf(ctx);
  const payerId = await ensurePayer(ctx, tenantId, plan, request);
  // An earlier try may have had its effect though its answer was lost.
  const begun = request.tries === 0 ? null : await provider.findInvoice(payerId, request.id, request.askedAt);
  const key = await withTenant(ctx.db, scopeOf(ctx, tenantId), (tx) => beginTry(tx, request, ctx.now));
  let opened: PayableInvoice;
  try {
    opened = await provider.openInvoice({
      key,
      mark: request.id,
      payerId,
      tenantId,
      ourInvoiceId: invoice.id,
      currency: invoice.currency,
      number: plan.number,
      dueAt: Math.max(Date.parse(`${invoice.dueOn}T23:59:59Z`), ctx.now + GRACE_MS),
      lines: plan.lines,
      begun,
    });
  } catch (error) {
    await withTenant(ctx.db, scopeOf(ctx, tenantId), (tx) => endTry(tx, request.id));
    if (error instanceof PaymentsOutage && error.retryAfterMs === null) return null;
    throw error;
  }
  return keep(ctx, tenantId, request, opened);
}

/** A total that is not exactly ours is nobody's to pay: withdrawn, flagged, and a person is told. */
async function keep(
  ctx: PaymentsContext,
  tenantId: TenantId,
  request: PayRequest,
  opened: PayableInvoice,
): Promise<PayableAnswer> {
  if (opened.totalMinor !== request.amountMinor || opened.currency !== request.currency) {
    await providerOf(ctx).withdraw(opened.invoiceId, `withdraw:${request.id}`);
    const flag = `the provider's total was ${opened.totalMinor} ${opened.currency}, ours is ${request.amountMinor} ${request.currency}`;
    await withTenant(ctx.db, scopeOf(ctx, tenantId), async (tx) => {
      await setRequest(
        tx,
        request.id,
        { state: "flagged", providerInvoiceId: opened.invoiceId, payUrl: null, flag },
        ctx.now,
      );
      await audit(tx, "payment_request_flagged", { kind: "invoice", id: request.invoiceId }, { flag });
    });
    throw new Refusal(
      "conflict",
      "totals_differ",
      "the payment provider came to another total; nothing can be paid there",
    );
  }
  const { invoiceId: providerInvoiceId, payUrl } = opened;
  assert(payUrl !== null, "a final invoice of the provider has a page");
  await withTenant(ctx.db, scopeOf(ctx, tenantId), (tx) =>
    setRequest(tx, request.id, { state: "open", providerInvoiceId, payUrl, flag: null }, ctx.now),
  );
  if (opened.state === "paid") await settle(ctx, providerInvoiceId);
  return answerOf(request, payUrl);
}

/** The page is closed; what was paid on it meanwhile is taken in. */
export async function withdrawRequest(ctx: PaymentsContext, tenantId: TenantId, request: PayRequest): Promise<void> {
  const provider = providerOf(ctx);
  let { providerInvoiceId } = request;
  if (providerInvoiceId === null && request.tries > 0) {
    const payerId = await payerIdOf(ctx, tenantId, request.currency);
    const lost = payerId === null ? null : await provider.findInvoice(payerId, request.id, request.askedAt);
    providerInvoiceId = lost?.invoiceId ?? null;
  }
  if (providerInvoiceId !== null) {
    const { state } = await provider.withdraw(providerInvoiceId, `withdraw:${request.id}`);
    if (state === "paid") {
      await settle(ctx, providerInvoiceId);
      return;
    }
  }
  await withTenant(ctx.db, scopeOf(ctx, tenantId), (tx) =>
    setRequest(tx, request.id, { state: "withdrawn", providerInvoiceId, payUrl: null, flag: null }, ctx.now),
  );
}

/** The client as the provider knows it. A lost answer costs a second, unused payer, and nothing else. */
async function ensurePayer(
  ctx: PaymentsContext,
  tenantId: TenantId,
  { payer }: Plan,
  { currency }: PayRequest,
): Promise<string> {
  const tries = await withTenant(ctx.db, scopeOf(ctx, tenantId), async (tx) => {
    const [row] = await tx.execute<{ id: string | null; tries: number }>(sql`
      insert into tenant.payers (tenant_id, currency, asked_at) values (${tx.tenantId}, ${currency}, ${iso(ctx.now)}::timestamptz)
      on conflict (tenant_id, currency) do update set
        tries = tenant.payers.tries + case when tenant.payers.provider_payer_id is null then 1 else 0 end
      returning provider_payer_id as id, tries`);
    return row;
  });
  if (tries?.id !== null && tries?.id !== undefined) return tries.id;
  const key = `payer:${tenantId}:${currency}:${tries?.tries ?? 1}`;
  const { payerId } = await providerOf(ctx).createPayer({ key, tenantId, ...payer });
  await withTenant(ctx.db, scopeOf(ctx, tenantId), (tx) =>
    tx.execute(sql`update tenant.payers set provider_payer_id = coalesce(provider_payer_id, ${payerId})
      where tenant_id = ${tx.tenantId} and currency = ${currency}`),
  );
  return (await payerIdOf(ctx, tenantId, currency)) ?? payerId;
}

export function payerIdOf(ctx: PaymentsContext, tenantId: TenantId, currency: string): Promise<string | null> {
  return withTenant(ctx.db, scopeOf(ctx, tenantId), async (tx) => {
    const [row] = await tx.execute<{ id: string | null }>(sql`
      select provider_payer_id as id from tenant.payers where tenant_id = ${tx.tenantId} and currency = ${currency}`);
    return row?.id ?? null;
  });
}

async function payerOf(tx: TenantTx): Promise<Plan["payer"]> {
  const [row] = await tx.execute<{ name_zh: string; name_en: string; language: string; email: string | null }>(sql`
    select c.name_zh, c.name_en, c.language, b.buyer ->> 'email' as email from tenant.companies c
    left join tenant.billing_profiles b on b.tenant_id = c.tenant_id where c.tenant_id = ${tx.tenantId}`);
  assert(row !== undefined, "a client has a company");
  const language: Language = row.language === "zh-CN" ? "zh-CN" : "en-US";
  return { name: language === "zh-CN" ? row.name_zh : row.name_en, email: row.email, language };
}

function answerOf({ id, amountMinor }: PayRequest, payUrl: string): PayableAnswer {
  return { requestId: id, payUrl, amountMinor };
}
