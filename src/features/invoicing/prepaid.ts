import { and, eq, sql } from "drizzle-orm";
import { type Database, type TenantTx, withOperator, withTenant } from "../../adapters/db/index.ts";
import type { LocalDate } from "../../domain/kernel/calendar-days.ts";
import { isCurrency } from "../../domain/kernel/currency.ts";
import type { Instant } from "../../domain/kernel/instant.ts";
import { Refusal } from "../../domain/kernel/trouble.ts";
import {
  drawPrepaid,
  expiredPrepaid,
  type PrepaidCredit,
  type PrepaidDraw,
  type PrepaidOrder,
} from "../../domain/rating/prepaid.ts";
import { audit } from "../audit/index.ts";
import { type BillingContext, type Invoice, localDate, tenantsInService } from "../billing/index.ts";
import { post } from "../ledger/index.ts";
import type { Shell } from "./approve.ts";
import { currencyOf, personOf } from "./store.ts";
import { prepaidCredits, prepaidDraws } from "./tables.ts";

/** A client holds few credits at once; expired and empty ones stay as history. */
const CREDITS_MAX = 1_000;

export type Purchase = {
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly boughtOn: LocalDate;
  readonly expiresOn: LocalDate | null;
  readonly priority: number;
  /** The payment it came with: the same reference twice is the same credit. */
  readonly reference: string;
  readonly into: "cash" | "stripe_clearing";
};

/** Credit bought with a payment, in the caller's transaction: who takes money in calls this. */
export async function addPrepaid(tx: TenantTx, purchase: Purchase, now: Instant): Promise<string> {
  const { into, currency, ...rest } = purchase;
  if (!isCurrency(currency)) throw new Refusal("invalid", "unknown_currency", "there is no such currency");
  const [fresh] = await tx
    .insert(prepaidCredits)
    .values({ tenantId: tx.tenantId, currency, ...rest, createdBy: personOf(tx), createdAt: now })
    .onConflictDoNothing({ target: [prepaidCredits.tenantId, prepaidCredits.reference] })
    .returning({ id: prepaidCredits.id });
  if (fresh === undefined) return knownCredit(tx, purchase);
  const event = {
    type: "prepaid_bought",
    id: fresh.id,
    currency,
    on: into,
    amountMinor: rest.amountMinor,
    taxMinor: 0n,
  } as const;
  await post(tx, { occurredAt: now, event });
  await audit(tx, "prepaid_bought", { kind: "prepaid_credit", id: fresh.id }, { reference: rest.reference });
  return fresh.id;
}

async function knownCredit(tx: TenantTx, { reference, amountMinor, currency }: Purchase): Promise<string> {
  const [known] = await tx
    .select()
    .from(prepaidCredits)
    .where(and(eq(prepaidCredits.tenantId, tx.tenantId), eq(prepaidCredits.reference, reference)));
  if (known?.amountMinor !== amountMinor || known.currency !== currency) {
    throw new Refusal("conflict", "reference_taken", "this payment has bought another credit");
  }
  return known.id;
}

export function buyPrepaid({ db, scope, now }: Shell, purchase: Purchase): Promise<string> {
  return withTenant(db, scope, async (tx) => {
    const [company] = await tx.execute<{ currency: string }>(
      sql`select currency from tenant.companies where tenant_id = ${tx.tenantId}`,
    );
    if (company === undefined) throw new Refusal("not_found", "tenant_not_found", "there is no such client");
    if (company.currency !== purchase.currency) {
      const faults = [
        { path: "json.currency", message: "the client pays in another currency", allowed: [company.currency] },
      ];
      throw new Refusal("invalid", "invalid_input", "something in the request is not as described", { faults });
    }
    return addPrepaid(tx, purchase, now);
  });
}

/** Draws what a final invoice can be paid with, in the order of the client's terms. One invoice of a client at a time. */
export async function drawForInvoice(
  tx: TenantTx,
  {
    invoice,
    dueMinor,
    on,
    order,
    now,
  }: {
    readonly invoice: Invoice;
    readonly dueMinor: bigint;
    readonly on: LocalDate;
    readonly order: PrepaidOrder;
    readonly now: Instant;
  },
): Promise<{ id: string; amountMinor: bigint }[]> {
  const credits = await creditsLeft(tx, currencyOf(invoice));
  return recordDraws(tx, drawPrepaid(credits, dueMinor, { on, order }), {
    kind: "invoice",
    invoiceId: invoice.id,
    now,
  });
}

async function recordDraws(
  tx: TenantTx,
  draws: readonly PrepaidDraw[],
  {
    kind,
    invoiceId,
    now,
  }: { readonly kind: "invoice" | "expiry"; readonly invoiceId: string | null; readonly now: Instant },
): Promise<{ id: string; amountMinor: bigint }[]> {
  if (draws.length === 0) return [];
  return tx
    .insert(prepaidDraws)
    .values(draws.map((draw) => ({ tenantId: tx.tenantId, ...draw, kind, invoiceId, drawnAt: now })))
    .returning({ id: prepaidDraws.id, amountMinor: prepaidDraws.amountMinor });
}

/** Takes the client's lock on prepaid credit, so that two invoices never draw the same money. */
async function creditsLeft(tx: TenantTx, currency: string): Promise<PrepaidCredit[]> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`prepaid:${tx.tenantId}`}, 0))`);
  const rows = await prepaidRows(tx, "unspent");
  return rows.filter((row) => row.currency === currency);
}

export type PrepaidRow = PrepaidCredit & {
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly reference: string;
};

/** Newest first, all of them or those with something left: what is spent is history and hides no money. */
export async function prepaidRows(tx: TenantTx, which: "all" | "unspent" = "all"): Promise<PrepaidRow[]> {
  const rows = await tx.execute<{
    id: string;
    currency: string;
    amount: string;
    left_minor: string;
    bought: string;
    expires: string | null;
    priority: number;
    reference: string;
  }>(sql`
    select * from (select c.id, c.currency, c.amount_minor::text as amount, to_char(c.bought_on, 'YYYY-MM-DD') as bought,
      to_char(c.expires_on, 'YYYY-MM-DD') as expires, c.priority, c.reference,
      (c.amount_minor - coalesce((select sum(d.amount_minor) from tenant.prepaid_draws d
        where d.tenant_id = c.tenant_id and d.credit_id = c.id), 0))::text as left_minor
      from tenant.prepaid_credits c where c.tenant_id = ${tx.tenantId}) c
    where ${which === "all" ? sql`true` : sql`left_minor <> '0'`} order by bought desc, id limit ${CREDITS_MAX}`);
  return rows.map((row) => ({
    id: row.id,
    currency: row.currency,
    amountMinor: BigInt(row.amount),
    leftMinor: BigInt(row.left_minor),
    boughtOn: row.bought,
    expiresOn: row.expires,
    priority: row.priority,
    reference: row.reference,
  }));
}

/** Credit whose last day is over on the client's calendar is earned without having been used. Once for each credit. */
export async function expirePrepaid(ctx: BillingContext & { readonly operatorDb: Database }): Promise<number> {
  let expired = 0;
  for (const tenantId of await withOperator(ctx.operatorDb, tenantsInService)) {
    expired += await withTenant(ctx.db, { tenantId, actor: ctx.actor }, (tx) => expireIn(tx, ctx.now));
  }
  return expired;
}

async function expireIn(tx: TenantTx, now: Instant): Promise<number> {
  const [company] = await tx.execute<{ time_zone: string; currency: string }>(
    sql`select time_zone, currency from tenant.companies where tenant_id = ${tx.tenantId}`,
  );
  if (company === undefined || !isCurrency(company.currency)) return 0;
  const on = localDate(company.time_zone, now);
  if (expiredPrepaid(await prepaidRows(tx, "unspent"), on).length === 0) return 0;
  const credits = await creditsLeft(tx, company.currency);
  const draws = await recordDraws(tx, expiredPrepaid(credits, on), { kind: "expiry", invoiceId: null, now });
  for (const { id, amountMinor } of draws) {
    await post(tx, {
      occurredAt: now,
      event: { type: "prepaid_expired", id, currency: company.currency, amountMinor },
    });
    await audit(tx, "prepaid_expired", { kind: "prepaid_draw", id }, { amountMinor: amountMinor.toString() });
  }
  return draws.length;
}
